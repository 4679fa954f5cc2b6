"""Events are rows first: saved with the change they announce, sent afterwards.

A crash between the commit and the broker therefore delays an event and never loses it. It may be sent twice;
followers keep an inbox (see ``chassis.inbox``). Rows are marked one by one and never passed by a cursor: of two
transactions the one with the lower position may commit last.
"""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from chassis import crash, epochs, events, logs
from chassis.auth import Caller
from chassis.errors import Refused
from chassis.tables import Utc, Versioned, among, chassis_tables, now

KEPT = timedelta(days=30)  # sent rows stay that long: a broker that lost everything is fed again from here

Position = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts by itself only in INTEGER

outbox = Table(
    "outbox",
    chassis_tables,
    Column("position", Position, primary_key=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("aggregate", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("recorded_at", Utc, nullable=False, default=now),
    Column("sent_at", Utc),
    Column("attempts", Integer, nullable=False, default=0),  # times that it was turned away
    Column("next_at", Utc),  # not before that: it was turned away
)
Index(
    "ix_outbox_unsent",
    outbox.c.position,
    postgresql_where=outbox.c.sent_at.is_(None),
    sqlite_where=outbox.c.sent_at.is_(None),
)
Index(
    "ix_outbox_delayed",
    outbox.c.next_at,
    postgresql_where=outbox.c.next_at.is_not(None) & outbox.c.sent_at.is_(None),
    sqlite_where=outbox.c.next_at.is_not(None) & outbox.c.sent_at.is_(None),
)

LONGEST_PAUSE = 60.0  # seconds between two tries of an event that is turned away


class Outgoing(NamedTuple):
    """A row on its way."""

    position: int
    event_id: UUID
    type: str
    body: str
    attempts: int


class EventTooLarge(Refused):
    """This is too much at once; larger content belongs in a file."""

    status = 413


def record(session: Session, event: Any, about: Versioned) -> None:
    """Announce *event* about the row *about* if, and only if, the transaction commits.

    Counts up the row's version, which is thereby the number of facts announced about it.
    """
    about.version += 1
    _write(session, event, about)


def restate(session: Session, event: Any, about: Versioned) -> None:
    """Announce how the row *about* stands, without a new fact: a snapshot mends copies that missed some."""
    assert events.is_snapshot(type(event)), "what happened is recorded, how a thing stands is restated"
    _write(session, event, about)


def _write(session: Session, event: Any, about: Versioned) -> None:
    who: Caller = session.info["caller"]
    envelope = events.Envelope(
        id=uuid7(),
        type=events.name_of(type(event)),
        schema_version=events.version_of(type(event)),
        time=now(),
        tenant=who.tenant,
        aggregate=f"{type(about).__name__.lower()}/{about.id}",
        aggregate_version=about.version,
        data=events.dump(event),
        customer=_customer(event),
        actor=who.employee,
        traceparent=logs.traceparent(),
        epoch=_epoch(session),
    )
    body = events.write(envelope)
    if len(body.encode()) > events.LARGEST:
        raise EventTooLarge(f"at most {events.LARGEST} bytes can be announced")
    session.flush()  # the row must stand before its event: another writer of it fails here
    session.execute(insert(outbox).values(_row(envelope, body)))
    crash.point("outbox.recorded")
    session.info["announced"] = True


def _epoch(session: Session) -> int:
    program = session.info["program"]
    if program.epoch is None:
        program.epoch = epochs.current(session.connection())
    return int(program.epoch)


def _customer(event: Any) -> UUID | None:
    return event.customer_id if any(field.name == "customer_id" for field in fields(event)) else None


def _row(envelope: events.Envelope, body: str) -> dict[str, Any]:
    return {
        "event_id": envelope.id,
        "tenant_id": envelope.tenant,
        "type": envelope.type,
        "aggregate": envelope.aggregate,
        "version": envelope.aggregate_version,
        "body": body,
    }


def unsent(connection: Connection, limit: int) -> list[Outgoing]:
    """Read the oldest rows that nobody confirmed yet, but for what was turned away and the aggregates behind it."""
    waits = outbox.c.sent_at.is_(None)
    columns = [outbox.c[name] for name in Outgoing._fields]
    # a pause longer than any can be was begun under a clock that has been put back: it is over
    pauses = outbox.c.next_at.between(now(), now() + timedelta(seconds=LONGEST_PAUSE))
    query = select(*columns).where(waits, or_(outbox.c.next_at.is_(None), ~pauses))
    if stuck := connection.scalars(select(outbox.c.aggregate).where(waits, pauses)).all():
        query = query.where(outbox.c.aggregate.not_in(stuck))
    return [Outgoing(*row) for row in connection.execute(query.order_by(outbox.c.position).limit(limit))]


def mark(connection: Connection, sent: Collection[int]) -> None:
    """Mark the rows at these positions as sent."""
    if sent:
        done = {"sent_at": now(), "next_at": None}
        connection.execute(update(outbox).where(among(sent, outbox.c.position, connection)).values(done))


def postpone(connection: Connection, rows: Sequence[Outgoing]) -> None:
    """Let rows that were turned away wait, longer each time; what other aggregates announce goes on."""
    for row in rows:
        pause = timedelta(seconds=min(2.0**row.attempts, LONGEST_PAUSE))
        later = {"attempts": row.attempts + 1, "next_at": now() + pause}
        connection.execute(update(outbox).where(outbox.c.position == row.position).values(later))


def replay(connection: Connection, since: datetime) -> int:
    """Have what was sent since then sent once more, to a broker that lost it; return how much it is."""
    again = update(outbox).where(outbox.c.sent_at >= since)
    return connection.execute(again.values(sent_at=None, next_at=None)).rowcount


def backlog(connection: Connection) -> tuple[int, float]:
    """Return how many events wait, and for how many seconds the oldest has waited."""
    waiting = outbox.c.sent_at.is_(None)
    count = connection.scalar(select(func.count()).where(waiting)) or 0
    first = select(outbox.c.recorded_at).where(waiting).order_by(outbox.c.position).limit(1)
    oldest = connection.scalar(first)
    return count, (now() - oldest).total_seconds() if oldest else 0.0


def clean(connection: Connection) -> int:
    """Forget events that were sent long ago; return how many."""
    return connection.execute(delete(outbox).where(outbox.c.sent_at < now() - KEPT)).rowcount
