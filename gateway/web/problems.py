"""What a service refused, in the words and at the place where somebody typed it."""

import json
from collections.abc import Mapping
from typing import Any

from chassis.clients import Answer
from gateway.web.fields import Field, field_of
from gateway.web.texts import gettext, say


def read(answer: Answer) -> dict[str, Any]:
    """Read a problem document; whatever cannot be read says that the service is away."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"title": "This part is not available right now."}


def errors(problem: Mapping[str, Any], fields: tuple[Field, ...]) -> dict[str, str]:
    """Give every message to its field; what has no field in the form stands above it."""
    found: dict[str, str] = {}
    for error in problem.get("errors", []):
        name = field_of(fields, error["field"])
        found.setdefault(name, say(error["message"]))
    if not found:
        found[""] = " ".join(filter(None, (say(problem.get("title", "")), _existing(problem))))
    return found


def _existing(problem: Mapping[str, Any]) -> str:
    """Name the card that is there already."""
    other = problem.get("existing")
    return f"{gettext('It is on this card:')} {other['number']} {other['name']}" if other else ""
