"""The directory as it goes over HTTP."""

from marshmallow import fields, validate

from chassis.paging import PageShape
from chassis.shapes import Choice, Email, Id, Line, Many, Shape, YesNo
from gateway.directory.roles import ROLES


class DepartmentShape(Shape):
    """A department."""

    id = Id(dump_only=True)
    version = fields.Integer(dump_only=True)
    name = Line(100, required=True)


class DepartmentsShape(Shape):
    """All departments."""

    items = fields.List(fields.Nested(DepartmentShape))


class EmployeeShape(Shape):
    """An employee. The first department is home: new customers belong there."""

    id = Id(dump_only=True)
    version = fields.Integer(dump_only=True)
    name = Line(200, required=True)
    email = Email(required=True)
    role = Choice(*ROLES, required=True)
    departments = Many(
        Id(allow_none=False),
        most=50,
        required=True,
    )
    active = YesNo()
    password = fields.String(
        load_only=True,
        validate=validate.Length(max=1_000, error="At most {max} characters."),
        error_messages={"invalid": "Text is expected here.", "null": "Fill in this field."},
    )


class EmployeePageShape(Shape):
    """One page of employees."""

    items = fields.List(fields.Nested(EmployeeShape))
    next = fields.String(allow_none=True)


class EmployeeListShape(PageShape):
    """Which employees are asked for."""

    active = fields.Boolean()


class MeShape(Shape):
    """Who is signed in, and what that person may do."""

    id = Id()
    name = fields.String()
    email = fields.String()
    role = fields.String()
    tenant = fields.String()
    rights = fields.List(fields.String())
    departments = fields.List(Id())
    everywhere = fields.Boolean()
    operator = fields.Boolean()
    off = fields.List(fields.String())
    csrf_token = fields.String()
