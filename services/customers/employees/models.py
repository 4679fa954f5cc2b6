"""Links between customers and the agency's employees."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.tables import Versioned, now, within
from services.customers.tables import Base

ROLES = ("responsible", "seller", "recruiter", "substitute")  # the first is whom the head of the card names


class EmployeeLink(Versioned, Base):
    """An employee in a role, from the first to the last day; one without a last day goes on."""

    __tablename__ = "employee_links"
    __table_args__ = (
        within("customers", "customer_id"),
        Index("ix_employee_links_customer", "tenant_id", "customer_id"),
    )

    customer_id: Mapped[UUID]
    employee: Mapped[UUID]
    role: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    @property
    def active(self) -> bool:
        """Tell whether today is among its days."""
        today = now().date()
        return self.valid_from <= today and (self.valid_to is None or today <= self.valid_to)

    def overlaps(self, other: "EmployeeLink") -> bool:
        """Tell whether the two have a day in common."""
        begins_in_time = other.valid_to is None or self.valid_from <= other.valid_to
        return begins_in_time and (self.valid_to is None or other.valid_from <= self.valid_to)
