"""The items that invoicing gives to the card."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.card import Items
from chassis.db import find
from services.invoicing.economy.figures import figures, latest
from services.invoicing.economy.schemas import EconomyShape
from services.invoicing.fixed_lines.models import FixedLine
from services.invoicing.fixed_lines.schemas import FixedLineShape
from services.invoicing.terms.models import Terms
from services.invoicing.terms.readiness import findings
from services.invoicing.terms.schemas import FindingShape, TermsShape

items = Items("invoice_information", "economy", "offers")

TERMS, LINES, FINDINGS, ECONOMY = (
    TermsShape(),
    FixedLineShape(many=True),
    FindingShape(many=True),
    EconomyShape(),
)


@items("invoice_information")
def invoice_information(session: Session, customer_id: UUID) -> dict[str, Any]:
    """Give what is agreed about invoices, the fixed lines, and what is missing."""
    terms = find(session, Terms, customer_id)
    lines = select(FixedLine).filter_by(customer_id=customer_id).order_by(FixedLine.position, FixedLine.id)
    return {
        "terms": TERMS.dump(terms),
        "fixed_lines": LINES.dump(session.scalars(lines)),
        "readiness": FINDINGS.dump(findings(session, terms)),
    }


@items("economy")
def economy(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """Give revenue, what is owed, and the latest invoices; count those that are not paid."""
    invoices = latest(session, customer_id)
    if not invoices:
        return None
    found = figures(session, customer_id, invoices)
    return {**ECONOMY.dump(found), "count": found["unpaid"], "newest": invoices[0].issued_on}
