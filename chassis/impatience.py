"""Connections to PostgreSQL on which nobody waits longer than his request may take, also where nobody answers.

What takes too long, the server ends by itself (``statement_timeout``). A server that is frozen or out of reach ends
nothing: then the connection is given up here, and the thread is free.
"""

import select
import time
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

from chassis import deadlines

GRACE = 0.5  # seconds after the deadline in which the server may still say that it ended something
DEAD_AFTER = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
# The same for the server: a relay whose machine is gone must not hold the lead for the two hours of the kernel.
HANG_UP = " ".join(f"-c tcp_{name}={DEAD_AFTER[name]}" for name in DEAD_AFTER if name.startswith("keepalives"))
SETTINGS: dict[str, Any] = {"connect_timeout": 3, "options": HANG_UP, **DEAD_AFTER}


class Silent(psycopg.OperationalError):
    """The database did not answer in time."""


class Unreachable(psycopg.OperationalError):
    """No connection could be opened: the database is away, is starting or has no room."""

    sqlstate = "57P03"  # "cannot connect now": the driver gives no state to what fails before there is a session


class Impatient(psycopg.Connection[Any]):
    """A connection that is given up when the request at hand has no time left."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server, but no longer than anybody waits for us."""
        left = deadlines.patience()
        if timeout is not None or left is None:
            return super().wait(gen, interval, timeout)
        ends = time.monotonic() + max(left, 0.0) + GRACE
        try:
            return super().wait(gen, interval, ends - time.monotonic())
        except psycopg.OperationalError as error:
            if time.monotonic() < ends or error.sqlstate is not None:
                raise
            self.close()  # what it still says would be the answer to something else
            raise Silent("the database did not answer in time") from error


def install(engine: Engine) -> None:
    """Have the engine open such connections, and notice peers that are gone."""

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, positional: Any, named: Any) -> Any:
        try:
            return Impatient.connect(*positional, **{**SETTINGS, **named})
        except psycopg.OperationalError as error:
            raise Unreachable(*error.args) from error

    @event.listens_for(engine, "checkout")
    def look(connection: Any, _record: Any, _proxy: Any) -> None:
        """Have the pool replace a connection that the server has closed; asking each time would cost a round trip."""
        if connection.closed or _has_something_to_say(connection):
            raise DisconnectionError


def _has_something_to_say(connection: Impatient) -> bool:
    """Tell whether there is something to read though nobody asked: the server's last words."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
