"""the chassis' second release"""

from alembic import op

from chassis import upgrades

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    upgrades.to_second(op)
