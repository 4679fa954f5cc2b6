"""Projects."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, Index, String, Text, UniqueConstraint, cast, func
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

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
    folded: Mapped[str | None]  # the name without regard to case; what the release before wrote has none
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

    @validates("name")
    def fold(self, _field: str, name: str) -> str:
        """Keep what people search by in step with the name."""
        self.folded = name.casefold()
        return name

    @property
    def customer_name(self) -> str:
        """Give the customer's present name."""
        return self.client.name

    @property
    def allowed(self) -> tuple[str, ...]:
        """List the statuses that can come next."""
        return STEPS[self.status]


def searched() -> ColumnElement[str]:
    """Give the folded text of a project and its client; where none is kept the database folds, as well as it can."""
    names = (func.coalesce(table.folded, func.lower(table.name)) for table in (Project, Client))
    return cast(Project.number, Text) + " " + next(names) + " " + next(names)
