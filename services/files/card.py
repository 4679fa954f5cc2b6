"""The items that files gives to the card."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chassis.card import Items
from services.files.documents.models import File, on_shelf
from services.files.documents.schemas import FileShape

items = Items("logo", "files")

ON_CARD = 20  # the latest; the rest is a click away

FILES = FileShape(many=True, exclude=("customer_id",))


@items("files")
def files(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """Give the latest files."""
    query = on_shelf(customer_id).order_by(File.uploaded_at.desc(), File.id.desc())
    found = session.scalars(query.limit(ON_CARD)).all()
    count = session.scalar(select(func.count()).select_from(on_shelf(customer_id).subquery()))
    return {"files": FILES.dump(found), "count": count, "newest": found[0].uploaded_at} if found else None
