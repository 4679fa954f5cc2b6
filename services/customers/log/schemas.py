"""The log as it goes over HTTP."""

from marshmallow import fields, validate

from chassis.paging import PageShape
from chassis.shapes import Choice, Id, Moment, Shape, Text
from services.customers.log.models import CATEGORIES


class CommentShape(Shape):
    """A comment by hand."""

    id = Id(dump_only=True)
    text = Text(10_000, required=True)


class ChangeShape(Shape):
    """One field before and after."""

    field = fields.String()
    before = fields.Raw(allow_none=True)
    after = fields.Raw(allow_none=True)


class LogEntryShape(Shape):
    """One thing that happened."""

    id = Id()
    happened_at = Moment()
    category = Choice(*CATEGORIES)
    type = fields.String()
    actor = Id()
    data = fields.Dict()
    changes = fields.List(fields.Nested(ChangeShape))
    hash = fields.String()


class LogQueryShape(PageShape):
    """Which entries are asked for."""

    category = Choice(*CATEGORIES)
    actor = fields.UUID()
    text = fields.String(validate=validate.Length(max=100, error="At most {max} characters."))


class LogPageShape(Shape):
    """One page of the log, newest first."""

    items = fields.List(fields.Nested(LogEntryShape))
    next = fields.String(allow_none=True)


class SealShape(Shape):
    """Whether the log is whole: the number of entries, and the first one that does not fit."""

    entries = fields.Integer()
    broken_at = fields.Integer(allow_none=True)
