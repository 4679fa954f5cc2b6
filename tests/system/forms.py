"""The two forms of the suite, each as it is really run, with servers that can be killed and frozen."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import amqp
import requests

from chassis.auth import Caller, calling
from chassis.program import Program
from chassis.run import PROGRAMS, create, settings_for
from gateway.bootstrap import found_tenant
from operations import embedded
from tests.launching import PATIENCE, Process, ServerFailed, free_port
from tests.suite import environment
from tests.system.people import PASSWORD, Agency

ROOT = Path(__file__).parents[2]
DEPARTMENTS = ("Bergen", "Oslo")
PYTHON = [sys.executable, "-m"]


class Returning(embedded.Suite):
    """A suite whose servers can come back: a port that the kernel lent is not given out again so soon."""

    def serve(self, name: str, port: int) -> None:
        super().serve(name, port or free_port())


class Embedded:
    """All programs in this very process, as `make run` starts them."""

    def __init__(self, folder: Path) -> None:
        self.suite = Returning(folder)
        self.suite.start(0)
        self.ports = {name: urlsplit(self.suite.address(name)).port or 0 for name in PROGRAMS}
        self.holes: dict[str, socket.socket] = {}

    def address(self, name: str = "gateway") -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def program(self, name: str) -> Program:
        """Give access to what a program keeps."""
        return self.suite.programs[name]

    def found(self, name: str) -> Agency:
        """Found an agency; its administrator's address is drawn by lot."""
        email = f"{uuid4().hex}@nordlys.no"
        with self.program("gateway").app.app_context():
            founded = found_tenant(name, "Ada Berg", email, PASSWORD, DEPARTMENTS)
        return Agency(self.address(), founded.tenant, email)

    def kill(self, name: str) -> None:
        """Let nobody listen any more."""
        self.suite.servers[name].stop()

    def revive(self, name: str) -> None:
        """Serve again."""
        self.suite.serve(name, self.ports[name])

    def freeze(self, name: str) -> None:
        """Take every connection and never say a word."""
        self.kill(name)
        self.holes[name] = socket.create_server(("127.0.0.1", self.ports[name]))

    def thaw(self, name: str) -> None:
        """Come back to one's senses."""
        self.holes.pop(name).close()
        self.revive(name)

    def close(self) -> None:
        self.suite.halt()


