"""The items that dialog gives to the card."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.card import WHOSE, Items, first, listed
from services.dialog.correspondence.models import Communication
from services.dialog.correspondence.schemas import CommunicationShape

items = Items("dialog", "calendar", "inquiries")

SAID = listed(
    select(Communication)
    .filter_by(customer_id=WHOSE)
    .order_by(Communication.happened_at.desc(), Communication.id.desc())
)
COMMUNICATIONS = CommunicationShape(many=True, exclude=("registered_at", "customer_name"))


@items("dialog")
def dialog(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """Give what was said last."""
    found, count = first(session, SAID, customer_id)
    if not found:
        return None
    return {"communications": COMMUNICATIONS.dump(found), "count": count, "newest": found[0].happened_at}
