"""Alembic for every program alike: migrations in ``<program>/migrations/versions``, one environment here."""

from importlib import import_module
from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData

from chassis import idempotency, inbox
from chassis.outbox import chassis_tables

assert idempotency.answers.metadata is inbox.inbox.metadata is chassis_tables  # all tables of the chassis are known


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


def upgrade(program: str, engine: Engine) -> None:
    """Bring the database to the newest form; a failed migration leaves no trace."""
    settings = config(program)
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


def check(program: str, engine: Engine) -> None:
    """Fail when the tables in the code and the migrations differ."""
    settings = config(program)
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.check(settings)


def pending(program: str, connection: Connection) -> bool:
    """Tell whether the database is behind the code."""
    heads = set(ScriptDirectory.from_config(config(program)).get_heads())
    return not heads <= set(MigrationContext.configure(connection).get_current_heads())


def environment(tables: MetaData) -> None:
    """Run inside alembic: each program's ``migrations/env.py`` is one call of this."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=[tables, chassis_tables],
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=_compare_type,
        include_object=_ours,
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
