"""The items that recruitment gives to the card."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from chassis.card import Items
from chassis.tables import made
from services.recruitment.projects.models import Project
from services.recruitment.projects.schemas import ProjectShape
from services.recruitment.projects.statuses import OPEN

items = Items(
    "projects", "recruitment", "logged_work", "time_bank", "pay_matrix", "working_hours", "sub_projects"
)  # fmt: skip

ON_CARD = 20  # entries of a long list; the rest is a click away

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
    newest = query.order_by(Project.status.in_(OPEN).desc(), Project.number.desc()).limit(ON_CARD)
    found = session.scalars(newest).all()
    mine = select(func.count(Project.id)).where(Project.customer_id == customer_id)
    count = session.scalar(mine.where(Project.status.in_(OPEN)))
    if not found:
        return None
    return {"projects": PROJECTS.dump(found), "count": count, "newest": made(max(project.id for project in found))}
