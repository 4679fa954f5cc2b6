"""Web processes and workers of two releases on the same servers, replaced one by one as a platform does it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import requests

from tests.launching import PATIENCE, Process, ServerFailed, free_port
from tests.postgres_server import Postgres
from tests.rabbitmq_server import RabbitMQ
from tests.suite import environment
from tests.tcpproxy import Proxy

PYTHON = [sys.executable, "-P", "-m"]
GLANCE = 0.05  # seconds between two looks
FORGOTTEN = 1.0  # seconds until nobody is sent to the old process any more; the chart waits longer (preStopSeconds)


class Fleet:
    """The programs named in *databases*, each behind an address that stays while its processes change."""

    def __init__(self, folder: Path, databases: Mapping[str, str], broker: RabbitMQ, postgres: Postgres) -> None:
        self.folder, self.databases, self.broker, self.postgres = folder, databases, broker, postgres
        self.queues = broker.vhost()
        self.ways = {name: Proxy("http://127.0.0.1:9") for name in databases}
        self.started: list[Process] = []
        self.at_work: dict[tuple[str, str], Process] = {}

    def close(self) -> None:
        """End every process that was ever started."""
        for process in self.started:
            process.close()
        for way in self.ways.values():
            way.close()

    def found(self, tree: Path, password: str) -> str:
        """Found an agency with the code of a release; return what its administrator signs in with."""
        email = f"{uuid4().hex}@nordlys.no"
        words = ["--name", "Nordlys", "--admin", "Ada Berg", "--email", email, "--department", "Bergen"]
        command = [*PYTHON, "gateway.bootstrap", *words]
        surroundings = self._surroundings(tree, "gateway")
        subprocess.run(command, env=surroundings, cwd=tree, input=password, text=True, check=True, capture_output=True)
        return email

    def run(self, tree: Path, verb: str, *names: str) -> None:
        """Have the code in *tree* do the work of *verb* from now on: the new processes come first, then the old go."""
        new = {name: self._start(tree, verb, name) for name in names}
        for name, (process, ready) in new.items():
            _await(process, ready)
            if verb == "web":
                self.ways[name].lead_to(f"http://127.0.0.1:{next(iter(process.ports))}")
                time.sleep(FORGOTTEN)
            before = self.at_work.pop((name, verb), None)
            self.at_work[name, verb] = process
            if before:
                before.stop()

    def _start(self, tree: Path, verb: str, name: str) -> tuple[Process, Callable[[], object]]:
        folder = self.folder / f"{len(self.started)}-{name}-{verb}"
        folder.mkdir(parents=True)
        port = free_port()
        more = ["--port", str(port)] if verb == "web" else []
        command = [*PYTHON, "chassis", verb, name, *more]
        process = Process(command, folder, self._surroundings(tree, name), ports={port: port})
        consumers = self._consumers(name)
        self.started.append(process)
        process.start()
        if verb == "worker":
            return process, lambda: self._listens(name, consumers + 1)
        # not /ready: the first release takes a database that is ahead of it for one that is behind
        return process, lambda: requests.get(f"http://127.0.0.1:{port}/live", timeout=5).raise_for_status()

    def _surroundings(self, tree: Path, name: str) -> dict[str, str]:
        addresses = {f"KUNDEKORT_{each.upper()}_URL": way.url for each, way in self.ways.items() if each != "gateway"}
        told = environment(self.databases[name], KUNDEKORT_BROKER_URL=self.queues, KUNDEKORT_SECURE="0", **addresses)
        quick = {"KUNDEKORT_RETRY_MS": "50", "KUNDEKORT_PASSWORD_MEMORY_KIB": "1024"}
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(tree), **told, **quick}

    def _consumers(self, name: str) -> int:
        return int(self._queue(name).get("consumers", 0))

    def _queue(self, name: str) -> Mapping[str, Any]:
        found = self.broker.manage("GET", f"queues{urlsplit(self.queues).path}")
        return next((queue for queue in found if queue["name"] == f"{name}.inbox"), {})

    def _listens(self, name: str, wanted: int) -> None:
        if self._consumers(name) < wanted:
            raise ConnectionError(f"{name} does not listen")

    def ask(self, name: str, query: str) -> list[tuple[Any, ...]]:
        """Look into a program's database as the server's superuser, who sees all tenants."""
        place = urlsplit(self.postgres.url)._replace(path=urlsplit(self.databases[name]).path).geturl()
        with psycopg.connect(place) as connection:
            return connection.execute(query).fetchall()

    def at_rest(self) -> bool:
        """Tell whether nothing is on its way any more: not in an outbox, not in a queue, not waiting."""
        open_ends = """
            SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL)
                 + (SELECT count(*) FROM inbox_waiting WHERE parked_at IS NULL)
        """
        unsent = sum(self.ask(name, open_ends)[0][0] for name in self.databases)
        return unsent + sum(self._queue(name).get("messages", 1) for name in self.databases) == 0

    def logs(self) -> str:
        """Return what the processes at work have written last."""
        return "\n".join(f"=== {name} {verb}\n{each.log()[-2000:]}" for (name, verb), each in self.at_work.items())


def _await(process: Process, ready: Callable[[], object]) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            ready()
        except (OSError, requests.RequestException) as reason:
            if not process.alive() or time.monotonic() > until:
                raise ServerFailed(f"{reason!r}\n{process.log()[-6000:]}") from reason
            time.sleep(GLANCE)
        else:
            return
