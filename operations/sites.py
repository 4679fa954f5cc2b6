"""One program where it runs, with somebody who may read the rows of all tenants."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from chassis import config, db
from chassis.config import ConfigError
from chassis.program import Program
from chassis.run import create, settings_for

READER = "KUNDEKORT_READER_URL"


@dataclass
class Site:
    """A program built from its settings; on PostgreSQL its reader is a role of its own.

    Row-level security holds for the program's role as for everybody: it sees one tenant, or nothing. Whoever compares
    or backs up must see all, and needs to change nothing. No web process or worker is ever told of that role.
    """

    program: Program
    reader: Engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """See all rows as they stand at one moment."""
        with self.reader.connect() as connection, connection.begin():
            yield connection

    @property
    def on_postgres(self) -> bool:
        """Tell the production form from the embedded one."""
        return self.program.engine.dialect.name == "postgresql"

    def close(self) -> None:
        """Let go of the databases."""
        self.reader.dispose()
        self.program.close()


def open_site(name: str, env: Mapping[str, str]) -> Site:
    """Build a program for the operator's purposes."""
    settings = settings_for(name, env)
    reader = None if settings.database_url.startswith("sqlite") else _reader(config.text(READER, env))
    program: Program = create(name, settings).extensions["program"]
    return Site(program, reader or program.engine.execution_options(reading=True))


def _reader(url: str | None) -> Engine:
    """Refuse a role from which rows are hidden: it would back up nothing, and find every copy missing."""
    if not url:
        raise ConfigError(f"set {READER}: a role with BYPASSRLS that may read everything and change nothing")
    engine = db.connect(url).execution_options(isolation_level="REPEATABLE READ")
    query = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    with engine.connect() as connection:
        sees_all = connection.scalar(query)
    if not sees_all:
        engine.dispose()
        raise ConfigError(f"the role of {READER} has no BYPASSRLS: it would see no rows")
    return engine
