"""The application that a server serves."""

from flask import Flask

from chassis import service
from chassis.config import Settings
from services.dialog.card import items
from services.dialog.correspondence.api import api as correspondence
from services.dialog.correspondents.models import Correspondent
from services.dialog.reactions import on
from services.dialog.tables import Base


def create_app(settings: Settings | None = None) -> Flask:
    """Assemble the dialog service."""
    return service.build(
        settings or Settings.from_env("dialog"),
        tables=Base.metadata,
        parts=[correspondence],
        reactions=on,
        items=items,
        subject=Correspondent,
    )
