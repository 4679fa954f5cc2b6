"""The CRM settings as they go over HTTP."""

from marshmallow import fields

from chassis.shapes import Choice, Many, Shape
from gateway.items import OWNERS


class SwitchboardShape(Shape):
    """Which items are on the card; those not named are switched off."""

    version = fields.Integer(dump_only=True)
    on = Many(Choice(*OWNERS), required=True)
    off = fields.List(fields.String(), dump_only=True)
