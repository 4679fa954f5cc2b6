"""What can be agreed about invoices."""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.errors import Invalid
from chassis.events import plain
from chassis.outbox import record
from contracts import Change, changes
from contracts.invoicing import InvoiceReferenceEnded, InvoiceTermsChanged, ProjectInvoicingSwitched
from services.invoicing.debtors.models import ReferencePerson
from services.invoicing.terms.models import Terms

LONGEST_USUAL_CREDIT = 60  # days, between companies: forsinkelsesrenteloven § 2 c
STANDS_FOR = {"#": "[0-9]", "@": "[A-Za-zÆØÅæøå]"}  # no repetition, so that no pattern is slow


def begin(session: Session, customer_id: UUID) -> Terms:
    """Start with nothing agreed; it is no news, so nothing is announced."""
    terms = Terms(id=customer_id)
    session.add(terms)
    return terms


def begin_if_new(session: Session, customer_id: UUID) -> None:
    """Begin where nobody has yet."""
    if session.scalar(select(Terms.id).filter_by(id=customer_id)) is None:
        begin(session, customer_id)


def edit(session: Session, terms: Terms, **details: Any) -> Terms:
    """Change what is agreed; only what differs is announced."""
    found = changes(plain({field: getattr(terms, field) for field in details}), plain(details))
    for field, value in details.items():
        setattr(terms, field, value)
    _refuse_long_credit(terms)
    _refuse_odd_reference(terms)
    if any(change.field == "contact_reference" for change in found):
        _refuse_stranger(session, terms)
        terms.reference_ended = False
    _announce(session, terms, found)
    return terms


def lose_reference(session: Session, terms: Terms, contact_id: UUID, name: str) -> None:
    """Flag the reference when it is this person who left."""
    if terms.contact_reference == contact_id and not terms.reference_ended:
        terms.reference_ended = True
        record(session, InvoiceReferenceEnded(terms.id, contact_id, name), terms)


def _announce(session: Session, terms: Terms, found: list[Change]) -> None:
    others = [change for change in found if change.field != "project_invoicing"]
    if len(others) < len(found):
        record(session, ProjectInvoicingSwitched(terms.id, terms.project_invoicing), terms)
    if others:
        record(session, InvoiceTermsChanged(terms.id, others), terms)


def _refuse_long_credit(terms: Terms) -> None:
    if terms.credit_days > LONGEST_USUAL_CREDIT and not terms.credit_days_reason:
        raise Invalid({"credit_days_reason": "Say why more than 60 days are agreed."})


def _refuse_odd_reference(terms: Terms) -> None:
    pattern, reference = terms.reference_pattern, terms.ehf_reference
    if pattern and reference and not fits(pattern, reference):
        raise Invalid({"ehf_reference": f"This customer's references look like {pattern}."})


def fits(pattern: str, reference: str) -> bool:
    """Tell whether a reference has the customer's form: ``#`` is a digit, ``@`` a letter, all else itself."""
    return re.fullmatch("".join(STANDS_FOR.get(sign, re.escape(sign)) for sign in pattern), reference) is not None


def _refuse_stranger(session: Session, terms: Terms) -> None:
    """Refer to nobody who does not work at the customer."""
    if terms.contact_reference is None:
        return
    query = select(ReferencePerson.id).filter_by(id=terms.contact_reference, customer_id=terms.id, ended_on=None)
    if session.scalar(query) is None:
        raise Invalid({"contact_reference": "Choose one of the customer's contacts."})
