"""What invoicing does when others announce something."""

from sqlalchemy.orm import Session

from chassis.db import find
from chassis.reactions import Reactions
from contracts import customers, integration
from contracts.customers import (
    ContactAdded,
    ContactDetailsChanged,
    ContactEnded,
    ContactRestated,
    CustomerDepartmentsChanged,
    CustomerDetailsChanged,
    CustomerRegistered,
    CustomerRenamed,
    CustomerRestated,
)
from contracts.integration import CreditReportReceived, InvoiceImported
from services.invoicing.credit import actions as credit
from services.invoicing.debtors import actions as debtors
from services.invoicing.debtors.models import Debtor, ReferencePerson
from services.invoicing.invoices import actions as invoices
from services.invoicing.terms import actions as terms
from services.invoicing.terms.models import Terms

on = Reactions(customers, integration)


@on(CustomerRegistered)
def customer_registered(session: Session, event: CustomerRegistered) -> None:
    """From now on they can be invoiced, once the terms are agreed."""
    debtors.meet(session, event.customer_id, event.name, event.org_number, event.departments)
    terms.begin(session, event.customer_id)


@on(CustomerRenamed)
def customer_renamed(session: Session, event: CustomerRenamed) -> None:
    """Address them by the new name."""
    debtors.rename(session, event.customer_id, event.name)


@on(CustomerDetailsChanged)
def customer_details_changed(session: Session, event: CustomerDetailsChanged) -> None:
    """EHF goes to their organisation number unless another one is agreed."""
    debtors.note_changes(session, event.customer_id, event.changes)


@on(CustomerDepartmentsChanged)
def customer_departments_changed(session: Session, event: CustomerDepartmentsChanged) -> None:
    """Hide the card from those who no longer work with them."""
    debtors.place_in(session, event.customer_id, event.departments)


@on(ContactAdded)
def contact_added(session: Session, event: ContactAdded) -> None:
    """Invoices can refer to one more person."""
    debtors.meet_person(session, event.customer_id, event.contact_id, event.name)


@on(ContactDetailsChanged)
def contact_details_changed(session: Session, event: ContactDetailsChanged) -> None:
    """Keep the name that stands on the invoice."""
    debtors.rename_person(session, event.contact_id, event.name)


@on(ContactEnded)
def contact_ended(session: Session, event: ContactEnded) -> None:
    """Refer to the person no longer, and say so where we did."""
    debtors.part_with(session, event.contact_id, event.ended_on)
    agreed = find(session, Terms, event.customer_id)
    terms.lose_reference(session, agreed, event.contact_id, event.name)


@on.copy(Debtor, CustomerRestated, "name", "org_number", "departments")
def customer_restated(session: Session, event: CustomerRestated) -> None:
    """Have terms to agree on, also with a customer whose registration was missed."""
    terms.begin_if_new(session, event.customer_id)


@on.copy(ReferencePerson, ContactRestated, "customer_id", "name", "ended_on")
def contact_restated(session: Session, event: ContactRestated) -> None:
    """Refer no longer to a person whose leaving was missed."""
    if event.ended_on is not None:
        agreed = find(session, Terms, event.customer_id)
        terms.lose_reference(session, agreed, event.contact_id, event.name)


@on(InvoiceImported)
def invoice_imported(session: Session, event: InvoiceImported) -> None:
    """Count what another system invoiced."""
    invoices.take_over(session, event)


@on(CreditReportReceived)
def credit_report_received(session: Session, event: CreditReportReceived) -> None:
    """Believe the bureau; the approved limit stays as it was decided."""
    credit.take_in(session, find(session, Terms, event.customer_id), event)
