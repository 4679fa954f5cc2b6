"""Routes of economy."""

from typing import Any
from uuid import UUID

from chassis.api import Routes
from chassis.db import reading
from services.invoicing.economy.figures import figures, latest
from services.invoicing.economy.schemas import EconomyShape

api = Routes("economy", item="economy", description="What customers bring in, owe and pay")


@api.get("/customers/<uuid:customer_id>/economy")
@api.response(200, EconomyShape)
def show(customer_id: UUID) -> dict[str, Any]:
    """Show what a customer brings in, owes and pays."""
    with reading() as session:
        return figures(session, customer_id, latest(session, customer_id))
