"""Signing in, as it goes over HTTP."""

from marshmallow import fields, validate

from chassis.shapes import Line, Shape


class CredentialsShape(Shape):
    """What an employee signs in with."""

    email = Line(254, required=True)
    password = fields.String(
        required=True,
        validate=validate.Length(max=1_000, error="At most {max} characters."),
        error_messages={
            "required": "Fill in this field.",
            "null": "Fill in this field.",
            "invalid": "Text is expected here.",
        },
    )
