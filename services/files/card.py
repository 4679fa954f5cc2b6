"""The items that files gives to the card."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.card import WHOSE, Items, first, listed
from services.files.documents.models import File, on_shelf
from services.files.documents.schemas import FileShape

items = Items("logo", "files")

ON_SHELF = listed(on_shelf(WHOSE).order_by(File.uploaded_at.desc(), File.id.desc()))
FILES = FileShape(many=True, exclude=("customer_id",))


@items("files")
def files(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """Give the latest files."""
    found, count = first(session, ON_SHELF, customer_id)
    return {"files": FILES.dump(found), "count": count, "newest": found[0].uploaded_at} if found else None
