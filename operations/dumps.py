"""A database in one file: by PostgreSQL's own programs, or by SQLite's online backup.

Whoever counts what is in the file looks at the very moment that the file holds.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Connection, Engine, create_engine, func, inspect, select, text

from chassis.tables import chassis_tables
from operations.sites import Site

FILES = {"postgresql": "database.dump", "sqlite": "database.sqlite"}
# What the target's owner and rights are is the target's business; its role and name may be others than the source's.
PLAIN = ("--no-owner", "--no-privileges")


class Spoilt(Exception):
    """A backup cannot be taken here, or cannot be relied on."""


def seal(path: Path) -> str:
    """Compute a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def taken(site: Site, path: Path) -> Iterator[Connection]:
    """Write the database into *path*, and give a connection that sees exactly what is in it."""
    if site.on_postgres:
        with site.reading() as connection:
            _dump(site.reader.url, connection, path)
            yield connection
        return
    _copy_sqlite(Path(str(site.program.engine.url.database)), path)
    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _dump(url: URL, connection: Connection, path: Path) -> None:
    """Dump in the transaction's own snapshot.

    The reader bypasses row-level security. The tables' owner cannot: without more it is refused, and with
    ``--enable-row-security`` it would write a dump without rows.
    """
    snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
    with path.open("xb") as file:
        _run(["pg_dump", "--format=custom", *PLAIN, f"--snapshot={snapshot}"], url, stdout=file)


def _copy_sqlite(source: Path, path: Path) -> None:
    """Copy while others write: readers hold up nobody in WAL mode."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(path)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        _examine(copy)


def _examine(copy: sqlite3.Connection) -> None:
    """Refuse a file that is not a whole database."""
    try:
        [verdict] = copy.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError as error:
        verdict = error
    if verdict != "ok":
        raise Spoilt(f"SQLite says: {verdict}")


def load(site: Site, path: Path) -> None:
    """Bring a file back into the program's empty database: all of it, or nothing."""
    url = site.program.engine.url
    if not site.on_postgres:
        with closing(sqlite3.connect(path)) as copy, closing(sqlite3.connect(str(url.database))) as new:
            _examine(copy)
            copy.backup(new)
        return
    with path.open("rb") as file:
        command = ["pg_restore", *PLAIN, "--exit-on-error", "--single-transaction", f"--dbname={url.database}"]
        _run(command, url, stdin=file)


def _run(command: list[str], url: URL, **streams: Any) -> None:
    """Run a program of PostgreSQL's; what it must not show in a list of processes is in its environment."""
    if not shutil.which(command[0]):
        raise Spoilt(f"{command[0]} is needed, of the server's version or newer")
    env = {**os.environ, **told(url)}
    done = subprocess.run(command, env=env, stderr=subprocess.PIPE, check=False, **streams)  # noqa: S603
    if done.returncode:
        raise Spoilt(f"{command[0]}: {done.stderr.decode(errors='replace').strip()[-2000:]}")


def told(url: URL) -> Mapping[str, str]:
    """Say to a program of PostgreSQL's where the database is, in its environment."""
    parts = {
        "PGHOST": url.host,
        "PGPORT": url.port or 5432,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        **{f"PG{name.upper()}": value for name, value in url.query.items()},
    }
    return {name: str(value) for name, value in parts.items() if value is not None}


def is_empty(engine: Engine) -> bool:
    """Tell whether nothing was ever made in a database."""
    with engine.connect() as connection:
        return not inspect(connection).get_table_names()


def rows(site: Site, connection: Connection) -> dict[str, int]:
    """Count the rows of every table."""
    known = {**site.program.tables.tables, **chassis_tables.tables}
    there = set(inspect(connection).get_table_names())
    return {
        name: connection.scalar(select(func.count()).select_from(table)) or 0
        for name, table in sorted(known.items())
        if name in there
    }


def revision(connection: Connection) -> str | None:
    """Return the last migration that was done."""
    return MigrationContext.configure(connection).get_current_revision()
