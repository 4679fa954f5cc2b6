"""Routes of links to employees."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.api import Routes, match
from chassis.db import find, reading, transaction
from services.customers.employees import actions
from services.customers.employees.models import EmployeeLink
from services.customers.employees.schemas import EmployeeLinkShape, EmployeeLinksShape

api = Routes("employees", item="employees", description="Who at the agency works with the customers")

SHAPE = EmployeeLinkShape()


@api.post("/customers/<uuid:customer_id>/employees")
@api.arguments(EmployeeLinkShape)
@api.response(201, EmployeeLinkShape)
def link(data: dict[str, Any], customer_id: UUID) -> EmployeeLink:
    """Link an employee to a customer."""
    with transaction() as session:
        return actions.link(session, customer_id, **data)


@api.get("/customers/<uuid:customer_id>/employees")
@api.response(200, EmployeeLinksShape)
def list_for_customer(customer_id: UUID) -> dict[str, Any]:
    """List all links of a customer, what is over last."""
    query = select(EmployeeLink).filter_by(customer_id=customer_id).order_by(EmployeeLink.valid_from, EmployeeLink.id)
    with reading() as session:
        return {"items": sorted(session.scalars(query), key=lambda linked: not linked.active)}


@api.get("/customers/<uuid:customer_id>/employees/<uuid:link_id>")
@api.response(200, EmployeeLinkShape)
def show(customer_id: UUID, link_id: UUID) -> EmployeeLink:
    """Show one link."""
    with reading() as session:
        return find(session, EmployeeLink, link_id, customer_id=customer_id)


@api.patch("/customers/<uuid:customer_id>/employees/<uuid:link_id>")
@api.arguments(EmployeeLinkShape(partial=True))
@api.response(200, EmployeeLinkShape)
def change(data: dict[str, Any], customer_id: UUID, link_id: UUID) -> EmployeeLink:
    """Change a link; a last day ends it."""
    with transaction() as session:
        linked = find(session, EmployeeLink, link_id, customer_id=customer_id)
        match(linked, SHAPE)
        return actions.change(session, linked, **data)


@api.delete("/customers/<uuid:customer_id>/employees/<uuid:link_id>")
@api.response(204)
def unlink(customer_id: UUID, link_id: UUID) -> None:
    """Take a link away that should not have been."""
    with transaction() as session:
        linked = find(session, EmployeeLink, link_id, customer_id=customer_id)
        match(linked, SHAPE)
        actions.unlink(session, linked)
