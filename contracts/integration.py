"""What programs outside the suite may tell it."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True)
class InvoiceImported:
    """An invoice or credit note that another system issued, brought along by an agency that changes systems.

    Amounts are in NOK and as printed: never negative, also on a credit note. ``invoice_id`` is the sender's choice
    and names the invoice for good.
    """

    category: ClassVar[str] = "invoice"
    customer_id: UUID
    invoice_id: UUID
    number: str
    issued_on: date
    due_on: date
    net: Decimal
    vat: Decimal
    gross: Decimal
    paid: Decimal = Decimal(0)
    paid_on: date | None = None  # of the last payment
    credit_note: bool = False


@dataclass(frozen=True)
class CreditReportReceived:
    """A credit bureau's word about a customer: a rating, and often a limit that it would recommend."""

    category: ClassVar[str] = "credit"
    customer_id: UUID
    source: str
    reported_on: date
    letter: str  # A to E
    score: int  # 0 to 99
    recommended: Decimal | None = None  # NOK
    reasons: list[str] = field(default_factory=list)
