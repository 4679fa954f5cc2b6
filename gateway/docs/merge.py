"""Join the OpenAPI documents of the services with the gateway's own."""

import json
from typing import Any

from flask import current_app

from chassis.auth import Caller
from chassis.openapi import READERS
from gateway.calls import ask_every
from gateway.neighbours.clients import Answer

PATIENCE_MS = 2_000
SESSION = {"session": {"type": "apiKey", "in": "cookie", "name": "__Host-kundekort"}}


def merged(caller: Caller) -> dict[str, Any]:
    """Return one document; a service that is silent just now is listed under ``x-missing``."""
    documents = {"gateway": _own()}
    missing = []
    for name, answer in ask_every(caller, "/openapi.json", PATIENCE_MS).items():
        if isinstance(answer, Answer) and answer.status == 200:  # noqa: PLR2004
            documents[name] = json.loads(answer.body)
        else:
            missing.append(name)
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for name, document in documents.items():
        prefix = "" if name == "gateway" else f"/api/{name}"
        renamed = _renamed(document, name)
        paths |= {prefix + path: operations for path, operations in renamed.get("paths", {}).items()}
        schemas |= {_name(name, key): shape for key, shape in renamed["components"].get("schemas", {}).items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Kundekort", "version": "1", "description": READERS},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": SESSION},
        "security": [{"session": []}],
        **({"x-missing": missing} if missing else {}),
    }


def _own() -> dict[str, Any]:
    response: Any = current_app.view_functions["openapi"]()
    return json.loads(response.get_data())


def _name(program: str, shape: str) -> str:
    return shape if shape == "Problem" else f"{program.capitalize()}{shape}"


def _renamed(part: Any, program: str) -> Any:
    """Point every reference at the shape's name in the joint document."""
    if isinstance(part, list):
        return [_renamed(each, program) for each in part]
    if not isinstance(part, dict):
        return part
    found = {key: _renamed(each, program) for key, each in part.items()}
    if isinstance(reference := part.get("$ref"), str) and reference.startswith("#/components/schemas/"):
        found["$ref"] = "#/components/schemas/" + _name(program, reference.rpartition("/")[2])
    return found
