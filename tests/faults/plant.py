"""A part of the suite as real processes, each ours to kill, and each of their links through a proxy that can fail.

customers owns, invoicing, dialog and (where it is wanted) files follow. No gateway: who calls brings a token.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import amqp
import psycopg
import requests

from chassis import auth
from chassis.auth import Caller
from chassis.bus import Message, Publisher
from tests.faults.evidence import FOLLOWED
from tests.faults.patience import until
from tests.launching import PATIENCE, ServerFailed, free_port
from tests.postgres_server import end_of_the_lead
from tests.servers import Postgres, RabbitMQ
from tests.suite import KEY, environment
from tests.system.forms import Group
from tests.tcpproxy import Proxy

ROOT = Path(__file__).parents[2]
PYTHON = [sys.executable, "-m", "chassis"]
SHORT = {"KUNDEKORT_HEARTBEAT": "2", "KUNDEKORT_RETRY_MS": "50", "KUNDEKORT_LOG_LEVEL": "WARNING"}
FIRST = ("customers", "invoicing", "dialog")
BUSY = """
SELECT pid, state, wait_event, now() - xact_start, pg_blocking_pids(pid), left(query, 100) FROM pg_stat_activity
WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
"""
UNREADY = (OSError, amqp.AMQPError, requests.RequestException)

Place = tuple[str, str]  # a program, and which of its processes: web or worker


class Plant:
    """The processes, their databases and their links."""

    def __init__(self, folder: Path, postgres: Postgres, broker: RabbitMQ) -> None:
        self.folder, self.postgres, self.broker = folder, postgres, broker
        self.databases: dict[str, str] = {}
        self.stores: dict[str, Proxy] = {}  # the way to a program's database
        self.links: dict[str, Proxy] = {}  # a program's way to the broker
        self.ports: dict[str, int] = {}
        self.children: dict[Place, Group] = {}
        self.poison: dict[UUID, UUID] = {}  # events that were sent to be parked, and their tenants
        self.calm_since = datetime.now(UTC)  # what was announced before that has arrived
        try:
            self.open(*FIRST)
        except BaseException:
            self.close()
            raise

    @property
    def programs(self) -> list[str]:
        return list(self.databases)

    def open(self, *names: str) -> None:
        """Give programs a database and links, and start them; what was announced before is not for them."""
        new = [name for name in names if name not in self.databases]
        for name in new:
            self.databases[name] = self.postgres.create_service(name)
            self.stores[name] = Proxy(self.databases[name])
            self.links[name] = Proxy(self.broker.url)
            self.ports[name] = free_port()
        for migration in [self._run("migrate", name) for name in new]:
            _finished(migration)
        for name in new:
            self._prepare(name)
        for name in new:
            self.await_web(name)
            self._await(self.children[name, "worker"], lambda name=name: self._listens(name))

    def _prepare(self, name: str) -> None:
        for verb, more in (("web", ["--port", str(self.ports[name])]), ("worker", [])):
            folder = self.folder / f"{name}-{verb}"
            folder.mkdir()
            command = [*PYTHON, verb, name, *more]
            self.children[name, verb] = Group(command, folder, self.surroundings(name), crash=signal.SIGKILL)
            self.children[name, verb].start()

    def surroundings(self, name: str, **more: str) -> dict[str, str]:
        links = {
            "KUNDEKORT_BROKER_URL": self.links[name].url,
            "KUNDEKORT_BLOBS_URL": f"file://{self.folder}/blobs",
        }
        settings = environment(self.stores[name].url, **{**SHORT, **links, **more})
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), **settings}

    def _run(self, verb: str, name: str, *arguments: str) -> subprocess.Popen[str]:
        command = [*PYTHON, verb, name, *arguments]
        return subprocess.Popen(
            command, env=self.surroundings(name), cwd=self.folder, text=True, stdout=subprocess.PIPE
        )

    def command(self, verb: str, name: str, *arguments: str) -> str:
        """Run one of the operator's commands and return what it said."""
        return _finished(self._run(verb, name, *arguments))

    def replay(self, since: datetime) -> None:
        """Have all that was sent since then sent again."""
        for name in self.programs:
            self.command("replay", name, "--since", since.isoformat())

    def kill(self, name: str, verb: str) -> None:
        self.children[name, verb].kill()

    def start(self, name: str, verb: str, **settings: str) -> None:
        """Start a process, at the place and with the settings of the one before unless told otherwise."""
        child = self.children[name, verb]
        child.environment = self.surroundings(name, **settings)
        child.start()
        if verb == "web":
            self.await_web(name)

    def restart(self, name: str, verb: str, **settings: str) -> None:
        self.kill(name, verb)
        self.start(name, verb, **settings)

    @contextmanager
    def at_another_time(self, seconds: float, *places: Place) -> Iterator[None]:
        """Run processes under a clock that is wrong by so much, for as long as the block lasts."""
        for place in places:
            self._command(place, [*PYTHON[:2], "tests.faults.other_time", str(seconds)])
        try:
            yield
        finally:
            for place in places:
                self._command(place, PYTHON)

    def _command(self, place: Place, beginning: list[str]) -> None:
        child = self.children[place]
        arguments = child.command[child.command.index(place[1]) :]
        child.command = [*beginning, *arguments]
        self.restart(*place)

    def doom(self, name: str, verb: str, point: str) -> None:
        """Start a process that will die when it comes to a crash point."""
        with suppress(ServerFailed):  # who writes may bring it there before it has said that it is ready
            self.restart(name, verb, KUNDEKORT_CRASH_POINT=point)

    def await_listeners(self) -> None:
        """Wait until every follower listens to its queue, and the queue to all publishers, wherever they came from."""
        for name in self.programs:
            self._await(self.children[name, "worker"], lambda name=name: self._listens(name))

    def say(self, *messages: tuple[str, str, bytes]) -> None:
        """Put events on the bus past every outbox: id, type and body."""
        publisher = Publisher(self.broker.url)
        wanted = [Message(*each) for each in messages]
        sent = publisher.publish(wanted)
        publisher.close()
        if missing := {each.id for each in wanted} - sent:
            raise ConnectionError(f"{len(missing)} events were not taken")

    @contextmanager
    def one_more(self, name: str, **settings: str) -> Iterator[Group]:
        """Run a second worker of a program for as long as the block lasts."""
        child = Group([*PYTHON, "worker", name], self.folder, self.surroundings(name, **settings), crash=signal.SIGKILL)
        child.start()
        try:
            yield child
        finally:
            child.stop()

    def depose(self, name: str) -> None:
        """Cut the connection on which a relay leads."""
        with self.look(name) as look:
            look.execute(end_of_the_lead(name))

    def kill_web_worker(self, name: str) -> None:
        """Kill a process that answers requests, as the kernel does where memory runs out; its master lives."""
        for pid in self.children[name, "web"].offspring():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def await_death(self, name: str, verb: str = "worker", within: float = 30.0) -> None:
        until(lambda: not self.children[name, verb].alive(), within, f"{name} {verb} dies")

    def await_web(self, name: str, instead: Group | None = None) -> None:
        """Wait until the program answers, through the process that it has or the one in its place."""
        self._await(instead or self.children[name, "web"], lambda: self._ready(name))

    def heal(self) -> list[Place]:
        """Open every link and start whoever is dead or doomed; return who was dead."""
        dead = [place for place, child in self.children.items() if not child.alive()]
        for proxy in (*self.stores.values(), *self.links.values()):
            proxy.to_server.trickling = proxy.to_client.trickling = False
            proxy.open_gates()
        for place, child in self.children.items():
            if place in dead or "KUNDEKORT_CRASH_POINT" in child.environment:
                self.restart(*place)
        return dead

    def address(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def look(self, name: str) -> "psycopg.Connection[Any]":
        """Look into a program's database past all its guards."""
        database = urlsplit(self.databases[name]).path
        url = urlsplit(self.postgres.url)._replace(path=database).geturl()
        return psycopg.connect(url, autocommit=True, connect_timeout=10)

    def queued(self) -> dict[str, int]:
        """Count what lies in the followers' queues."""
        place = urlsplit(self.broker.url)
        identity = {"userid": place.username, "password": place.password, "connect_timeout": 5, "read_timeout": 10}
        with amqp.Connection(f"{place.hostname}:{place.port}", **identity) as link:
            channel = link.channel()
            return {n: channel.queue_declare(f"{n}.inbox", passive=True).message_count for n in self.programs}

    def standstill(self) -> str:
        """Say what each queue and database is busy with, for whoever waited in vain."""
        told = [f"{queue['name']}: {queue.get('messages')}" for queue in self.broker.manage("GET", "queues")]
        for name in self.programs:
            with self.look(name) as look:
                told += [f"{name}: {row}" for row in look.execute(BUSY).fetchall()]
        return "a write does not come through to every follower\n" + "\n".join(told)

    def _ready(self, name: str) -> None:
        requests.get(f"{self.address(name)}/ready", timeout=5).raise_for_status()

    def _listens(self, name: str) -> None:
        place = urlsplit(self.broker.url)
        with amqp.Connection(f"{place.hostname}:{place.port}", place.username, place.password) as link:
            queue = link.channel().queue_declare(f"{name}.inbox", passive=True)
        bound = self.broker.manage("GET", f"bindings/%2F/e/kundekort.events/q/{name}.inbox")
        deaf = {f"{publisher}.#" for publisher in FOLLOWED[name]} - {each["routing_key"] for each in bound}
        if deaf or not queue.consumer_count:
            raise ConnectionError(f"{name} does not listen, or not to {deaf}")

    def _await(self, child: Group, answers: Any) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return answers()
            except UNREADY as reason:
                if not child.alive() or time.monotonic() > deadline:
                    raise ServerFailed(f"{reason!r}\n{child.log()[-6000:]}") from reason
                time.sleep(0.05)

    def logs(self) -> str:
        return "\n".join(f"=== {' '.join(place)}\n{child.log()}" for place, child in self.children.items())

    def close(self) -> None:
        for child in self.children.values():
            child.kill()
        for proxy in (*self.stores.values(), *self.links.values()):
            with suppress(OSError):
                proxy.close()


def _finished(command: "subprocess.Popen[str]") -> str:
    said, _ = command.communicate(timeout=PATIENCE)
    assert command.returncode == 0
    return said


def token(who: Caller, service: str) -> str:
    """Sign what the gateway would sign."""
    return auth.issue(KEY, who, service)
