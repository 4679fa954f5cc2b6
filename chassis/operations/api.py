"""What operators see of a program and do about it: how it stands, what is parked, and having that tried again.

Parked messages are events of every agency, and bytes of nobody: whoever administers an agency has no part in them.
"""

from typing import Any

from chassis.api import Routes
from chassis.operations import desk
from chassis.operations.schemas import (
    ParkedListShape,
    ParkedPageShape,
    RawShape,
    RedrivenShape,
    RedrivePageShape,
    RedriveShape,
    StandingShape,
)
from chassis.paging import PageShape

api = Routes("operations", operators=True, description="For operators: is anything stuck, and what was done about it")


@api.get("")
@api.response(200, StandingShape)
def show() -> dict[str, Any]:
    """Tell whether anything is stuck: events that wait or are parked, loops that stand still, timers that fail."""
    return desk.report()


@api.get("/parked")
@api.arguments(ParkedListShape, location="query")
@api.response(200, ParkedPageShape)
def list_parked(asked: dict[str, Any]) -> dict[str, Any]:
    """List the parked messages, the latest first."""
    return desk.parked(asked)


@api.get("/parked/<int:parked_id>")
@api.response(200, RawShape)
def show_parked(parked_id: int) -> dict[str, Any]:
    """Show one parked message with its bytes."""
    return desk.message(parked_id)


@api.post("/parked/redrive")
@api.arguments(RedriveShape)
@api.response(200, RedrivenShape)
def redrive(wanted: dict[str, Any]) -> dict[str, Any]:
    """Have parked messages tried again by the worker; ``dry_run`` only says which, in which order."""
    return desk.redrive(wanted)


@api.get("/redrives")
@api.arguments(PageShape, location="query")
@api.response(200, RedrivePageShape)
def list_redrives(asked: dict[str, Any]) -> dict[str, Any]:
    """List who had what tried again, the latest first."""
    return desk.history(asked)
