"""Communications."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.tables import Utc, Versioned, now, within
from services.dialog.correspondents.models import Correspondent, Person
from services.dialog.tables import Base


class Communication(Versioned, Base):
    """Something that was said to a customer or by it."""

    __tablename__ = "communications"
    __table_args__ = (
        within("correspondents", "customer_id"),
        within("people", "contact_id"),
        Index("ix_communications_customer", "tenant_id", "customer_id", "happened_at", "id"),
    )

    customer_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(10))
    direction: Mapped[str] = mapped_column(String(4))
    subject: Mapped[str | None] = mapped_column(String(200))
    body: Mapped[str | None]
    search_text: Mapped[str]
    happened_at: Mapped[datetime] = mapped_column(Utc)
    contact_id: Mapped[UUID | None]
    registered_by: Mapped[UUID | None]
    registered_at: Mapped[datetime] = mapped_column(Utc, default=now)

    # the tenant is nobody's foreign key here: taking the contact away must not take the tenant with it
    correspondent: Mapped[Correspondent] = relationship(
        primaryjoin="and_(Correspondent.tenant_id == Communication.tenant_id, "
        "Correspondent.id == foreign(Communication.customer_id))",
        lazy="joined",
        innerjoin=True,
    )
    contact: Mapped[Person | None] = relationship(
        primaryjoin="and_(Person.tenant_id == Communication.tenant_id, Person.id == foreign(Communication.contact_id))",
        lazy="joined",
    )

    @property
    def customer_name(self) -> str:
        """Give the customer's present name."""
        return self.correspondent.name

    @property
    def contact_name(self) -> str | None:
        """Give the contact's present name."""
        return self.contact.name if self.contact else None

    def index(self) -> None:
        """Keep what searches look through in step with what people read."""
        self.search_text = f"{self.subject or ''} {self.body or ''}".casefold()
