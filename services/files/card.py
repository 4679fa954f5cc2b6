"""The items that files gives to the card."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.card import Items, first
from services.files.documents.models import File, on_shelf
from services.files.documents.schemas import FileShape

items = Items("logo", "files")

FILES = FileShape(many=True, exclude=("customer_id",))


@items("files")
def files(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """Give the latest files."""
    found, count = first(session, on_shelf(customer_id).order_by(File.uploaded_at.desc(), File.id.desc()))
    return {"files": FILES.dump(found), "count": count, "newest": found[0].uploaded_at} if found else None
