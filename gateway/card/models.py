"""When something on a card last changed."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from chassis.tables import Utc
from gateway.tables import Base


class CardChange(Base):
    """The last change that is known of one customer in one service: whatever was kept before is outdated."""

    __tablename__ = "card_changes"

    tenant: Mapped[UUID] = mapped_column(primary_key=True)
    customer: Mapped[UUID] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    changed_at: Mapped[datetime] = mapped_column(Utc, index=True)


class Change(NamedTuple):
    """That a service knows something new of a customer."""

    tenant: UUID
    customer: UUID
    service: str
    changed_at: datetime


def changes_since(connection: Connection, moment: datetime) -> set[Change]:
    """Return everybody's changes since a moment."""
    return _changes(connection, CardChange.changed_at > moment)


def changes_of(connection: Connection, tenant: UUID, customer: UUID, since: datetime) -> set[Change]:
    """Return a card's changes since a moment."""
    mine = (CardChange.tenant == tenant, CardChange.customer == customer)
    return _changes(connection, *mine, CardChange.changed_at > since)


def _changes(connection: Connection, *which: ColumnElement[bool]) -> set[Change]:
    columns = (CardChange.tenant, CardChange.customer, CardChange.service, CardChange.changed_at)
    return {Change(*row) for row in connection.execute(select(*columns).where(*which))}


_CHANGED_AT = select(CardChange.service, CardChange.changed_at).where(
    CardChange.tenant == bindparam("tenant"), CardChange.customer == bindparam("customer")
)


def changed_at(connection: Connection, tenant: UUID, customer: UUID) -> dict[str, datetime]:
    """Return when a customer last changed in each service, where that is known."""
    return dict(connection.execute(_CHANGED_AT, {"tenant": tenant, "customer": customer}).all())
