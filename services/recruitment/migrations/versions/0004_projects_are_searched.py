"""projects are searched"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clients", sa.Column("folded", sa.String(), nullable=True))
    op.add_column("projects", sa.Column("folded", sa.String(), nullable=True))
