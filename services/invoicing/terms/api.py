"""Routes of invoice information."""

from typing import Any
from uuid import UUID

from chassis.api import Routes, match
from chassis.db import find, reading, transaction
from services.invoicing.terms import actions
from services.invoicing.terms.models import Terms
from services.invoicing.terms.readiness import findings
from services.invoicing.terms.schemas import ReadinessShape, TermsShape

api = Routes("invoice_information", item="invoice_information", description="How customers are invoiced")

SHAPE = TermsShape()


@api.get("/customers/<uuid:customer_id>/invoice-information")
@api.response(200, TermsShape)
def show(customer_id: UUID) -> Terms:
    """Show how a customer is invoiced."""
    with reading() as session:
        return find(session, Terms, customer_id)


@api.patch("/customers/<uuid:customer_id>/invoice-information")
@api.arguments(TermsShape(partial=True))
@api.response(200, TermsShape)
def edit(data: dict[str, Any], customer_id: UUID) -> Terms:
    """Change how a customer is invoiced."""
    with transaction() as session:
        terms = find(session, Terms, customer_id)
        match(terms, SHAPE)
        return actions.edit(session, terms, **data)


@api.get("/customers/<uuid:customer_id>/invoice-information/readiness")
@api.response(200, ReadinessShape)
def readiness(customer_id: UUID) -> dict[str, Any]:
    """List what is missing before an invoice can be sent."""
    with reading() as session:
        return {"items": findings(session, find(session, Terms, customer_id))}
