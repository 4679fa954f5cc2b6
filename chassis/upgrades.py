"""What became of the chassis' own tables since the first release; each program's migrations call these."""

import sqlalchemy as sa
from alembic.operations import Operations

from chassis import migrations
from chassis.tables import Utc


def to_second(op: Operations) -> None:
    """Epochs, timers, the worker's signs of life, and who had parked events tried again."""
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("restored_at", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
    )
    op.add_column("inbox_versions", sa.Column("epoch", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("next_at", Utc(), nullable=True))
    op.create_table(
        "timers",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("ran_at", Utc(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "name", "subject", name="pk_timers"),
    )
    op.create_index("ix_timers_due_at", "timers", ["due_at"])
    op.create_table(
        "loops",
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seen_at", Utc(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("worker", "name", name="pk_loops"),
    )
    op.create_table(
        "redrives",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("employee_id", sa.Uuid(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("aggregate", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_redrives"),
    )
    op.create_index("ix_redrives_at", "redrives", ["at"])


def to_third(op: Operations) -> None:
    """Find the outbox rows whose turn comes later; the outbox is in use, and holds thirty days."""
    delayed = sa.text("next_at IS NOT NULL AND sent_at IS NULL")
    migrations.index(op, "ix_outbox_delayed", "outbox", ["next_at"], postgresql_where=delayed, sqlite_where=delayed)
