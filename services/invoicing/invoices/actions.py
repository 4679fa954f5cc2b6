"""How invoices come about."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.outbox import record
from contracts.integration import InvoiceImported
from contracts.invoicing import InvoiceTakenOver
from services.invoicing.invoices.models import Invoice

CENT = Decimal("0.01")


class DoesNotAddUp(Exception):
    """Net and VAT are not the gross amount, or an amount is negative or has more than two decimals."""


class NumberTaken(Exception):
    """Another invoice has this number."""


def take_over(session: Session, imported: InvoiceImported) -> None:
    """Count an invoice of another system from now on; the same one a second time changes nothing."""
    _refuse_false_sums(imported)
    details = _as_kept(imported)
    known = session.scalars(select(Invoice).filter_by(number=imported.number)).one_or_none()
    if known is None:
        invoice = Invoice(id=imported.invoice_id, paid_on=imported.paid_on, **details)
        session.add(invoice)
        record(session, InvoiceTakenOver(invoice_id=imported.invoice_id, **details), invoice)
    elif any(getattr(known, field) != value for field, value in details.items()):
        raise NumberTaken(imported.number)


def _as_kept(imported: InvoiceImported) -> dict[str, Any]:
    sign = -1 if imported.credit_note else 1
    amounts = {name: sign * getattr(imported, name).quantize(CENT) for name in ("net", "vat", "gross", "paid")}
    return {
        "customer_id": imported.customer_id,
        "number": imported.number,
        "issued_on": imported.issued_on,
        "due_on": imported.due_on,
        **amounts,
        "credit_note": imported.credit_note,
    }


def _refuse_false_sums(imported: InvoiceImported) -> None:
    amounts = (imported.net, imported.vat, imported.gross, imported.paid)
    whole = all(amount.is_finite() and amount >= 0 and amount == amount.quantize(CENT) for amount in amounts)
    if not whole or imported.net + imported.vat != imported.gross:
        raise DoesNotAddUp(f"{imported.number}: {imported.net} + {imported.vat} = {imported.gross}")
