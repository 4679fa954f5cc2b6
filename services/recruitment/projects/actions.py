"""What can be done to projects."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import find, next_number
from chassis.errors import Invalid, Refused
from chassis.events import plain
from chassis.outbox import record
from contracts import changes
from contracts.recruitment import ProjectDetailsChanged, ProjectOpened, ProjectStatusChanged
from services.recruitment.clients.models import Client
from services.recruitment.projects.models import Project
from services.recruitment.tables import NumberSeries

FIRST_NUMBER = 1001


class StepNotAllowed(Refused):
    """A project cannot take this step."""

    field = "status"


def open_for(session: Session, customer_id: UUID, name: str, **details: Any) -> Project:
    """Begin a project; unless told otherwise it is the caller's, and of the caller's home department."""
    who: Caller = session.info["caller"]
    if "department" in details:
        _refuse_foreign(who, details["department"])
    project = Project(
        client=find(session, Client, customer_id),
        customer_id=customer_id,
        name=name,
        number=next_number(session, NumberSeries, "project", FIRST_NUMBER),
        **{"type": "other", "status": "request", "department": _home(who), "responsible": who.employee, **details},
    )
    _refuse_backwards(project)
    session.add(project)
    record(session, _opened(project), project)
    return project


def edit(session: Session, project: Project, **details: Any) -> Project:
    """Change what is known of a project; only what differs is announced."""
    found = changes(plain({field: getattr(project, field) for field in details}), plain(details))
    if not found:
        return project
    if details.get("department", project.department) != project.department:
        _refuse_foreign(session.info["caller"], details["department"])
    for field, value in details.items():
        setattr(project, field, value)
    _refuse_backwards(project)
    record(session, ProjectDetailsChanged(project.customer_id, project.id, project.name, found), project)
    return project


def step(session: Session, project: Project, status: str, reason: str | None = None) -> Project:
    """Take the project to its next status; the status it has already changes nothing."""
    if status == project.status:
        return project
    if status not in project.allowed:
        raise StepNotAllowed(
            f"{project.status} → {status}; possible: {', '.join(project.allowed)}", allowed=project.allowed
        )
    before, project.status, project.reason = project.status, status, reason
    announced = ProjectStatusChanged(project.customer_id, project.id, project.name, before, status, reason)
    record(session, announced, project)
    return project


def _opened(project: Project) -> ProjectOpened:
    return ProjectOpened(
        customer_id=project.customer_id,
        project_id=project.id,
        number=project.number,
        name=project.name,
        type=project.type,
        status=project.status,
        department=project.department,
        responsible=project.responsible,
        starts_on=project.starts_on,
        ends_on=project.ends_on,
        value=project.value,
    )


def _refuse_foreign(who: Caller, department: UUID) -> None:
    """Nobody gives work to a department that he does not work in, unless he sees all of them."""
    if not who.everywhere and department not in who.departments:
        raise Invalid({"department": "Choose among your own departments."})


def _refuse_backwards(project: Project) -> None:
    if project.starts_on and project.ends_on and project.ends_on < project.starts_on:
        raise Invalid({"ends_on": "This is before the start."})


def _home(who: Caller) -> UUID | None:
    return next(iter(who.departments), None)
