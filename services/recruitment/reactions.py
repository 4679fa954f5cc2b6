"""What recruitment does when others announce something: it keeps its copy of the customers."""

from sqlalchemy.orm import Session

from chassis.reactions import Reactions
from contracts import customers
from contracts.customers import CustomerDepartmentsChanged, CustomerRegistered, CustomerRenamed, CustomerRestated
from services.recruitment.clients import actions
from services.recruitment.clients.models import Client

on = Reactions(customers)
on.copy(Client, CustomerRestated, "name", "departments")


@on(CustomerRegistered)
def customer_registered(session: Session, event: CustomerRegistered) -> None:
    """From now on we can work for them."""
    actions.meet(session, event.customer_id, event.name, event.departments)


@on(CustomerRenamed)
def customer_renamed(session: Session, event: CustomerRenamed) -> None:
    """Call them what they call themselves."""
    actions.rename(session, event.customer_id, event.name)


@on(CustomerDepartmentsChanged)
def customer_departments_changed(session: Session, event: CustomerDepartmentsChanged) -> None:
    """Show the projects to the departments that work with them now, and to nobody else."""
    actions.place_in(session, event.customer_id, event.departments)
