"""Referrals and their steps."""

import sqlalchemy as sa
from alembic import op

from audit.triggers import TableKind
from migrations.triggers import create_triggers, drop_triggers

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = (
    ("referral", TableKind.ROW_OF_TODAY),
    ("referral_part", TableKind.STEP),
    ("referral_step", TableKind.STEP),
)


def upgrade() -> None:
    """Make the tables, then their triggers."""
    op.create_table(
        "referral",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("from_service", sa.Uuid(), nullable=False),
        sa.Column("to_service", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["from_service"], ["service.service_id"], name=op.f("fk_referral_from_service")),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_referral_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_referral_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["staff.staff_id"], name=op.f("fk_referral_sent_by")),
        sa.ForeignKeyConstraint(["to_service"], ["service.service_id"], name=op.f("fk_referral_to_service")),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_referral")),
    )
    op.create_index("ix_referral_from_service_sent_at", "referral", ["from_service", "sent_at"], unique=False)
    op.create_index(op.f("ix_referral_person_id"), "referral", ["person_id"], unique=False)
    op.create_index("ix_referral_to_service_sent_at", "referral", ["to_service", "sent_at"], unique=False)
    op.create_table(
        "referral_part",
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.consent_id"], name=op.f("fk_referral_part_consent_id")),
        sa.ForeignKeyConstraint(["part_id"], ["sealed_part.part_id"], name=op.f("fk_referral_part_part_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_referral_part_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_referral_part_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.referral_id"], name=op.f("fk_referral_part_referral_id")),
        sa.PrimaryKeyConstraint("part_id", name=op.f("pk_referral_part")),
    )
    op.create_index(op.f("ix_referral_part_consent_id"), "referral_part", ["consent_id"], unique=False)
    op.create_index(op.f("ix_referral_part_referral_id"), "referral_part", ["referral_id"], unique=False)
    op.create_table(
        "referral_step",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_referral_step_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.referral_id"], name=op.f("fk_referral_step_referral_id")),
        sa.ForeignKeyConstraint(["service_id"], ["service.service_id"], name=op.f("fk_referral_step_service_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.staff_id"], name=op.f("fk_referral_step_staff_id")),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_referral_step")),
        sa.UniqueConstraint("referral_id", "number", name=op.f("uq_referral_step_referral_id_number")),
    )
    create_triggers(_TABLES)


def downgrade() -> None:
    """Take the triggers and the tables away."""
    drop_triggers(_TABLES)
    op.drop_table("referral_step")
    op.drop_table("referral_part")
    op.drop_table("referral")
