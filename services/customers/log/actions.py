"""How the log is written."""

from contextlib import closing
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.events import Envelope, is_snapshot, plain
from chassis.outbox import record
from contracts.customers import CommentLogged
from services.customers.log.models import Comment, LogEntry, LogHead


def comment(session: Session, customer_id: UUID, text: str) -> Comment:
    """Write in the log by hand."""
    written = Comment(customer_id=customer_id, text=text)
    session.add(written)
    record(session, CommentLogged(customer_id, written.id, text), written)
    return written


def enter(session: Session, event: Any, envelope: Envelope) -> None:
    """Write one event of whatever service into the log of its customer, once; in a snapshot nothing happened."""
    if envelope.customer is None or is_snapshot(type(event)):
        return
    head = _head(session)
    found = [plain(vars(change)) for change in getattr(event, "changes", [])]
    entry = LogEntry(
        customer_id=envelope.customer,
        position=head.position + 1,
        event_id=envelope.id,
        happened_at=envelope.time,
        category=event.category,
        type=envelope.type,
        actor=envelope.actor,
        data={name: value for name, value in envelope.data.items() if name not in ("customer_id", "changes")},
        changes=found,
        search_text=" ".join(map(str, envelope.data.values())).casefold(),
        previous=head.hash,
    )
    entry.hash = entry.seal()
    session.add(entry)
    head.position, head.hash = entry.position, entry.hash


def _head(session: Session) -> LogHead:
    """Lock the end of the log: entries are chained one at a time."""
    tenant, head = session.info.get("log head", (None, None))
    if tenant == session.info["caller"].tenant:
        return head  # locked by this transaction already
    head = session.scalars(select(LogHead).with_for_update()).one_or_none()
    if head is None:
        head = LogHead(position=0, hash="")
        session.add(head)
    session.info["log head"] = (session.info["caller"].tenant, head)
    return head


def verify(session: Session) -> tuple[int, int | None]:
    """Walk the chain; return how many entries there are and the first position that does not fit.

    Others may write meanwhile: it must reach the end that stood before, and not beyond the one that stands after.
    """
    before = _end(session)
    previous, expected = "", 0
    chain = select(LogEntry).order_by(LogEntry.position).execution_options(yield_per=500)
    with closing(session.scalars(chain)) as entries:
        for entry in entries:
            expected += 1
            if entry.position != expected or entry.previous != previous or entry.hash != entry.seal():
                return expected, expected
            previous = entry.hash
            if expected == before[0] and previous != before[1]:
                return expected, expected + 1
    reached = before[0] <= expected <= _end(session)[0]
    return expected, None if reached else expected + 1


def _end(session: Session) -> tuple[int, str]:
    """Return position and hash of what was written last."""
    found = session.execute(select(LogHead.position, LogHead.hash)).one_or_none()
    return (found.position, found.hash) if found else (0, "")
