"""Run by alembic."""

from chassis import migrations
from services.recruitment import app  # noqa: F401  # all its tables
from services.recruitment.tables import Base

migrations.environment(Base.metadata)
