"""The disclosure log, and the row that names the installation."""

import sqlalchemy as sa
from alembic import op

from audit.triggers import POSTGRESQL_DROP_FUNCTION, TableKind
from migrations.triggers import create_triggers, drop_triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    ("audit_event", TableKind.LOG),
    ("audit_disclosure", TableKind.DISCLOSURE),
    ("audit_event_subject", TableKind.LOG),
    ("audit_pending", TableKind.QUEUE),
    ("installation", TableKind.STEP),
    ("idempotent_answer", TableKind.RIGHT),
)


def upgrade() -> None:
    """Make the tables, then their triggers."""
    op.create_table(
        "audit_event",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("strength", sa.Text(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("recipient_service_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column("categories", sa.Text(), nullable=True),
        sa.Column("rules", sa.Text(), nullable=True),
        sa.Column("rule_book", sa.Text(), nullable=True),
        sa.Column("consent_id", sa.Uuid(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("hits", sa.Integer(), nullable=True),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("commitment", name=op.f("uq_audit_event_commitment")),
    )
    op.create_index(op.f("ix_audit_event_action"), "audit_event", ["action"], unique=False)
    op.create_index(op.f("ix_audit_event_consent_id"), "audit_event", ["consent_id"], unique=False)
    op.create_index(op.f("ix_audit_event_recorded_at"), "audit_event", ["recorded_at"], unique=False)
    op.create_index(op.f("ix_audit_event_referral_id"), "audit_event", ["referral_id"], unique=False)
    op.create_index(op.f("ix_audit_event_service_id"), "audit_event", ["service_id"], unique=False)
    op.create_index(op.f("ix_audit_event_staff_id"), "audit_event", ["staff_id"], unique=False)
    op.create_table(
        "audit_disclosure",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.event_id"], name=op.f("fk_audit_disclosure_event_id")),
        sa.PrimaryKeyConstraint("event_id", "key_id", name=op.f("pk_audit_disclosure")),
    )
    op.create_table(
        "audit_event_subject",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.event_id"], name=op.f("fk_audit_event_subject_event_id")),
        sa.PrimaryKeyConstraint("event_id", "key_id", name=op.f("pk_audit_event_subject")),
    )
    op.create_index(op.f("ix_audit_event_subject_lookup"), "audit_event_subject", ["lookup"], unique=False)
    op.create_table(
        "audit_pending",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("event_id IS NOT NULL", name=op.f("ck_audit_pending_event")),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.event_id"], name=op.f("fk_audit_pending_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_pending")),
    )
    op.create_table(
        "idempotent_answer",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_idempotent_answer_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_idempotent_answer")),
    )
    op.create_index(op.f("ix_idempotent_answer_answered_at"), "idempotent_answer", ["answered_at"], unique=False)
    op.create_table(
        "installation",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("installation_id", sa.Uuid(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("municipality", sa.Text(), nullable=False),
        sa.Column("municipality_number", sa.Text(), nullable=False),
        sa.Column("jurisdiction", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_check", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.CheckConstraint("row = 1", name=op.f("ck_installation_one_row")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_installation_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_installation")),
    )
    create_triggers(_TABLES)


def downgrade() -> None:
    """Take the triggers and the tables away."""
    drop_triggers(_TABLES)
    op.drop_table("idempotent_answer")
    op.drop_table("installation")
    op.drop_table("audit_pending")
    op.drop_table("audit_event_subject")
    op.drop_table("audit_disclosure")
    op.drop_table("audit_event")
    if op.get_context().dialect.name == "postgresql":
        op.execute(POSTGRESQL_DROP_FUNCTION)
