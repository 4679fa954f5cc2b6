"""Routes of links to employees."""

from typing import Any
from uuid import UUID

from chassis.api import Routes, match
from chassis.db import find, reading, transaction
from services.customers.employees import actions
from services.customers.employees.models import EmployeeLink, linked
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
    """List all links of a customer: those of today by role, those to come, those that are over."""
    with reading() as session:
        return {"items": linked(session, customer_id)}


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
        found = find(session, EmployeeLink, link_id, customer_id=customer_id)
        match(found, SHAPE)
        return actions.change(session, found, **data)


@api.delete("/customers/<uuid:customer_id>/employees/<uuid:link_id>")
@api.response(204)
def unlink(customer_id: UUID, link_id: UUID) -> None:
    """Take a link away that should not have been."""
    with transaction() as session:
        found = find(session, EmployeeLink, link_id, customer_id=customer_id)
        match(found, SHAPE)
        actions.unlink(session, found)
