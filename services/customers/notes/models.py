"""Notes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column

from chassis.tables import Utc, Versioned, now, within
from services.customers.tables import Base


class Note(Versioned, Base):
    """What somebody wrote about a customer; the log keeps every earlier wording."""

    __tablename__ = "notes"
    __table_args__ = (
        within("customers", "customer_id"),
        Index("ix_notes_customer", "tenant_id", "customer_id", "written_at"),
    )

    customer_id: Mapped[UUID]
    text: Mapped[str]
    author: Mapped[UUID | None]
    written_at: Mapped[datetime] = mapped_column(Utc, default=now)
    pinned: Mapped[bool] = mapped_column(default=False)
    deleted_at: Mapped[datetime | None] = mapped_column(Utc)


def standing(customer_id: UUID | BindParameter[UUID]) -> Select[Note]:
    """Select the notes on a customer that nobody took away."""
    return select(Note).filter_by(customer_id=customer_id, deleted_at=None)
