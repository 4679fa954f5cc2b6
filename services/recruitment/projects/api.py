"""Routes of projects."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.api import Routes, match
from chassis.db import find, reading, transaction
from chassis.paging import WordsShape, every_word, page
from services.recruitment.clients.models import Client
from services.recruitment.projects import actions
from services.recruitment.projects.models import Project, searched
from services.recruitment.projects.schemas import (
    FoundProjectsShape,
    NewProjectShape,
    ProjectListShape,
    ProjectPageShape,
    ProjectShape,
    StatusShape,
)

api = Routes("projects", item="projects", description="Pieces of work for the customers")

SHAPE = ProjectShape()
FOUND: tuple[Any, ...] = (
    Project.id, Project.customer_id, Project.number, Project.name, Project.status, Client.name.label("customer_name"),
)  # fmt: skip


@api.get("/projects")
@api.arguments(WordsShape, location="query")
@api.response(200, FoundProjectsShape)
def search(asked: dict[str, Any]) -> dict[str, Any]:
    """Find projects for the customers that the caller may see, by every word of ``text``, the newest first."""
    theirs = select(*FOUND).join(Client, Client.id == Project.customer_id)
    query = theirs.where(*every_word(asked["text"], searched()))
    with reading() as session:
        return page(session, query, (Project.number, Project.id), asked, descending=True)


@api.post("/customers/<uuid:customer_id>/projects")
@api.arguments(NewProjectShape)
@api.response(201, ProjectShape)
def open_for(data: dict[str, Any], customer_id: UUID) -> Project:
    """Begin a project."""
    with transaction() as session:
        return actions.open_for(session, customer_id, **data)


@api.get("/customers/<uuid:customer_id>/projects")
@api.arguments(ProjectListShape, location="query")
@api.response(200, ProjectPageShape)
def list_for_customer(asked: dict[str, Any], customer_id: UUID) -> dict[str, Any]:
    """List the projects of a customer, the newest first."""
    wanted = {field: asked[field] for field in ("status", "type") if field in asked}
    query = select(Project).filter_by(customer_id=customer_id, **wanted)
    with reading() as session:
        return page(session, query, (Project.number, Project.id), asked, descending=True)


@api.get("/customers/<uuid:customer_id>/projects/<uuid:project_id>")
@api.response(200, ProjectShape)
def show(customer_id: UUID, project_id: UUID) -> Project:
    """Show one project, with the statuses that can come next."""
    with reading() as session:
        return find(session, Project, project_id, customer_id=customer_id)


@api.patch("/customers/<uuid:customer_id>/projects/<uuid:project_id>")
@api.arguments(ProjectShape(partial=True))
@api.response(200, ProjectShape)
def edit(data: dict[str, Any], customer_id: UUID, project_id: UUID) -> Project:
    """Change a project."""
    with transaction() as session:
        project = find(session, Project, project_id, customer_id=customer_id)
        match(project, SHAPE)
        return actions.edit(session, project, **data)


@api.put("/customers/<uuid:customer_id>/projects/<uuid:project_id>/status")
@api.arguments(StatusShape)
@api.response(200, ProjectShape)
def step(data: dict[str, Any], customer_id: UUID, project_id: UUID) -> Project:
    """Take a project to its next status."""
    with transaction() as session:
        project = find(session, Project, project_id, customer_id=customer_id)
        match(project, SHAPE)
        return actions.step(session, project, **data)
