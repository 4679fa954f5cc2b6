"""Tags as they go over HTTP."""

from marshmallow import fields

from chassis.shapes import Id, Line, Shape


class TagShape(Shape):
    """A tag on a customer."""

    id = Id(dump_only=True)
    version = fields.Integer(dump_only=True)
    name = Line(50, required=True)


class TagUseShape(Shape):
    """A tag, and how many customers carry it."""

    name = fields.String()
    count = fields.Integer()


class TagUsesShape(Shape):
    """The tags of the tenant, most used first."""

    items = fields.List(fields.Nested(TagUseShape))


class TagQueryShape(Shape):
    """Which tags are asked for."""

    text = fields.String(load_default="")
