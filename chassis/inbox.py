"""React to each event once and in order, however often and in whatever order it arrives.

``receive`` returns when the event is safe in this program's own database: done, known already, waiting or parked. It
raises only when that database cannot be reached; the broker then keeps the message. ``crowds.receive`` does
the same for many at once.

- once: the event's id is inserted first, in the transaction of its effect;
- in order: see ``chassis.turns``;
- never for ever: what fails five times is parked with its raw bytes, and the later events of its aggregate wait
  behind it until somebody looks (``python -m chassis redrive``).
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import Column, Connection, Table, Text, Uuid, delete, func, select
from sqlalchemy.orm import Session

from chassis import crash, events, lead, logs, turns, waiting
from chassis.auth import Caller, calling
from chassis.db import transaction
from chassis.perseverance import persevering
from chassis.tables import Utc, chassis_tables, insert_new, now
from chassis.turns import Last, Turn
from chassis.waiting import AnotherBody, Arrival, Behind, Hold, Hopeless

if TYPE_CHECKING:
    from chassis.program import Program

log = structlog.get_logger()

RETENTION = timedelta(days=35)  # longer than any publisher keeps what it sent (``outbox.KEPT``)
BATCH = 50
ARRIVAL = timedelta(hours=1)  # before its first message a program was there at most: then its queue was

Message = tuple[bytes, Mapping[str, Any]]  # as it came, and what the bus says of it

inbox = Table(
    "inbox",
    chassis_tables,
    Column("event_id", Uuid, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("received_at", Utc, nullable=False, index=True),
)


def receive(program: "Program", raw: bytes, properties: Mapping[str, Any] | None = None) -> None:
    """Take in one message from the bus."""
    arrival = read(program, raw, properties or {})
    if arrival is not None:
        attempt(program, arrival)


def read(program: "Program", raw: bytes, properties: Mapping[str, Any]) -> Arrival | None:
    """Read an event; park what cannot be read."""
    try:
        return Arrival(events.read(raw), raw, properties)
    except events.Unreadable as error:
        logs.bind(None, service=program.name)  # it is not part of what was done before
        with program.engine.begin() as connection:
            waiting.park_unreadable(connection, raw, properties, str(error))
        log.error("message parked", reason=str(error))
        return None


def retry(program: "Program") -> int:
    """Try the events that are due; return how many there were.

    One process does it at a time: two would try an event more often than is counted, and mix up their order.
    """
    with program.engine.execution_options(reading=True).connect() as connection:
        if not waiting.due(connection, 1):
            return 0  # as it is nearly always: looking, unlike asking for the lead, is in nobody's way
    with lead.alone(program, "retries") as first:
        with program.engine.begin() as connection:
            rows = waiting.due(connection, BATCH) if first else ()
        for row in rows:
            if row.event_id is None:
                _read_again(program, row)
            else:
                receive(program, row.raw, row.properties)
    return len(rows)


def _read_again(program: "Program", row: Any) -> None:
    """Try bytes that could not be read before; what still cannot be read is parked where it is."""
    try:
        arrival = Arrival(events.read(row.raw), row.raw, row.properties)
    except events.Unreadable as error:
        with program.engine.begin() as connection:
            waiting.park_again(connection, row.id, str(error))
        return
    attempt(program, arrival)
    with program.engine.begin() as connection:
        waiting.forget(connection, row.id)  # it has taken effect, or has another row now


def on_behalf_of(envelope: events.Envelope) -> Caller:
    """Say for whom an event is handled: its tenant, and whoever did it."""
    return Caller(tenant=envelope.tenant, employee=envelope.actor, everywhere=True)


def attempt(program: "Program", arrival: Arrival) -> None:
    """Take one event, or keep it for later."""
    envelope = arrival.envelope
    logs.bind(envelope.traceparent, service=program.name, type=envelope.type, aggregate=envelope.aggregate)
    try:
        with program.app.app_context(), calling(on_behalf_of(envelope)):
            persevering(lambda: _take_whole(program, arrival))
    except Hold as hold:
        _keep(program, arrival, hold)
    except Exception as error:  # noqa: BLE001  # whatever went wrong, the next event must not wait for it
        _keep(program, arrival, failure(error))


def failure(error: Exception, tries: int = 1) -> Hold:
    """Say why an event waits whose reaction failed so often just now."""
    log.warning("reaction failed", error=repr(error), exc_info=error)
    hold = Hold(f"{type(error).__name__}: {error}"[:500])
    hold.counted = tries
    return hold


def _take_whole(program: "Program", arrival: Arrival) -> None:
    with transaction() as session:
        _take(session, program, arrival)
        crash.point("inbox.taken")


def _take(session: Session, program: "Program", arrival: Arrival) -> None:
    connection, (envelope, raw, _) = session.connection(), arrival
    name = envelope.about
    last = turns.lock(connection, [name])[name]  # before all else: whoever has the turn also wants what waits behind it
    kept = waiting.remove(connection, envelope.id, raw)
    if waiting.belongs_to_another(connection, envelope.id, raw):
        raise AnotherBody
    if not (_first_time(connection, envelope, raw) and _has_its_turn(connection, program, envelope, last, kept)):
        return
    if envelope.type in program.reactions.known:
        program.reactions.react(session, envelope)
    else:
        _set_aside(connection, arrival)


def _has_its_turn(connection: Connection, program: "Program", envelope: events.Envelope, last: Last, kept: Any) -> bool:
    """Count the event, unless it is stale."""
    set_aside = kept is not None and kept.aggregate is None  # in its turn: nobody waited for it
    if set_aside or program.reactions.passes_by(envelope.type):
        return True
    if not _in_turn(connection, program, envelope, last, kept.attempts if kept else 0):
        return False
    _count(connection, program, envelope)
    return True


def digest(raw: bytes) -> str:
    """Tell one body from another."""
    return hashlib.sha256(raw).hexdigest()


def entry(envelope: events.Envelope, raw: bytes) -> dict[str, Any]:
    """Write down that an event has come."""
    return {"event_id": envelope.id, "digest": digest(raw), "type": envelope.type, "received_at": now()}


def _first_time(connection: Connection, envelope: events.Envelope, raw: bytes) -> bool:
    """Insert first: of two deliveries at once the second waits here, and then knows."""
    while not insert_new(connection, inbox, entry(envelope, raw)):
        known = connection.scalar(select(inbox.c.digest).where(inbox.c.event_id == envelope.id))
        if known == digest(raw):
            return False
        if known is not None:  # else it was forgotten in this very moment
            log.error("another body under a known id")
            raise AnotherBody
    return True


def _in_turn(connection: Connection, program: "Program", envelope: events.Envelope, last: Last, tries: int) -> bool:
    """Tell a stale event (drop it) from one whose turn it is; raise when it must wait."""
    turn = turns.judge(envelope, last, snapshot=program.reactions.is_snapshot(envelope.type))
    if turn is Turn.STALE:
        log.info("stale event dropped", version=envelope.aggregate_version)
        return False
    if turn is Turn.COPY_IS_NEWER:
        raise Hopeless(
            f"the copy is at version {last.version}, its restored owner only at {envelope.aggregate_version}"
        )
    if program.reactions.is_snapshot(envelope.type):
        return True
    if waiting.earlier(connection, envelope.about, envelope.aggregate_version):
        raise Behind("waits for an earlier event")
    if turn is Turn.EARLY and not (last.version == 0 and _joined_late(connection, envelope, tries)):
        raise Hold(waiting.missing(last.version + 1))
    return True


def _joined_late(connection: Connection, envelope: events.Envelope, tries: int) -> bool:
    """Tell whether this program never saw the first facts because it was not there; then it begins with what it has.

    What came into being later had its first facts sent here. They were lost, and must be sent again: begun without
    them, the thing would lack them for ever.
    """
    if tries < waiting.MOST_TRIES - 1:
        return False
    born = turns.born(envelope.aggregate)
    first = connection.scalar(select(func.min(inbox.c.received_at)))
    return born is None or first is None or born < first - ARRIVAL


def _count(connection: Connection, program: "Program", envelope: events.Envelope) -> None:
    name = envelope.about
    if program.reactions.is_snapshot(envelope.type):
        waiting.outdate(connection, name, envelope.aggregate_version)
    turns.advance(connection, {name: Last(envelope.epoch, envelope.aggregate_version)})
    waiting.release(connection, name, envelope.aggregate_version)


def _set_aside(connection: Connection, arrival: Arrival) -> None:
    """Park an event of a type that is newer than this program; after the upgrade it is tried again."""
    connection.execute(delete(inbox).where(inbox.c.event_id == arrival.envelope.id))
    waiting.keep(connection, arrival, Hopeless(waiting.UNKNOWN), arrival.envelope.about, 0)
    log.warning(waiting.UNKNOWN)


def _keep(program: "Program", arrival: Arrival, hold: Hold) -> None:
    with program.engine.begin() as connection:
        turns.lock(connection, [arrival.envelope.about])  # what it waits for may come in this very moment
        keep(connection, program, arrival, hold)
        crash.point("inbox.keeping")
    crash.point("inbox.kept")


def keep(connection: Connection, program: "Program", arrival: Arrival, hold: Hold) -> None:
    """Keep an event for later; its aggregate is locked."""
    name = arrival.envelope.about
    parked = waiting.keep(connection, arrival, hold, name, program.settings.retry_ms)
    log.warning("event parked" if parked else "event waits", reason=str(hold))


def clean(connection: Connection) -> int:
    """Forget ids that nobody will send again; return how many."""
    return connection.execute(delete(inbox).where(inbox.c.received_at < now() - RETENTION)).rowcount
