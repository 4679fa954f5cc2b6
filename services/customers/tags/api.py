"""Routes of tags."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from chassis.api import Routes, match
from chassis.db import find, reading, transaction
from services.customers.profile.models import Customer
from services.customers.tags import actions
from services.customers.tags.models import Tag, fold
from services.customers.tags.schemas import TagQueryShape, TagShape, TagUsesShape

api = Routes("tags", item="tags", description="Free words on customers")

SHAPE = TagShape()
MOST_SUGGESTED = 20


@api.post("/customers/<uuid:customer_id>/tags")
@api.arguments(TagShape)
@api.response(201, TagShape)
def attach(data: dict[str, Any], customer_id: UUID) -> Tag:
    """Put a tag on a customer."""
    with transaction() as session:
        return actions.attach(session, customer_id, data["name"])


@api.get("/customers/<uuid:customer_id>/tags/<uuid:tag_id>")
@api.response(200, TagShape)
def show(customer_id: UUID, tag_id: UUID) -> Tag:
    """Show one tag."""
    with reading() as session:
        return find(session, Tag, tag_id, customer_id=customer_id)


@api.delete("/customers/<uuid:customer_id>/tags/<uuid:tag_id>")
@api.response(204)
def remove(customer_id: UUID, tag_id: UUID) -> None:
    """Take a tag off a customer."""
    with transaction() as session:
        tag = find(session, Tag, tag_id, customer_id=customer_id)
        match(tag, SHAPE)
        actions.remove(session, tag)


@api.get("/tags")
@api.arguments(TagQueryShape, location="query")
@api.response(200, TagUsesShape)
def suggest(asked: dict[str, Any]) -> dict[str, Any]:
    """List tags with how many of the caller's customers carry them, most used first."""
    uses = func.count().label("uses")
    query = (
        select(func.min(Tag.name).label("name"), uses)
        .join(Customer, (Customer.tenant_id == Tag.tenant_id) & (Customer.id == Tag.customer_id))
        .where(Tag.folded.contains(fold(asked["text"]), autoescape=True))
        .group_by(Tag.folded)
        .order_by(uses.desc(), Tag.folded)
        .limit(MOST_SUGGESTED)
    )
    with reading() as session:
        return {"items": [{"name": row.name, "count": row.uses} for row in session.execute(query)]}
