"""What a composed card costs: beside the slowest service's own answer, and beside a Flask app with nothing in it."""

import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import requests

from benchmarks.ground import median, percentile, servers, show
from chassis import auth
from chassis.auth import Caller
from chassis.run import PROGRAMS
from gateway.directory.roles import ROLES
from tests.launching import Process, free_port
from tests.suite import KEY
from tests.system.forms import ROOT, Production
from tests.system.people import Agency, until

CLIENTS, SECONDS, ROUNDS = (1, 16), 4.0, 3
SERVICES = [name for name in PROGRAMS if name != "gateway"]
TIMES_SLOWEST, KEPT, COMPOSED, CPU_MS = 1.6, 0.5, 0.2, 1.5
TICK = os.sysconf("SC_CLK_TCK")


class Target(NamedTuple):
    """Something to ask again and again, and the server that answers."""

    address: str
    path: str
    headers: Mapping[str, str]
    server: Process


class Seen(NamedTuple):
    """What came of it: the seconds of each answer, and the CPU seconds that the server spent on one."""

    took: list[float]
    cpu: float


def ask_steadily(target: Target, until_when: float, took: list[float]) -> None:
    """Ask over one connection, the next as soon as the last is answered; a client that costs almost nothing."""
    place = urlsplit(target.address)
    lines = [f"GET {target.path} HTTP/1.1", f"Host: {place.netloc}", *(f"{k}: {v}" for k, v in target.headers.items())]
    question = "\r\n".join([*lines, "", ""]).encode()
    with socket.create_connection((place.hostname or "", place.port or 80), 10) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (began := time.perf_counter()) < until_when:
            line.sendall(question)
            _read(line)
            took.append(time.perf_counter() - began)


def _read(line: socket.socket) -> None:
    said = b""
    while b"\r\n\r\n" not in said:
        more = line.recv(65536)
        assert more, "the server hung up"
        said += more
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head.decode()
    missing = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]) - len(body)
    while missing > 0:
        missing -= len(line.recv(65536))


def measure(target: Target, clients: int) -> Seen:
    """Ask with so many clients at once."""
    took: list[float] = []
    before, ends = _cpu(target.server), time.perf_counter() + SECONDS
    crowd = [threading.Thread(target=ask_steadily, args=(target, ends, took)) for _ in range(clients)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    return Seen(took, (_cpu(target.server) - before) / len(took))


def _cpu(server: Process) -> float:
    """Return the CPU seconds of a server's processes so far."""
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in server.offspring()]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / TICK


def filled(agency: Agency) -> dict[str, Any]:
    """Register a customer with something in every service."""
    ada = agency.ada
    customer = ada.register("Fjordvik Industri AS", org_number="987654325", phone="55123456")
    place = f"customers/{customer['id']}"
    for number in range(10):
        ada.write(f"/api/customers/{place}/contacts", {"name": f"Kari Moe {number}", "mobile": "+4799887766"})
        ada.write(f"/api/customers/{place}/notes", {"text": f"Ring før kl. {number}."})
        ada.write(f"/api/recruitment/{place}/projects", {"name": f"Lager {number}", "value": "250000"})
        call = {"kind": "call", "direction": "in", "subject": "Bestilte to", "body": "Lagerarbeidere"}
        said = {**call, "happened_at": "2026-03-02T09:00:00+01:00"}
        ada.write(f"/api/dialog/{place}/communications", said)
        assert ada.upload(f"/api/files/{place}/files?name=Avtale{number}.pdf", b"%PDF-1.4").status_code == 201
    until(lambda: all(item["status"] == "ok" for item in ada.card(customer).json()["items"].values()))
    return customer


def alone(suite: Production, name: str, caller: Caller, customer: UUID) -> Target:
    """Aim at one service, as the gateway asks it."""
    token = auth.issue(KEY, caller, name)
    return Target(suite.address(name), f"/card/{customer}", {"Authorization": f"Bearer {token}"}, suite.web[name])


