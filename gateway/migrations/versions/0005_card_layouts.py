"""card layouts"""

import sqlalchemy as sa
from alembic import op

import chassis.tables
from chassis import migrations

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "card_layouts",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("employee", sa.Uuid(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("folded", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "employee", name=op.f("pk_card_layouts")),
    )
    migrations.protect(op, "card_layouts")
