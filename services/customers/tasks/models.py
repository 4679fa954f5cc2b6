"""Tasks."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, Index, Select, String, case, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from chassis.tables import Utc, Versioned, today, within
from services.customers.tables import Base

PRIORITIES = ("low", "medium", "high")


class Task(Versioned, Base):
    """What is to be done; one that is done stays, with who did it."""

    __tablename__ = "tasks"
    __table_args__ = (
        within("customers", "customer_id"),
        Index("ix_tasks_customer", "tenant_id", "customer_id"),
    )

    customer_id: Mapped[UUID]
    title: Mapped[str] = mapped_column(String(200))
    due: Mapped[date | None]
    priority: Mapped[str] = mapped_column(String(10), default="medium")
    assignee: Mapped[UUID | None]
    completed_at: Mapped[datetime | None] = mapped_column(Utc)
    completed_by: Mapped[UUID | None]

    @property
    def done(self) -> bool:
        """Tell whether nothing is left to do."""
        return self.completed_at is not None

    @property
    def overdue(self) -> bool:
        """Tell whether it should have been done before today."""
        return not self.done and self.due is not None and self.due < today()


def listed_for(customer_id: UUID | BindParameter[UUID]) -> Select[Task]:
    """Select what is to be done for a customer, by last day and weight, then what is done, the latest first."""
    weight = case({"high": 0, "medium": 1}, value=Task.priority, else_=2)
    open_first = (Task.completed_at.is_not(None), Task.completed_at.desc())
    return (
        select(Task)
        .filter_by(customer_id=customer_id)
        .order_by(*open_first, Task.due.is_(None), Task.due, weight, Task.id)
    )


class TaskCounts(NamedTuple):
    """How many tasks of a customer are open, and how many of those should have been done before today."""

    open_tasks: int
    overdue_tasks: int


def count_open(session: Session, customers: Iterable[UUID]) -> dict[UUID, TaskCounts]:
    """Count what is to be done for each of the customers for whom anything is."""
    late = func.count(case((Task.due < today(), 1)))
    open_ones = select(Task.customer_id, func.count(), late).where(
        Task.customer_id.in_(customers), Task.completed_at.is_(None)
    )
    return {
        customer: TaskCounts(*counts) for customer, *counts in session.execute(open_ones.group_by(Task.customer_id))
    }
