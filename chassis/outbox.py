"""Events are rows first: saved with the change they announce, sent afterwards.

A crash between the commit and the broker therefore delays an event and never loses it. It may be sent twice;
followers keep an inbox (see ``chassis.inbox``). Rows are marked one by one and never passed by a cursor: of two
transactions the one with the lower position may commit last.
"""

from dataclasses import fields
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from chassis import events, logs
from chassis.auth import Caller
from chassis.errors import Refused
from chassis.tables import NAMING, Utc, Versioned, now

KEPT = timedelta(days=30)  # sent rows stay that long: a broker that lost everything is fed again from here

chassis_tables = MetaData(naming_convention=NAMING)

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
    Column("attempts", Integer, nullable=False, default=0),
)
Index(
    "ix_outbox_unsent",
    outbox.c.position,
    postgresql_where=outbox.c.sent_at.is_(None),
    sqlite_where=outbox.c.sent_at.is_(None),
)


class EventTooLarge(Refused):
    """This is too much at once; larger content belongs in a file."""

    status = 413


def record(session: Session, event: Any, about: Versioned) -> None:
    """Announce *event* about the row *about* if, and only if, the transaction commits.

    Counts up the row's version, which is thereby the number of facts announced about it.
    """
    who: Caller = session.info["caller"]
    about.version += 1
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
    )
    body = events.write(envelope)
    if len(body.encode()) > events.LARGEST:
        raise EventTooLarge(f"at most {events.LARGEST} bytes can be announced")
    session.flush()  # the row must stand before its event: another writer of it fails here
    session.execute(insert(outbox).values(_row(envelope, body)))
    session.info["announced"] = True


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


def unsent(connection: Connection, limit: int) -> list[Any]:
    """Read the oldest rows that nobody confirmed yet."""
    query = select(outbox.c.event_id, outbox.c.type, outbox.c.body).where(outbox.c.sent_at.is_(None))
    return list(connection.execute(query.order_by(outbox.c.position).limit(limit)))


def mark(connection: Connection, sent: set[UUID], failed: set[UUID]) -> None:
    """Mark rows as sent, and count the tries of the others."""
    if sent:
        connection.execute(update(outbox).where(outbox.c.event_id.in_(sent)).values(sent_at=now()))
    if failed:
        tried = update(outbox).where(outbox.c.event_id.in_(failed))
        connection.execute(tried.values(attempts=outbox.c.attempts + 1))


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


def lead(connection: Connection, service: str) -> bool:
    """Become the one relay of *service*, for as long as this connection lives (PostgreSQL)."""
    query = text("SELECT pg_try_advisory_lock(hashtext(:name))")
    return bool(connection.scalar(query, {"name": f"relay:{service}"}))
