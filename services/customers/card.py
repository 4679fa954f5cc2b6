"""The items that customers gives to the card."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.card import WHOSE, Items, first, listed
from chassis.db import find
from chassis.tables import made
from services.customers.contacts.models import Contact
from services.customers.contacts.schemas import ContactShape
from services.customers.employees.models import linked
from services.customers.employees.schemas import EmployeeLinkShape
from services.customers.log.models import LogEntry
from services.customers.log.schemas import LogEntryShape
from services.customers.notes.models import Note, standing
from services.customers.notes.schemas import NoteShape
from services.customers.profile.models import Customer
from services.customers.profile.schemas import CustomerShape
from services.customers.tags.models import Tag
from services.customers.tags.schemas import TagShape
from services.customers.tasks.models import Task, listed_for
from services.customers.tasks.schemas import TaskShape

items = Items(
    "general", "addresses", "directions", "departments", "employees", "notes", "process", "tags", "tasks",
    "attributes", "log", "industry", "group", "contacts",
)  # fmt: skip

CUSTOMER = CustomerShape(exclude=("visiting", "postal", "directions", "latitude", "longitude", "industry"))
CONTACTS, EMPLOYEES, NOTES, LOG, TAGS, TASKS = (
    ContactShape(many=True),
    EmployeeLinkShape(many=True),
    NoteShape(many=True),
    LogEntryShape(many=True),
    TagShape(many=True),
    TaskShape(many=True),
)


PEOPLE = select(Contact).filter_by(customer_id=WHOSE).order_by(Contact.ended_on.is_not(None), Contact.name)
STANDING = listed(standing(WHOSE).order_by(Note.pinned.desc(), Note.written_at.desc()))
TO_DO = listed(listed_for(WHOSE), Task.completed_at.is_(None))
CARRIED = select(Tag).filter_by(customer_id=WHOSE).order_by(Tag.folded)
HAPPENED = listed(
    select(LogEntry).filter_by(customer_id=WHOSE).order_by(LogEntry.happened_at.desc(), LogEntry.id.desc())
)


@items("general")
def general(session: Session, customer_id: UUID) -> dict[str, Any]:
    """Give name, number and how to reach the customer."""
    return CUSTOMER.dump(find(session, Customer, customer_id))


@items("addresses")
def addresses(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """Give where to visit and where to write."""
    customer = find(session, Customer, customer_id)
    found = {"visiting": customer.visiting, "postal": customer.postal}
    return {**found, "version": customer.version} if any(found.values()) else None


@items("directions")
def directions(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """Give how to get there."""
    customer = find(session, Customer, customer_id)
    found = {"text": customer.directions, "latitude": customer.latitude, "longitude": customer.longitude}
    return found if any(value is not None for value in found.values()) else None


@items("industry")
def industry(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """Give the industry code with its standard and name."""
    return find(session, Customer, customer_id).industry


@items("departments")
def departments(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """Give the departments that work with the customer, and the one that owns it."""
    customer = find(session, Customer, customer_id)
    if not customer.departments:
        return None
    return {
        "departments": customer.departments,
        "owner": customer.owner_department,
        "count": len(customer.departments),
    }


@items("employees")
def employees(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """Give who works with the customer: those of today by role, those to come, those that are over."""
    found = linked(session, customer_id)
    return {"links": EMPLOYEES.dump(found), "count": sum(link.active for link in found)} if found else None


@items("contacts")
def contacts(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """Give the people, those who left last."""
    found = session.scalars(PEOPLE, {WHOSE.key: customer_id}).all()
    if not found:
        return None
    newest = made(max(contact.id for contact in found))
    return {"contacts": CONTACTS.dump(found), "count": sum(contact.active for contact in found), "newest": newest}


@items("notes")
def notes(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """Give the pinned notes, then the newest."""
    found, count = first(session, STANDING, customer_id)
    return {"notes": NOTES.dump(found), "count": count} if found else None


@items("tags")
def tags(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """Give the tags."""
    found = session.scalars(CARRIED, {WHOSE.key: customer_id}).all()
    return {"tags": TAGS.dump(found), "count": len(found)} if found else None


@items("tasks")
def tasks(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """Give what is to be done, what is due first first, then what was done last; what is to be done counts."""
    found, count = first(session, TO_DO, customer_id)
    return {"tasks": TASKS.dump(found), "count": count} if found else None


@items("log")
def log(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """Give what happened last."""
    found, count = first(session, HAPPENED, customer_id)
    return {"entries": LOG.dump(found), "count": count} if found else None
