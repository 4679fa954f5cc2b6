"""The OpenAPI 3.1 document of a program, made from its routes and shapes."""

import re
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from flask import Flask, Response
from flask_smorest import Api
from marshmallow import Schema, fields

from chassis import events
from chassis.shapes import Choice, Day, Exact, Id, Line, Moment, Text, Whole, YesNo

PROBLEM = {
    "description": "RFC 9457 problem details",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
READERS = "Requests are strict. Answers grow: ignore members you do not know; `additionalProperties` binds who sends."
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag that was read",
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeat the request with the same key and it takes effect once",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}
HEADERS = {"patch": [IF_MATCH], "put": [IF_MATCH], "delete": [IF_MATCH], "post": [KEY]}


def install(app: Flask) -> Api:
    """Start the document; routes are added by ``api.register_blueprint``."""
    app.config.update(API_TITLE=f"Kundekort: {app.name}", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    api = Api(app, spec_kwargs={"marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=_name)})
    for own, known in (
        (Line, fields.String), (Text, fields.String), (Choice, fields.String), (YesNo, fields.Boolean),
        (Whole, fields.Integer), (Day, fields.Date), (Moment, fields.DateTime), (Id, fields.UUID),
        (Exact, fields.Decimal),
    ):  # fmt: skip
        api.register_field(own, known)
    app.add_url_rule("/openapi.json", "openapi", lambda: _serve(app, api))
    return api


def _name(shape: Any) -> str:
    """Name a shape in the document; where nothing is required it is a change."""
    kind = resolve_schema_cls(shape)
    name = (kind[0] if isinstance(kind, list) else kind).__name__.removesuffix("Shape")
    return f"{name}Change" if isinstance(shape, Schema) and shape.partial else name


def _serve(app: Flask, api: Api) -> Response:
    found = document(api)
    _tell_rights(app, found)
    return Response(events.to_json(found), content_type="application/json")


def _tell_rights(app: Flask, found: dict[str, Any]) -> None:
    """Say of each operation which right it takes, or that it is for operators."""
    for rule in app.url_map.iter_rules():
        right = getattr(app.view_functions[rule.endpoint], "right", None)
        operations = found.get("paths", {}).get(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), {})
        for method, operation in operations.items():
            if right and method.upper() in (rule.methods or ()):
                name = right(method.upper())
                operation["x-right"] = f"{app.name}:{name}" if name else "operator"


def document(api: Api) -> dict[str, Any]:
    """Complete what flask-smorest wrote: our errors, our headers, our token."""
    spec: dict[str, Any] = api.spec.to_dict()
    components = spec.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    components.pop("responses", None)
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    spec["security"] = [{"token": []}]
    spec["info"]["description"] = READERS
    for operations in spec.get("paths", {}).values():
        for method, operation in operations.items():
            if method != "parameters":
                _complete(method, operation)
    return spec


def _complete(method: str, operation: dict[str, Any]) -> None:
    successes = {code: answer for code, answer in operation["responses"].items() if code.startswith("2")}
    operation["responses"] = {**successes, "default": PROBLEM}
    wanted = [] if operation.pop("x-unversioned", False) else HEADERS.get(method, [])
    operation["parameters"] = [*operation.get("parameters", []), *wanted]
