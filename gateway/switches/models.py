"""Which items are off."""

from sqlalchemy import JSON, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from chassis.tables import Versioned
from gateway.items import OWNERS
from gateway.tables import Base


class Switchboard(Versioned, Base):
    """One per tenant. What is not listed is on, also an item that comes with a later version."""

    __tablename__ = "switchboards"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    off: Mapped[list[str]] = mapped_column(JSON, default=list)

    @property
    def on(self) -> list[str]:
        """List the items that are on, in the order of the card."""
        return [key for key in OWNERS if key not in self.off]


def board(session: Session) -> Switchboard:
    """Return the tenant's switches."""
    return session.scalars(select(Switchboard)).one()
