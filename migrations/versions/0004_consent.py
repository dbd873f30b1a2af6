"""Written consent and its steps."""

import sqlalchemy as sa
from alembic import op

from audit.triggers import TableKind
from migrations.triggers import create_triggers, drop_triggers

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = (
    ("consent", TableKind.ROW_OF_TODAY),
    ("consent_flow", TableKind.STEP),
    ("consent_signature", TableKind.STEP),
    ("consent_explanation", TableKind.STEP),
    ("consent_hearing", TableKind.STEP),
    ("consent_withdrawal", TableKind.STEP),
    ("consent_proof", TableKind.STEP),
    ("consent_proof_piece", TableKind.STEP),
)


def upgrade() -> None:
    """Make the tables, then their triggers."""
    op.create_table(
        "consent",
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("held_by", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("template_version", sa.Text(), nullable=False),
        sa.Column("law_version", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("suspended_by", sa.Text(), nullable=True),
        sa.Column("supersedes", sa.Uuid(), nullable=True),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_consent_dates_in_order")),
        sa.ForeignKeyConstraint(["held_by"], ["service.service_id"], name=op.f("fk_consent_held_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_consent_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_consent_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["supersedes"], ["consent.consent_id"], name=op.f("fk_consent_supersedes")),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_conversation_id"), "consent", ["conversation_id"], unique=False)
    op.create_index(op.f("ix_consent_held_by"), "consent", ["held_by"], unique=False)
    op.create_index(op.f("ix_consent_person_id"), "consent", ["person_id"], unique=False)
    op.create_index(op.f("ix_consent_recorded_at"), "consent", ["recorded_at"], unique=False)
    op.create_index(op.f("ix_consent_state"), "consent", ["state"], unique=False)
    op.create_index(op.f("ix_consent_valid_to"), "consent", ["valid_to"], unique=False)
    op.create_table(
        "consent_explanation",
        sa.Column("explanation_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("explained_by", sa.Uuid(), nullable=False),
        sa.Column("explained_on", sa.Date(), nullable=False),
        sa.Column("written_version", sa.Text(), nullable=False),
        sa.Column("interpreter", sa.Text(), nullable=False),
        sa.Column("language_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "interpreter IN ('none', 'professional', 'adult_by_choice')",
            name=op.f("ck_consent_explanation_interpreter"),
        ),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.consent_id"], name=op.f("fk_consent_explanation_consent_id")),
        sa.ForeignKeyConstraint(["explained_by"], ["staff.staff_id"], name=op.f("fk_consent_explanation_explained_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_consent_explanation_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_consent_explanation_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("explanation_id", name=op.f("pk_consent_explanation")),
        sa.UniqueConstraint("consent_id", name=op.f("uq_consent_explanation_consent_id")),
    )
    op.create_table(
        "consent_flow",
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("from_service", sa.Uuid(), nullable=False),
        sa.Column("to_service", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("is_explicit", sa.Boolean(), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.consent_id"], name=op.f("fk_consent_flow_consent_id")),
        sa.ForeignKeyConstraint(["from_service"], ["service.service_id"], name=op.f("fk_consent_flow_from_service")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_consent_flow_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["to_service"], ["service.service_id"], name=op.f("fk_consent_flow_to_service")),
        sa.PrimaryKeyConstraint("flow_id", name=op.f("pk_consent_flow")),
        sa.UniqueConstraint(
            "consent_id",
            "from_service",
            "to_service",
            "category",
            name=op.f("uq_consent_flow_consent_id_from_service_to_service_category"),
        ),
    )
    op.create_index(op.f("ix_consent_flow_from_service"), "consent_flow", ["from_service"], unique=False)
    op.create_index(op.f("ix_consent_flow_to_service"), "consent_flow", ["to_service"], unique=False)
    op.create_table(
        "consent_hearing",
        sa.Column("hearing_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("heard_by", sa.Uuid(), nullable=False),
        sa.Column("heard_on", sa.Date(), nullable=False),
        sa.Column("view_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.consent_id"], name=op.f("fk_consent_hearing_consent_id")),
        sa.ForeignKeyConstraint(["heard_by"], ["staff.staff_id"], name=op.f("fk_consent_hearing_heard_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_consent_hearing_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_consent_hearing_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("hearing_id", name=op.f("pk_consent_hearing")),
        sa.UniqueConstraint("consent_id", name=op.f("uq_consent_hearing_consent_id")),
    )
    op.create_table(
        "consent_proof",
        sa.Column("proof_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.consent_id"], name=op.f("fk_consent_proof_consent_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_consent_proof_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_consent_proof_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("proof_id", name=op.f("pk_consent_proof")),
    )
    op.create_index(op.f("ix_consent_proof_consent_id"), "consent_proof", ["consent_id"], unique=False)
    op.create_table(
        "consent_signature",
        sa.Column("signature_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.consent_id"], name=op.f("fk_consent_signature_consent_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_consent_signature_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_consent_signature_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("signature_id", name=op.f("pk_consent_signature")),
        sa.UniqueConstraint("consent_id", "person_id", name=op.f("uq_consent_signature_consent_id_person_id")),
    )
    op.create_index(op.f("ix_consent_signature_person_id"), "consent_signature", ["person_id"], unique=False)
    op.create_table(
        "consent_withdrawal",
        sa.Column("withdrawal_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("to_service", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["consent_id"], ["consent.consent_id"], name=op.f("fk_consent_withdrawal_consent_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_consent_withdrawal_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_consent_withdrawal_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["to_service"], ["service.service_id"], name=op.f("fk_consent_withdrawal_to_service")),
        sa.PrimaryKeyConstraint("withdrawal_id", name=op.f("pk_consent_withdrawal")),
    )
    op.create_index(op.f("ix_consent_withdrawal_consent_id"), "consent_withdrawal", ["consent_id"], unique=False)
    op.create_table(
        "consent_proof_piece",
        sa.Column("proof_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["proof_id"], ["consent_proof.proof_id"], name=op.f("fk_consent_proof_piece_proof_id")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_consent_proof_piece_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("proof_id", "number", name=op.f("pk_consent_proof_piece")),
    )
    create_triggers(_TABLES)


def downgrade() -> None:
    """Take the triggers and the tables away."""
    drop_triggers(_TABLES)
    op.drop_table("consent_proof_piece")
    op.drop_table("consent_proof")
    op.drop_table("consent_withdrawal")
    op.drop_table("consent_hearing")
    op.drop_table("consent_explanation")
    op.drop_table("consent_signature")
    op.drop_table("consent_flow")
    op.drop_table("consent")
