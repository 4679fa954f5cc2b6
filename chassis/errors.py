"""One shape for every error that leaves a program: RFC 9457 problem details.

A refusal is an exception whose docstring is the sentence people read; the handlers live in ``chassis.problems``.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar


class Refused(Exception):
    """A rule said no. Subclass it; the docstring is the sentence people see."""

    status: ClassVar[int] = 409
    field: ClassVar[str | None] = None  # the input field the refusal is about, where there is one

    def __init__(self, detail: object = "", **extra: Any) -> None:
        super().__init__(str(detail))
        self.extra = extra  # more members for the problem document, JSON-ready

    @property
    def title(self) -> str:
        """Say the refusal in one sentence."""
        return (type(self).__doc__ or "").strip().splitlines()[0]

    @property
    def kind(self) -> str:
        """Name the refusal for programs: ``urn:kundekort:problem:email-taken``."""
        words = re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower()
        return f"urn:kundekort:problem:{words}"

    @property
    def errors(self) -> list[dict[str, str]]:
        """Point at the field, so that a form can show the sentence beside it."""
        return [{"field": self.field, "message": self.title}] if self.field else []


class NotFound(Refused):
    """There is no such thing here."""

    status = 404


class Invalid(Refused):
    """Some of the fields need attention."""

    status = 422

    def __init__(self, messages: Mapping[str, str]) -> None:
        super().__init__()
        self.messages = messages

    @property
    def errors(self) -> list[dict[str, str]]:
        """List every field with its message."""
        return [{"field": field, "message": message} for field, message in self.messages.items()]


class ChangedMeanwhile(Refused):
    """Somebody else changed this while you were editing it."""

    status = 412


class VersionRequired(Refused):
    """Say which version you are changing: send If-Match with the ETag you read."""

    status = 428


class Taken(Refused):
    """This is already registered."""


class Malformed(Refused):
    """The request cannot be read."""

    status = 400


class NotJson(Refused):
    """Send the body as application/json."""

    status = 415


class TooLate(Refused):
    """There was no time left to answer."""

    status = 504


class Busy(Refused):
    """Too many requests at once; try again in a moment."""

    status = 503
