"""Tenants, departments and employees."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from chassis.tables import Ids, Ordered, Tenanted, Utc, Versioned, now
from gateway.tables import Base


class Tenant(Tenanted, Base):
    """An agency that uses the suite."""

    __tablename__ = "tenants"

    name: Mapped[str]
    founded_at: Mapped[datetime] = mapped_column(Utc, default=now)


class Department(Versioned, Base):
    """A branch of the agency."""

    __tablename__ = "departments"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str] = mapped_column(Ordered)


class Employee(Versioned, Base):
    """Somebody who works at the agency."""

    __tablename__ = "employees"

    name: Mapped[str] = mapped_column(Ordered)
    email: Mapped[str]
    role: Mapped[str]
    departments: Mapped[list[UUID]] = mapped_column(Ids())  # the home department first
    active: Mapped[bool] = mapped_column(default=True)


def department_names(session: Session) -> dict[UUID, str]:
    """Return the name of each department, in alphabetical order."""
    return dict(session.execute(select(Department.id, Department.name).order_by(Department.name)).all())


def employee_names(session: Session, *, only_active: bool = False) -> dict[UUID, str]:
    """Return the name of each employee, in alphabetical order; those who left wrote things, too."""
    query = select(Employee.id, Employee.name).order_by(Employee.name)
    return dict(session.execute(query.where(Employee.active) if only_active else query).all())


def unknown_departments(session: Session, departments: Iterable[UUID]) -> set[UUID]:
    """Return which of these are not departments of the agency."""
    wanted = set(departments)
    return wanted - set(session.scalars(select(Department.id).where(Department.id.in_(wanted))))
