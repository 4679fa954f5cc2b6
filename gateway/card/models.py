"""When something on a card last changed."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from chassis.tables import Utc
from gateway.tables import Base


class CardChange(Base):
    """The last change that is known of one customer in one service: whatever was kept before is outdated."""

    __tablename__ = "card_changes"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    customer: Mapped[UUID] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    changed_at: Mapped[datetime] = mapped_column(Utc, index=True)


def changed_at(session: Session, tenant: UUID, customer: UUID, services: Iterable[str]) -> dict[str, datetime]:
    """Return when a customer last changed in each of these services, where that is known."""
    query = select(CardChange.service, CardChange.changed_at).where(
        CardChange.tenant == tenant, CardChange.customer == customer, CardChange.service.in_(list(services))
    )
    return dict(session.execute(query).all())
