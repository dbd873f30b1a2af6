"""Data keys, service keys and sealed sets."""

import sqlalchemy as sa
from alembic import op

from audit.triggers import TableKind
from migrations.triggers import create_triggers, drop_triggers

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TABLES = (
    ("data_key", TableKind.RIGHT),
    ("service_key", TableKind.ROW_OF_TODAY),
    ("sealed_part", TableKind.STEP),
    ("sealed_manifest", TableKind.STEP),
    ("service_wrap", TableKind.RIGHT),
    ("part_wrap", TableKind.RIGHT),
)


def upgrade() -> None:
    """Make the tables, then their triggers."""
    op.create_table(
        "data_key",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_data_key_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_data_key")),
    )
    op.create_index(op.f("ix_data_key_owner_id"), "data_key", ["owner_id"], unique=False)
    op.create_table(
        "sealed_part",
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("set_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_sealed_part_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("part_id", name=op.f("pk_sealed_part")),
    )
    op.create_index(op.f("ix_sealed_part_person_id"), "sealed_part", ["person_id"], unique=False)
    op.create_index(op.f("ix_sealed_part_set_id"), "sealed_part", ["set_id"], unique=False)
    op.create_table(
        "service_key",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("suite", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_kem", sa.LargeBinary(), nullable=False),
        sa.Column("public_signature", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_seeds", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_service_key_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_service_key")),
    )
    op.create_index(op.f("ix_service_key_service_id"), "service_key", ["service_id"], unique=False)
    op.create_table(
        "part_wrap",
        sa.Column("wrap_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["sealed_part.part_id"], name=op.f("fk_part_wrap_part_id")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_part_wrap_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("wrap_id", name=op.f("pk_part_wrap")),
        sa.UniqueConstraint("part_id", "service_id", name=op.f("uq_part_wrap_part_id_service_id")),
    )
    op.create_table(
        "sealed_manifest",
        sa.Column("set_id", sa.Uuid(), nullable=False),
        sa.Column("signed_by", sa.Uuid(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_sealed_manifest_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["signed_by"], ["service_key.key_id"], name=op.f("fk_sealed_manifest_signed_by")),
        sa.PrimaryKeyConstraint("set_id", name=op.f("pk_sealed_manifest")),
    )
    op.create_table(
        "service_wrap",
        sa.Column("wrap_id", sa.Uuid(), nullable=False),
        sa.Column("set_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_in", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["service_key.key_id"], name=op.f("fk_service_wrap_key_id")),
        sa.ForeignKeyConstraint(
            ["recorded_in"],
            ["audit_event.event_id"],
            name=op.f("fk_service_wrap_recorded_in"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("wrap_id", name=op.f("pk_service_wrap")),
        sa.UniqueConstraint("set_id", "service_id", name=op.f("uq_service_wrap_set_id_service_id")),
    )
    op.create_index(op.f("ix_service_wrap_set_id"), "service_wrap", ["set_id"], unique=False)
    create_triggers(_TABLES)


def downgrade() -> None:
    """Take the triggers and the tables away."""
    drop_triggers(_TABLES)
    op.drop_table("part_wrap")
    op.drop_table("service_wrap")
    op.drop_table("sealed_manifest")
    op.drop_table("sealed_part")
    op.drop_table("service_key")
    op.drop_table("data_key")
