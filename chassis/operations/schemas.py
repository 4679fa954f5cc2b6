"""What operators read and send, as it goes over HTTP."""

from marshmallow import fields

from chassis.operations.desk import LARGEST_ID
from chassis.operations.redriving import MOST
from chassis.paging import PageShape
from chassis.shapes import Id, Line, Many, Moment, Shape, Whole, YesNo


class LoopShape(Shape):
    """What a worker does all the time, and when it was last seen doing so."""

    name = fields.String()
    worker = fields.String()
    seen_at = Moment()
    seconds = fields.Float()
    state = fields.String()


class TimerShape(Shape):
    """Work that is due at a moment: a chore, or all that a program does for tenants under one name."""

    name = fields.String()
    count = fields.Integer()
    failing = fields.Integer()
    attempts = fields.Integer()
    due_at = Moment()
    ran_at = Moment()
    failure = fields.String(allow_none=True)


class StandingShape(Shape):
    """How a program stands."""

    service = fields.String()
    as_of = Moment()
    outbox_events = fields.Integer()
    outbox_age_seconds = fields.Float()
    inbox_waiting = fields.Integer()
    inbox_parked = fields.Integer()
    inbox_last_parked_at = Moment()
    inbox_lag_seconds = fields.Float()
    loops = fields.List(fields.Nested(LoopShape))
    timers = fields.List(fields.Nested(TimerShape))


class ParkedShape(Shape):
    """A message that nobody tries again by himself."""

    id = fields.Integer()
    event_id = Id()
    tenant_id = Id()
    type = fields.String(allow_none=True)
    aggregate = fields.String(allow_none=True)
    version = fields.Integer(data_key="aggregate_version", allow_none=True)
    reason = fields.String()
    attempts = fields.Integer()
    received_at = Moment()
    parked_at = Moment()
    size = fields.Integer()


class ParkedListShape(PageShape):
    """Which parked messages are asked for."""

    type = fields.String(load_default=None)


class ParkedPageShape(Shape):
    """One page of parked messages, the latest first."""

    items = fields.List(fields.Nested(ParkedShape))
    next = fields.String(allow_none=True)


class RawShape(ParkedShape):
    """A parked message with its bytes, as somebody may look at them."""

    properties = fields.Dict(keys=fields.String(), values=fields.String())
    form = fields.String()
    cut = fields.Boolean()
    text = fields.String()


class RedriveShape(Shape):
    """Which parked messages are to be tried again, and why: some by id, or those of a type, or all."""

    ids = Many(Whole(1, LARGEST_ID, allow_none=False), most=MOST, load_default=None)
    type = Line(200, load_default=None)
    all = YesNo(load_default=False, allow_none=False)
    reason = Line(500, load_default=None)
    dry_run = YesNo(load_default=False, allow_none=False)


class TriedShape(ParkedShape):
    """A parked message that is tried, or would be."""

    waits_for = fields.Integer(allow_none=True)


class RedrivenShape(Shape):
    """What is tried again, or would be, those of one aggregate in their order."""

    dry_run = fields.Boolean()
    items = fields.List(fields.Nested(TriedShape(exclude=("size",))))
    followed_by = fields.Integer()
    left = fields.Integer()


class RedriveEntryShape(Shape):
    """Who had which message tried again, and why."""

    id = Id()
    act = Id()
    at = Moment()
    operator = fields.String()
    tenant_id = Id()
    employee_id = Id()
    event_id = Id()
    type = fields.String(allow_none=True)
    aggregate = fields.String(allow_none=True)
    version = fields.Integer(data_key="aggregate_version", allow_none=True)
    failure = fields.String()
    reason = fields.String()


class RedrivePageShape(Shape):
    """One page of redrives, the latest first."""

    items = fields.List(fields.Nested(RedriveEntryShape))
    next = fields.String(allow_none=True)