class Group(Process):
    """A program with the processes it started."""

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to all of them at once, so that no worker outlives its master."""
        assert self._child is not None
        os.killpg(self._child.pid, number)

    def kill(self) -> None:
        if self.alive():
            self.signal(signal.SIGKILL)
        super().kill()


class Production:
    """A web process and a worker for each program, on PostgreSQL and RabbitMQ."""

    def __init__(self, folder: Path, databases: Mapping[str, str], broker_url: str) -> None:
        self.folder, self.broker_url = folder, broker_url
        self.ports = {name: free_port() for name in PROGRAMS}
        addresses = {f"KUNDEKORT_{name.upper()}_URL": self.address(name) for name in PROGRAMS if name != "gateway"}
        shared = {"KUNDEKORT_BROKER_URL": broker_url, "KUNDEKORT_BLOBS_URL": f"file://{folder}/blobs", **addresses}
        self.environments = {name: environment(databases[name], **shared) for name in PROGRAMS}
        self.looked_at: dict[str, Program] = {}
        self._migrate()
        self.web = {name: self._child(name, "web", "--port", str(self.ports[name])) for name in PROGRAMS}
        self.workers = {name: self._child(name, "worker") for name in PROGRAMS}
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _surroundings(self, name: str) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), **self.environments[name]}

    def _migrate(self) -> None:
        commands = {name: [*PYTHON, "chassis", "migrate", name] for name in PROGRAMS}
        under_way = [
            subprocess.Popen(command, env=self._surroundings(name), cwd=self.folder)
            for name, command in commands.items()
        ]
        assert [each.wait(PATIENCE) for each in under_way] == [0] * len(PROGRAMS)

    def _child(self, name: str, *verb: str) -> Group:
        folder = self.folder / f"{name}-{verb[0]}"
        folder.mkdir()
        command = [*PYTHON, "chassis", verb[0], name, *verb[1:]]
        return Group(command, folder, self._surroundings(name), crash=signal.SIGKILL)

    def _start(self) -> None:
        for child in (*self.web.values(), *self.workers.values()):
            child.start()
        for name in PROGRAMS:
            _await(self.web[name], lambda name=name: self._ready(name))
            _await(self.workers[name], lambda name=name: self._listens(name))

    def _ready(self, name: str) -> None:
        requests.get(f"{self.address(name)}/ready", timeout=5).raise_for_status()

    def _listens(self, name: str) -> None:
        """Make sure that the program's worker consumes its queue: what is said before that is not for it."""
        place = urlsplit(self.broker_url)
        with amqp.Connection(
            f"{place.hostname}:{place.port}", place.username, place.password, virtual_host=place.path[1:]
        ) as link:
            queue = link.channel().queue_declare(f"{name}.inbox", passive=True)
        if not queue.consumer_count:
            raise ConnectionError(f"{name} does not listen")

    def address(self, name: str = "gateway") -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def program(self, name: str) -> Program:
        """Give access to what a program keeps: one more program on its database."""
        if name not in self.looked_at:
            settings = settings_for(name, self.environments[name])
            self.looked_at[name] = create(name, settings).extensions["program"]
        return self.looked_at[name]

    def found(self, name: str) -> Agency:
        """Found an agency; its administrator's address is drawn by lot."""
        email = f"{uuid4().hex}@nordlys.no"
        departments = [word for each in DEPARTMENTS for word in ("--department", each)]
        command = ["gateway.bootstrap", "--name", name, "--admin", "Ada Berg", "--email", email, *departments]
        surroundings = self._surroundings("gateway")
        done = subprocess.run(
            [*PYTHON, *command], env=surroundings, input=PASSWORD, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return Agency(self.address(), UUID(done.stdout.strip()), email)

    def kill(self, name: str) -> None:
        """Kill the program's web process; its worker lives."""
        self.web[name].kill()

    def revive(self, name: str) -> None:
        """Start it again."""
        self.web[name].start()
        _await(self.web[name], lambda: self._ready(name))

    def freeze(self, name: str) -> None:
        """Stop its clock: the kernel goes on taking connections, and nobody answers."""
        self.web[name].signal(signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let it go on."""
        self.web[name].signal(signal.SIGCONT)

    def renew(self, name: str) -> None:
        """Replace a program as an upgrade does: new web workers beside the old ones, a new worker after the old one."""
        web, worker = self.web[name], self.workers[name]
        gone = web.log().count("Worker exiting")
        web.send(signal.SIGHUP)
        worker.stop()
        worker.start()
        deadline = time.monotonic() + PATIENCE
        while web.log().count("Worker exiting") == gone:
            if time.monotonic() > deadline:
                told = [line for line in web.log().splitlines() if '"event": "request"' not in line]
                raise ServerFailed("\n".join(told)[-6000:])
            time.sleep(0.2)

    def close(self) -> None:
        for child in (*self.workers.values(), *self.web.values()):
            child.kill()
        for program in self.looked_at.values():
            program.close()

    def logs(self) -> str:
        """Return what all processes have written."""
        return "\n".join(
            f"=== {name} {verb}\n{child.log()}"
            for verb, children in (("web", self.web), ("worker", self.workers))
            for name, child in children.items()
        )


Form = Embedded | Production


def _await(child: Group, answers: Callable[[], None]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return answers()
        except (OSError, amqp.AMQPError, requests.RequestException) as reason:
            if not child.alive() or time.monotonic() > deadline:
                raise ServerFailed(f"{reason!r}\n{child.log()[-6000:]}") from reason
            time.sleep(0.05)


@contextmanager
def silenced(suite: Form, name: str, how: str) -> Iterator[None]:
    """Kill a program's server, or freeze it, for as long as the block lasts; it comes back whatever happens."""
    begin, end = (suite.kill, suite.revive) if how == "killed" else (suite.freeze, suite.thaw)
    begin(name)
    try:
        yield
    finally:
        end(name)


@contextmanager
def inside(program: Program, agency: Agency) -> Iterator[None]:
    """Look at a program's own tables as one of the agency."""
    with program.app.app_context(), calling(Caller(agency.tenant, everywhere=True)):
        yield
