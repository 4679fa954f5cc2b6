"""Invoice information as it goes over HTTP."""

import re
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema
from stdnum import ean
from stdnum.no import orgnr

from chassis.shapes import Choice, Day, Email, Exact, Id, Line, Many, Shape, Whole, YesNo

INVOICE_TYPES = ("email_attachment", "email_tracking_link", "paper", "ehf")
INTERVALS = ("weekly", "biweekly", "semimonthly", "monthly", "quarterly", "on_completion")
LONGEST_CREDIT = 365  # days; over 60 a reason is demanded
GLN_DIGITS = 13

_NORWEGIAN_CODE = re.compile(r"\d{4}", re.ASCII)


class OrgNumber(Line):
    """A Norwegian organisation number: nine digits, the last one by modulus 11."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        digits = "".join((text or "").split())
        if digits and not orgnr.is_valid(digits):
            raise ValidationError("This is not an organisation number: nine digits, the last one a check digit.")
        return digits or None


class Gln(Line):
    """A global location number: 13 digits, the last one by GS1's rule."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        digits = "".join((text or "").split())
        if digits and not (len(digits) == GLN_DIGITS and digits.isascii() and ean.is_valid(digits)):
            raise ValidationError("This is not a GLN: 13 digits, the last one a check digit.")
        return digits or None


class PostalAddressShape(Shape):
    """Where an invoice or a delivery goes; it may be incomplete until something is to be sent."""

    line1 = Line(100)
    line2 = Line(100)
    postal_code = Line(10)
    place = Line(100)
    country = fields.String(
        load_default="NO",
        validate=validate.Regexp("^[A-Z]{2}$", error="A country is two capital letters, such as NO."),
    )

    @validates_schema
    def norwegian_code(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse a Norwegian postal code that is not four digits."""
        code = data.get("postal_code")
        if code and data.get("country", "NO") == "NO" and not _NORWEGIAN_CODE.fullmatch(code):
            raise ValidationError({"postal_code": ["A Norwegian postal code is four digits."]})

    @post_load
    def whole(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any] | None:
        """Keep an address with all its lines; one without any is none."""
        lines = {line: data.get(line) for line in ("line1", "line2", "postal_code", "place")}
        return {**lines, "country": data.get("country", "NO")} if any(lines.values()) else None


class TermsShape(Shape):
    """How a customer is invoiced. ``id`` is the customer's."""

    id = Id(dump_only=True)
    version = fields.Integer(dump_only=True)
    invoice_address = fields.Nested(PostalAddressShape, allow_none=True)
    delivery_address = fields.Nested(PostalAddressShape, allow_none=True)
    invoice_type = Choice(*INVOICE_TYPES, allow_none=True)
    invoice_interval = Choice(*INTERVALS, allow_none=True)
    project_invoicing = YesNo()
    invoice_emails = Many(Email(required=True), most=20)
    ehf_org_number = OrgNumber(20)
    ehf_name = Line(200)
    ehf_reference = Line(100)
    reference_pattern = Line(100)  # a # stands for a digit, an @ for a letter, all else for itself
    gln = Gln(20)
    credit_days = Whole(0, LONGEST_CREDIT, allow_none=False)
    credit_days_reason = Line(500)
    our_reference = Id()
    contact_reference = Id()
    reference_ended = fields.Boolean(dump_only=True)
    credit_rating = fields.String(dump_only=True, allow_none=True)
    credit_score = fields.Integer(dump_only=True, allow_none=True)
    credit_source = fields.String(dump_only=True, allow_none=True)
    credit_rated_on = Day(dump_only=True)
    approved_credit_limit = Exact(dump_only=True)
    recommended_credit = Exact(dump_only=True)
    recommended_source = fields.String(dump_only=True, allow_none=True)
    recommended_on = Day(dump_only=True)
    recommended_reasons = fields.List(fields.String(), dump_only=True)


class FindingShape(Shape):
    """Something that keeps an invoice from being sent, or ought to be looked at."""

    field = fields.String()
    rule = fields.String()
    severity = Choice("error", "warning")
    message = fields.String()


class ReadinessShape(Shape):
    """Everything that is missing or wrong."""

    items = fields.List(fields.Nested(FindingShape))
