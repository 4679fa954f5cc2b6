"""Routes of the documentation."""

from typing import Any

from flask import Response, render_template_string

from chassis import events
from chassis.api import Routes
from chassis.auth import caller
from gateway.docs.merge import merged

api = Routes("docs", url_prefix="/api", description="The documentation of the API")

VERBS = ("get", "post", "put", "patch", "delete")
PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>API – Kundekort</title></head>
<body>
<h1>The API of Kundekort</h1>
<p>Sign in with <code>POST /api/session</code> (<code>{"email", "password"}</code>) and send the cookie along. The whole
document, OpenAPI 3.1 with every shape: <a href="/api/docs.json">/api/docs.json</a>. A right is
<code>service:resource:action</code>; your own stand in <code>GET /api/directory/me</code>, with <code>*</code> for any.
What says <code>operator</code> is for those who run the suite, and no right opens it.</p>
{% if missing %}<p>Not reachable just now: {{ missing|join(", ") }}.</p>{% endif %}
{% for program, operations in programs.items() %}
<h2>{{ program }}</h2>
<table>
<thead><tr><th scope="col">Request</th><th scope="col">What it does</th><th scope="col">Right</th></tr></thead>
<tbody>
{% for verb, path, summary, right in operations %}<tr><td><code>{{ verb }} {{ path }}</code></td><td>{{ summary }}</td>
<td><code>{{ right }}</code></td></tr>
{% endfor %}</tbody>
</table>
{% endfor %}
</body>
</html>
"""


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
    body = render_template_string(PAGE, programs=programs, missing=found.get("x-missing", []))
    return Response(body, content_type="text/html; charset=utf-8")


def _program(path: str) -> str:
    """Name the part of the API: the word after ``/api``."""
    return path.split("/")[2]


def _listed(path: str, operations: dict[str, Any]) -> list[tuple[str, ...]]:
    told = ("summary", "x-right")
    return [
        (verb.upper(), path, *(operations[verb].get(each, "") for each in told)) for verb in VERBS if verb in operations
    ]
