"""What can be done to a customer."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.api import ItemSwitchedOff
from chassis.auth import Caller
from chassis.db import next_number
from chassis.errors import Invalid, Refused
from chassis.events import plain
from chassis.outbox import record
from contracts import changes
from contracts.customers import (
    CustomerDepartmentsChanged,
    CustomerDetailsChanged,
    CustomerRegistered,
    CustomerRenamed,
)
from services.customers.profile.models import Customer
from services.customers.tables import NumberSeries

FIRST_NUMBER = 10001
ITEM_OF = {
    "visiting": "addresses",
    "postal": "addresses",
    "directions": "directions",
    "latitude": "directions",
    "longitude": "directions",
    "industry": "industry",
}


class OrgNumberTaken(Refused):
    """Another customer already has this organisation number."""

    field = "org_number"


def register(
    session: Session,
    name: str,
    departments: list[UUID] | None = None,
    owner_department: UUID | None = None,
    **details: Any,
) -> Customer:
    """Give the company a number and a card; without departments it belongs to the caller's home department."""
    who: Caller = session.info["caller"]
    _refuse_switched_off(who, details)
    _refuse_taken(session, details.get("org_number"))
    homes = departments or list(who.departments[:1])
    _refuse_foreign(who, homes)
    owner = owner_department or (homes[0] if homes else None)
    _refuse_outside(owner, homes)
    number = next_number(session, NumberSeries, "customer", FIRST_NUMBER)
    kind = details.pop("type", None) or "prospect"
    customer = Customer(name=name, number=number, type=kind, departments=homes, owner_department=owner, **details)
    customer.index()
    session.add(customer)
    announced = CustomerRegistered(
        customer.id, number, name, kind, details.get("org_number"), homes, owner, details.get("email")
    )
    record(session, announced, customer)
    return customer


def readmit(session: Session, customer_id: UUID, known: Mapping[str, Any]) -> Customer:
    """Take in again a customer whom only others still know, after a restore; its number is a new one."""
    found = session.scalars(select(Customer).filter_by(id=customer_id)).one_or_none()
    if found is not None:
        return found
    _refuse_taken(session, known.get("org_number"))
    number = next_number(session, NumberSeries, "customer", FIRST_NUMBER)
    customer = Customer(id=customer_id, number=number, **{"type": "prospect", **known})
    customer.owner_department = next(iter(customer.departments), None)
    customer.index()
    session.add(customer)
    return customer


def edit(session: Session, customer: Customer, **details: Any) -> Customer:
    """Change what is known of the customer; only what differs is announced."""
    _refuse_switched_off(session.info["caller"], details)
    before = {field: getattr(customer, field) for field in details}
    found = changes(plain(before), plain(details))
    if not found:
        return customer
    if details.get("org_number") != customer.org_number:
        _refuse_taken(session, details.get("org_number"))
    for field, value in details.items():
        setattr(customer, field, value)
    customer.index()
    if before.get("name", customer.name) != customer.name:
        record(session, CustomerRenamed(customer.id, before["name"], customer.name), customer)
    others = [change for change in found if change.field != "name"]
    if others:
        record(session, CustomerDetailsChanged(customer.id, others), customer)
    return customer


def place_in(session: Session, customer: Customer, departments: list[UUID], owner: UUID | None) -> Customer:
    """Say which departments work with the customer; all others stop seeing it."""
    who: Caller = session.info["caller"]
    if not departments:
        raise Invalid({"departments": "Choose at least one department."})
    _refuse_outside(owner, departments)
    _refuse_foreign(who, set(departments) - set(customer.departments))
    before = list(customer.departments)
    if before == departments and customer.owner_department == (owner or departments[0]):
        return customer
    customer.departments = departments
    customer.owner_department = owner or departments[0]
    announced = CustomerDepartmentsChanged(customer.id, before, departments, customer.owner_department)
    record(session, announced, customer)
    return customer


def _refuse_taken(session: Session, org_number: str | None) -> None:
    """Name the card that has the number; the constraint decides when two come at once."""
    if org_number is None:
        return
    query = select(Customer.id, Customer.number, Customer.name).where(Customer.org_number == org_number)
    if other := session.execute(query).one_or_none():
        existing = {"id": str(other.id), "number": other.number, "name": other.name}
        raise OrgNumberTaken(f"{other.number} {other.name}", existing=existing)


def _refuse_foreign(who: Caller, departments: Iterable[UUID]) -> None:
    """Nobody hands a customer to a department that he does not work in, unless he sees all of them."""
    if not who.everywhere and not set(departments) <= set(who.departments):
        raise Invalid({"departments": "Choose among your own departments."})


def _refuse_outside(owner: UUID | None, departments: list[UUID]) -> None:
    if owner is not None and owner not in departments:
        raise Invalid({"owner": "The owner must be one of the departments."})


def _refuse_switched_off(who: Caller, details: Iterable[str]) -> None:
    off = {ITEM_OF[field] for field in details if field in ITEM_OF} & who.disabled
    if off:
        raise ItemSwitchedOff(", ".join(sorted(off)))
