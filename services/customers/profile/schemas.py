"""The customer as it goes over HTTP."""

from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from marshmallow import ValidationError, fields, validate
from stdnum.no import orgnr

from chassis.shapes import Choice, Email, Exact, Id, Line, Many, Shape, Text, Whole

TYPES = ("prospect", "customer", "former_customer", "supplier", "own_company", "other")
STANDARDS = ("SN2007", "SN2025")


class OrgNumber(Line):
    """A Norwegian organisation number: nine digits, the last one by modulus 11."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        digits = "".join((text or "").split())
        if digits and not orgnr.is_valid(digits):
            raise ValidationError("This is not an organisation number: nine digits, the last one a check digit.")
        return digits or None


class Phone(Line):
    """A phone number, kept as E.164; numbers without a country code are Norwegian."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        return _e164(text) if text else None


def _e164(text: str) -> str:
    try:
        number = phonenumbers.parse(text, "NO")
    except phonenumbers.NumberParseException:
        number = None
    known = number is not None and phonenumbers.is_valid_number(number)
    # five-digit service numbers are valid in Norway, and nobody can be reached at them from abroad
    if number is None or not known or len(str(number.national_number)) < 8:  # noqa: PLR2004
        raise ValidationError("This is not a phone number.")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


class Website(Line):
    """A web address; https is meant where nothing is said."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not text:
            return None
        address = text if "://" in text else f"https://{text}"
        try:
            parts = urlsplit(address)
            bad = parts.scheme not in ("http", "https") or "." not in (parts.hostname or "") or bool(parts.username)
        except ValueError:
            bad = True
        if bad or " " in address:
            raise ValidationError("This is not a web address.")
        return address


class AddressShape(Shape):
    """A postal or visiting address."""

    line1 = Line(100, required=True)
    line2 = Line(100)
    postal_code = Line(10, required=True)
    place = Line(100, required=True)
    country = fields.String(
        load_default="NO",
        validate=validate.Regexp("^[A-Z]{2}$", error="A country is two capital letters, such as NO."),
    )


class IndustryShape(Shape):
    """An industry code of Statistics Norway, with the standard it is of."""

    code = fields.String(
        required=True,
        validate=validate.Regexp(r"^([A-U]|\d{2}(\.\d{1,3})?)$", error="An industry code looks like 78.200."),
    )
    standard = Choice(*STANDARDS, load_default="SN2025")
    name = Line(200, required=True)


class CustomerShape(Shape):
    """A customer. The name is all that is needed; the number is given by the system."""

    id = Id(dump_only=True)
    version = fields.Integer(dump_only=True)
    number = fields.Integer(dump_only=True)
    name = Line(200, required=True)
    org_number = OrgNumber(20)
    type = Choice(*TYPES)
    email = Email()
    phone = Phone(30)
    website = Website(300)
    visiting = fields.Nested(AddressShape, allow_none=True)
    postal = fields.Nested(AddressShape, allow_none=True)
    directions = Text(2_000)
    latitude = Exact(6, negative=True)
    longitude = Exact(6, negative=True)
    industry = fields.Nested(IndustryShape, allow_none=True)
    departments = Many(Id(allow_none=False), most=50)
    owner_department = Id()
    place = fields.String(dump_only=True, allow_none=True)
    created_at = fields.AwareDateTime(dump_only=True)
    updated_at = fields.AwareDateTime(dump_only=True)


class DepartmentsShape(Shape):
    """Which departments work with the customer, and which of them owns it."""

    departments = Many(Id(allow_none=False), most=50, required=True)
    owner = Id()
    version = Whole(dump_only=True)
