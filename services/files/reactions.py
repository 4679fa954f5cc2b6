"""What files does when customers are registered, renamed or moved to other departments."""

from sqlalchemy.orm import Session

from chassis.db import find
from chassis.reactions import Reactions
from contracts import customers
from contracts.customers import CustomerDepartmentsChanged, CustomerRegistered, CustomerRenamed, CustomerRestated
from services.files.tables import Holder

on = Reactions(customers)
on.copy(Holder, CustomerRestated, "name", "departments")


@on(CustomerRegistered)
def know(session: Session, event: CustomerRegistered) -> None:
    """Make a place for the customer's files."""
    session.add(Holder(id=event.customer_id, name=event.name, departments=event.departments))


@on(CustomerRenamed)
def rename(session: Session, event: CustomerRenamed) -> None:
    """Know the customer by its new name."""
    find(session, Holder, event.customer_id).name = event.name


@on(CustomerDepartmentsChanged)
def move(session: Session, event: CustomerDepartmentsChanged) -> None:
    """Show the files to the customer's departments only."""
    find(session, Holder, event.customer_id).departments = event.departments
