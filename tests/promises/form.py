"""One form of the suite, seen through its doors: HTTP, the bus, what is kept and what is announced."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

from chassis import events, migrations, turns, worker
from chassis.auth import Caller
from chassis.bus import Message
from chassis.outbox import outbox
from chassis.program import Program
from chassis.relay import Carrier
from chassis.run import create, settings_for
from chassis.tables import now
from chassis.timers import timers
from chassis.waiting import waiting
from contracts.customers import NoteWritten
from tests.promises.patience import until
from tests.suite import Client, envelope

PROGRAMS = ("customers", "invoicing", "dialog", "recruitment")
WAY = Callable[[Carrier], Carrier]  # puts something between a relay and its carrier


class Worker:
    """The loops of one program, as one worker process runs them."""

    def __init__(self, program: Program, carrier: Carrier) -> None:
        self.program = program
        self._stop = threading.Event()
        self._threads = worker.start(program, carrier, self._stop)

    def tell(self) -> None:
        """Ask every loop to end when it is done with what it has in hand."""
        self._stop.set()

    def stop(self) -> None:
        """Wait until every loop has ended."""
        self.tell()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive(), f"{thread.name} does not stop"


class Form(ABC):
    """What a test may touch; which form it is, is told by nothing here."""

    def __init__(self) -> None:
        self.more: dict[str, str] = {}  # settings for whatever is started from now on
        self.web = {name: self.build(name) for name in PROGRAMS}
        for name, program in self.web.items():
            migrations.upgrade(name, program.engine)
        self.working = dict(self.web)
        self.workers: dict[str, Worker] = {}
        self.extra: list[Program] = []
        for name in PROGRAMS:
            self.start(name)
        self.settle()

    @abstractmethod
    def environment(self, name: str) -> dict[str, str]:
        """Say to a program what the platform says."""

    def build(self, name: str) -> Program:
        """Make one more program on the same database."""
        program: Program = create(name, settings_for(name, self.environment(name))).extensions["program"]
        return program

    @abstractmethod
    def program_at_work(self, name: str) -> Program:
        """Give a program whose loops can run: where it is a process of its own, a new one."""

    @abstractmethod
    def carrier(self, program: Program) -> Carrier:
        """Give a relay the way to the followers."""

    @abstractmethod
    def deliver(self, raw: bytes, key: str, **properties: Any) -> None:
        """Put bytes on the bus, as somebody outside the suite does."""

    @abstractmethod
    def deliver_many(self, messages: Sequence[Message]) -> None:
        """Put many on the bus, one right behind the other, as a relay does."""

    @abstractmethod
    def depose(self, name: str) -> bool:
        """Take the lead from whichever relay of the program has it now; tell whether that can happen at all."""

    @abstractmethod
    def locked_out(self, name: str) -> int:
        """Count how often the program's database had to part two who waited for each other."""

    def client(self, who: Caller | None, name: str = "customers") -> Client:
        """Speak HTTP to a program."""
        return Client(self.web[name], who)

    def web_anew(self, name: str) -> Program:
        """Start the program that answers HTTP again: it has nothing in its head any more."""
        self.extra.append(self.web[name])
        self.web[name] = self.build(name)
        return self.web[name]

    def start(self, name: str, way: WAY = lambda carrier: carrier) -> None:
        """Start a program's worker."""
        program = self.working[name] = self.program_at_work(name)
        self.workers[name] = Worker(program, way(self.carrier(program)))

    def stop(self, name: str) -> None:
        """Stop a program's worker."""
        self.workers.pop(name).stop()

    def restart(self, name: str, way: WAY = lambda carrier: carrier) -> None:
        """Stop a program's worker and start it again."""
        self.stop(name)
        self.start(name, way)

    @contextmanager
    def stopped(self, name: str) -> Iterator[None]:
        """Be without a program's worker for as long as the block lasts."""
        self.stop(name)
        try:
            yield
        finally:
            self.start(name)

    @contextmanager
    def second_worker(self, name: str, way: WAY = lambda carrier: carrier) -> Iterator[Worker]:
        """Run one more worker of a program, as a second process does."""
        program = self.build(name)
        second = Worker(program, way(self.carrier(program)))
        try:
            yield second
        finally:
            second.stop()
            program.close()

    def chores(self, name: str) -> None:
        """Make all that a program does now and again due at once; its worker does it."""
        with self.web[name].engine.begin() as connection:
            connection.execute(update(timers).values(due_at=now()))

    def kept(self, name: str, who: Caller) -> list[Any]:
        """List what waits or is parked of a tenant in one program."""
        mine = select(waiting).where(waiting.c.tenant_id == who.tenant)
        with self.web[name].engine.execution_options(reading=True).connect() as connection:
            return list(connection.execute(mine.order_by(waiting.c.version, waiting.c.id)))

    def measured(self, name: str, figure: str) -> float:
        """Read one figure of what a program tells of itself."""
        lines = self.client(None, name).get("/metrics").text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"{figure} "))

    def settle(self) -> None:
        """Wait until all that was put on the bus so far has been taken in, whatever became of it.

        What comes last is stored last. It is sent twice: a follower may take a batch at a time, and store the good
        before the bad.
        """
        for _ in range(2):
            last = nothing()
            self.deliver(events.write(last).encode(), last.type)
            for program in self.web.values():
                until(lambda program=program, last=last: _took(program, last), f"{program.name} takes what came")

    def relayed(self, name: str, who: Caller) -> None:
        """Wait until all that the tenant was announced so far is with its followers."""
        mine = (outbox.c.tenant_id == who.tenant) & outbox.c.sent_at.is_(None)

        def left() -> list[Any]:
            with self.web[name].engine.begin() as connection:
                return list(connection.execute(select(outbox.c.position).where(mine)))

        until(lambda: not left(), f"{name} announces")
        self.settle()

    def close(self) -> None:
        """Stop all of it."""
        for each in self.workers.values():
            each.tell()
        for name in list(self.workers):
            self.stop(name)
        for program in (*self.web.values(), *self.extra):
            program.close()


def nothing() -> events.Envelope:
    """Make an event that every program knows, and that has no effect in any."""
    return envelope(NoteWritten(uuid4(), uuid4(), "nothing"), Caller(uuid4()), customer=None)


def _took(program: Program, event: events.Envelope) -> bool:
    """Look at the counter of what it is about: that is never forgotten."""
    with program.engine.execution_options(reading=True).connect() as connection:
        counted = select(turns.seen.c.version).where(turns.seen.c.aggregate == event.about)
        return connection.scalar(counted) == event.aggregate_version
