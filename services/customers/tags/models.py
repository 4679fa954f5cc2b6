"""Tags on customers."""

from uuid import UUID

from sqlalchemy import Exists, String, UniqueConstraint, exists
from sqlalchemy.orm import Mapped, mapped_column

from chassis.tables import Versioned, within
from services.customers.profile.models import Customer
from services.customers.tables import Base


class Tag(Versioned, Base):
    """A word on a customer; ``folded`` makes two spellings the same tag (æøå kept)."""

    __tablename__ = "tags"
    __table_args__ = (
        within("customers", "customer_id"),
        UniqueConstraint("tenant_id", "customer_id", "folded"),
    )

    customer_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(50))
    folded: Mapped[str] = mapped_column(String(100), index=True)


def fold(name: str) -> str:
    """Return what two spellings of a tag have in common."""
    return " ".join(name.casefold().split())


def carried(name: str) -> Exists:
    """Tell whether a customer carries the tag."""
    mine = (Tag.tenant_id == Customer.tenant_id) & (Tag.customer_id == Customer.id)
    return exists().where(mine, Tag.folded == fold(name))
