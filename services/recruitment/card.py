"""The items that recruitment gives to the card."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.card import WHOSE, Items, first, listed
from chassis.tables import made
from services.recruitment.projects.models import Project
from services.recruitment.projects.schemas import ProjectShape
from services.recruitment.projects.statuses import OPEN

items = Items(
    "projects", "recruitment", "logged_work", "time_bank", "pay_matrix", "working_hours", "sub_projects"
)  # fmt: skip

IS_OPEN = Project.status.in_(OPEN)
STARTED = listed(select(Project).filter_by(customer_id=WHOSE).order_by(IS_OPEN.desc(), Project.number.desc()), IS_OPEN)
PROJECTS = ProjectShape(
    many=True,
    only=(
        "id", "version", "number", "name", "type", "status", "allowed", "starts_on", "ends_on", "value", "department",
        "responsible",
    ),
)  # fmt: skip


@items("projects")
def projects(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """Give the open projects, then the others, the newest first; count the open ones."""
    found, count = first(session, STARTED, customer_id)
    if not found:
        return None
    return {"projects": PROJECTS.dump(found), "count": count, "newest": made(max(project.id for project in found))}
