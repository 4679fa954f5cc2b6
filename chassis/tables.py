"""What tables are made of: keys, tenant, departments, versions, and types that behave alike on both databases."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Engine,
    ForeignKeyConstraint,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    any_,
    cast,
    column,
    event,
    func,
    literal,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from uuid_utils.compat import uuid7

TIMED = 7  # the version of ids that begin with the milliseconds of their making

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

chassis_tables = MetaData(naming_convention=NAMING)  # what the chassis itself keeps in every program's database

Ordered = String().with_variant(String(collation="C"), "postgresql")  # sorts by code point on both databases


def metadata() -> MetaData:
    """Start a service's set of tables, with names that alembic can rely on."""
    return MetaData(naming_convention=NAMING)


def insert_into(table: Any, bind: Connection | Engine) -> Any:
    """Begin an INSERT that can say what to do with a row that is there already, in the database's own dialect."""
    return (postgresql if bind.dialect.name == "postgresql" else sqlite).insert(table)


def insert_new(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row unless its key is there; tell whether it was new. Waits for whoever inserts the same key now."""
    statement = insert_into(table, connection).values(row).on_conflict_do_nothing()
    return connection.execute(statement.returning(*table.primary_key.columns)).first() is not None


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], on_conflict: Any) -> int:
    """Insert rows, at least one, as *on_conflict* completes the statement; return how many were written.

    PostgreSQL is given one text for all: parsing a parameter per value took its driver a fifth of a crowd's time.
    """
    statement, names = insert_into(table, connection).execution_options(preserve_rowcount=True), list(rows[0])
    if connection.dialect.name != "postgresql":
        return int(connection.execute(on_conflict(statement), rows).rowcount)
    told = cast(literal(json.dumps(rows, default=str), Text()), JSON())
    columns = (column(name, table.c[name].type) for name in names)
    source = func.json_to_recordset(told).table_valued(*columns).render_derived(with_types=True)
    return int(connection.execute(on_conflict(statement.from_select(names, select(source)))).rowcount)


def among(values: Collection[Any], of: Any, bind: Connection | Engine) -> ColumnElement[bool]:
    """Match a column *of* one of many values; PostgreSQL is given them as one array, for the reason above."""
    array = any_(literal(list(values), ARRAY(of.type)))
    return of == array if bind.dialect.name == "postgresql" else of.in_(values)


def now() -> datetime:
    """Return this moment; all times are stored in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return this day as it is in Norway: there days begin an hour or two before they do in UTC."""
    return now().astimezone(ZoneInfo("Europe/Oslo")).date()


def made(thing: UUID) -> datetime | None:
    """Read from an id of version 7 when it was made."""
    return datetime.fromtimestamp((thing.int >> 80) / 1000, UTC) if thing.version == TIMED else None


class Utc(TypeDecorator[datetime]):
    """A moment, stored and read as UTC (SQLite keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: nobody can say when it was."""
        if value is None:
            return None
        assert value.tzinfo is not None, "a moment needs a zone"
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give back the zone that SQLite dropped."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Amount(TypeDecorator[Decimal]):
    """An exact decimal: NUMERIC on PostgreSQL, a scaled whole number on SQLite, which has none."""

    impl = Numeric
    cache_ok = True

    def __init__(self, scale: int = 2) -> None:
        super().__init__()
        self.scale = scale

    def __repr__(self) -> str:
        return f"Amount({self.scale})"

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Choose the column type that adds up exactly."""
        exact = Numeric(18, self.scale) if dialect.name == "postgresql" else BigInteger()
        return dialect.type_descriptor(exact)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | int | None:
        """Scale on the way in."""
        if value is None or dialect.name == "postgresql":
            return value
        return int(Decimal(value).scaleb(self.scale).to_integral_value())

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Scale back on the way out."""
        if value is None or dialect.name == "postgresql":
            return value
        return Decimal(value).scaleb(-self.scale)


class Ids(TypeDecorator[list[UUID]]):
    """A short list of ids in one column: uuid[] on PostgreSQL, JSON on SQLite."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Choose the column type that can be searched."""
        return dialect.type_descriptor(ARRAY(Uuid()) if dialect.name == "postgresql" else JSON())

    def process_bind_param(self, value: Sequence[UUID] | None, dialect: Dialect) -> Any:
        """JSON knows no ids, only text."""
        if value is None or dialect.name == "postgresql":
            return value
        return [str(each) for each in value]

    def process_result_value(self, value: Any, _dialect: Dialect) -> list[UUID] | None:
        """Give ids back."""
        return None if value is None else [UUID(str(each)) for each in value]


class overlaps(FunctionElement[bool]):  # noqa: N801  # reads as the SQL function it is
    """Tell whether an ``Ids`` column shares an id with a list given as comma-separated text."""

    inherit_cache = True
    name = "overlaps"


@compiles(overlaps, "postgresql")
def _overlaps_arrays(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    column, ids = element.clauses
    left, right = compiler.process(column, **kw), compiler.process(ids, **kw)
    return f"({left} && CAST(string_to_array({right}, ',') AS uuid[]))"


@compiles(overlaps)  # on SQLite, and where SQLAlchemy only looks at a statement
def _overlaps_json(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    column, ids = element.clauses
    left, right = compiler.process(column, **kw), compiler.process(ids, **kw)
    return f"EXISTS (SELECT 1 FROM json_each({left}) AS one WHERE instr({right}, one.value) > 0)"  # noqa: S608  # both parts come from the compiler


class Tenanted:
    """A row of one tenant. The chassis adds the tenant to every query and every new row."""

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-3)


class Scoped(Tenanted):
    """A row with an id of its own."""

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-2)


@event.listens_for(Scoped, "init", propagate=True)
def _identify(_row: Scoped, _args: Any, values: dict[str, Any]) -> None:
    """Give a new row its id at once: the event that announces it needs one."""
    values.setdefault("id", uuid7())


class Versioned(Scoped):
    """A row whose changes are announced: its version is the number of facts announced about it.

    ``outbox.record`` counts it up; an UPDATE that meets another version than it read fails.
    """

    version: Mapped[int] = mapped_column(default=0, sort_order=-1)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """Let every UPDATE check the version it read."""
        return {"version_id_col": cls.version, "version_id_generator": False}


@event.listens_for(Versioned, "init", propagate=True)
def _unannounced(_row: Versioned, _args: Any, values: dict[str, Any]) -> None:
    values.setdefault("version", 0)


class InDepartments(Scoped):
    """A row that only people of its departments meet. The chassis adds them to every query."""

    departments: Mapped[list[UUID]] = mapped_column(Ids(), default=list)


class Series(Tenanted):
    """The last number of each series; ``db.next_number`` counts it up."""

    name: Mapped[str] = mapped_column(Text(), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


def within(parent: str, column: str) -> ForeignKeyConstraint:
    """Tie a row to its *parent* table by *column*, inside the same tenant."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{parent}.tenant_id", f"{parent}.id"])
