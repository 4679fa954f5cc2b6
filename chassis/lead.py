"""Be the only process of a program that does something, for as long as it lasts.

On PostgreSQL an advisory lock lives on a connection, on SQLite a file beside the database is locked: both end with
the process, whatever ends that.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

if TYPE_CHECKING:
    from chassis.program import Program


@contextmanager
def alone(program: "Program", what: str) -> Iterator[bool]:
    """Tell whether nobody else does it now, and keep others from it until the block ends."""
    if program.engine.dialect.name != "postgresql":
        with first_at(f"{program.engine.url.database}.{what}") as first:
            yield first
        return
    with program.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        name = f"{what}:{program.name}"
        first = take(connection, name)
        try:
            yield first
        finally:
            if first:
                connection.execute(text("SELECT pg_advisory_unlock(hashtext(:name))"), {"name": name})


def take(connection: Connection, name: str) -> bool:
    """Take a lock that lasts as long as this connection, if nobody has it (PostgreSQL)."""
    return bool(connection.scalar(text("SELECT pg_try_advisory_lock(hashtext(:name))"), {"name": name}))


@contextmanager
def first_at(path: str) -> Iterator[bool]:
    """Tell whether nobody else has this file, and keep others from it until the block ends."""
    with Path(path).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
