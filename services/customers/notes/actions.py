"""What can be done with notes."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.outbox import record
from contracts import changes
from contracts.customers import NoteDeleted, NoteRevised, NoteWritten
from services.customers.notes.models import Note


def write(session: Session, customer_id: UUID, text: str, **details: Any) -> Note:
    """Write a note; the author is whoever calls."""
    note = Note(customer_id=customer_id, text=text, author=session.info["caller"].employee, **details)
    session.add(note)
    record(session, NoteWritten(customer_id, note.id, text), note)
    return note


def revise(session: Session, note: Note, **details: Any) -> Note:
    """Change the wording of a note, or pin it."""
    found = changes({field: getattr(note, field) for field in details}, details)
    if found:
        for field, value in details.items():
            setattr(note, field, value)
        record(session, NoteRevised(note.customer_id, note.id, found), note)
    return note


def delete(session: Session, note: Note) -> None:
    """Take a note away."""
    record(session, NoteDeleted(note.customer_id, note.id), note)
    session.delete(note)
