"""The items that dialog gives to the card."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chassis.card import Items
from services.dialog.correspondence.models import Communication
from services.dialog.correspondence.schemas import CommunicationShape

items = Items("dialog", "calendar", "inquiries")

ON_CARD = 20  # entries of a long list; the rest is a click away

COMMUNICATIONS = CommunicationShape(many=True, exclude=("registered_at", "customer_name"))


@items("dialog")
def dialog(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """Give what was said last."""
    query = select(Communication).filter_by(customer_id=customer_id)
    latest = query.order_by(Communication.happened_at.desc(), Communication.id.desc()).limit(ON_CARD)
    found = session.scalars(latest).all()
    count = session.scalar(select(func.count(Communication.id)).where(Communication.customer_id == customer_id))
    if not found:
        return None
    return {"communications": COMMUNICATIONS.dump(found), "count": count, "newest": found[0].happened_at}
