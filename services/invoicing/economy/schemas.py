"""A customer's economy as it goes over HTTP. All amounts are in NOK."""

from marshmallow import fields

from chassis.shapes import Day, Exact, Id, Shape


class MonthShape(Shape):
    """Net revenue of a month, and of the same month a year before."""

    month = fields.String()
    net = Exact()
    last_year = Exact()


class AgesShape(Shape):
    """What is owed, by how many days late it is."""

    not_due = Exact()
    d1_30 = Exact()
    d31_60 = Exact()
    d61_90 = Exact()
    d90 = Exact()


class InvoiceShape(Shape):
    """An invoice; a credit note's amounts are negative."""

    id = Id()
    number = fields.String()
    issued_on = Day()
    due_on = Day()
    net = Exact()
    vat = Exact()
    gross = Exact()
    paid = Exact()
    open = Exact()
    credit_note = fields.Boolean()


class EconomyShape(Shape):
    """What a customer brings in, owes and pays; ``months`` end with the present one."""

    months = fields.List(fields.Nested(MonthShape))
    open = Exact()
    overdue = Exact()
    ages = fields.Nested(AgesShape)
    average_days_to_pay = fields.Integer(allow_none=True)
    invoices = fields.List(fields.Nested(InvoiceShape))
