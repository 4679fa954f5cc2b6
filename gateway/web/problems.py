"""What a service refused, in the words and at the place where somebody typed it."""

import json
from collections.abc import Mapping
from typing import Any

from chassis.idempotency import KeyUsedForAnother
from chassis.problems import STATUS_KIND
from gateway.neighbours.clients import Answer
from gateway.web.fields import Field, field_of
from gateway.web.texts import gettext, lazy, say

SERVER_FAULT = 500  # such a title is ours


AWAY = lazy("This part is not available right now.")
FRAMEWORK = {404: lazy("There is no such thing here."), 413: lazy("The file is too large.")}
ELSEWHERE = lazy("This cannot be done here.")
OTHERWISE = lazy("That did not work. What you typed is still here: try again in a moment.")


def read(answer: Answer) -> dict[str, Any]:
    """Read a problem document; whatever cannot be read says that the service is away.

    What a service's framework refused by itself has an English title of its own: people read ours.
    """
    try:
        found = json.loads(answer.body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return {"title": AWAY}
    if found.get("type") == STATUS_KIND and answer.status < SERVER_FAULT:
        found["title"] = FRAMEWORK.get(answer.status, OTHERWISE)
    return found


def title(problem: Mapping[str, Any], status: int) -> str:
    """Say what a problem is; what the framework refused has an English name of its own."""
    if problem["type"] == STATUS_KIND and status < SERVER_FAULT:
        return gettext(FRAMEWORK.get(status, ELSEWHERE))
    return say(problem["title"])


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
