"""Contacts."""

from datetime import date
from uuid import UUID

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.tables import Versioned, within
from services.customers.tables import Base


class Contact(Versioned, Base):
    """A person at a customer; an ended one stays in the history and nowhere else."""

    __tablename__ = "contacts"
    __table_args__ = (
        within("customers", "customer_id"),
        Index("ix_contacts_customer", "tenant_id", "customer_id"),
    )

    customer_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    title: Mapped[str | None] = mapped_column(String(100))
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)
    email: Mapped[str | None] = mapped_column(String(254))
    mobile: Mapped[str | None] = mapped_column(String(20))
    phone: Mapped[str | None] = mapped_column(String(20))
    notes: Mapped[str | None]
    ended_on: Mapped[date | None]

    @property
    def active(self) -> bool:
        """Tell whether the person still works there."""
        return self.ended_on is None
