"""What the invoicing service announces."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from contracts import Change


@dataclass(frozen=True)
class InvoiceTermsChanged:
    """Somebody edited how the customer is invoiced."""

    category: ClassVar[str] = "invoice"
    customer_id: UUID
    changes: list[Change]


@dataclass(frozen=True)
class ProjectInvoicingSwitched:
    """Projects of the customer may have sub-projects with orders of their own from now on, or no longer."""

    category: ClassVar[str] = "invoice"
    customer_id: UUID
    on: bool


@dataclass(frozen=True)
class InvoiceReferenceEnded:
    """The person whom invoices refer to no longer works at the customer."""

    category: ClassVar[str] = "invoice"
    customer_id: UUID
    contact_id: UUID
    name: str


@dataclass(frozen=True)
class FixedLineAdded:
    """Every invoice of the customer carries one more line."""

    category: ClassVar[str] = "invoice"
    customer_id: UUID
    line_id: UUID
    description: str
    quantity: Decimal
    price: Decimal
    vat_code: str
    unit: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class FixedLineRevised:
    """Somebody edited a line that every invoice of the customer carries."""

    category: ClassVar[str] = "invoice"
    customer_id: UUID
    line_id: UUID
    changes: list[Change]


@dataclass(frozen=True)
class FixedLineRemoved:
    """The line stands on no invoice from now on; earlier invoices keep it."""

    category: ClassVar[str] = "invoice"
    customer_id: UUID
    line_id: UUID
    description: str


@dataclass(frozen=True)
class CreditRatingChanged:
    """The customer is thought to pay better or worse than before."""

    category: ClassVar[str] = "credit"
    customer_id: UUID
    letter: str
    score: int
    source: str
    rated_on: date
    letter_before: str | None = None
    score_before: int | None = None


@dataclass(frozen=True)
class CreditRecommended:
    """Somebody who reckons with credit recommends a limit; nothing is approved by it."""

    category: ClassVar[str] = "credit"
    customer_id: UUID
    amount: Decimal  # NOK
    source: str
    recommended_on: date
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class CreditLimitApproved:
    """Somebody with the right to decided how much the customer may owe."""

    category: ClassVar[str] = "credit"
    customer_id: UUID
    limit: Decimal  # NOK
    before: Decimal | None = None


@dataclass(frozen=True)
class InvoiceTakenOver:
    """An invoice that another system issued is counted here from now on; a credit note's amounts are negative."""

    category: ClassVar[str] = "invoice"
    customer_id: UUID
    invoice_id: UUID
    number: str
    issued_on: date
    due_on: date
    net: Decimal  # NOK, as all amounts here
    vat: Decimal
    gross: Decimal
    paid: Decimal
    credit_note: bool = False
