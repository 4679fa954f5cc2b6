"""Open streams of server-sent events, all served by one thread of a web process.

A stream costs a socket and no thread: the request that opened it is answered with the head of an endless body, and the
connection is taken over from the web server. However many people look at cards, the server's threads stay free for
those who ask for something.

What is told is only that a service knows something new of the customer: a browser that hears it asks for the card anew,
with its rights of that moment.
"""

import socket
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from chassis.tables import now
from gateway.card.models import Change, changes_of, changes_since

LOOK = 0.2  # seconds between two looks for changes
STILL_HERE = 15.0  # seconds of silence after which a stream says so: proxies hang up on the silent
LONGEST = 300.0  # seconds; then the browser comes again, and is looked at anew
LATE = timedelta(seconds=5)  # so much later than its moment a change may be committed
MOST = 2_000  # streams of one process

log = structlog.get_logger()


@dataclass(eq=False)
class Stream:
    """Somebody who looks at a card."""

    tenant: UUID
    customer: UUID
    since: datetime  # what changed later is news
    line: socket.socket
    opened: float
    spoke: float = 0.0  # not yet greeted


class Streams:
    """All open streams of this process."""

    def __init__(self, engine: Engine, stopping: threading.Event) -> None:
        self._engine = engine.execution_options(reading=True)
        self._stopping = stopping
        self._open: set[Stream] = set()
        self._new: list[Stream] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def full(self) -> bool:
        """Tell whether there is no room for one more."""
        return self.count() >= MOST

    def count(self) -> int:
        """Tell how many there are."""
        return len(self._open) + len(self._new)

    def add(self, tenant: UUID, customer: UUID, since: datetime, line: socket.socket) -> None:
        """Serve a connection from now on; begin with what changed since a moment."""
        line.setblocking(False)  # noqa: FBT003  # socket's signature
        with self._lock:
            self._new.append(Stream(tenant, customer, since, line, time.monotonic()))
            if self._thread is None:  # late: a thread that was there before a fork is not there after it
                self._thread = threading.Thread(target=self._run, name="live", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        told: set[Change] = set()
        while not self._stopping.is_set() and self._take_in():
            try:
                told = self._look(told)
            except SQLAlchemyError as error:
                log.warning("live updates wait for the database", error=repr(error))
            self._keep_up()
            time.sleep(LOOK)
        for stream in {*self._open, *self._new}:
            self._drop(stream)

    def _take_in(self) -> bool:
        """Take in who is new; end where there is nobody."""
        with self._lock:
            new, self._new = self._new, []
            if not new and not self._open:
                self._thread = None
                return False
        self._open |= set(new)
        return True

    def _look(self, told: set[Change]) -> set[Change]:
        """Tell everybody what is news to them; return what is known now of the last few seconds."""
        with self._engine.connect() as connection:
            recent = changes_since(connection, now() - LATE)
            for stream in [each for each in self._open if not each.spoke]:
                missed = changes_of(connection, stream.tenant, stream.customer, stream.since)
                self._say(stream, _news(missed) if missed else ": hello\n\n")
        by_card: dict[tuple[UUID, UUID], list[Change]] = defaultdict(list)
        for change in recent - told:
            by_card[change.tenant, change.customer].append(change)
        for stream in [each for each in self._open if (each.tenant, each.customer) in by_card]:
            self._say(stream, _news(by_card[stream.tenant, stream.customer]))
        return recent

    def _keep_up(self) -> None:
        """Hang up on who has listened for long, and say to the others that somebody is still here."""
        moment = time.monotonic()
        for stream in list(self._open):
            if moment - stream.opened > LONGEST:
                self._drop(stream)
            elif moment - stream.spoke > STILL_HERE:
                self._say(stream, ": still here\n\n")

    def _say(self, stream: Stream, text: str) -> None:
        data = text.encode()
        try:
            whole = stream.line.send(data) == len(data)
        except OSError:  # gone, or too slow to take a few bytes: it comes again if it wants to
            whole = False
        stream.spoke = time.monotonic()
        if not whole:
            self._drop(stream)

    def _drop(self, stream: Stream) -> None:
        self._open.discard(stream)
        with suppress(OSError):
            stream.line.shutdown(socket.SHUT_RDWR)  # whatever hold on it the web server still has
        stream.line.close()


def _news(changes: Iterable[Change]) -> str:
    """Write an event; its id is the moment from which the browser goes on when it comes again."""
    changes = list(changes)
    services = " ".join(sorted({change.service for change in changes}))
    last = max(change.changed_at for change in changes)
    return f"id: {last.isoformat()}\nevent: changed\ndata: {services}\n\n"
