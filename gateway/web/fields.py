"""Between what stands in a form and what a service reads: text on one side, JSON on the other.

A blank field says none. What cannot be read as what it should be goes on as it was typed: the service says what is
wrong with it, at the field.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

ZONE = ZoneInfo("Europe/Oslo")
ADDRESS = ("line1", "line2", "postal_code", "place", "country")


Typed = MultiDict[str, str]  # what was typed: several values may stand under one name


@dataclass(frozen=True)
class Field:
    """One field of a form: its name there, its place in the service's JSON (dots go deeper)."""

    name: str
    target: str = ""

    @property
    def path(self) -> list[str]:
        """Return the way into the JSON."""
        return (self.target or self.name).split(".")

    def read(self, typed: Typed) -> Any:
        """Turn what was typed into JSON; a form sent without a script ends its lines in two characters."""
        return typed.get(self.name, "").strip().replace("\r\n", "\n") or None

    def show(self, value: Any) -> Any:
        """Turn JSON into what stands in the field."""
        return "" if value is None else str(value)

    def keep(self, typed: Typed) -> dict[str, Any]:
        """Return what was typed, to stand there again."""
        return {self.name: typed.get(self.name, "")}

    def fill(self, value: Any) -> dict[str, Any]:
        """Return what stands in the field for a stored value."""
        return {self.name: self.show(value)}


class Preset(Field):
    """A choice that always stands on something; alone in its group it says nothing."""


class Number(Field):
    """An amount, with the reader's comma and thousands' spaces."""

    def read(self, typed: Typed) -> Any:
        """Write the decimal sign as JSON does."""
        text = "".join(typed.get(self.name, "").split()).replace(",", ".")
        return text or None

    def show(self, value: Any) -> str:
        """Leave out what means nothing: 14.0000 is 14."""
        text = "" if value is None else str(value)
        return text.rstrip("0").rstrip(".").replace(".", ",") if "." in text else text


class Count(Field):
    """A whole number."""

    def read(self, typed: Typed) -> Any:
        """Send a number where one was typed."""
        text = typed.get(self.name, "").strip()
        return int(text) if text.isdecimal() and len(text) < 10 else text or None  # noqa: PLR2004


class Flag(Field):
    """A box to tick."""

    def read(self, typed: Typed) -> bool:
        """Ticked or not."""
        return bool(typed.get(self.name, ""))

    def show(self, value: Any) -> bool:
        """Tick it."""
        return bool(value)

    def keep(self, typed: Typed) -> dict[str, Any]:
        """Keep the tick."""
        return {self.name: self.read(typed)}


class Words(Field):
    """Several, with commas between them."""

    separator = ","

    def read(self, typed: Typed) -> list[str]:
        """Split them."""
        return [part.strip() for part in typed.get(self.name, "").split(self.separator) if part.strip()]

    def show(self, value: Any) -> str:
        """Join them."""
        return f"{self.separator} ".join(value or []).replace("\n ", "\n")


class Lines(Words):
    """Several, one on each line."""

    separator = "\n"


class Several(Field):
    """Several boxes to tick."""

    def read(self, typed: Typed) -> list[str]:
        """List the ticked ones."""
        return list(dict.fromkeys(typed.getlist(self.name)))

    def show(self, value: Any) -> list[str]:
        """Tick them."""
        return [str(each) for each in value or []]

    def keep(self, typed: Typed) -> dict[str, Any]:
        """Keep the ticks."""
        return {self.name: self.read(typed)}


class When(Field):
    """Date and time as the clock on the wall shows it."""

    def read(self, typed: Typed) -> Any:
        """Say it in UTC."""
        text = typed.get(self.name, "").strip()
        try:
            return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC).isoformat() if text else None
        except (ValueError, OverflowError):
            return text

    def show(self, value: Any) -> str:
        """Show the clock on the wall."""
        return "" if value is None else datetime.fromisoformat(value).astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")


class Address(Field):
    """A whole address; nothing typed but the country means none."""

    def read(self, typed: Typed) -> Any:
        """Gather its lines."""
        parts = {part: typed.get(f"{self.name}.{part}", "").strip() for part in ADDRESS}
        given = {part: text for part, text in parts.items() if text}
        return given if set(given) - {"country"} else None

    def keep(self, typed: Typed) -> dict[str, Any]:
        """Keep its lines."""
        return {f"{self.name}.{part}": typed.get(f"{self.name}.{part}", "") for part in ADDRESS}

    def fill(self, value: Any) -> dict[str, Any]:
        """Lay out its lines."""
        return {f"{self.name}.{part}": (value or {"country": "NO"}).get(part) or "" for part in ADDRESS}


def body_of(fields: tuple[Field, ...], typed: Typed) -> dict[str, Any]:
    """Make the JSON that a service reads. A group of which nothing was filled in is none."""
    body: dict[str, Any] = {}
    for field in fields:
        *way, last = field.path
        place = body
        for step in way:
            place = place.setdefault(step, {})
        place[last] = field.read(typed)
    groups = {field.path[0] for field in fields if len(field.path) > 1}
    filled_in = {field.path[0] for field in fields if not isinstance(field, Preset) and field.read(typed)}
    return {**body, **dict.fromkeys(groups - filled_in)}


def values_of(fields: tuple[Field, ...], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Lay stored values out in the fields."""
    values: dict[str, Any] = {}
    for field in fields:
        value: Any = stored
        for step in field.path:
            value = value.get(step) if isinstance(value, Mapping) else None
        values |= field.fill(value)
    return values


def typed_again(fields: tuple[Field, ...], typed: Typed) -> dict[str, Any]:
    """Let everything stand as it was typed."""
    values: dict[str, Any] = {}
    for field in fields:
        values |= field.keep(typed)
    return values


def field_of(fields: tuple[Field, ...], place: str) -> str:
    """Find the form field for a place in the JSON, such as ``industry.code`` or ``departments.0``."""
    for field in fields:
        path = ".".join(field.path)
        if place == path or place.startswith(f"{path}."):
            return field.name + place[len(path) :] if isinstance(field, Address) else field.name
    return next((field.name for field in fields if field.path[0] == place), "")
