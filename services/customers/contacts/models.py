"""Contacts."""

from datetime import date
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, Index, String, func
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
    search_text: Mapped[str | None]  # what the release before wrote has none

    def index(self) -> None:
        """Keep what people search by in step with what they see."""
        words = (self.name, self.title, self.email, self.mobile, self.phone)
        self.search_text = " ".join(word for word in words if word).casefold()

    @property
    def active(self) -> bool:
        """Tell whether the person still works there."""
        return self.ended_on is None


def searched() -> ColumnElement[str]:
    """Give the folded text of a contact; where none is kept the database folds the name, as well as it can."""
    return func.coalesce(Contact.search_text, func.lower(Contact.name))