@contextmanager
def bare(folder: Path) -> Iterator[Target]:
    """Serve a Flask app with nothing in it."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.bare", str(port)]
    server = Process(command, folder, {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)})
    server.start()
    target = Target(f"http://127.0.0.1:{port}", "/", {}, server)

    def answers() -> bool:
        with suppress(requests.ConnectionError):
            return requests.get(target.address, timeout=5).ok
        return False

    try:
        until(answers, what="the bare app")
        yield target
    finally:
        server.stop()


def against_services(suite: Production, card: Target, caller: Caller, customer: UUID) -> None:
    """Measure the card beside each service's own answer, turn by turn."""
    for clients in CLIENTS:
        took: dict[str, list[float]] = {name: [] for name in ("card", *SERVICES)}
        for _ in range(ROUNDS):
            for name in SERVICES:  # a token lives a minute
                took[name] += measure(alone(suite, name, caller, customer), clients).took
            took["card"] += measure(card, clients).took
        middle = {name: median(each) * 1000 for name, each in took.items()}
        slowest = max(SERVICES, key=lambda name: middle[name])
        ratio = middle["card"] / middle[slowest]
        figure = (
            f"{ratio:.2f}× (p50 {middle['card']:.1f} ms, p99 {percentile(took['card'], 0.99) * 1000:.1f} ms; "
            f"{slowest} {middle[slowest]:.1f} and {percentile(took[slowest], 0.99) * 1000:.1f} ms)"
        )
        how = f"{clients} at once, {', '.join(f'{name} {middle[name]:.1f}' for name in SERVICES)} ms"
        show("card against the slowest service alone", figure, f"≤ {TIMES_SLOWEST}×", how, met=ratio <= TIMES_SLOWEST)


def against_bare(suite: Production, card: Target, hello: Target) -> None:
    """Measure what an answer costs the program that gives it: nothing, a composed card, a card of what is kept."""
    cost: dict[str, list[float]] = {"bare": [], "composed": [], "kept": []}
    for _ in range(ROUNDS):
        cost["bare"].append(measure(hello, 16).cpu)
        cost["composed"].append(measure(card, 16).cpu)
        for name in SERVICES:
            suite.kill(name)
        measure(card, 16)  # until nobody is asked any longer
        cost["kept"].append(measure(card, 16).cpu)
        for name in SERVICES:
            suite.revive(name)
        measure(card, 1)
    middle = {name: median(each) for name, each in cost.items()}
    for name, what, goal in (("kept", "card from kept answers", KEPT), ("composed", "composed card", COMPOSED)):
        ratio = middle["bare"] / middle[name]
        figure = f"{ratio:.2f} (CPU {middle['bare'] * 1e6:.0f} and {middle[name] * 1e6:.0f} µs an answer)"
        how = "answers per CPU second of the program, one gunicorn worker, 16 clients"
        show(f"{what} against a bare Flask app", figure, f"≥ {goal}", how, met=ratio >= goal)
    spent = middle["composed"] * 1000
    show("gateway's CPU for a composed card", f"{spent:.2f} ms", f"≤ {CPU_MS} ms", "as above", met=spent <= CPU_MS)


def main() -> None:
    """Measure and print."""
    with servers() as ground, tempfile.TemporaryDirectory(prefix="kundekort-") as name:
        folder = Path(name)
        databases = {name: ground.postgres.create_service(name) for name in PROGRAMS}
        suite = Production(folder, databases, ground.broker.vhost())
        try:
            agency = suite.found("Nordlys Bemanning")
            customer = filled(agency)
            caller = Caller(agency.tenant, rights=ROLES["admin"], everywhere=True)
            headers = {"Cookie": agency.ada.headers["Cookie"]}
            card = Target(suite.address(), f"/api/card/{customer['id']}", headers, suite.web["gateway"])
            against_services(suite, card, caller, UUID(customer["id"]))
            (folder / "bare").mkdir()
            with bare(folder / "bare") as hello:
                against_bare(suite, card, hello)
        finally:
            suite.close()


if __name__ == "__main__":
    main()
