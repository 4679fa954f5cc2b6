"""What can be done with the CRM settings."""

from sqlalchemy.orm import Session

from chassis.errors import Invalid
from chassis.outbox import record
from contracts.gateway import ItemsSwitched
from gateway.items import ALWAYS_ON
from gateway.switches.models import Switchboard


def switch(session: Session, board: Switchboard, off: list[str]) -> Switchboard:
    """Leave these items out of the card and keep all others on it; what they hold stays."""
    if ALWAYS_ON in off:
        raise Invalid({"on": "The customer itself cannot be switched off."})
    before, after = set(board.off), set(off)
    if before != after:
        board.off = sorted(after)
        record(session, ItemsSwitched(sorted(before - after), sorted(after - before), board.off), board)
    return board
