"""How invoicing keeps up with the customers it writes to."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.db import find
from contracts import Change
from services.invoicing.debtors.models import Debtor, ReferencePerson


def meet(session: Session, customer_id: UUID, name: str, org_number: str | None, departments: list[UUID]) -> Debtor:
    """Know a customer from now on."""
    debtor = Debtor(id=customer_id, name=name, org_number=org_number, departments=departments)
    session.add(debtor)
    session.flush()  # what belongs to the customer is written after it
    return debtor


def rename(session: Session, customer_id: UUID, name: str) -> None:
    """Address the customer by another name."""
    find(session, Debtor, customer_id).name = name


def note_changes(session: Session, customer_id: UUID, changes: Iterable[Change]) -> None:
    """Keep the organisation number, and nothing else of what was edited."""
    for change in changes:
        if change.field == "org_number":
            find(session, Debtor, customer_id).org_number = change.after


def place_in(session: Session, customer_id: UUID, departments: list[UUID]) -> None:
    """Show the customer to these departments and to no other."""
    find(session, Debtor, customer_id).departments = departments


def meet_person(session: Session, customer_id: UUID, contact_id: UUID, name: str) -> None:
    """Know somebody to whom invoices can refer."""
    session.add(ReferencePerson(id=contact_id, customer_id=customer_id, name=name))


def rename_person(session: Session, contact_id: UUID, name: str) -> None:
    """Call the person by another name."""
    find(session, ReferencePerson, contact_id).name = name


def part_with(session: Session, contact_id: UUID, ended_on: date) -> None:
    """Refer no new invoice to somebody who left."""
    find(session, ReferencePerson, contact_id).ended_on = ended_on
