"""first"""

import sqlalchemy as sa
from alembic import op

import chassis.tables
from chassis import migrations

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "debtors",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("org_number", sa.String(length=9), nullable=True),
        sa.Column("departments", chassis.tables.Ids(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_debtors")),
    )
    op.create_table(
        "fixed_lines",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("description", sa.String(length=300), nullable=False),
        sa.Column("quantity", chassis.tables.Amount(2), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=True),
        sa.Column("price", chassis.tables.Amount(2), nullable=False),
        sa.Column("vat_code", sa.String(length=10), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["debtors.tenant_id", "debtors.id"],
            name=op.f("fk_fixed_lines_tenant_id_customer_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_fixed_lines")),
    )
    with op.batch_alter_table("fixed_lines", schema=None) as batch_op:
        batch_op.create_index("ix_fixed_lines_customer", ["tenant_id", "customer_id", "position"], unique=False)

    op.create_table(
        "invoices",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("net", chassis.tables.Amount(2), nullable=False),
        sa.Column("vat", chassis.tables.Amount(2), nullable=False),
        sa.Column("gross", chassis.tables.Amount(2), nullable=False),
        sa.Column("paid", chassis.tables.Amount(2), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("credit_note", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["debtors.tenant_id", "debtors.id"],
            name=op.f("fk_invoices_tenant_id_customer_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_invoices_tenant_id_number")),
    )
    with op.batch_alter_table("invoices", schema=None) as batch_op:
        batch_op.create_index("ix_invoices_customer", ["tenant_id", "customer_id", "issued_on"], unique=False)

    op.create_table(
        "reference_people",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"],
            ["debtors.tenant_id", "debtors.id"],
            name=op.f("fk_reference_people_tenant_id_customer_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_reference_people")),
    )
    with op.batch_alter_table("reference_people", schema=None) as batch_op:
        batch_op.create_index("ix_reference_people_customer", ["tenant_id", "customer_id"], unique=False)

    op.create_table(
        "terms",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("invoice_address", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("delivery_address", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("invoice_type", sa.String(length=30), nullable=True),
        sa.Column("invoice_interval", sa.String(length=20), nullable=True),
        sa.Column("project_invoicing", sa.Boolean(), nullable=False),
        sa.Column("invoice_emails", sa.JSON(), nullable=False),
        sa.Column("ehf_org_number", sa.String(length=9), nullable=True),
        sa.Column("ehf_name", sa.String(length=200), nullable=True),
        sa.Column("ehf_reference", sa.String(length=100), nullable=True),
        sa.Column("reference_pattern", sa.String(length=100), nullable=True),
        sa.Column("gln", sa.String(length=13), nullable=True),
        sa.Column("credit_days", sa.Integer(), nullable=False),
        sa.Column("credit_days_reason", sa.String(length=500), nullable=True),
        sa.Column("our_reference", sa.Uuid(), nullable=True),
        sa.Column("contact_reference", sa.Uuid(), nullable=True),
        sa.Column("reference_ended", sa.Boolean(), nullable=False),
        sa.Column("credit_rating", sa.String(length=1), nullable=True),
        sa.Column("credit_score", sa.Integer(), nullable=True),
        sa.Column("credit_source", sa.String(length=100), nullable=True),
        sa.Column("credit_rated_on", sa.Date(), nullable=True),
        sa.Column("approved_credit_limit", chassis.tables.Amount(2), nullable=True),
        sa.Column("recommended_credit", chassis.tables.Amount(2), nullable=True),
        sa.Column("recommended_source", sa.String(length=100), nullable=True),
        sa.Column("recommended_on", sa.Date(), nullable=True),
        sa.Column("recommended_reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "id"], ["debtors.tenant_id", "debtors.id"], name=op.f("fk_terms_tenant_id_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_terms")),
    )
    op.create_table(
        "idempotency",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("kept_at", chassis.tables.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "employee_id", "key", name=op.f("pk_idempotency")),
    )
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_kept_at"), ["kept_at"], unique=False)

    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("received_at", chassis.tables.Utc(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_inbox")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbox_received_at"), ["received_at"], unique=False)

    op.create_table(
        "inbox_versions",
        sa.Column("aggregate", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("aggregate", name=op.f("pk_inbox_versions")),
    )
    op.create_table(
        "inbox_waiting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("aggregate", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("received_at", chassis.tables.Utc(timezone=True), nullable=False),
        sa.Column("next_at", chassis.tables.Utc(timezone=True), nullable=False),
        sa.Column("parked_at", chassis.tables.Utc(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_waiting")),
        sa.UniqueConstraint("event_id", name=op.f("uq_inbox_waiting_event_id")),
    )
    with op.batch_alter_table("inbox_waiting", schema=None) as batch_op:
        batch_op.create_index("ix_inbox_waiting_aggregate", ["aggregate", "version"], unique=False)
        batch_op.create_index("ix_inbox_waiting_due", ["next_at"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("aggregate", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("recorded_at", chassis.tables.Utc(timezone=True), nullable=False),
        sa.Column("sent_at", chassis.tables.Utc(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_outbox")),
        sa.UniqueConstraint("event_id", name=op.f("uq_outbox_event_id")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_unsent",
            ["position"],
            unique=False,
            postgresql_where=sa.text("sent_at IS NULL"),
            sqlite_where=sa.text("sent_at IS NULL"),
        )

    migrations.protect(op, "debtors", "fixed_lines", "invoices", "reference_people", "terms")
