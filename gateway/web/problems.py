"""What a service refused, in the words and at the place where somebody typed it."""

import json
from collections.abc import Mapping
from typing import Any

from chassis.clients import Answer
from chassis.idempotency import KeyUsedForAnother
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
    if problem.get("type") == KeyUsedForAnother().kind:
        return {"": gettext("What you sent first has been saved after all. Close this, and change it there.")}
    found: dict[str, str] = {}
    for error in problem.get("errors", []):
        name = field_of(fields, error["field"])
        found.setdefault(name, say(error["message"]))
    if not found:
        found[""] = say(problem.get("title", ""))
    other = problem.get("existing")
    return {name: f"{message} {_named(other)}" for name, message in found.items()} if other else found


def _named(card: Mapping[str, Any]) -> str:
    """Name the card that is there already."""
    return f"{gettext('It is on this card:')} {card['number']} {card['name']}"
