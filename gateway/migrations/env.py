"""Run by alembic."""

from chassis import migrations
from gateway import app  # noqa: F401  # all its tables
from gateway.tables import Base

migrations.environment(Base.metadata)
