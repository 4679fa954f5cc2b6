"""Events that could not be taken yet, and those that nobody tries again by himself (parked), with their raw bytes."""

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from chassis.events import Envelope
from chassis.outbox import Position, chassis_tables
from chassis.tables import Utc, now

MOST_TRIES = 5
LONGEST_PAUSE = timedelta(minutes=5)

waiting = Table(
    "inbox_waiting",
    chassis_tables,
    Column("id", Position, primary_key=True),
    Column("event_id", Uuid, unique=True),  # none: the bytes could not be read
    Column("tenant_id", Uuid),
    Column("type", Text),
    Column("aggregate", Text),  # none: no later event waits behind this one
    Column("version", Integer),
    Column("raw", LargeBinary, nullable=False),
    Column("properties", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("next_at", Utc, nullable=False),
    Column("parked_at", Utc),
)
Index("ix_inbox_waiting_aggregate", waiting.c.aggregate, waiting.c.version)
Index("ix_inbox_waiting_due", waiting.c.next_at)


class Hold(Exception):
    """The event cannot be taken now; it is kept, and the message says why."""

    counted = 1  # this was one of the tries
    parked = False  # nobody tries again by himself
    ordered = True  # later events of the same aggregate wait behind it


class Behind(Hold):
    """An earlier event of the same aggregate waits as well."""

    counted = 0


class Hopeless(Hold):
    """Trying again cannot help."""

    parked = True
    ordered = False


def insert_new(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row unless its key is there; tell whether it was new. Waits for whoever inserts the same key now."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(row).on_conflict_do_nothing()
    return connection.execute(statement.returning(*table.primary_key.columns)).first() is not None


def keep(connection: Connection, envelope: Envelope, raw: bytes, hold: Hold, aggregate: str, pause_ms: int) -> bool:
    """Keep an event for later; tell whether it is parked now."""
    row = {
        "event_id": envelope.id,
        "tenant_id": envelope.tenant,
        "type": envelope.type,
        "aggregate": aggregate if hold.ordered else None,
        "version": envelope.aggregate_version,
        "raw": raw,
        "properties": {},
        "reason": str(hold),
        "attempts": 0,
        "received_at": now(),
        "next_at": now(),
    }
    insert_new(connection, waiting, row)
    mine = waiting.c.event_id == envelope.id
    attempts = (connection.scalar(select(waiting.c.attempts).where(mine)) or 0) + hold.counted
    parked = hold.parked or attempts >= MOST_TRIES
    values = {
        "aggregate": row["aggregate"],
        "attempts": attempts,
        "reason": str(hold),
        "next_at": now() + _pause(attempts, pause_ms),
        "parked_at": now() if parked else None,
    }
    connection.execute(update(waiting).where(mine).values(values))
    return parked


def _pause(attempts: int, pause_ms: int) -> timedelta:
    """Back off with full jitter, so that a crowd of failures does not return as a crowd."""
    longest = min(timedelta(milliseconds=pause_ms * 2**attempts), LONGEST_PAUSE)
    return longest * random.random()  # noqa: S311  # spreads load, guards nothing


def park_unreadable(connection: Connection, raw: bytes, properties: Mapping[str, Any], reason: str) -> None:
    """Keep bytes that are no event of ours: somebody has to look at them."""
    row = {
        "raw": raw,
        "properties": {str(name): str(value)[:500] for name, value in properties.items()},
        "reason": reason,
        "attempts": 1,
        "received_at": now(),
        "next_at": now(),
        "parked_at": now(),
    }
    connection.execute(insert(waiting).values(row))


def remove(connection: Connection, event_id: UUID, raw: bytes) -> Any:
    """Take an event out again, because it is tried now; return its aggregate and how often it was tried before."""
    mine = (waiting.c.event_id == event_id) & (waiting.c.raw == raw)  # another body under its id stays where it is
    statement = delete(waiting).where(mine).returning(waiting.c.aggregate, waiting.c.attempts)
    return connection.execute(statement).one_or_none()


def forget(connection: Connection, row_id: int) -> None:
    """Drop a row whose bytes were taken in anew."""
    connection.execute(delete(waiting).where(waiting.c.id == row_id))


def earlier(connection: Connection, aggregate: str, version: int) -> bool:
    """Tell whether an earlier event of the aggregate is still here."""
    before = (waiting.c.aggregate == aggregate) & (waiting.c.version < version)
    return bool(connection.scalar(select(exists().where(before))))


def missing(version: int) -> str:
    """Say what an event waits for."""
    return f"version {version} is missing"


def release(connection: Connection, aggregate: str, version: int) -> None:
    """Make the events of an aggregate due: the one they waited for has come, however late."""
    mine = waiting.c.aggregate == aggregate
    starved = mine & (waiting.c.reason == missing(version))
    connection.execute(update(waiting).where(starved).values(parked_at=None, attempts=0))
    connection.execute(update(waiting).where(mine & waiting.c.parked_at.is_(None)).values(next_at=now()))


def due(connection: Connection, limit: int) -> Sequence[Any]:
    """List what may be tried now: of each aggregate only the earliest."""
    first = waiting.alias()
    has_earlier = exists().where(first.c.aggregate == waiting.c.aggregate, first.c.version < waiting.c.version)
    query = (
        select(waiting.c.id, waiting.c.event_id, waiting.c.raw, waiting.c.properties)
        .where(waiting.c.parked_at.is_(None), waiting.c.next_at <= now(), ~has_earlier)
        .order_by(waiting.c.next_at)
        .limit(limit)
    )
    return connection.execute(query).all()


def counts(connection: Connection) -> tuple[int, int]:
    """Return how many events wait and how many are parked."""
    query = select(func.count(waiting.c.id) - func.count(waiting.c.parked_at), func.count(waiting.c.parked_at))
    return tuple(connection.execute(query).one())  # type: ignore[return-value]


def parked(connection: Connection, *, event_type: str | None = None, event_id: UUID | None = None) -> Sequence[Any]:
    """List parked events, those of one aggregate in their order."""
    query = select(waiting).where(waiting.c.parked_at.is_not(None))
    if event_type:
        query = query.where(waiting.c.type == event_type)
    if event_id:
        query = query.where(waiting.c.event_id == event_id)
    return connection.execute(query.order_by(waiting.c.aggregate, waiting.c.version, waiting.c.id)).all()


def unpark(connection: Connection, ids: Sequence[int]) -> None:
    """Let parked events be tried again from the start."""
    again = update(waiting).where(waiting.c.id.in_(ids))
    connection.execute(again.values(parked_at=None, attempts=0, next_at=now()))
