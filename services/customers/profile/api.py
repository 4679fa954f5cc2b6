"""Routes of the customer itself."""

from typing import Any
from uuid import UUID

from chassis.api import Routes, match
from chassis.db import find, reading, transaction
from services.customers.profile import actions
from services.customers.profile.models import Customer
from services.customers.profile.schemas import CustomerShape, DepartmentsShape

api = Routes("general", item="general", description="Customers: register, find, edit")
departments = Routes("departments", item="departments", description="Which departments work with a customer")

SHAPE = CustomerShape()


@api.post("/customers")
@api.arguments(CustomerShape)
@api.response(201, CustomerShape)
def register(data: dict[str, Any]) -> Customer:
    """Register a customer."""
    with transaction() as session:
        return actions.register(session, **data)


@api.get("/customers/<uuid:customer_id>")
@api.response(200, CustomerShape)
def show(customer_id: UUID) -> Customer:
    """Show one customer."""
    with reading() as session:
        return find(session, Customer, customer_id)


@api.patch("/customers/<uuid:customer_id>")
@api.arguments(CustomerShape(partial=True, exclude=("departments", "owner_department")))
@api.response(200, CustomerShape)
def edit(data: dict[str, Any], customer_id: UUID) -> Customer:
    """Change what is known of a customer."""
    with transaction() as session:
        customer = find(session, Customer, customer_id)
        match(customer, SHAPE)
        return actions.edit(session, customer, **data)


@departments.put("/customers/<uuid:customer_id>/departments")
@departments.arguments(DepartmentsShape)
@departments.response(200, CustomerShape)
def place_in(data: dict[str, Any], customer_id: UUID) -> Customer:
    """Say which departments work with the customer."""
    with transaction() as session:
        customer = find(session, Customer, customer_id)
        match(customer, SHAPE)
        return actions.place_in(session, customer, data["departments"], data.get("owner"))
