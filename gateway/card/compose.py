"""Compose the card: ask every service at once, and show of each what it says or what it last said."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app

from chassis.auth import Caller
from chassis.db import looking
from chassis.errors import NotFound
from chassis.events import plain
from chassis.tables import now
from gateway.calls import ask_every, services
from gateway.card.kept import Known
from gateway.card.models import changed_at
from gateway.items import OWNERS, owned_by
from gateway.moments import lately
from gateway.neighbours.clients import Answer, Unanswered

FOUND, UNKNOWN = 200, 404

STATES = ("disabled", "empty", "present")


def compose(caller: Caller, customer_id: UUID) -> dict[str, Any]:
    """Return ``customer`` (its id), ``items`` and their ``order``; raise ``NotFound`` where the caller meets none.

    An item's ``status`` is ``ok``, ``stale`` (last known: its service is late, down, or has not heard of the customer
    yet) or ``unavailable`` (nothing is known).
    """
    asked_at = now()
    answers = ask_every(caller, f"/card/{customer_id}", current_app.extensions["program"].settings.card_ms)
    _refuse_unknown(caller, customer_id, answers)
    fresh = {name: known for name, answer in answers.items() if (known := _understand(name, answer, asked_at))}
    if fresh:
        services().kept.keep(caller, customer_id, fresh)
    items: dict[str, Any] = {}
    last = _last_known(caller, customer_id, [name for name in answers if name not in fresh])
    for name, answer in answers.items():
        if name in fresh:
            items |= _shown(fresh[name], name, "ok")
        elif _status(answer) == UNKNOWN:
            items |= _nothing(caller, name, "stale", asked_at)
        elif name in last:
            items |= _shown(last[name], name, "stale")
        else:
            items |= _nothing(caller, name, "unavailable", None)
    return _card(customer_id, items, asked_at)


def _card(customer_id: UUID, items: dict[str, Any], asked_at: datetime) -> dict[str, Any]:
    ordered = {key: items[key] for key in OWNERS if key in items}
    return {
        "customer": customer_id,
        "as_of": plain(asked_at),
        "items": ordered,
        "order": [key for key, item in ordered.items() if item["state"] != "disabled"],
    }


def _status(answer: Answer | Unanswered) -> int | None:
    return answer.status if isinstance(answer, Answer) else None


def _refuse_unknown(caller: Caller, customer_id: UUID, answers: dict[str, Answer | Unanswered]) -> None:
    """Believe customers about who exists; when it is silent, it is enough that another has heard of the customer."""
    said = {name: _status(answer) for name, answer in answers.items()}
    heard = [status for status in said.values() if status in (FOUND, UNKNOWN)]
    if said["customers"] == UNKNOWN or (said["customers"] != FOUND and heard and FOUND not in heard):
        services().kept.forget(caller, customer_id)
        raise NotFound(f"customer {customer_id}")


def _understand(service: str, answer: Answer | Unanswered, asked_at: datetime) -> Known | None:
    """Read an answer; what is not the answer of a service of ours is as good as none."""
    if _status(answer) != FOUND:
        return None
    try:
        found = answer.json()  # type: ignore[union-attr]  # it has a status
        items = {key: item for key, item in found["items"].items() if key in owned_by(service)}
        if all(item["state"] in STATES for item in items.values()):
            return Known(asked_at, str(found["as_of"]), items)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    return None


def _last_known(caller: Caller, customer_id: UUID, silent: list[str]) -> dict[str, Known]:
    """Return what the silent services last said, unless something has changed since."""
    said = services().kept.last(caller, customer_id) if silent else {}
    last = {name: said[name] for name in silent if name in said}
    if not last:
        return {}
    changes = lately((caller.tenant, customer_id), lambda: _changes(caller.tenant, customer_id))
    return {name: known for name, known in last.items() if name not in changes or known.asked_at > changes[name]}


def _changes(tenant: UUID, customer_id: UUID) -> dict[str, datetime]:
    with looking(alone=True) as connection:
        return changed_at(connection, tenant, customer_id)


def _shown(known: Known, service: str, status: str) -> dict[str, Any]:
    more = {"status": status, "as_of": known.as_of, "service": service}
    return {key: {"data": None, "count": None, "newest": None, **item, **more} for key, item in known.items.items()}


def _nothing(caller: Caller, service: str, status: str, as_of: datetime | None) -> dict[str, Any]:
    more = {"status": status, "as_of": plain(as_of), "service": service, "data": None, "count": None, "newest": None}
    return {
        key: {"state": "disabled" if key in caller.disabled else "empty", **more}
        for key in owned_by(service)
        if caller.may(f"{service}:{key}:read")
    }
