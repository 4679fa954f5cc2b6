"""The memory of the embedded suite, started as ``make run`` does, with its demo data, after every card was opened."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import requests

from benchmarks.ground import show
from tests.launching import free_port, on_leash
from tests.system.forms import ROOT
from tests.system.people import until

MOST = 300  # MB
FILLED = 300  # seconds that the demo data may take
PAGES = ("", "/items/contacts", "/items/economy", "/items/files", "/items/dialog", "/items/projects")


def signed_in(address: str, data: Path) -> requests.Session:
    """Sign in with what the suite made at its first start."""
    http, found = requests.Session(), json.loads((data / "sign-in.json").read_text())
    given = {"email": found["email"], "password": found["password"]}
    http.post(f"{address}/api/session", json=given, timeout=30).raise_for_status()
    return http


def look_at_all(address: str, data: Path) -> int:
    """Open every customer's card and its busiest parts; return how many customers there are."""
    http = signed_in(address, data)
    listed = http.get(f"{address}/api/customers/customers?limit=200", timeout=30).json()["items"]
    for customer in listed:
        for page in PAGES:
            http.get(f"{address}/customers/{customer['id']}{page}", timeout=30).raise_for_status()
    return len(listed)


def resident(pid: int, line: str) -> float:
    """Return what the kernel says of a process's memory, in MB of a million bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition(f"{line}:")[2].split()[0]) * 1024 / 1e6


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="kundekort-") as name:
        data, port = Path(name) / "var", free_port()
        command = [*on_leash(), sys.executable, "-m", "chassis", "run", "--port", str(port), "--data", str(data)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as suite:
            until((data / "demo-data").exists, FILLED, "the demo data")
            count = look_at_all(f"http://127.0.0.1:{port}", data)
            now, peak = resident(suite.pid, "VmRSS"), resident(suite.pid, "VmHWM")
            suite.terminate()
    how = f"six programs in one process, {count} customers, each card and {len(PAGES) - 1} of its parts opened"
    show("memory of the embedded suite", f"{now:.0f} MB, at most {peak:.0f} MB", f"≤ {MOST} MB", how, met=peak <= MOST)


if __name__ == "__main__":
    main()
