"""What can be done with fixed invoice lines."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chassis.errors import Invalid
from chassis.events import plain
from chassis.outbox import record
from contracts import changes
from contracts.invoicing import FixedLineAdded, FixedLineRemoved, FixedLineRevised
from services.invoicing.fixed_lines.models import LAST, FixedLine


def add(session: Session, customer_id: UUID, position: int | None = None, **details: Any) -> FixedLine:
    """Put a line on every invoice of the customer, after those that are there."""
    line = FixedLine(customer_id=customer_id, position=position or _end(session, customer_id), **details)
    _refuse_backwards(line)
    session.add(line)
    record(session, FixedLineAdded(customer_id, line.id, **details), line)
    return line


def revise(session: Session, line: FixedLine, **details: Any) -> FixedLine:
    """Change a line for the invoices to come."""
    found = changes(plain({field: getattr(line, field) for field in details}), plain(details))
    for field, value in details.items():
        setattr(line, field, value)
    _refuse_backwards(line)
    if found:
        record(session, FixedLineRevised(line.customer_id, line.id, found), line)
    return line


def remove(session: Session, line: FixedLine) -> None:
    """Put the line on no more invoices."""
    record(session, FixedLineRemoved(line.customer_id, line.id, line.description), line)
    session.delete(line)


def _end(session: Session, customer_id: UUID) -> int:
    query = select(func.max(FixedLine.position)).where(FixedLine.customer_id == customer_id)
    return min((session.scalar(query) or 0) + 1, LAST)  # lines at the same position stand in the order of their making


def _refuse_backwards(line: FixedLine) -> None:
    if line.valid_from and line.valid_to and line.valid_to < line.valid_from:
        raise Invalid({"valid_to": "This is before the first day."})
