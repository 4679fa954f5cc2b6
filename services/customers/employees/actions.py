"""What can be done with links to employees."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.db import lock
from chassis.errors import Invalid, Refused
from chassis.events import plain
from chassis.outbox import record
from chassis.tables import today
from contracts import changes
from contracts.customers import EmployeeLinkChanged, EmployeeLinked, EmployeeUnlinked
from services.customers.employees.models import EmployeeLink
from services.customers.profile.models import Customer


class EmployeeAlreadyLinked(Refused):
    """This employee already has this role in that time."""

    field = "employee"


def link(session: Session, customer_id: UUID, employee: UUID, role: str, **days: date | None) -> EmployeeLink:
    """Link an employee to a customer, from today on where no first day is said."""
    days["valid_from"] = days.get("valid_from") or today()
    made = EmployeeLink(customer_id=customer_id, employee=employee, role=role, **days)
    _check(session, made)
    session.add(made)
    told = EmployeeLinked(customer_id, made.id, employee, role, made.valid_from, made.valid_to)
    record(session, told, made)
    return made


def change(session: Session, linked: EmployeeLink, **details: Any) -> EmployeeLink:
    """Change who it is, the role or the days; without a first day the link keeps the one it has."""
    if details.get("valid_from", ...) is None:
        del details["valid_from"]
    found = changes(plain({field: getattr(linked, field) for field in details}), plain(details))
    if found:
        for field, value in details.items():
            setattr(linked, field, value)
        _check(session, linked)
        record(session, EmployeeLinkChanged(linked.customer_id, linked.id, linked.employee, linked.role, found), linked)
    return linked


def unlink(session: Session, linked: EmployeeLink) -> None:
    """Take a link away that should not have been; one that is over gets a last day instead."""
    record(session, EmployeeUnlinked(linked.customer_id, linked.id, linked.employee, linked.role), linked)
    session.delete(linked)


def _check(session: Session, asked: EmployeeLink) -> None:
    if asked.valid_to is not None and asked.valid_to < asked.valid_from:
        raise Invalid({"valid_to": "This is before the first day."})
    lock(session, Customer, asked.customer_id)  # two who link the same person at once would not see each other
    same = select(EmployeeLink).filter_by(customer_id=asked.customer_id, employee=asked.employee, role=asked.role)
    if any(other.id != asked.id and asked.overlaps(other) for other in session.scalars(same)):
        raise EmployeeAlreadyLinked
