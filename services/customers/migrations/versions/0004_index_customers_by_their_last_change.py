"""index customers by their last change"""

from alembic import op

from chassis import migrations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrations.index(op, "ix_customers_changed", "customers", ["tenant_id", "updated_at", "id"])
