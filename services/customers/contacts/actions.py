"""What can be done to contacts."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.errors import Refused
from chassis.events import plain
from chassis.outbox import record
from chassis.tables import today
from contracts import changes
from contracts.customers import ContactAdded, ContactDetailsChanged, ContactEnded
from services.customers.contacts.models import Contact


class ContactHasEnded(Refused):
    """This contact has ended; the history cannot be changed."""


def add(session: Session, customer_id: UUID, name: str, **details: Any) -> Contact:
    """Add a person at a customer."""
    contact = Contact(customer_id=customer_id, name=name, **details)
    contact.index()
    session.add(contact)
    record(session, ContactAdded(customer_id, contact.id, name, contact.email), contact)
    return contact


def readmit(session: Session, contact_id: UUID, known: Mapping[str, Any]) -> Contact:
    """Take in again a person whom only others still know, after a restore."""
    found = session.scalars(select(Contact).filter_by(id=contact_id)).one_or_none()
    if found is None:
        found = Contact(id=contact_id, **known)
        found.index()
        session.add(found)
    return found


def edit(session: Session, contact: Contact, **details: Any) -> Contact:
    """Change what is known of a person."""
    if not contact.active:
        raise ContactHasEnded
    before = {field: getattr(contact, field) for field in details}
    found = changes(plain(before), plain(details))
    if not found:
        return contact
    for field, value in details.items():
        setattr(contact, field, value)
    contact.index()
    changed = ContactDetailsChanged(contact.customer_id, contact.id, contact.name, found)
    record(session, changed, contact)
    return contact


def end(session: Session, contact: Contact, ended_on: date | None) -> Contact:
    """Mark a person as gone; a second time changes nothing."""
    if contact.active:
        contact.ended_on = ended_on or today()
        ended = ContactEnded(contact.customer_id, contact.id, contact.name, contact.ended_on)
        record(session, ended, contact)
    return contact
