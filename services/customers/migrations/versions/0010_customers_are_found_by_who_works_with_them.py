"""customers are found by who works with them"""

from alembic import op

from chassis import migrations

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrations.index(op, "ix_employee_links_employee", "employee_links", ["tenant_id", "employee"])
