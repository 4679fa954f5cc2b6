"""What can be done with communications."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.db import find
from chassis.errors import Invalid, Refused
from chassis.events import plain
from chassis.outbox import record
from contracts import changes
from contracts.dialog import CommunicationCorrected, CommunicationRegistered
from services.dialog.correspondence.models import Communication
from services.dialog.correspondents.models import Correspondent, Person

BETWEEN_US = ("note", "meeting")  # nobody sends these to anybody


class ContactHasEnded(Refused):
    """This contact no longer works there."""

    field = "contact_id"


def register(session: Session, customer_id: UUID, kind: str, **details: Any) -> Communication:
    """Register by hand what was said; whoever calls has registered it."""
    contact = _contact(session, customer_id, details.pop("contact_id", None))
    details.setdefault("direction", "none" if kind in BETWEEN_US else None)
    said = Communication(
        correspondent=find(session, Correspondent, customer_id),
        customer_id=customer_id,
        kind=kind,
        contact=contact,
        registered_by=session.info["caller"].employee,
        **details,
    )
    _check(said)
    said.index()
    session.add(said)
    announced = CommunicationRegistered(
        customer_id, said.id, kind, said.direction, said.happened_at, said.subject, contact.id if contact else None
    )
    record(session, announced, said)
    return said


def correct(session: Session, said: Communication, **details: Any) -> Communication:
    """Correct what was registered; only what differs is announced."""
    found = changes(plain({field: getattr(said, field) for field in details}), plain(details))
    if not found:
        return said
    if details.get("contact_id", said.contact_id) != said.contact_id:
        said.contact = _contact(session, said.customer_id, details["contact_id"])
    for field, value in details.items():
        setattr(said, field, value)
    _check(said)
    said.index()
    record(session, CommunicationCorrected(said.customer_id, said.id, found), said)
    return said


def _contact(session: Session, customer_id: UUID, contact_id: UUID | None) -> Person | None:
    """Find the contact among those who work at this very customer today."""
    if contact_id is None:
        return None
    person = session.scalars(select(Person).filter_by(id=contact_id, customer_id=customer_id)).one_or_none()
    if person is None:
        raise Invalid({"contact_id": "This customer has no such contact."})
    if not person.active:
        raise ContactHasEnded(person.name)
    return person


def _check(said: Communication) -> None:
    """Refuse a letter that went nowhere, a note that was sent, and what says nothing."""
    if said.kind in BETWEEN_US and said.direction != "none":
        raise Invalid({"direction": "A note or a meeting has no direction."})
    if said.kind not in BETWEEN_US and said.direction not in ("in", "out"):
        raise Invalid({"direction": "Say whether it came in or went out."})
    if not said.subject and not said.body:
        raise Invalid({"subject": "Write a subject or a text."})
