"""What happens to a card: something on it changed."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from chassis.auth import Caller, calling
from chassis.db import transaction
from chassis.perseverance import persevering
from chassis.tables import insert_into, now
from gateway.card.kept import LONGEST
from gateway.card.models import CardChange
from gateway.signin.actions import NOBODY


def mark(session: Session, tenant: UUID, customer: UUID, services: Iterable[str]) -> None:
    """Say that these services know something newer of the customer than any answer kept by any gateway process."""
    moment = now()
    rows = [
        {"tenant": tenant, "customer": customer, "service": each, "changed_at": moment} for each in sorted(services)
    ]
    statement = insert_into(CardChange, session.get_bind()).values(rows)
    keys = ["tenant", "customer", "service"]
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_={"changed_at": moment}))


def wrote(caller: Caller, customer: UUID, service: str) -> None:
    """Mark what the caller has just changed, without waiting for the event: he knows what must be there."""
    with calling(caller):
        persevering(lambda: _mark(caller.tenant, customer, service))


def _mark(tenant: UUID, customer: UUID, service: str) -> None:
    with transaction() as session:
        mark(session, tenant, customer, [service])


def forget_old() -> None:
    """Drop marks that are older than anything kept."""
    with calling(NOBODY), transaction() as session:
        session.execute(delete(CardChange).where(CardChange.changed_at < now() - 2 * LONGEST))
