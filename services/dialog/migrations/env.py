"""Run by alembic."""

from chassis import migrations
from services.dialog import app  # noqa: F401  # all its tables
from services.dialog.tables import Base

migrations.environment(Base.metadata)
