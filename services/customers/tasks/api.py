"""Routes of tasks."""

from typing import Any
from uuid import UUID

from chassis.api import Routes, match
from chassis.db import find, reading, transaction
from services.customers.tasks import actions
from services.customers.tasks.models import Task, listed_for
from services.customers.tasks.schemas import TaskShape, TasksShape

api = Routes("tasks", item="tasks", description="What is to be done for the customers")

SHAPE = TaskShape()


@api.post("/customers/<uuid:customer_id>/tasks")
@api.arguments(TaskShape)
@api.response(201, TaskShape)
def add(data: dict[str, Any], customer_id: UUID) -> Task:
    """Add a task."""
    with transaction() as session:
        return actions.add(session, customer_id, **data)


@api.get("/customers/<uuid:customer_id>/tasks")
@api.response(200, TasksShape)
def list_for_customer(customer_id: UUID) -> dict[str, Any]:
    """List what is to be done for a customer, then what is done."""
    with reading() as session:
        return {"items": session.scalars(listed_for(customer_id)).all()}


@api.get("/customers/<uuid:customer_id>/tasks/<uuid:task_id>")
@api.response(200, TaskShape)
def show(customer_id: UUID, task_id: UUID) -> Task:
    """Show one task."""
    with reading() as session:
        return find(session, Task, task_id, customer_id=customer_id)


@api.patch("/customers/<uuid:customer_id>/tasks/<uuid:task_id>")
@api.arguments(TaskShape(partial=True))
@api.response(200, TaskShape)
def change(data: dict[str, Any], customer_id: UUID, task_id: UUID) -> Task:
    """Change a task that is not done."""
    with transaction() as session:
        task = find(session, Task, task_id, customer_id=customer_id)
        match(task, SHAPE)
        return actions.change(session, task, **data)


@api.put("/customers/<uuid:customer_id>/tasks/<uuid:task_id>/complete")
@api.response(200, TaskShape)
def complete(customer_id: UUID, task_id: UUID) -> Task:
    """Mark a task as done; a second time changes nothing."""
    with transaction() as session:
        task = find(session, Task, task_id, customer_id=customer_id)
        match(task, SHAPE)
        return actions.complete(session, task)


@api.put("/customers/<uuid:customer_id>/tasks/<uuid:task_id>/reopen")
@api.response(200, TaskShape)
def reopen(customer_id: UUID, task_id: UUID) -> Task:
    """Open a task again that is done."""
    with transaction() as session:
        task = find(session, Task, task_id, customer_id=customer_id)
        match(task, SHAPE)
        return actions.reopen(session, task)


@api.delete("/customers/<uuid:customer_id>/tasks/<uuid:task_id>")
@api.response(204)
def remove(customer_id: UUID, task_id: UUID) -> None:
    """Take a task away that should not have been."""
    with transaction() as session:
        task = find(session, Task, task_id, customer_id=customer_id)
        match(task, SHAPE)
        actions.remove(session, task)
