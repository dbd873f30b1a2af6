"""Disclosures that the rules hold until people have decided them."""

import sqlalchemy as sa
from alembic import op

from audit.triggers import TableKind
from migrations.triggers import create_triggers, drop_triggers

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLES = (("held_case", TableKind.ROW_OF_TODAY), ("held_case_step", TableKind.STEP))


def upgrade() -> None:
    """Make the tables, then their triggers."""
    op.create_table(
        "held_case",
        sa.Column("held_case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("from_service", sa.Uuid(), nullable=False),
        sa.Column("to_service", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["from_service"], ["service.service_id"], name=op.f("fk_held_case_from_service")),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_held_case_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_held_case_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["to_service"], ["service.service_id"], name=op.f("fk_held_case_to_service")),
        sa.PrimaryKeyConstraint("held_case_id", name=op.f("pk_held_case")),
    )
    op.create_index("ix_held_case_from_service_asked_at", "held_case", ["from_service", "asked_at"], unique=False)
    op.create_index(op.f("ix_held_case_person_id"), "held_case", ["person_id"], unique=False)
    op.create_table(
        "held_case_step",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("held_case_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["held_case_id"], ["held_case.held_case_id"], name=op.f("fk_held_case_step_held_case_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_held_case_step_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_held_case_step_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.staff_id"], name=op.f("fk_held_case_step_staff_id")),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_held_case_step")),
        sa.UniqueConstraint("held_case_id", "number", name=op.f("uq_held_case_step_held_case_id_number")),
    )
    create_triggers(_TABLES)


def downgrade() -> None:
    """Take the triggers and the tables away."""
    drop_triggers(_TABLES)
    op.drop_table("held_case_step")
    op.drop_table("held_case")
