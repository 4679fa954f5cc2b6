"""projects of before are found as well"""

# locks: a thousand rows at a time, each in a transaction of its own

from alembic import op

from chassis import migrations

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    migrations.fold(op, "clients", "folded", "name")
    migrations.fold(op, "projects", "folded", "name")
