"""What dialog does when others announce something: it keeps its copies of customers and contacts."""

from sqlalchemy.orm import Session

from chassis.reactions import Reactions
from contracts import customers
from contracts.customers import (
    ContactAdded,
    ContactDetailsChanged,
    ContactEnded,
    ContactRestated,
    CustomerDepartmentsChanged,
    CustomerRegistered,
    CustomerRenamed,
    CustomerRestated,
)
from services.dialog.correspondents import actions
from services.dialog.correspondents.models import Correspondent, Person

on = Reactions(customers)
on.copy(Correspondent, CustomerRestated, "name", "departments")
on.copy(Person, ContactRestated, "customer_id", "name", "ended_on")


@on(CustomerRegistered)
def customer_registered(session: Session, event: CustomerRegistered) -> None:
    """From now on we can write to them."""
    actions.meet(session, event.customer_id, event.name, event.departments)


@on(CustomerRenamed)
def customer_renamed(session: Session, event: CustomerRenamed) -> None:
    """Call them what they call themselves."""
    actions.rename(session, event.customer_id, event.name)


@on(CustomerDepartmentsChanged)
def customer_departments_changed(session: Session, event: CustomerDepartmentsChanged) -> None:
    """Show the correspondence to the departments that work with them now, and to nobody else."""
    actions.place_in(session, event.customer_id, event.departments)


@on(ContactAdded)
def contact_added(session: Session, event: ContactAdded) -> None:
    """There is one more person to speak with."""
    actions.know(session, event.customer_id, event.contact_id, event.name)


@on(ContactDetailsChanged)
def contact_details_changed(session: Session, event: ContactDetailsChanged) -> None:
    """Call the person by the present name."""
    actions.know(session, event.customer_id, event.contact_id, event.name)


@on(ContactEnded)
def contact_ended(session: Session, event: ContactEnded) -> None:
    """Nobody speaks with this person there any more."""
    actions.know(session, event.customer_id, event.contact_id, event.name).ended_on = event.ended_on
