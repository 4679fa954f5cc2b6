"""The figures of one customer, each of them a sum over its invoices."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.orm import Session

from chassis.tables import today
from services.invoicing.invoices.models import Invoice

MONTHS = 24
LATEST = 10
AGES = {"d1_30": (1, 30), "d31_60": (31, 60), "d61_90": (61, 90)}  # days after the due date

NOTHING = Decimal("0.00")
OWED = Invoice.gross - Invoice.paid
SETTLED = Invoice.gross == Invoice.paid


def figures(session: Session, customer_id: UUID, invoices: Sequence[Invoice]) -> dict[str, Any]:
    """Add everything up; *invoices* are the latest."""
    mine = Invoice.customer_id == customer_id
    day = today()
    ages, unpaid = _ages(session, mine, day)
    return {
        "months": _months(session, mine, day),
        "open": sum(ages.values()),
        "overdue": sum(ages.values()) - ages["not_due"],
        "ages": ages,
        "unpaid": unpaid,
        "average_days_to_pay": _days_to_pay(session, mine, day),
        "invoices": invoices,
    }


def latest(session: Session, customer_id: UUID) -> Sequence[Invoice]:
    """Return the newest invoices."""
    query = select(Invoice).filter_by(customer_id=customer_id)
    return session.scalars(query.order_by(Invoice.issued_on.desc(), Invoice.number.desc()).limit(LATEST)).all()


def _months(session: Session, mine: ColumnElement[bool], today: date) -> list[dict[str, Any]]:
    """Show net revenue by invoice date, also of months without any, beside the same month a year before."""
    year, month = extract("year", Invoice.issued_on), extract("month", Invoice.issued_on)
    query = select(year, month, func.sum(Invoice.net)).where(mine, Invoice.issued_on >= _first_day(today, MONTHS + 12))
    net = {(int(found[0]), int(found[1])): found[2] for found in session.execute(query.group_by(year, month))}
    return [
        {
            "month": f"{year:04}-{month:02}",
            "net": net.get((year, month), NOTHING),
            "last_year": net.get((year - 1, month), NOTHING),
        }
        for year, month in _last_months(today)
    ]


def _last_months(today: date) -> Iterator[tuple[int, int]]:
    for ago in reversed(range(MONTHS)):
        first = _first_day(today, ago + 1)
        yield first.year, first.month


def _first_day(today: date, months: int) -> date:
    """Return the first day of a span of so many months, the present one included."""
    year, month = divmod(today.year * 12 + today.month - months, 12)
    return date(year, month + 1, 1)


def _ages(session: Session, mine: ColumnElement[bool], today: date) -> tuple[dict[str, Decimal], int]:
    """Divide what is owed by how late it is, and count its invoices: the day after the due date is the first late."""
    spans = {"not_due": Invoice.due_on >= today}
    for age, (least, most) in AGES.items():
        spans[age] = Invoice.due_on.between(today - timedelta(most), today - timedelta(least))
    spans["d90"] = Invoice.due_on < today - timedelta(AGES["d61_90"][1])
    sums = [func.sum(OWED).filter(span).label(age) for age, span in spans.items()]
    *amounts, unpaid = session.execute(select(*sums, func.count()).where(mine, ~SETTLED)).one()
    found = {age: NOTHING if amount is None else amount for age, amount in zip(spans, amounts, strict=True)}
    return found, unpaid


def _days_to_pay(session: Session, mine: ColumnElement[bool], today: date) -> int | None:
    """Average from invoice date to last payment over what was paid in full."""
    paid = select(Invoice.issued_on, Invoice.paid_on).where(
        mine,
        SETTLED,
        Invoice.paid_on.is_not(None),
        ~Invoice.credit_note,
        Invoice.issued_on >= _first_day(today, MONTHS),
    )
    days = [(row.paid_on - row.issued_on).days for row in session.execute(paid)]
    return round(sum(days) / len(days)) if days else None
