"""The application that a server serves."""

from flask import Flask

from chassis import service
from chassis.config import Settings
from services.recruitment.card import items
from services.recruitment.clients.models import Client
from services.recruitment.projects.api import api as projects
from services.recruitment.reactions import on
from services.recruitment.tables import Base


def create_app(settings: Settings | None = None) -> Flask:
    """Assemble the recruitment service."""
    return service.build(
        settings or Settings.from_env("recruitment"),
        tables=Base.metadata,
        parts=[projects],
        reactions=on,
        items=items,
        subject=Client,
    )
