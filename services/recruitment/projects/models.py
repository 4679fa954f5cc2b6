"""Projects."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from chassis.tables import Amount, Utc, Versioned, now, within
from services.recruitment.clients.models import Client
from services.recruitment.projects.statuses import STEPS
from services.recruitment.tables import Base


class Project(Versioned, Base):
    """A piece of work for a customer."""

    __tablename__ = "projects"
    __table_args__ = (
        within("clients", "customer_id"),
        UniqueConstraint("tenant_id", "number"),
        Index("ix_projects_customer", "tenant_id", "customer_id", "number", "id"),
    )

    customer_id: Mapped[UUID]
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(30))
    status: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(500))
    department: Mapped[UUID | None]
    responsible: Mapped[UUID | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    value: Mapped[Decimal | None] = mapped_column(Amount(2))
    directions: Mapped[str | None]
    reference: Mapped[str | None] = mapped_column(String(100))
    opened_at: Mapped[datetime] = mapped_column(Utc, default=now)

    client: Mapped[Client] = relationship(
        primaryjoin="and_(Client.tenant_id == Project.tenant_id, Client.id == foreign(Project.customer_id))",
        lazy="joined",
        innerjoin=True,
    )

    @property
    def customer_name(self) -> str:
        """Give the customer's present name."""
        return self.client.name

    @property
    def allowed(self) -> tuple[str, ...]:
        """List the statuses that can come next."""
        return STEPS[self.status]
