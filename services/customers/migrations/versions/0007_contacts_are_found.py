"""contacts of before are found as well"""

# locks: a thousand rows at a time, each in a transaction of its own

from alembic import op

from chassis import migrations

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WORDS = "name || ' ' || coalesce(title, '') || ' ' || coalesce(email, '') || ' ' || coalesce(mobile, '') || ' ' || coalesce(phone, '')"


def upgrade() -> None:
    migrations.fold(op, "contacts", "search_text", WORDS)
