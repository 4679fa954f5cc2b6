"""The route of the card."""

from uuid import UUID

from flask import Response

from chassis import events
from chassis.api import Routes
from chassis.auth import caller
from gateway.card.compose import compose

api = Routes("card", url_prefix="/api/card", description="The customer card, composed from all services")


@api.get("/<uuid:customer_id>")
@api.response(200, content_type="application/json")
def show(customer_id: UUID) -> Response:
    """Show the card of one customer."""
    return Response(events.to_bytes(compose(caller(), customer_id)), content_type="application/json")
