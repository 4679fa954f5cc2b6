"""What is missing before an invoice can be sent, from the moment the card exists.

Rules with the word PEPPOL are those of Peppol BIS Billing 3.0; KK-INV are the agency's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.db import find
from services.invoicing.debtors.models import Debtor, ReferencePerson
from services.invoicing.terms.models import Terms

PARTS = {"line1": "The street or box is missing.", "postal_code": "The postal code is missing."}
PLACE = {"place": "The place is missing."}


@dataclass(frozen=True)
class Finding:
    """Something that is missing or wrong."""

    field: str
    rule: str
    severity: str
    message: str


def findings(session: Session, terms: Terms) -> list[Finding]:
    """Look through everything that an invoice needs, the errors first."""
    debtor = find(session, Debtor, terms.id)
    found = [
        *_form(terms),
        *_invoice_address(terms.invoice_address),
        *_email(terms),
        *(_ehf(terms, debtor) if terms.invoice_type == "ehf" else ()),
        *_delivery_address(terms.delivery_address),
        *_reference(session, terms),
    ]
    return sorted(found, key=lambda finding: finding.severity)  # "error" sorts before "warning"


def _form(terms: Terms) -> Iterator[Finding]:
    if terms.invoice_type is None:
        yield Finding("invoice_type", "KK-INV-02", "error", "Choose how invoices are sent.")
    if terms.invoice_interval is None:
        yield Finding("invoice_interval", "KK-INV-04", "error", "Choose how often the customer is invoiced.")


def _invoice_address(address: dict[str, Any] | None) -> Iterator[Finding]:
    if address is None:
        yield Finding("invoice_address", "KK-INV-01", "error", "The invoice address is missing.")
        return
    for part, message in (PARTS | PLACE).items():
        if not address[part]:
            yield Finding(f"invoice_address.{part}", "KK-INV-01", "error", message)


def _email(terms: Terms) -> Iterator[Finding]:
    if terms.invoice_type in ("email_attachment", "email_tracking_link") and not terms.invoice_emails:
        yield Finding("invoice_emails", "KK-INV-03", "error", "Invoices by e-mail need an address to go to.")


def _ehf(terms: Terms, debtor: Debtor) -> Iterator[Finding]:
    if not terms.ehf_reference:
        message = "EHF needs the buyer's reference, or an order reference on every order."
        yield Finding("ehf_reference", "PEPPOL-EN16931-R003", "error", message)
    if not (terms.ehf_org_number or terms.gln or debtor.org_number):
        message = "EHF needs an electronic address: an organisation number or a GLN."
        yield Finding("ehf_org_number", "PEPPOL-EN16931-R010", "error", message)


def _delivery_address(address: dict[str, Any] | None) -> Iterator[Finding]:
    for part, message in PARTS.items() if address else ():
        if not (address or {})[part]:
            yield Finding(f"delivery_address.{part}", "KK-INV-05", "warning", message)


def _reference(session: Session, terms: Terms) -> Iterator[Finding]:
    if terms.reference_ended:
        message = "The reference person no longer works there."
        if substitute := _substitute(session, terms):
            message = f"{message} {substitute} could take over."
        yield Finding("contact_reference", "KK-INV-06", "warning", message)


def _substitute(session: Session, terms: Terms) -> str | None:
    """Suggest the contact whom the agency has known longest."""
    query = select(ReferencePerson.name).filter_by(customer_id=terms.id, ended_on=None)
    return session.scalar(query.order_by(ReferencePerson.id).limit(1))
