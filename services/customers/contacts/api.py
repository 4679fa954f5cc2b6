"""Routes of contacts."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.api import Routes, match
from chassis.db import find, reading, transaction
from chassis.paging import WordsShape, every_word, page
from services.customers.contacts import actions
from services.customers.contacts.models import Contact, searched
from services.customers.contacts.schemas import ContactShape, ContactsShape, EndShape, FoundContactsShape
from services.customers.profile.models import Customer

api = Routes("contacts", item="contacts", description="The people at the customers")

SHAPE = ContactShape()
FOUND: tuple[Any, ...] = (
    Contact.id, Contact.customer_id, Contact.name, Contact.title, Contact.email, Contact.mobile, Contact.phone,
    Customer.name.label("customer_name"),
)  # fmt: skip


@api.get("/contacts")
@api.arguments(WordsShape, location="query")
@api.response(200, FoundContactsShape)
def search(asked: dict[str, Any]) -> dict[str, Any]:
    """Find people who work at the customers that the caller may see, by every word of ``text``."""
    theirs = select(*FOUND).join(Customer, Customer.id == Contact.customer_id)
    query = theirs.where(Contact.ended_on.is_(None), *every_word(asked["text"], searched()))
    with reading() as session:
        return page(session, query, (Contact.name, Contact.id), asked)


@api.post("/customers/<uuid:customer_id>/contacts")
@api.arguments(ContactShape)
@api.response(201, ContactShape)
def add(data: dict[str, Any], customer_id: UUID) -> Contact:
    """Add a contact."""
    with transaction() as session:
        return actions.add(session, customer_id, **data)


@api.get("/customers/<uuid:customer_id>/contacts")
@api.response(200, ContactsShape)
def list_for_customer(customer_id: UUID) -> dict[str, Any]:
    """List all contacts of a customer, the ended ones last."""
    query = select(Contact).filter_by(customer_id=customer_id)
    with reading() as session:
        return {"items": session.scalars(query.order_by(Contact.ended_on.is_not(None), Contact.name)).all()}


@api.get("/customers/<uuid:customer_id>/contacts/<uuid:contact_id>")
@api.response(200, ContactShape)
def show(customer_id: UUID, contact_id: UUID) -> Contact:
    """Show one contact."""
    with reading() as session:
        return find(session, Contact, contact_id, customer_id=customer_id)


@api.patch("/customers/<uuid:customer_id>/contacts/<uuid:contact_id>")
@api.arguments(ContactShape(partial=True))
@api.response(200, ContactShape)
def edit(data: dict[str, Any], customer_id: UUID, contact_id: UUID) -> Contact:
    """Change a contact."""
    with transaction() as session:
        contact = find(session, Contact, contact_id, customer_id=customer_id)
        match(contact, SHAPE)
        return actions.edit(session, contact, **data)


@api.put("/customers/<uuid:customer_id>/contacts/<uuid:contact_id>/end")
@api.arguments(EndShape)
@api.response(200, ContactShape)
def end(data: dict[str, Any], customer_id: UUID, contact_id: UUID) -> Contact:
    """Mark a contact as ended."""
    with transaction() as session:
        contact = find(session, Contact, contact_id, customer_id=customer_id)
        match(contact, SHAPE)
        return actions.end(session, contact, data.get("ended_on"))
