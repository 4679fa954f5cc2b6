"""preferences"""

import sqlalchemy as sa
from alembic import op

from chassis import migrations

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("employee", sa.Uuid(), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=True),
        sa.Column("density", sa.String(length=10), nullable=False),
        sa.Column("toured", sa.Boolean(), nullable=False),
        sa.Column("columns", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("recent", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "employee", name=op.f("pk_preferences")),
    )
    migrations.protect(op, "preferences")
