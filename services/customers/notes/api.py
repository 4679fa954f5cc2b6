"""Routes of notes."""

from typing import Any
from uuid import UUID

from chassis.api import Routes, match
from chassis.db import find, reading, transaction
from chassis.errors import NotFound
from services.customers.notes import actions
from services.customers.notes.models import Note, standing
from services.customers.notes.schemas import NoteShape, NotesShape

api = Routes("notes", item="notes", description="Notes on customers")

SHAPE = NoteShape()


@api.post("/customers/<uuid:customer_id>/notes")
@api.arguments(NoteShape)
@api.response(201, NoteShape)
def write(data: dict[str, Any], customer_id: UUID) -> Note:
    """Write a note."""
    with transaction() as session:
        return actions.write(session, customer_id, **data)


@api.get("/customers/<uuid:customer_id>/notes")
@api.response(200, NotesShape)
def list_for_customer(customer_id: UUID) -> dict[str, Any]:
    """List the notes on a customer, the pinned ones first, then the newest."""
    query = standing(customer_id).order_by(Note.pinned.desc(), Note.written_at.desc())
    with reading() as session:
        return {"items": session.scalars(query).all()}


@api.get("/customers/<uuid:customer_id>/notes/<uuid:note_id>")
@api.response(200, NoteShape)
def show(customer_id: UUID, note_id: UUID) -> Note:
    """Show one note."""
    with reading() as session:
        return find(session, Note, note_id, customer_id=customer_id, deleted_at=None)


@api.patch("/customers/<uuid:customer_id>/notes/<uuid:note_id>")
@api.arguments(NoteShape(partial=True))
@api.response(200, NoteShape)
def revise(data: dict[str, Any], customer_id: UUID, note_id: UUID) -> Note:
    """Change the wording of a note, or pin it."""
    with transaction() as session:
        note = find(session, Note, note_id, customer_id=customer_id, deleted_at=None)
        match(note, SHAPE)
        return actions.revise(session, note, **data)


@api.delete("/customers/<uuid:customer_id>/notes/<uuid:note_id>")
@api.response(204)
def delete(customer_id: UUID, note_id: UUID) -> None:
    """Take a note away; for a day it can be brought back."""
    with transaction() as session:
        note = find(session, Note, note_id, customer_id=customer_id, deleted_at=None)
        match(note, SHAPE)
        actions.delete(session, note)


@api.post("/customers/<uuid:customer_id>/notes/<uuid:note_id>/restore")
@api.response(200, NoteShape)
def restore(customer_id: UUID, note_id: UUID) -> Note:
    """Bring back a note that was taken away less than a day ago."""
    with transaction() as session:
        note = find(session, Note, note_id, customer_id=customer_id)
        if note.deleted_at is None:
            raise NotFound(f"note {note_id} among those taken away")
        return actions.restore(session, note)
