"""How the copies of customers and contacts are kept."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.db import find
from services.dialog.correspondents.models import Correspondent, Person


def meet(session: Session, customer_id: UUID, name: str, departments: list[UUID]) -> None:
    """Hear of a customer."""
    session.add(Correspondent(id=customer_id, name=name, departments=departments))


def rename(session: Session, customer_id: UUID, name: str) -> None:
    """Take over the customer's new name."""
    find(session, Correspondent, customer_id).name = name


def place_in(session: Session, customer_id: UUID, departments: list[UUID]) -> None:
    """Take over which departments work with the customer."""
    find(session, Correspondent, customer_id).departments = departments


def know(session: Session, customer_id: UUID, contact_id: UUID, name: str) -> Person:
    """Know a contact by its present name, whichever event tells of it first."""
    person = session.scalars(select(Person).filter_by(id=contact_id)).one_or_none()
    if person is None:
        person = Person(id=contact_id, customer_id=customer_id)
        session.add(person)
    person.name = name
    return person
