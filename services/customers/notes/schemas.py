"""Notes as they go over HTTP."""

from marshmallow import fields

from chassis.shapes import Id, Moment, Shape, Text, YesNo


class NoteShape(Shape):
    """A note on a customer."""

    id = Id(dump_only=True)
    version = fields.Integer(dump_only=True)
    text = Text(10_000, required=True)
    pinned = YesNo()
    author = Id(dump_only=True)
    written_at = Moment(dump_only=True)


class NotesShape(Shape):
    """All notes on a customer."""

    items = fields.List(fields.Nested(NoteShape))
