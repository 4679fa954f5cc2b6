"""Links between customers and the agency's employees."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, Index, String, case, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from chassis.card import WHOSE
from chassis.tables import Versioned, today, within
from services.customers.profile.models import Customer
from services.customers.tables import Base

ROLES = ("responsible", "seller", "recruiter", "substitute")  # the first is whom the head of the card names


class EmployeeLink(Versioned, Base):
    """An employee in a role, from the first to the last day; one without a last day goes on."""

    __tablename__ = "employee_links"
    __table_args__ = (
        within("customers", "customer_id"),
        Index("ix_employee_links_customer", "tenant_id", "customer_id"),
        Index("ix_employee_links_employee", "tenant_id", "employee"),
    )

    customer_id: Mapped[UUID]
    employee: Mapped[UUID]
    role: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    @property
    def over(self) -> bool:
        """Tell whether its last day has been."""
        return self.valid_to is not None and self.valid_to < today()

    @property
    def active(self) -> bool:
        """Tell whether today is among its days."""
        return self.valid_from <= today() and not self.over

    def overlaps(self, other: "EmployeeLink") -> bool:
        """Tell whether the two have a day in common."""
        begins_in_time = other.valid_to is None or self.valid_from <= other.valid_to
        return begins_in_time and (self.valid_to is None or other.valid_from <= self.valid_to)


_WEIGHT = case({role: place for place, role in enumerate(ROLES)}, value=EmployeeLink.role, else_=len(ROLES))
LINKS = select(EmployeeLink).filter_by(customer_id=WHOSE).order_by(_WEIGHT, EmployeeLink.valid_from, EmployeeLink.id)


def linked(session: Session, customer_id: UUID) -> list[EmployeeLink]:
    """List the links of a customer: those of today by role, those to come, those that are over."""
    found = session.scalars(LINKS, {WHOSE.key: customer_id})
    return sorted(found, key=lambda link: (link.over, not link.active))


def _active() -> ColumnElement[bool]:
    """Tell of a row what ``active`` tells of a link."""
    ends = EmployeeLink.valid_to
    return (EmployeeLink.valid_from <= today()) & (ends.is_(None) | (ends >= today()))


def works_with(employee: UUID) -> Exists:
    """Tell whether an employee is linked to a customer today, in whatever role."""
    mine = (EmployeeLink.tenant_id == Customer.tenant_id) & (EmployeeLink.customer_id == Customer.id)
    return exists().where(mine, EmployeeLink.employee == employee, _active())


def responsible_for(session: Session, customers: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Return who is responsible today for each of the customers for whom somebody is, the longest first."""
    asked = select(EmployeeLink.customer_id, EmployeeLink.employee).where(
        EmployeeLink.customer_id.in_(customers), EmployeeLink.role == ROLES[0], _active()
    )
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for customer, employee in session.execute(asked.order_by(EmployeeLink.valid_from, EmployeeLink.id)):
        found[customer].append(employee)
    return found
