"""How customers are invoiced."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.tables import Amount, Versioned, within
from services.invoicing.tables import Base

CREDIT_DAYS = 14  # until somebody agrees on something else
LETTERS = ("A", "B", "C", "D", "E")  # of a credit rating, the best first
HIGHEST_SCORE = 99


class Terms(Versioned, Base):
    """What is agreed about invoices with one customer; the row has the customer's id and is there from the start."""

    __tablename__ = "terms"
    __table_args__ = (within("debtors", "id"),)

    invoice_address: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    delivery_address: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    invoice_type: Mapped[str | None] = mapped_column(String(30))
    invoice_interval: Mapped[str | None] = mapped_column(String(20))
    project_invoicing: Mapped[bool] = mapped_column(default=False)
    invoice_emails: Mapped[list[str]] = mapped_column(JSON, default=list)
    ehf_org_number: Mapped[str | None] = mapped_column(String(9))
    ehf_name: Mapped[str | None] = mapped_column(String(200))
    ehf_reference: Mapped[str | None] = mapped_column(String(100))
    reference_pattern: Mapped[str | None] = mapped_column(String(100))
    gln: Mapped[str | None] = mapped_column(String(13))
    credit_days: Mapped[int] = mapped_column(default=CREDIT_DAYS)
    credit_days_reason: Mapped[str | None] = mapped_column(String(500))
    our_reference: Mapped[UUID | None]
    contact_reference: Mapped[UUID | None]
    reference_ended: Mapped[bool] = mapped_column(default=False)
    credit_rating: Mapped[str | None] = mapped_column(String(1))
    credit_score: Mapped[int | None]
    credit_source: Mapped[str | None] = mapped_column(String(100))
    credit_rated_on: Mapped[date | None]
    approved_credit_limit: Mapped[Decimal | None] = mapped_column(Amount())
    recommended_credit: Mapped[Decimal | None] = mapped_column(Amount())
    recommended_source: Mapped[str | None] = mapped_column(String(100))
    recommended_on: Mapped[date | None]
    recommended_reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
