"""Events that could not be taken yet, and those that nobody tries again by himself (parked), with their raw bytes."""

import hashlib
import random
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
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
    or_,
    select,
    update,
)

from chassis.events import Envelope
from chassis.outbox import Position
from chassis.tables import Utc, among, chassis_tables, insert_new, now

MOST_TRIES = 5
UNKNOWN = "unknown type"  # why an event waits for the next release
LONGEST_PAUSE = timedelta(minutes=5)

waiting = Table(
    "inbox_waiting",
    chassis_tables,
    Column("id", Position, primary_key=True),
    Column("event_id", Uuid, unique=True),  # none: the bytes could not be read; a body under another's id has its own
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


class Arrival(NamedTuple):
    """An event as it came, and what the bus says of it."""

    envelope: Envelope
    raw: bytes
    properties: Mapping[str, Any]


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


class AnotherBody(Hopeless):
    """Its id belongs to a body that came before it."""

    def __str__(self) -> str:
        return "another body under a known id"


def keep(connection: Connection, arrival: Arrival, hold: Hold, aggregate: str, pause_ms: int) -> bool:
    """Keep an event for later; tell whether it is parked now."""
    envelope = arrival.envelope
    key = _apart(envelope.id, arrival.raw) if isinstance(hold, AnotherBody) else envelope.id
    row = {
        "event_id": key,
        "tenant_id": envelope.tenant,
        "type": envelope.type,
        "aggregate": aggregate if hold.ordered else None,
        "version": envelope.aggregate_version,
        "raw": arrival.raw,
        "properties": _told(arrival.properties),
        "reason": str(hold),
        "attempts": 0,
        "received_at": now(),
        "next_at": now(),
    }
    insert_new(connection, waiting, row)
    mine = waiting.c.event_id == key
    known = connection.execute(select(waiting.c.attempts, waiting.c.raw).where(mine)).one()
    if known.raw != arrival.raw:  # which came in this very moment
        return keep(connection, arrival, AnotherBody(), aggregate, pause_ms)
    attempts = known.attempts + hold.counted
    parked = hold.parked or attempts >= MOST_TRIES
    values = {
        "aggregate": row["aggregate"],
        "attempts": attempts,
        "reason": str(hold),
        "next_at": now() + backoff(attempts, pause_ms),
        "parked_at": now() if parked else None,
    }
    connection.execute(update(waiting).where(mine).values(values))
    return parked


def backoff(attempts: int, pause_ms: int) -> timedelta:
    """Back off with full jitter, so that a crowd of failures does not return as a crowd."""
    longest = min(timedelta(milliseconds=pause_ms * 2**attempts), LONGEST_PAUSE)
    return longest * random.random()  # noqa: S311  # spreads load, guards nothing


def _told(properties: Mapping[str, Any]) -> dict[str, str]:
    """Write down what the bus says of a message, whatever types it has there."""
    return {str(name): str(value)[:500] for name, value in properties.items()}


def park_unreadable(connection: Connection, raw: bytes, properties: Mapping[str, Any], reason: str) -> None:
    """Keep bytes that are no event of ours: somebody has to look at them."""
    row = {
        "raw": raw,
        "properties": _told(properties),
        "reason": reason,
        "attempts": 1,
        "received_at": now(),
        "next_at": now(),
        "parked_at": now(),
    }
    connection.execute(insert(waiting).values(row))


def park_again(connection: Connection, row_id: int, reason: str) -> None:
    """Keep bytes where they are: they still cannot be read."""
    mine = update(waiting).where(waiting.c.id == row_id)
    connection.execute(mine.values(reason=reason, attempts=waiting.c.attempts + 1, parked_at=now()))


def remove(connection: Connection, event_id: UUID, raw: bytes) -> Any:
    """Take an event out again, because it is tried now; return its aggregate and how often it was tried before."""
    mine = (waiting.c.event_id == event_id) & (waiting.c.raw == raw)  # another body under its id stays where it is
    statement = delete(waiting).where(mine).returning(waiting.c.aggregate, waiting.c.attempts)
    return connection.execute(statement).one_or_none()


def belongs_to_another(connection: Connection, event_id: UUID, raw: bytes) -> bool:
    """Tell whether another body waits under the id, or whether this one was found to be another before."""
    either = waiting.c.event_id.in_([event_id, _apart(event_id, raw)]) & (
        (waiting.c.event_id != event_id) | (waiting.c.raw != raw)
    )
    return bool(connection.scalar(select(exists().where(either))))


def _apart(event_id: UUID, raw: bytes) -> UUID:
    """Give a body that has no right to its id one of its own, so that it is kept as well, and once."""
    return uuid5(event_id, hashlib.sha256(raw).hexdigest())


def forget(connection: Connection, row_id: int) -> None:
    """Drop a row whose bytes were taken in anew."""
    connection.execute(delete(waiting).where(waiting.c.id == row_id))


def earlier(connection: Connection, aggregate: str, version: int) -> bool:
    """Tell whether an earlier event of the aggregate is still here."""
    before = (waiting.c.aggregate == aggregate) & (waiting.c.version < version)
    return bool(connection.scalar(select(exists().where(before))))


def here(connection: Connection, ids: Collection[UUID], aggregates: Collection[str]) -> tuple[set[UUID], set[str]]:
    """Return those of the events that are here, and those of the aggregates of which an event is here."""
    if not connection.scalar(select(exists(select(waiting)))):
        return set(), set()  # as it is nearly always
    either = among(ids, waiting.c.event_id, connection) | among(aggregates, waiting.c.aggregate, connection)
    rows = connection.execute(select(waiting.c.event_id, waiting.c.aggregate).where(either)).all()
    return {row.event_id for row in rows} & set(ids), {row.aggregate for row in rows} & set(aggregates)


def outdate(connection: Connection, aggregate: str, version: int) -> None:
    """Let nobody wait for events up to *version* any more: how the thing stands is known without them."""
    overtaken = (waiting.c.aggregate == aggregate) & (waiting.c.version <= version)
    connection.execute(delete(waiting).where(overtaken, waiting.c.parked_at.is_(None)))
    connection.execute(update(waiting).where(overtaken).values(aggregate=None))


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
        .where(waiting.c.parked_at.is_(None), _is_due(), ~has_earlier)
        .order_by(waiting.c.next_at, waiting.c.id)
        .limit(limit)
    )
    return connection.execute(query).all()


def _is_due() -> ColumnElement[bool]:
    """Tell whether the pause is over; one longer than any can be was begun under a clock that has been put back."""
    return or_(waiting.c.next_at <= now(), waiting.c.next_at > now() + LONGEST_PAUSE)


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


def recognise(connection: Connection, known: Collection[str]) -> int:
    """Let events be tried that an earlier release parked because it did not know their type; return how many."""
    strange = waiting.c.parked_at.is_not(None) & (waiting.c.reason == UNKNOWN)
    again = update(waiting).where(strange, waiting.c.type.in_(known))
    return connection.execute(again.values(parked_at=None, attempts=0, next_at=now())).rowcount
