"""What can be done with tasks."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.errors import Refused
from chassis.events import plain
from chassis.outbox import record
from chassis.tables import now
from contracts import changes
from contracts.customers import TaskAdded, TaskChanged, TaskCompleted, TaskRemoved, TaskReopened
from services.customers.tasks.models import Task


class TaskIsDone(Refused):
    """This task is done; open it again to change it."""


def add(session: Session, customer_id: UUID, title: str, **details: Any) -> Task:
    """Add a task."""
    task = Task(customer_id=customer_id, title=title, **{"priority": "medium", **details})
    session.add(task)
    record(session, TaskAdded(customer_id, task.id, title, task.due, task.priority, task.assignee), task)
    return task


def change(session: Session, task: Task, **details: Any) -> Task:
    """Change what is to be done, by when, by whom."""
    if task.done:
        raise TaskIsDone
    found = changes(plain({field: getattr(task, field) for field in details}), plain(details))
    if found:
        for field, value in details.items():
            setattr(task, field, value)
        record(session, TaskChanged(task.customer_id, task.id, task.title, found), task)
    return task


def complete(session: Session, task: Task) -> Task:
    """Mark a task as done; a second time changes nothing."""
    if not task.done:
        task.completed_at, task.completed_by = now(), session.info["caller"].employee
        record(session, TaskCompleted(task.customer_id, task.id, task.title), task)
    return task


def reopen(session: Session, task: Task) -> Task:
    """Find that there is something left to do; a second time changes nothing."""
    if task.done:
        task.completed_at = task.completed_by = None
        record(session, TaskReopened(task.customer_id, task.id, task.title), task)
    return task


def remove(session: Session, task: Task) -> None:
    """Take a task away that should not have been."""
    record(session, TaskRemoved(task.customer_id, task.id, task.title), task)
    session.delete(task)
