"""Run by alembic."""

from chassis import migrations
from services.files import app  # noqa: F401  # all its tables
from services.files.tables import Base

migrations.environment(Base.metadata)
