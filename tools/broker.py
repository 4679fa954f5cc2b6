"""Write what the broker of docker-compose.yml holds at start, from the code: exchange, queues, and who may do what.

`make contracts` writes deploy/compose/rabbitmq/topology.json anew; users with their passwords come from `make secrets`.
"""

import json
from collections.abc import Collection
from importlib import import_module
from pathlib import Path
from typing import Any

from chassis.bus.broker import EXCHANGE, queues
from chassis.migrations import package
from chassis.run import PROGRAMS

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "deploy/compose/rabbitmq/topology.json"
VHOST = "kundekort"


def topology() -> dict[str, Any]:
    """Describe the broker in its own words for definitions, which RabbitMQ 3.8 to 4 read alike."""
    followed = {name: import_module(f"{package(name)}.reactions").on.publishers for name in PROGRAMS}
    return {
        "vhosts": [{"name": VHOST}],
        "permissions": [_permission(name) for name in PROGRAMS],
        "topic_permissions": [_topic_permission(name, publishers) for name, publishers in followed.items()],
        "exchanges": [{**_lasting(EXCHANGE), "type": "topic", "internal": False, "arguments": {}}],
        "queues": [
            {**_lasting(queue), "arguments": arguments}
            for name in PROGRAMS
            for queue, arguments in queues(name).items()
        ],
        "bindings": [_binding(name, publisher) for name, publishers in followed.items() for publisher in publishers],
    }


def _permission(program: str) -> dict[str, str]:
    """Let a program look after its own two queues, and reach the others through the exchange only.

    Nobody may write to the default exchange: whoever may puts what he likes into any queue.
    """
    bus = rf"^(kundekort\.events|{program}\.inbox)$"
    return {
        "user": program,
        "vhost": VHOST,
        "configure": rf"^{program}\.(inbox|dead)$",
        "write": bus,  # of its inbox: it may bind it
        "read": bus,  # of the exchange: its inbox may be bound to it
    }


def _topic_permission(program: str, publishers: Collection[str]) -> dict[str, str]:
    """Let a program announce under its own name only, and follow only whom it follows."""
    known = "|".join(publishers)
    return {
        "user": program,
        "vhost": VHOST,
        "exchange": EXCHANGE,
        "write": rf"^{program}\.",
        "read": rf"^({known})\.",
    }


def _binding(program: str, publisher: str) -> dict[str, Any]:
    return {
        "source": EXCHANGE,
        "vhost": VHOST,
        "destination": f"{program}.inbox",
        "destination_type": "queue",
        "routing_key": f"{publisher}.#",
        "arguments": {},
    }


def _lasting(name: str) -> dict[str, Any]:
    return {"name": name, "vhost": VHOST, "durable": True, "auto_delete": False}


def text() -> str:
    """Return the file's content."""
    return json.dumps(topology(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
