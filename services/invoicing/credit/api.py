"""Routes of credit."""

from typing import Any
from uuid import UUID

from chassis.api import Routes, match
from chassis.db import find, transaction
from services.invoicing.credit import actions
from services.invoicing.credit.schemas import LimitShape, RatingShape
from services.invoicing.terms.models import Terms
from services.invoicing.terms.schemas import TermsShape

ratings = Routes("credit_rating", item="invoice_information", description="How well customers are thought to pay")
limits = Routes("credit_limit", item="invoice_information", description="How much customers may owe")

SHAPE = TermsShape()


@ratings.put("/customers/<uuid:customer_id>/credit-rating")
@ratings.arguments(RatingShape)
@ratings.response(200, TermsShape)
def rate(data: dict[str, Any], customer_id: UUID) -> Terms:
    """Rate a customer's ability to pay."""
    with transaction() as session:
        terms = find(session, Terms, customer_id)
        match(terms, SHAPE)
        return actions.rate(session, terms, **data)


@limits.put("/customers/<uuid:customer_id>/credit-limit", action="approve")
@limits.arguments(LimitShape)
@limits.response(200, TermsShape)
def approve(data: dict[str, Any], customer_id: UUID) -> Terms:
    """Approve how much a customer may owe."""
    with transaction() as session:
        terms = find(session, Terms, customer_id)
        match(terms, SHAPE)
        return actions.approve(session, terms, data["amount"])
