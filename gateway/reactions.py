"""What the gateway does when others announce something: it no longer shows what it kept."""

from typing import Any

from sqlalchemy.orm import Session

from chassis.events import Envelope
from chassis.reactions import Reactions
from contracts import customers, dialog, files, invoicing, recruitment
from contracts.customers import CustomerDepartmentsChanged, CustomerRestated
from gateway.card import actions as card
from gateway.items import SERVICES

on = Reactions(customers, invoicing, files, dialog, recruitment)


@on.every
def outdate(session: Session, event: Any, envelope: Envelope) -> None:
    """Outdate what is kept of the publisher's part of the card; of all parts when others may see it from now on."""
    if envelope.customer is not None:
        who_may_see = isinstance(event, CustomerDepartmentsChanged | CustomerRestated)
        card.mark(session, envelope.tenant, envelope.customer, SERVICES if who_may_see else [envelope.publisher])
