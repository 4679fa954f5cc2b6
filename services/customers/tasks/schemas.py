"""Tasks as they go over HTTP."""

from marshmallow import fields

from chassis.shapes import Choice, Day, Id, Line, Moment, Shape
from services.customers.tasks.models import PRIORITIES


class TaskShape(Shape):
    """A task; what is not said is of medium priority, nobody's and without a last day."""

    id = Id(dump_only=True)
    version = fields.Integer(dump_only=True)
    title = Line(200, required=True)
    due = Day()
    priority = Choice(*PRIORITIES)
    assignee = Id()
    done = fields.Boolean(dump_only=True)
    overdue = fields.Boolean(dump_only=True)
    completed_at = Moment(dump_only=True)
    completed_by = Id(dump_only=True)


class TasksShape(Shape):
    """All tasks of a customer: what is to be done by its last day, then what is done, the latest first."""

    items = fields.List(fields.Nested(TaskShape))
