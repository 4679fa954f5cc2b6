"""What customers does when others announce something: it writes it down."""

from typing import Any

from sqlalchemy.orm import Session

from chassis.events import Envelope
from chassis.reactions import Reactions
from contracts import customers, dialog, files, gateway, invoicing, recruitment
from services.customers.log import actions as log

on = Reactions(customers, invoicing, files, dialog, recruitment, gateway)


@on.every
def remember(session: Session, event: Any, envelope: Envelope) -> None:
    """Keep it in the log of the customer it concerns."""
    log.enter(session, event, envelope)
