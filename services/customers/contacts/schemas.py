"""Contacts as they go over HTTP."""

from marshmallow import fields

from chassis.shapes import Day, Email, Id, Line, Many, Shape, Text
from services.customers.profile.schemas import Phone


class ContactShape(Shape):
    """A person at a customer."""

    id = Id(dump_only=True)
    version = fields.Integer(dump_only=True)
    name = Line(200, required=True)
    title = Line(100)
    roles = Many(Line(50, required=True), most=20)
    email = Email()
    mobile = Phone(30)
    phone = Phone(30)
    notes = Text(2_000)
    active = fields.Boolean(dump_only=True)
    ended_on = Day(dump_only=True)


class ContactsShape(Shape):
    """All contacts of a customer."""

    items = fields.List(fields.Nested(ContactShape))


class FoundContactShape(Shape):
    """A contact among those of all customers."""

    id = Id()
    customer_id = Id()
    customer_name = fields.String()
    name = fields.String()
    title = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    mobile = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)


class FoundContactsShape(Shape):
    """One page of contacts."""

    items = fields.List(fields.Nested(FoundContactShape))
    next = fields.String(allow_none=True)


class EndShape(Shape):
    """When the person left; today if nothing is said."""

    ended_on = Day()
