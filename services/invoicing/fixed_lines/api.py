"""Routes of fixed invoice lines."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.api import Routes, match
from chassis.db import find, reading, transaction
from services.invoicing.fixed_lines import actions
from services.invoicing.fixed_lines.models import FixedLine
from services.invoicing.fixed_lines.schemas import FixedLineShape, FixedLinesShape

api = Routes("fixed_lines", item="invoice_information", description="Lines on every invoice of a customer")

SHAPE = FixedLineShape()


@api.post("/customers/<uuid:customer_id>/fixed-lines")
@api.arguments(FixedLineShape)
@api.response(201, FixedLineShape)
def add(data: dict[str, Any], customer_id: UUID) -> FixedLine:
    """Add a fixed line."""
    with transaction() as session:
        return actions.add(session, customer_id, **data)


@api.get("/customers/<uuid:customer_id>/fixed-lines")
@api.response(200, FixedLinesShape)
def list_for_customer(customer_id: UUID) -> dict[str, Any]:
    """List the fixed lines of a customer in their order."""
    query = select(FixedLine).filter_by(customer_id=customer_id)
    with reading() as session:
        return {"items": session.scalars(query.order_by(FixedLine.position, FixedLine.id)).all()}


@api.get("/customers/<uuid:customer_id>/fixed-lines/<uuid:line_id>")
@api.response(200, FixedLineShape)
def show(customer_id: UUID, line_id: UUID) -> FixedLine:
    """Show one fixed line."""
    with reading() as session:
        return find(session, FixedLine, line_id, customer_id=customer_id)


@api.patch("/customers/<uuid:customer_id>/fixed-lines/<uuid:line_id>")
@api.arguments(FixedLineShape(partial=True))
@api.response(200, FixedLineShape)
def revise(data: dict[str, Any], customer_id: UUID, line_id: UUID) -> FixedLine:
    """Change a fixed line."""
    with transaction() as session:
        line = find(session, FixedLine, line_id, customer_id=customer_id)
        match(line, SHAPE)
        return actions.revise(session, line, **data)


@api.delete("/customers/<uuid:customer_id>/fixed-lines/<uuid:line_id>")
@api.response(204)
def remove(customer_id: UUID, line_id: UUID) -> None:
    """Remove a fixed line."""
    with transaction() as session:
        line = find(session, FixedLine, line_id, customer_id=customer_id)
        match(line, SHAPE)
        actions.remove(session, line)
