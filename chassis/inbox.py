"""React to each event once and in order, however often and in whatever order it arrives.

``receive`` returns when the event is safe in this program's own database: done, known already, waiting or parked. It
raises only when that database cannot be reached; the broker then keeps the message.

- once: the event's id is inserted first, in the transaction of its effect;
- in order: versions of an aggregate count 1, 2, 3 …; a lower one is stale, a later one waits for those before it;
- never for ever: what fails five times is parked with its raw bytes, and the later events of its aggregate wait
  behind it until somebody looks (``python -m chassis redrive``).
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Column, Connection, Integer, Table, Text, Uuid, delete, select, update
from sqlalchemy.orm import Session

from chassis import events, logs, waiting
from chassis.auth import Caller, calling
from chassis.db import transaction
from chassis.outbox import chassis_tables
from chassis.tables import Utc, now
from chassis.waiting import Behind, Hold, Hopeless, insert_new

if TYPE_CHECKING:
    from chassis.program import Program

log = structlog.get_logger()

RETENTION = timedelta(days=35)  # longer than any publisher keeps what it sent (``outbox.KEPT``)
BATCH = 50

inbox = Table(
    "inbox",
    chassis_tables,
    Column("event_id", Uuid, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("received_at", Utc, nullable=False, index=True),
)

seen = Table(
    "inbox_versions",
    chassis_tables,
    Column("aggregate", Text, primary_key=True),  # customers/<tenant>/contact/<id>
    Column("version", Integer, nullable=False),
)


def receive(program: "Program", raw: bytes, properties: Mapping[str, Any] | None = None) -> None:
    """Take in one message from the bus."""
    try:
        envelope = events.read(raw)
    except events.Unreadable as error:
        with program.engine.begin() as connection:
            waiting.park_unreadable(connection, raw, properties or {}, str(error))
        log.error("message parked", reason=str(error), service=program.name)
        return
    _attempt(program, envelope, raw)


def retry(program: "Program") -> int:
    """Try the events that are due; return how many there were."""
    with program.engine.begin() as connection:
        rows = waiting.due(connection, BATCH)
    for row in rows:
        receive(program, row.raw, row.properties)
        if row.event_id is None:  # it could not be read before: it has another row now, or has taken effect
            with program.engine.begin() as connection:
                waiting.forget(connection, row.id)
    return len(rows)


def _attempt(program: "Program", envelope: events.Envelope, raw: bytes) -> None:
    logs.bind(envelope.traceparent, service=program.name, type=envelope.type, aggregate=envelope.aggregate)
    who = Caller(tenant=envelope.tenant, employee=envelope.actor, everywhere=True)
    try:
        with program.app.app_context(), calling(who), transaction() as session:
            _take(session, program, envelope, raw)
    except Hold as hold:
        _keep(program, envelope, raw, hold)
    except Exception as error:  # whatever went wrong, the next event must not wait for it
        log.warning("reaction failed", error=repr(error), exc_info=True)
        _keep(program, envelope, raw, Hold(f"{type(error).__name__}: {error}"[:500]))


def _take(session: Session, program: "Program", envelope: events.Envelope, raw: bytes) -> None:
    connection = session.connection()
    kept = waiting.remove(connection, envelope.id, raw)
    if not _first_time(connection, envelope, raw):
        return
    if kept is None or kept.aggregate is not None:  # else it was set aside in its turn: nobody waited for it
        if not _in_turn(connection, envelope, kept.attempts if kept else 0):
            return
        _count(connection, envelope)
    if envelope.type in program.reactions.known:
        program.reactions.react(session, envelope)
    else:
        _set_aside(connection, envelope, raw)


def _first_time(connection: Connection, envelope: events.Envelope, raw: bytes) -> bool:
    """Insert first: of two deliveries at once the second waits here, and then knows."""
    digest = hashlib.sha256(raw).hexdigest()
    row = {"event_id": envelope.id, "digest": digest, "type": envelope.type, "received_at": now()}
    if insert_new(connection, inbox, row):
        return True
    known = connection.scalar(select(inbox.c.digest).where(inbox.c.event_id == envelope.id))
    if known != digest:
        log.error("another body under a known id")
        raise Hopeless("another body under a known id")
    return False


def _in_turn(connection: Connection, envelope: events.Envelope, tries: int) -> bool:
    """Lock the aggregate's counter; tell a stale event (drop it) from one that came too early (hold it)."""
    name = aggregate_of(envelope)
    insert_new(connection, seen, {"aggregate": name, "version": 0})
    last = connection.scalar(select(seen.c.version).where(seen.c.aggregate == name).with_for_update()) or 0
    if envelope.aggregate_version <= last:
        log.info("stale event dropped", version=envelope.aggregate_version)
        return False
    if waiting.earlier(connection, name, envelope.aggregate_version):
        raise Behind("waits for an earlier event")
    # a program that joined late never saw the first versions: after all its tries it begins with what it has
    joined_late = last == 0 and tries >= waiting.MOST_TRIES - 1
    if envelope.aggregate_version > last + 1 and not joined_late:
        raise Hold(waiting.missing(last + 1))
    return True


def _count(connection: Connection, envelope: events.Envelope) -> None:
    name = aggregate_of(envelope)
    counter = update(seen).where(seen.c.aggregate == name)
    connection.execute(counter.values(version=envelope.aggregate_version))
    waiting.release(connection, name, envelope.aggregate_version)


def _set_aside(connection: Connection, envelope: events.Envelope, raw: bytes) -> None:
    """Park an event of a type that is newer than this program; after the upgrade it is redriven."""
    connection.execute(delete(inbox).where(inbox.c.event_id == envelope.id))
    waiting.keep(connection, envelope, raw, Hopeless("unknown type"), aggregate_of(envelope), 0)
    log.warning("unknown type")


def _keep(program: "Program", envelope: events.Envelope, raw: bytes, hold: Hold) -> None:
    with program.engine.begin() as connection:
        pause_ms = program.settings.retry_ms
        parked = waiting.keep(connection, envelope, raw, hold, aggregate_of(envelope), pause_ms)
    log.warning("event parked" if parked else "event waits", reason=str(hold))


def aggregate_of(envelope: events.Envelope) -> str:
    """Name an aggregate across all publishers and tenants."""
    return f"{envelope.publisher}/{envelope.tenant}/{envelope.aggregate}"


def clean(connection: Connection) -> int:
    """Forget ids that nobody will send again; return how many."""
    return connection.execute(delete(inbox).where(inbox.c.received_at < now() - RETENTION)).rowcount
