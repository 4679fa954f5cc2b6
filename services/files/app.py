"""The application that a server serves."""

from flask import Flask

from chassis import service
from chassis.blobs import Blobs, Contents
from services.files.card import items
from services.files.documents.actions import PURGE
from services.files.documents.api import api as documents
from services.files.documents.cleaning import chores, purging
from services.files.documents.models import told
from services.files.reactions import on
from services.files.settings import FilesSettings
from services.files.tables import Base, Holder


def create_app(settings: FilesSettings | None = None) -> Flask:
    """Assemble the files service."""
    settings = settings or FilesSettings.from_env("files")
    store = Blobs(
        settings.blobs_url,
        endpoint=settings.blobs_endpoint,
        region=settings.blobs_region,
        access_key_id=settings.blobs_key,
        secret_access_key=settings.blobs_secret,
    )
    app = service.build(
        settings,
        tables=Base.metadata,
        parts=[documents],
        reactions=on,
        items=items,
        subject=Holder,
        chores=chores(settings, store),
        contents=Contents(store, told),
        due={PURGE: purging(store)},
    )
    app.extensions["blobs"] = store
    return app
