"""Fixed invoice lines as they go over HTTP."""

from marshmallow import fields

from chassis.shapes import Choice, Day, Exact, Id, Line, Shape, Whole
from services.invoicing.fixed_lines.models import LAST

VAT_CODES = ("high", "medium", "low", "zero", "exempt")  # the rates of a date stand in the law's table, not here


class FixedLineShape(Shape):
    """A line on every invoice; without a position it comes last."""

    id = Id(dump_only=True)
    version = fields.Integer(dump_only=True)
    description = Line(300, required=True)
    quantity = Exact(required=True, negative=True)
    unit = Line(20)
    price = Exact(required=True)  # a price is never negative (Peppol BR-27); a deduction has a negative quantity
    vat_code = Choice(*VAT_CODES, load_default="high")
    valid_from = Day()
    valid_to = Day()
    position = Whole(1, LAST, allow_none=False)


class FixedLinesShape(Shape):
    """All fixed lines of a customer in their order."""

    items = fields.List(fields.Nested(FixedLineShape))
