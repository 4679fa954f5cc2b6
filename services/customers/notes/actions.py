"""What can be done with notes."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis import timers
from chassis.outbox import record
from chassis.tables import now
from contracts import changes
from contracts.customers import NoteDeleted, NoteRestored, NoteRevised, NoteWritten
from services.customers.notes.models import Note

FORGET = "forget_note"  # the timer of a note that was taken away
KEPT = timedelta(days=1)  # so long it can be brought back


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
    """Take a note away; for a day it can be brought back as it was."""
    note.deleted_at = now()
    record(session, NoteDeleted(note.customer_id, note.id), note)
    timers.set(session, FORGET, str(note.id), note.deleted_at + KEPT)


def restore(session: Session, note: Note) -> Note:
    """Bring back a note that was taken away."""
    note.deleted_at = None
    record(session, NoteRestored(note.customer_id, note.id), note)
    timers.cancel(session, FORGET, str(note.id))
    return note


def forget(session: Session, note_id: str) -> None:
    """Forget a note whose day is over: that it was taken away has been announced."""
    gone = select(Note).where(Note.id == UUID(note_id), Note.deleted_at.is_not(None))
    for note in session.scalars(gone.with_for_update()):
        session.delete(note)
