"""Signs of life: each loop of a worker shows that it comes round, in memory and, for everybody to see, in a table."""

import os
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

import structlog
from sqlalchemy import Column, Connection, Table, Text, delete, select

from chassis.tables import Utc, chassis_tables, insert_into, now

if TYPE_CHECKING:
    from chassis.program import Program

log = structlog.get_logger()

PAUSE = 5.0  # seconds between two signs
FORGOTTEN = timedelta(minutes=10)  # the signs of a worker that is no more, once another gives some
PATIENCE = 600.0  # seconds in which every loop comes round, also when each of a hundred events takes its time
WELL, AWAY = "well", "away"  # whether a loop reaches whom it serves

loops = Table(
    "loops",
    chassis_tables,
    Column("worker", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("seen_at", Utc, nullable=False),
    Column("state", Text, nullable=False),
)


class Sign(NamedTuple):
    """When a loop was last seen going round."""

    worker: str  # host:process
    name: str
    seen_at: datetime
    state: str


class Rounds(threading.Event):
    """The order to stop, as one loop sees it: by asking for it, as every loop does, it shows that it moves."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__()
        self._stop = stop
        self.last = monotonic()

    def is_set(self) -> bool:
        """Tell whether to stop."""
        self.last = monotonic()
        return self._stop.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Rest, or stop."""
        self.last = monotonic()
        return self._stop.wait(timeout)


class Loop(threading.Thread):
    """One of the things that a worker does all the time."""

    def __init__(
        self,
        program: "Program",
        name: str,
        work: Callable[[threading.Event], None],
        stop: threading.Event,
        *,
        patience: float = PATIENCE,
        state: Callable[[], str] = lambda: WELL,
    ) -> None:
        super().__init__(name=f"{program.name} {name}", daemon=True)
        self.title, self.state = name, state
        self._work, self._rounds, self._patience = work, Rounds(stop), patience

    def run(self) -> None:
        """Go round until told to stop."""
        self._work(self._rounds)

    @property
    def rested(self) -> float:
        """Return the seconds since it last came round."""
        return monotonic() - self._rounds.last

    @property
    def moves(self) -> bool:
        """Tell whether it lives and comes round."""
        return self.is_alive() and self.rested < self._patience


def run(program: "Program", watched: Sequence[Loop], stop: threading.Event) -> None:
    """Write down when each loop was last seen, until told to stop."""
    while not stop.is_set():
        try:
            with program.engine.begin() as connection:
                write(connection, watched)
        except Exception as error:  # noqa: BLE001  # the database is away; the signs come again with it
            log.warning("no sign of life", service=program.name, error=repr(error))
        stop.wait(PAUSE)


def write(connection: Connection, watched: Sequence[Loop]) -> None:
    """Give a sign of each loop, at the moment when it came round; whoever writes this may be well where it is not."""
    worker, moment = f"{socket.gethostname()}:{os.getpid()}", now()
    signs = [Sign(worker, each.title, moment - timedelta(seconds=each.rested), each.state()) for each in watched]
    statement = insert_into(loops, connection).values([sign._asdict() for sign in signs])
    seen = {"seen_at": statement.excluded.seen_at, "state": statement.excluded.state}
    connection.execute(statement.on_conflict_do_update(index_elements=["worker", "name"], set_=seen))
    connection.execute(delete(loops).where(loops.c.worker != worker, loops.c.seen_at < moment - FORGOTTEN))


def seen(connection: Connection) -> list[Sign]:
    """Read the signs of all workers, of each loop the latest first."""
    query = select(*(loops.c[name] for name in Sign._fields)).order_by(loops.c.name, loops.c.seen_at.desc())
    return [Sign(*row) for row in connection.execute(query)]
