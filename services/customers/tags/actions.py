"""What can be done with tags."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.errors import Refused
from chassis.outbox import record
from contracts.customers import TagAttached, TagRemoved
from services.customers.tags.models import Tag, fold


class TagAlreadyThere(Refused):
    """The customer already has this tag."""

    field = "name"


def attach(session: Session, customer_id: UUID, name: str) -> Tag:
    """Put a tag on a customer."""
    name = " ".join(name.split())
    if session.scalar(select(Tag.id).where(Tag.customer_id == customer_id, Tag.folded == fold(name))):
        raise TagAlreadyThere(name)
    tag = Tag(customer_id=customer_id, name=name, folded=fold(name))
    session.add(tag)
    record(session, TagAttached(customer_id, name), tag)
    return tag


def remove(session: Session, tag: Tag) -> None:
    """Take a tag off a customer."""
    record(session, TagRemoved(tag.customer_id, tag.name), tag)
    session.delete(tag)
