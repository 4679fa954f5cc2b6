"""The customer list as it goes over HTTP."""

from marshmallow import fields, validate

from chassis.paging import PageShape
from chassis.shapes import Choice, Id, Shape
from services.customers.profile.schemas import TYPES


class CustomerListShape(PageShape):
    """Which customers are asked for."""

    text = fields.String(validate=validate.Length(max=100, error="At most {max} characters."))
    type = Choice(*TYPES)
    place = fields.String(validate=validate.Length(max=100, error="At most {max} characters."))
    tag = fields.String(validate=validate.Length(max=50, error="At most {max} characters."))


class CustomerRowShape(Shape):
    """A customer in a list."""

    id = Id()
    number = fields.Integer()
    name = fields.String()
    org_number = fields.String(allow_none=True)
    type = fields.String()
    place = fields.String(allow_none=True)
    departments = fields.List(fields.UUID())
    owner_department = Id()
    updated_at = fields.AwareDateTime()


class CustomerPageShape(Shape):
    """One page of customers."""

    items = fields.List(fields.Nested(CustomerRowShape))
    next = fields.String(allow_none=True)
