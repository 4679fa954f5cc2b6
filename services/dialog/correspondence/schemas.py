"""Communications as they go over HTTP."""

from datetime import UTC, datetime, timedelta

from marshmallow import ValidationError, fields, validate

from chassis.paging import PageShape
from chassis.shapes import Choice, Id, Line, Moment, Shape, Text
from chassis.tables import now

KINDS = ("email", "sms", "letter", "call", "note", "meeting")
DIRECTIONS = ("in", "out", "none")

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=5)  # so far may the writer's clock run ahead of ours


def happened(moment: datetime) -> None:
    """Refuse what has not happened yet, and dates that can only be typing errors."""
    if moment > now() + AHEAD:
        raise ValidationError("This has not happened yet.")
    if moment < EARLIEST:
        raise ValidationError("This is too long ago: 1990 at the earliest.")


class CommunicationShape(Shape):
    """Something that was said, and when it really was."""

    id = Id(dump_only=True)
    version = fields.Integer(dump_only=True)
    kind = Choice(*KINDS, required=True)
    direction = Choice(*DIRECTIONS)
    subject = Line(200)
    body = Text(20_000)
    happened_at = Moment(required=True, validate=happened)
    contact_id = Id()
    contact_name = fields.String(dump_only=True, allow_none=True)
    customer_name = fields.String(dump_only=True)
    registered_by = Id(dump_only=True)
    registered_at = Moment(dump_only=True)


class CommunicationListShape(PageShape):
    """Which communications are asked for."""

    kind = Choice(*KINDS)
    text = fields.String(validate=validate.Length(max=100, error="At most {max} characters."))


class CommunicationPageShape(Shape):
    """One page of communications, the latest first."""

    items = fields.List(fields.Nested(CommunicationShape))
    next = fields.String(allow_none=True)
