"""The customer, as the one service that may change it keeps it."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.tables import Amount, InDepartments, Ordered, Utc, Versioned, now
from services.customers.tables import Base

NORWEGIAN_ORDER = str.maketrans({"æ": "{", "ø": "|", "å": "}", "ä": "{", "ö": "|"})  # after z, as in the alphabet


class Customer(Versioned, InDepartments, Base):
    """A company the agency works with, or hopes to."""

    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "org_number"),
        Index("ix_customers_list", "tenant_id", "sort_name", "id"),
        Index("ix_customers_changed", "tenant_id", "updated_at", "id"),
    )

    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    sort_name: Mapped[str] = mapped_column(Ordered)
    search_text: Mapped[str]
    org_number: Mapped[str | None] = mapped_column(String(9))
    type: Mapped[str] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(20))
    website: Mapped[str | None] = mapped_column(String(300))
    visiting: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    postal: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    place: Mapped[str | None] = mapped_column(String(100))
    directions: Mapped[str | None]
    latitude: Mapped[Any | None] = mapped_column(Amount(6))
    longitude: Mapped[Any | None] = mapped_column(Amount(6))
    industry: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    owner_department: Mapped[UUID | None]
    created_at: Mapped[Any] = mapped_column(Utc, default=now)
    updated_at: Mapped[Any] = mapped_column(Utc, default=now, onupdate=now)

    def index(self) -> None:
        """Keep what lists sort and search by in step with what people see."""
        self.sort_name = sort_name(self.name)
        address = self.visiting or self.postal or {}
        self.place = address.get("place")
        words = (self.name, self.number, self.org_number, self.email, self.phone, self.website, self.place)
        self.search_text = " ".join(str(word) for word in words if word).casefold()


def sort_name(name: str) -> str:
    """Order names as Norwegian readers expect: case aside, æ, ø and å last."""
    return name.casefold().translate(NORWEGIAN_ORDER)
