"""Whether the family sees an event of the log in its report."""

import sqlalchemy as sa
from alembic import op

from audit.triggers import TableKind
from migrations.triggers import create_triggers, drop_triggers

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TABLES = (("family_visibility", TableKind.STEP),)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "family_visibility",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("visible", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.CheckConstraint("step >= 1", name=op.f("ck_family_visibility_step")),
        sa.CheckConstraint("(visible = 'until') = (until IS NOT NULL)", name=op.f("ck_family_visibility_until")),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.event_id"], name=op.f("fk_family_visibility_event_id")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_family_visibility_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("event_id", "step", name=op.f("pk_family_visibility")),
    )
    create_triggers(_TABLES)


def downgrade() -> None:
    """Take it away."""
    drop_triggers(_TABLES)
    op.drop_table("family_visibility")
