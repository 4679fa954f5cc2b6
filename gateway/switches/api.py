"""Routes of the CRM settings."""

from typing import Any

from chassis.api import Routes, match
from chassis.db import reading, transaction
from gateway.items import OWNERS
from gateway.switches import actions
from gateway.switches.models import Switchboard, board
from gateway.switches.schemas import SwitchboardShape

api = Routes("settings", url_prefix="/api/settings", description="Which items are on the card")

SHAPE = SwitchboardShape()


@api.get("/items")
@api.response(200, SwitchboardShape)
def show() -> Switchboard:
    """Show which items are on."""
    with reading() as session:
        return board(session)


@api.put("/items")
@api.arguments(SwitchboardShape)
@api.response(200, SwitchboardShape)
def switch(data: dict[str, Any]) -> Switchboard:
    """Switch items on and off."""
    with transaction() as session:
        found = board(session)
        match(found, SHAPE)
        return actions.switch(session, found, [key for key in OWNERS if key not in data["on"]])
