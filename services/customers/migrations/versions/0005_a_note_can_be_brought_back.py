"""a note can be brought back"""

import sqlalchemy as sa
from alembic import op

import chassis.tables

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notes", sa.Column("deleted_at", chassis.tables.Utc(timezone=True), nullable=True))
