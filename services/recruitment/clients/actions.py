"""How the copy of the customers is kept."""

from uuid import UUID

from sqlalchemy.orm import Session

from chassis.db import find
from services.recruitment.clients.models import Client


def meet(session: Session, customer_id: UUID, name: str, departments: list[UUID]) -> None:
    """Hear of a customer."""
    session.add(Client(id=customer_id, name=name, departments=departments))


def rename(session: Session, customer_id: UUID, name: str) -> None:
    """Take over the customer's new name."""
    find(session, Client, customer_id).name = name


def place_in(session: Session, customer_id: UUID, departments: list[UUID]) -> None:
    """Take over which departments work with the customer."""
    find(session, Client, customer_id).departments = departments
