"""The customer list as it goes over HTTP."""

from marshmallow import fields, validate

from chassis.paging import PageShape
from chassis.shapes import Choice, Id, Many, Shape
from services.customers.profile.schemas import TYPES

SORTS = ("name", "-name", "number", "-number", "updated_at", "-updated_at")


class CustomerListShape(PageShape):
    """Which customers are asked for (``id`` may stand several times), and in which order; a minus sorts downwards."""

    repeatable = ("id",)

    id = Many(Id(allow_none=False), most=20)
    text = fields.String(validate=validate.Length(max=100, error="At most {max} characters."))
    type = Choice(*TYPES)
    place = fields.String(validate=validate.Length(max=100, error="At most {max} characters."))
    tag = fields.String(validate=validate.Length(max=50, error="At most {max} characters."))
    department = Id(allow_none=False)
    employee = Id(allow_none=False)
    sort = Choice(*SORTS)


class WorkShape(Shape):
    """Who is responsible for a customer today and what is to be done; null where the caller may not see that."""

    responsible = fields.List(fields.UUID(), allow_none=True)
    open_tasks = fields.Integer(allow_none=True)
    overdue_tasks = fields.Integer(allow_none=True)


class CustomerRowShape(WorkShape):
    """A customer in a list."""

    id = Id()
    number = fields.Integer()
    name = fields.String()
    org_number = fields.String(allow_none=True)
    type = fields.String()
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    place = fields.String(allow_none=True)
    departments = fields.List(fields.UUID())
    owner_department = Id()
    updated_at = fields.AwareDateTime()


class CustomerPageShape(Shape):
    """One page of customers; ``total`` counts those on all pages, and is null where they are too many to count."""

    items = fields.List(fields.Nested(CustomerRowShape))
    next = fields.String(allow_none=True)
    total = fields.Integer(allow_none=True)
