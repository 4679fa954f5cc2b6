"""One program's web process by itself, on a database of the test's choosing; nobody relays or follows."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import requests

from tests.faults.plant import PYTHON, ROOT
from tests.launching import PATIENCE, ServerFailed, free_port
from tests.suite import environment
from tests.system.forms import Group


class Alone:
    """As far as a writer needs a plant."""

    def __init__(self, name: str, database_url: str, folder: Path, within: Sequence[str] = ()) -> None:
        self.port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        self.surroundings: Mapping[str, str] = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            **environment(database_url, KUNDEKORT_LOG_LEVEL="WARNING"),
        }
        migrate = [*within, *PYTHON, "migrate", name]
        subprocess.run(migrate, env=self.surroundings, cwd=folder, check=True, timeout=PATIENCE)
        command = [*within, *PYTHON, "web", name, "--port", str(self.port)]
        self.web = Group(command, folder, self.surroundings, crash=signal.SIGKILL)

    def address(self, _name: str) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.web.start()
        deadline = time.monotonic() + PATIENCE
        while not self.ready():
            if not self.web.alive() or time.monotonic() > deadline:
                raise ServerFailed(self.web.log()[-6000:])
            time.sleep(0.05)

    def ready(self) -> bool:
        try:
            return requests.get(f"{self.address('')}/ready", timeout=5).ok
        except requests.RequestException:
            return False

    def close(self) -> None:
        self.web.kill()
