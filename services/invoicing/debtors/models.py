"""Copies of what belongs to customers; filled by reactions only."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.tables import InDepartments, Scoped, within
from services.invoicing.tables import Base


class Debtor(InDepartments, Base):
    """A customer as invoicing knows it: a name to put on the envelope, and who may see it."""

    __tablename__ = "debtors"

    name: Mapped[str] = mapped_column(String(200))
    org_number: Mapped[str | None] = mapped_column(String(9))


class ReferencePerson(Scoped, Base):
    """A contact at a customer, to whom invoices can refer for as long as the person works there."""

    __tablename__ = "reference_people"
    __table_args__ = (
        within("debtors", "customer_id"),
        Index("ix_reference_people_customer", "tenant_id", "customer_id"),
    )

    customer_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(200))
    ended_on: Mapped[date | None]
