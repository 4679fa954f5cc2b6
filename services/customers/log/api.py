"""Routes of the log."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from chassis.api import Routes
from chassis.db import reading, transaction
from chassis.paging import page
from services.customers.log import actions
from services.customers.log.models import Comment, LogEntry
from services.customers.log.schemas import CommentShape, LogPageShape, LogQueryShape, SealShape

api = Routes("log", item="log", description="What happened to a customer")


@api.post("/customers/<uuid:customer_id>/log")
@api.arguments(CommentShape)
@api.response(201, CommentShape)
def comment(data: dict[str, Any], customer_id: UUID) -> Comment:
    """Write a comment in the log."""
    with transaction() as session:
        return actions.comment(session, customer_id, data["text"])


@api.get("/customers/<uuid:customer_id>/log")
@api.arguments(LogQueryShape, location="query")
@api.response(200, LogPageShape)
def list_for_customer(asked: dict[str, Any], customer_id: UUID) -> dict[str, Any]:
    """List what happened, the newest first."""
    query = select(LogEntry).where(LogEntry.customer_id == customer_id, *_conditions(asked))
    with reading() as session:
        return page(session, query, (LogEntry.happened_at, LogEntry.id), asked, descending=True)


@api.get("/log/seal", action="verify")
@api.response(200, SealShape)
def verify() -> dict[str, Any]:
    """Tell whether the tenant's log is whole."""
    with reading() as session:
        entries, broken_at = actions.verify(session)
    return {"entries": entries, "broken_at": broken_at}


def _conditions(asked: dict[str, Any]) -> Iterator[ColumnElement[bool]]:
    if asked.get("category"):
        yield LogEntry.category == asked["category"]
    if asked.get("actor"):
        yield LogEntry.actor == asked["actor"]
    for word in (asked.get("text") or "").casefold().split():
        yield LogEntry.search_text.contains(word, autoescape=True)
