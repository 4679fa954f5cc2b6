"""The items that recruitment gives to the card."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from chassis.card import Items, first
from chassis.tables import made
from services.recruitment.projects.models import Project
from services.recruitment.projects.schemas import ProjectShape
from services.recruitment.projects.statuses import OPEN

items = Items(
    "projects", "recruitment", "logged_work", "time_bank", "pay_matrix", "working_hours", "sub_projects"
)  # fmt: skip

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
    query = select(Project).filter_by(customer_id=customer_id)
    is_open = Project.status.in_(OPEN)
    found, count = first(session, query.order_by(is_open.desc(), Project.number.desc()), is_open)
    if not found:
        return None
    return {"projects": PROJECTS.dump(found), "count": count, "newest": made(max(project.id for project in found))}
