"""an index on the outbox, built beside its writers"""

from alembic import op

from chassis import upgrades

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    upgrades.to_third(op)
