"""The tree of the log: its leaves, its head, the heads that were signed, and how far it has left the database."""

import sqlalchemy as sa
from alembic import op

from audit.triggers import TableKind
from migrations.triggers import create_triggers, drop_triggers

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLES = (
    ("log_leaf", TableKind.LOG),
    ("tree_state", TableKind.TREE),
    ("checkpoint", TableKind.LOG),
    ("watermark", TableKind.WATERMARK),
)

_PLACE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, then their triggers. The log begins when the sequencer runs for the first time."""
    op.create_table(
        "log_leaf",
        sa.Column("idx", _PLACE, autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.CheckConstraint("idx >= 0", name=op.f("ck_log_leaf_place")),
        sa.CheckConstraint("length(leaf_hash) = 32", name=op.f("ck_log_leaf_hash")),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.event_id"], name=op.f("fk_log_leaf_event_id")),
        sa.PrimaryKeyConstraint("idx", name=op.f("pk_log_leaf")),
        sa.UniqueConstraint("event_id", name=op.f("uq_log_leaf_event_id")),
    )
    op.create_table(
        "tree_state",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", _PLACE, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_tree_state_size")),
        sa.CheckConstraint("length(root) = 32", name=op.f("ck_tree_state_root")),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_tree_state")),
    )
    op.create_table(
        "checkpoint",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", _PLACE, autoincrement=False, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "size", name=op.f("pk_checkpoint")),
    )
    op.create_table(
        "watermark",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("exported", _PLACE, nullable=False),
        sa.Column("signed", _PLACE, nullable=False),
        sa.CheckConstraint("0 <= signed AND signed <= exported", name=op.f("ck_watermark_order")),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_watermark")),
    )
    create_triggers(_TABLES)


def downgrade() -> None:
    """Put every event back into the queue, which is all that the revision before knows of a tree; then take it away.

    The outside store keeps the tree. After the way forwards again the sequencer brings the database up to it.
    """
    op.execute("INSERT INTO audit_pending (event_id) SELECT event_id FROM log_leaf WHERE event_id IS NOT NULL")
    drop_triggers(_TABLES)
    op.drop_table("watermark")
    op.drop_table("checkpoint")
    op.drop_table("tree_state")
    op.drop_table("log_leaf")
