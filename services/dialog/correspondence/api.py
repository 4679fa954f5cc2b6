"""Routes of the correspondence."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from chassis.api import Routes, match
from chassis.db import find, reading, transaction
from chassis.paging import page
from services.dialog.correspondence import actions
from services.dialog.correspondence.models import Communication
from services.dialog.correspondence.schemas import (
    CommunicationListShape,
    CommunicationPageShape,
    CommunicationShape,
)

api = Routes("dialog", item="dialog", description="What was said, to the customers and by them")

SHAPE = CommunicationShape()


@api.post("/customers/<uuid:customer_id>/communications")
@api.arguments(CommunicationShape)
@api.response(201, CommunicationShape)
def register(data: dict[str, Any], customer_id: UUID) -> Communication:
    """Register a communication by hand, with the date on which it happened."""
    with transaction() as session:
        return actions.register(session, customer_id, **data)


@api.get("/customers/<uuid:customer_id>/communications")
@api.arguments(CommunicationListShape, location="query")
@api.response(200, CommunicationPageShape)
def list_for_customer(asked: dict[str, Any], customer_id: UUID) -> dict[str, Any]:
    """List what was said, the latest first."""
    query = select(Communication).where(Communication.customer_id == customer_id, *_conditions(asked))
    with reading() as session:
        return page(session, query, (Communication.happened_at, Communication.id), asked, descending=True)


@api.get("/customers/<uuid:customer_id>/communications/<uuid:communication_id>")
@api.response(200, CommunicationShape)
def show(customer_id: UUID, communication_id: UUID) -> Communication:
    """Show one communication."""
    with reading() as session:
        return find(session, Communication, communication_id, customer_id=customer_id)


@api.patch("/customers/<uuid:customer_id>/communications/<uuid:communication_id>")
@api.arguments(CommunicationShape(partial=True))
@api.response(200, CommunicationShape)
def correct(data: dict[str, Any], customer_id: UUID, communication_id: UUID) -> Communication:
    """Correct a communication."""
    with transaction() as session:
        said = find(session, Communication, communication_id, customer_id=customer_id)
        match(said, SHAPE)
        return actions.correct(session, said, **data)


def _conditions(asked: dict[str, Any]) -> Iterator[ColumnElement[bool]]:
    if asked.get("kind"):
        yield Communication.kind == asked["kind"]
    for word in (asked.get("text") or "").casefold().split():
        yield Communication.search_text.contains(word, autoescape=True)
