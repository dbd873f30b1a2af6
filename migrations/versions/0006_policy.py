"""The municipality's policy: proposals, and the versions that were approved."""

import sqlalchemy as sa
from alembic import op

from audit.triggers import TableKind
from migrations.triggers import create_triggers, drop_triggers

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLES = (("policy_proposal", TableKind.STEP), ("policy_version", TableKind.STEP))

#: The safe policy as it was written when this revision was made, and its SHA-256.
_SAFE = (
    '{"answer_lapsed_working_days":10,"answer_leader_working_days":5,"answer_reminder_working_days":3,'
    '"child_objection_from_age":12,"consent_at_most_months":12,"consent_ends":"school_year",'
    '"consent_ends_at_least_days":60,"consent_reminders_days":[30,7],'
    '"custody_holders_with_youth_for_sensitivity_3":true,"entered":{},"form":"written","guardians":"all_holders",'
    '"override_at_most_days":7,"override_hours":24,"override_reason_characters":[10,255],"override_review_days":3,'
    '"pairs":[],"protection_status_days":30,"switches":[]}'
)
_DIGEST = "3c955675c6de94b24d7970c48d4d6076dc29c9795a5b3057d8d6faad0d3a1a54"


def upgrade() -> None:
    """Make the tables; what is installed already decides by the safe policy, which its installing put in force."""
    op.create_table(
        "policy_proposal",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("builds_on", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["proposed_by"], ["staff.staff_id"], name=op.f("fk_policy_proposal_proposed_by")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_policy_proposal_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_policy_proposal")),
    )
    op.create_index("ix_policy_proposal_proposed_at", "policy_proposal", ["proposed_at"], unique=False)
    op.create_table(
        "policy_version",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["approved_by"], ["staff.staff_id"], name=op.f("fk_policy_version_approved_by")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["policy_proposal.proposal_id"], name=op.f("fk_policy_version_proposal_id")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_policy_version_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_policy_version")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_policy_version_proposal_id")),
    )
    op.get_bind().execute(
        sa.text(
            "INSERT INTO policy_version (number, document, digest, approved_at, recorded_in) "
            "SELECT 1, :document, :digest, created_at, recorded_in FROM installation"
        ),
        {"document": _SAFE, "digest": _DIGEST},
    )
    create_triggers(_TABLES)


def downgrade() -> None:
    """Take the triggers and the tables away."""
    drop_triggers(_TABLES)
    op.drop_table("policy_version")
    op.drop_table("policy_proposal")
