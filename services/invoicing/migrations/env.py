"""Run by alembic."""

from chassis import migrations
from services.invoicing import app  # noqa: F401  # all its tables
from services.invoicing.tables import Base

migrations.environment(Base.metadata)
