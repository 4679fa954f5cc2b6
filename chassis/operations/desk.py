"""What lies on an operator's desk: how this program stands, what is parked, what was tried again, and trying again.

For the routes of every program and the page of the gateway alike; who may come here is asked at their doors.
"""

from collections.abc import Mapping
from typing import Any

from flask import current_app
from sqlalchemy import LargeBinary, Select, func, select

from chassis.auth import caller
from chassis.db import reading, transaction
from chassis.errors import Invalid, NotFound
from chassis.operations import rawview, redriving
from chassis.operations.redriving import Choice, Operator, redrives
from chassis.operations.standing import kept_timers, since, standing
from chassis.paging import page
from chassis.tables import now
from chassis.waiting import waiting

LARGEST_ID = 2**63 - 1

_parked = select(
    *(column for column in waiting.c if not isinstance(column.type, LargeBinary) and column.key != "properties"),
    func.length(waiting.c.raw).label("size"),
).where(waiting.c.parked_at.is_not(None))


def report() -> dict[str, Any]:
    """Tell how the program stands."""
    with reading() as session:
        found, timers = standing(session.connection()), kept_timers(session.connection())
    return {
        "service": current_app.name,
        "as_of": now(),
        "outbox_events": found.unsent,
        "outbox_age_seconds": found.unsent_seconds,
        "inbox_waiting": found.waits,
        "inbox_parked": found.parked,
        "inbox_last_parked_at": found.last_parked_at,
        "inbox_lag_seconds": found.lag_seconds,
        "loops": [{**sign._asdict(), "seconds": since(sign.seen_at)} for sign in found.signs],
        "timers": timers,
    }


def parked(asked: Mapping[str, Any]) -> dict[str, Any]:
    """List a page of the parked messages."""
    narrowed: Select[Any] = _parked if asked["type"] is None else _parked.where(waiting.c.type == asked["type"])
    with reading() as session:
        return page(session, narrowed, (waiting.c.id,), asked, descending=True)


def message(parked_id: int) -> dict[str, Any]:
    """Give one parked message with its bytes."""
    this = waiting.c.id == min(parked_id, LARGEST_ID)
    with reading() as session:
        row = session.execute(_parked.add_columns(waiting.c.raw, waiting.c.properties).where(this)).one_or_none()
    if row is None:
        raise NotFound(f"parked message {parked_id}")
    return {**row._asdict(), **rawview.shown(bytes(row.raw))}


def redrive(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Have parked messages tried again, or only say which and in which order."""
    choice, dry_run = _choice(wanted), wanted["dry_run"]
    if not dry_run and not wanted["reason"]:
        raise Invalid({"reason": "Say why."})
    with transaction() as session:
        planned = redriving.plan(session.connection(), choice, redriving.MOST)
        if not dry_run:
            redriving.redrive(session.connection(), planned, _operator(wanted["reason"]))
    items = [{**row._asdict(), "waits_for": planned.blocked.get(row.id)} for row in planned.events]
    return {"dry_run": dry_run, "items": items, "followed_by": planned.followed_by, "left": planned.left}


def history(asked: Mapping[str, Any]) -> dict[str, Any]:
    """List a page of who had what tried again."""
    with reading() as session:
        return page(session, select(redrives), (redrives.c.at, redrives.c.id), asked, descending=True)


def _choice(wanted: Mapping[str, Any]) -> Choice:
    meant = [wanted["ids"] is not None, wanted["type"] is not None, wanted["all"]]
    if sum(meant) != 1:
        raise Invalid({"ids": "Name some by their ids, or one type, or all of them."})
    return Choice(wanted["ids"], wanted["type"])


def _operator(reason: str) -> Operator:
    who = caller()
    return Operator(who.operator, reason, who.tenant, who.employee)
