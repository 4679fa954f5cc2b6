"""Invoices."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.tables import Amount, Versioned, within
from services.invoicing.tables import Base


class Invoice(Versioned, Base):
    """An issued invoice in NOK. A credit note's amounts are negative, so that sums need no second look."""

    __tablename__ = "invoices"
    __table_args__ = (
        within("debtors", "customer_id"),
        UniqueConstraint("tenant_id", "number"),
        Index("ix_invoices_customer", "tenant_id", "customer_id", "issued_on"),
    )

    customer_id: Mapped[UUID]
    number: Mapped[str] = mapped_column(String(30))
    issued_on: Mapped[date]
    due_on: Mapped[date]
    net: Mapped[Decimal] = mapped_column(Amount())
    vat: Mapped[Decimal] = mapped_column(Amount())
    gross: Mapped[Decimal] = mapped_column(Amount())
    paid: Mapped[Decimal] = mapped_column(Amount(), default=Decimal(0))
    paid_on: Mapped[date | None]
    credit_note: Mapped[bool] = mapped_column(default=False)

    @property
    def open(self) -> Decimal:
        """Tell what is still to be paid; negative where the customer has something coming."""
        return self.gross - self.paid
