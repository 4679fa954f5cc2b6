"""Links to employees as they go over HTTP."""

from marshmallow import fields

from chassis.shapes import Choice, Day, Id, Shape
from services.customers.employees.models import ROLES


class EmployeeLinkShape(Shape):
    """An employee in a role; both days belong to it, and from today on where no first day is said."""

    id = Id(dump_only=True)
    version = fields.Integer(dump_only=True)
    employee = Id(required=True)
    role = Choice(*ROLES, required=True)
    valid_from = Day()
    valid_to = Day()
    active = fields.Boolean(dump_only=True)


class EmployeeLinksShape(Shape):
    """All links of a customer: those of today, those to come, those that are over."""

    items = fields.List(fields.Nested(EmployeeLinkShape))
