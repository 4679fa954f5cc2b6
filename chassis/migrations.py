"""Alembic for every program alike: migrations in ``<program>/migrations/versions``, one environment here."""

import random
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import structlog
from alembic import command, context
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, MetaData, text
from sqlalchemy.exc import IntegrityError, OperationalError

from chassis import epochs, idempotency, inbox, timers
from chassis.operations import pulse, redriving
from chassis.tables import chassis_tables

KNOWN = (idempotency.answers, inbox.inbox, epochs.installation, timers.timers, pulse.loops, redriving.redrives)
assert all(table.metadata is chassis_tables for table in KNOWN)  # imported: all tables of the chassis are known

log = structlog.get_logger()

LOCK_MS = 2_000  # the longest that a migration waits for a table, and others behind it
PATIENCE = 300.0  # seconds after which it gives up
PIECE = 1_000  # rows that are filled in one transaction
FOLD_ALL = "UPDATE {table} SET {column} = casefold({words}) WHERE {column} IS NULL"
FOLD_SOME = """
UPDATE {table} SET {column} = lower({words}) WHERE tenant_id = :tenant AND id IN (
    SELECT id FROM {table} WHERE tenant_id = :tenant AND {column} IS NULL LIMIT :piece
)
"""
EVERY_TENANT = """
WITH RECURSIVE every AS (
    (SELECT tenant_id FROM {table} ORDER BY tenant_id LIMIT 1)
    UNION ALL
    SELECT (SELECT tenant_id FROM {table} WHERE tenant_id > every.tenant_id ORDER BY tenant_id LIMIT 1)
    FROM every WHERE every.tenant_id IS NOT NULL
)
SELECT tenant_id FROM every WHERE tenant_id IS NOT NULL
"""  # one look into the primary key for each, however many rows they have


def package(program: str) -> str:
    """Name the Python package of a program."""
    return program if program == "gateway" else f"services.{program}"


def config(program: str) -> Config:
    """Point alembic at a program's migrations."""
    folder = import_module(package(program)).__path__[0]
    found = Config()
    found.set_main_option("script_location", str(Path(folder) / "migrations"))
    found.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    found.attributes["program"] = program
    return found


class TableInUse(Exception):
    """A migration did not get a table that others work with; nothing was changed."""


def upgrade(program: str, engine: Engine, *, lock_ms: int = LOCK_MS, patience: float = PATIENCE) -> None:
    """Bring the database to the newest form; a migration is done whole or not at all, and by one of us only.

    A database that is ahead of this program stays as it is: the release before works on the next one's tables.
    """
    migrate = _on_postgres if engine.dialect.name == "postgresql" else _on_sqlite
    with engine.connect() as connection:
        try:
            migrate(program, connection, lock_ms, time.monotonic() + patience)
        finally:
            connection.invalidate()  # what was set and locked for this must not stay in the pool


def _on_sqlite(program: str, connection: Connection, _lock_ms: int, until: float) -> None:
    """Do all in one transaction, without the foreign keys: a table that is built anew leaves its children alone."""
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute(f"PRAGMA busy_timeout={int((until - time.monotonic()) * 1000)}")
    with connection.begin():
        if pending(program, connection):
            _run(program, connection)
        if orphans := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
            raise IntegrityError(f"after migrating {program}", None, ValueError(orphans[:5]))


def _on_postgres(program: str, connection: Connection, lock_ms: int, until: float) -> None:
    """Ask for tables briefly and often: behind whoever waits for one, everybody else waits as well."""
    connection.exec_driver_sql(f"SET lock_timeout = {lock_ms}")
    connection.commit()
    while not _done_on_postgres(program, connection):
        if time.monotonic() > until:
            raise TableInUse(f"{program}: others hold a table, or migrate; try again when there is less to do")
        time.sleep(lock_ms / 1000 * random.random())  # noqa: S311  # spreads the tries


