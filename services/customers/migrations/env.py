"""Run by alembic."""

from chassis import migrations
from services.customers import app  # noqa: F401  # all its tables
from services.customers.tables import Base

migrations.environment(Base.metadata)
