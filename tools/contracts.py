"""Write ``contracts/asyncapi.yaml`` and the JSON Schemas from the event classes: ``python tools/contracts.py``."""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from chassis import events  # noqa: E402  # the path must stand first
from chassis.reactions import announced_by  # noqa: E402

ENVELOPE = {
    "specversion": {"const": "1.0"},
    "id": {"type": "string", "format": "uuid"},
    "source": {"type": "string"},
    "time": {"type": "string", "format": "date-time"},
    "datacontenttype": {"const": "application/json"},
    "tenant": {"type": "string", "format": "uuid", "description": "Whose agency it happened in"},
    "customer": {"type": "string", "format": "uuid", "description": "Whose card it concerns"},
    "actor": {"type": "string", "format": "uuid", "description": "The employee who did it"},
    "aggregate": {"type": "string", "description": "What it happened to, such as contact/<id>"},
    "aggregateversion": {"type": "integer", "minimum": 1, "description": "1, 2, 3 … per aggregate, without a gap"},
    "traceparent": {"type": "string"},
}
REQUIRED = [
    "specversion",
    "id",
    "source",
    "type",
    "time",
    "dataschema",
    "tenant",
    "aggregate",
    "aggregateversion",
    "data",
]


def publishers() -> list[str]:
    """Name everybody who announces something."""
    return sorted(path.stem for path in (ROOT / "contracts").glob("*.py") if path.stem != "__init__")


def schema(kind: type) -> dict[str, Any]:
    """Describe one event as it is on the wire."""
    name, version = events.name_of(kind), events.version_of(kind)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:kundekort:{name}:{version}",
        "title": name,
        "description": (kind.__doc__ or "").strip(),
        "type": "object",
        "properties": {
            **ENVELOPE,
            "type": {"const": name},
            "dataschema": {"const": f"urn:kundekort:{name}:{version}"},
            "data": events.json_schema(kind),
        },
        "required": REQUIRED,
    }


def asyncapi(kinds: list[type]) -> dict[str, Any]:
    """Describe the exchange and every message on it, as AsyncAPI 3."""
    messages = {events.name_of(kind): _message(kind) for kind in kinds}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Kundekort events",
            "version": "1",
            "description": "CloudEvents 1.0 JSON. At least once on the wire: know an event again by its id.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            "events": {
                "address": "kundekort.events",
                "description": "A topic exchange; the routing key is the event's type. Bind a queue of your own.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {
                    "amqp": {
                        "is": "routingKey",
                        "exchange": {"name": "kundekort.events", "type": "topic", "durable": True},
                    }
                },
            }
        },
        "operations": {"receive": {"action": "receive", "channel": {"$ref": "#/channels/events"}}},
        "components": {"messages": messages},
    }


def _message(kind: type) -> dict[str, Any]:
    name, version = events.name_of(kind), events.version_of(kind)
    return {
        "name": name,
        "summary": (kind.__doc__ or "").strip(),
        "payload": {"$ref": f"./schemas/{name}.{version}.json"},
    }


def generated() -> dict[str, str]:
    """Return every generated file, by its path."""
    kinds = [kind for publisher in publishers() for kind in announced_by(import_module(f"contracts.{publisher}"))]
    files = {"contracts/asyncapi.yaml": yaml.safe_dump(asyncapi(kinds), sort_keys=False, allow_unicode=True, width=110)}
    for kind in kinds:
        path = f"contracts/schemas/{events.name_of(kind)}.{events.version_of(kind)}.json"
        files[path] = json.dumps(schema(kind), ensure_ascii=False, indent=2) + "\n"
    return files


if __name__ == "__main__":
    for path, text in generated().items():
        (ROOT / path).parent.mkdir(exist_ok=True)
        (ROOT / path).write_text(text)
