"""Fixed invoice lines."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.tables import Amount, Versioned, within
from services.invoicing.tables import Base

LAST = 1000  # position


class FixedLine(Versioned, Base):
    """A line that every invoice of the customer carries once, from one date to another."""

    __tablename__ = "fixed_lines"
    __table_args__ = (
        within("debtors", "customer_id"),
        Index("ix_fixed_lines_customer", "tenant_id", "customer_id", "position"),
    )

    customer_id: Mapped[UUID]
    description: Mapped[str] = mapped_column(String(300))
    quantity: Mapped[Decimal] = mapped_column(Amount())
    unit: Mapped[str | None] = mapped_column(String(20))
    price: Mapped[Decimal] = mapped_column(Amount())
    vat_code: Mapped[str] = mapped_column(String(10))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    position: Mapped[int]
