"""Routes of the documentation."""

from typing import Any

from flask import Response, render_template

from chassis import events
from chassis.api import Routes
from chassis.auth import caller
from gateway.docs.merge import merged
from gateway.web import frame

api = Routes("docs", url_prefix="/api", description="The documentation of the API")

VERBS = ("get", "post", "put", "patch", "delete")


@api.get("/docs.json")
@api.response(200, content_type="application/json")
def document() -> Response:
    """Give the OpenAPI document of all programs."""
    return Response(events.to_json(merged(caller())), content_type="application/json")


@api.get("/docs")
@api.response(200, content_type="text/html")
def page() -> Response:
    """Show all routes in a readable list."""
    found = merged(caller())
    programs: dict[str, list[tuple[str, ...]]] = {}
    for path, operations in found["paths"].items():
        programs.setdefault(_program(path), []).extend(_listed(path, operations))
    body = render_template("api.html", programs=programs, missing=found.get("x-missing", []), **frame.context())
    return Response(body, content_type="text/html; charset=utf-8")


def _program(path: str) -> str:
    """Name the part of the API: the word after ``/api``."""
    return path.split("/")[2]


def _listed(path: str, operations: dict[str, Any]) -> list[tuple[str, ...]]:
    told = ("summary", "x-right")
    return [
        (verb.upper(), path, *(operations[verb].get(each, "") for each in told)) for verb in VERBS if verb in operations
    ]
