"""Projects as they go over HTTP."""

from marshmallow import fields

from chassis.paging import PageShape
from chassis.shapes import Choice, Day, Exact, Id, Line, Shape, Text
from services.recruitment.projects.statuses import INITIAL, STATUSES

TYPES = ("staffing", "recruitment", "recruitment_and_staffing", "consulting", "other")


class ProjectShape(Shape):
    """A project. The number is given by the system; ``allowed`` lists the statuses that can come next."""

    id = Id(dump_only=True)
    version = fields.Integer(dump_only=True)
    number = fields.Integer(dump_only=True)
    customer_name = fields.String(dump_only=True)
    name = Line(200, required=True)
    type = Choice(*TYPES)
    status = Choice(*STATUSES, dump_only=True)
    allowed = fields.List(fields.String(), dump_only=True)
    reason = fields.String(dump_only=True, allow_none=True)
    department = Id(allow_none=False)
    responsible = Id()
    starts_on = Day()
    ends_on = Day()
    value = Exact()
    directions = Text(2_000)
    reference = Line(100)
    opened_at = fields.AwareDateTime(dump_only=True)


class NewProjectShape(ProjectShape):
    """A project that begins; without a status it is a request."""

    status = Choice(*INITIAL)


class FoundProjectShape(Shape):
    """A project among those of all customers."""

    id = Id()
    customer_id = Id()
    customer_name = fields.String()
    number = fields.Integer()
    name = fields.String()
    status = fields.String()


class FoundProjectsShape(Shape):
    """One page of projects, the newest first."""

    items = fields.List(fields.Nested(FoundProjectShape))
    next = fields.String(allow_none=True)


class StatusShape(Shape):
    """The next status, and why."""

    status = Choice(*STATUSES, required=True)
    reason = Line(500)


class ProjectListShape(PageShape):
    """Which projects are asked for."""

    status = Choice(*STATUSES)
    type = Choice(*TYPES)


class ProjectPageShape(Shape):
    """One page of projects, the newest first."""

    items = fields.List(fields.Nested(ProjectShape))
    next = fields.String(allow_none=True)