def _done_on_postgres(program: str, connection: Connection) -> bool:
    """Migrate, unless another command does so just now or somebody holds a table."""
    with connection.begin():  # whoever waited inside a transaction would keep an index from being built concurrently
        alone = connection.scalar(text("SELECT pg_try_advisory_lock(hashtext('migrations'))"))
        due = pending(program, connection)
    try:
        if alone and due:
            _run(program, connection)
    except OperationalError as error:
        connection.rollback()
        if not isinstance(error.orig, LockNotAvailable):
            raise
        log.warning("migration waits", service=program, reason=str(error.orig))
        return False
    return bool(alone)


def _run(program: str, connection: Connection) -> None:
    settings = config(program)
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")


def check(program: str, engine: Engine) -> None:
    """Fail when the tables in the code and the migrations differ."""
    settings = config(program)
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.check(settings)


def pending(program: str, connection: Connection) -> bool:
    """Tell whether the database is behind the code; it is not when it is ahead."""
    scripts = ScriptDirectory.from_config(config(program))
    current = set(MigrationContext.configure(connection).get_current_heads())
    return current <= {each.revision for each in scripts.walk_revisions()} and current != set(scripts.get_heads())


def environment(tables: MetaData) -> None:
    """Run inside alembic: each program's ``migrations/env.py`` is one call of this."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=[tables, chassis_tables],
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=_compare_type,
        include_object=_ours,
        transaction_per_migration=True,  # an index that is built concurrently cannot be part of one around all
    )
    with context.begin_transaction():
        context.run_migrations()


def _compare_type(*args: Any) -> bool | None:
    """Leave types that our own decorators choose per database to them."""
    metadata_type = args[-1]
    return False if type(metadata_type).__module__.startswith("chassis") else None


def _ours(_thing: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:  # noqa: FBT001
    """Indexes that only PostgreSQL can have are made by hand in the migrations, named ``pg_…``."""
    return not (kind == "index" and reflected and (name or "").startswith("pg_"))


def index(operations: Operations, name: str, table: str, columns: Sequence[str], **more: Any) -> None:
    """Index a table that is in use, in a migration of its own: PostgreSQL builds it beside those who write."""
    if operations.get_bind().dialect.name != "postgresql":
        operations.create_index(name, table, columns, **more)
        return
    with operations.get_context().autocommit_block():
        operations.execute("SET lock_timeout = 0")  # it waits for old transactions, and nobody waits for it
        operations.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")  # what a killed command left, unfinished
        operations.create_index(name, table, columns, postgresql_concurrently=True, **more)


def fold(operations: Operations, table: str, column: str, words: str) -> None:
    """Fill a new *column* with *words* (SQL) without regard to case, where rows are, in a migration of its own.

    PostgreSQL does it tenant by tenant and piece by piece, beside those who write; done again it goes on.
    """
    connection, names = operations.get_bind(), {"table": table, "column": column, "words": words}
    if connection.dialect.name != "postgresql":
        raw: Any = connection.connection.driver_connection
        raw.create_function("casefold", 1, str.casefold)  # its own lower() knows a to z
        operations.execute(FOLD_ALL.format(**names))
        return
    tenants = _tenants(operations, table)
    piece = text(FOLD_SOME.format(**names))
    with operations.get_context().autocommit_block():
        for tenant in tenants:
            connection.execute(text("SELECT set_config('app.tenant', :tenant, false)"), {"tenant": str(tenant)})
            while connection.execute(piece, {"tenant": tenant, "piece": PIECE}).rowcount:
                pass


def _tenants(operations: Operations, table: str) -> Sequence[Any]:
    """List who has rows in a table; for this one question its owner is let past row-level security."""
    operations.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    found = operations.get_bind().scalars(text(EVERY_TENANT.format(table=table))).all()
    operations.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    return found


def protect(operations: Operations, *tables: str) -> None:
    """Turn row-level security on: without a tenant in the session, PostgreSQL gives and takes no row.

    FORCE makes it hold for the tables' owner, which is the very role the program works as.
    """
    if operations.get_bind().dialect.name != "postgresql":
        return
    for table in tables:
        operations.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        operations.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        operations.execute(
            f"CREATE POLICY tenant ON {table} USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)"
        )
