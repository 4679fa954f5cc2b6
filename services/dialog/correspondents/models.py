"""Customers and contacts, as far as dialog needs them."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.tables import InDepartments, Scoped
from services.dialog.tables import Base


class Correspondent(InDepartments, Base):
    """A customer; its departments say who may read what was said."""

    __tablename__ = "correspondents"

    name: Mapped[str] = mapped_column(String(200))


class Person(Scoped, Base):
    """A contact. No foreign key: events of a contact may overtake those of its customer."""

    __tablename__ = "people"
    __table_args__ = (Index("ix_people_customer", "tenant_id", "customer_id"),)

    customer_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    ended_on: Mapped[date | None]

    @property
    def active(self) -> bool:
        """Tell whether the person still works there."""
        return self.ended_on is None
