"""What can be done to contacts."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.errors import Refused
from chassis.events import plain
from chassis.outbox import record
from chassis.tables import now
from contracts import changes
from contracts.customers import ContactAdded, ContactDetailsChanged, ContactEnded
from services.customers.contacts.models import Contact


class ContactHasEnded(Refused):
    """This contact has ended; the history cannot be changed."""


def add(session: Session, customer_id: UUID, name: str, **details: Any) -> Contact:
    """Add a person at a customer."""
    contact = Contact(customer_id=customer_id, name=name, **details)
    session.add(contact)
    record(session, ContactAdded(customer_id, contact.id, name, contact.email), contact)
    return contact


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
    changed = ContactDetailsChanged(contact.customer_id, contact.id, contact.name, found)
    record(session, changed, contact)
    return contact


def end(session: Session, contact: Contact, ended_on: date | None) -> Contact:
    """Mark a person as gone; a second time changes nothing."""
    if contact.active:
        contact.ended_on = ended_on or now().date()
        ended = ContactEnded(contact.customer_id, contact.id, contact.name, contact.ended_on)
        record(session, ended, contact)
    return contact
