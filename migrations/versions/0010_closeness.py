"""What members of staff have said they are to a person."""

import sqlalchemy as sa
from alembic import op

from audit.triggers import TableKind
from migrations.triggers import create_triggers, drop_triggers

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TABLES = (("said_closeness", TableKind.STEP),)


def upgrade() -> None:
    """Make the table, then its triggers."""
    op.create_table(
        "said_closeness",
        sa.Column("closeness_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("relation_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_said_closeness_person_id")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_said_closeness_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.staff_id"], name=op.f("fk_said_closeness_staff_id")),
        sa.PrimaryKeyConstraint("closeness_id", name=op.f("pk_said_closeness")),
    )
    op.create_index(
        "ix_said_closeness_person_id_staff_id_said_at",
        "said_closeness",
        ["person_id", "staff_id", "said_at"],
        unique=False,
    )
    create_triggers(_TABLES)


def downgrade() -> None:
    """Take the triggers and the table away."""
    drop_triggers(_TABLES)
    op.drop_table("said_closeness")
