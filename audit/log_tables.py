"""The tree as the database knows it: which entry stands where, how large the tree is, and what has left the house.

The tiles are not here: they are files of the outside store, made of the leaves. All hashes are 32 bytes.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from foundation.identifiers import EventId
from foundation.tables import Base

__all__ = ["LogLeaf", "StoredCheckpoint", "TreeState", "Watermark"]

#: A place in the tree, or a size of it; on SQLite every integer has 64 bits.
_PLACE = BigInteger().with_variant(Integer, "sqlite")


class LogLeaf(Base):
    """An entry of the tree, and its place there; a leaf without an event tells of the log itself."""

    __tablename__ = "log_leaf"
    __table_args__ = (CheckConstraint("idx >= 0", name="place"), CheckConstraint("length(leaf_hash) = 32", name="hash"))

    idx: Mapped[int] = mapped_column(_PLACE, primary_key=True, autoincrement=False)
    event_id: Mapped[EventId | None] = mapped_column(ForeignKey("audit_event.event_id"), unique=True)
    leaf: Mapped[bytes]
    leaf_hash: Mapped[bytes]
    #: The event states a time that does not fit its place: the tree's order is the truth, a time is a claim.
    is_late: Mapped[bool]


class TreeState(Base):
    """How far the log has come: size and root of its tree. It is changed only by whoever names both as they were."""

    __tablename__ = "tree_state"
    __table_args__ = (CheckConstraint("size > 0", name="size"), CheckConstraint("length(root) = 32", name="root"))

    origin: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(_PLACE)
    root: Mapped[bytes]
    updated_at: Mapped[datetime]


class StoredCheckpoint(Base):
    """A head of the log that was signed: a note in the form of c2sp.org/signed-note, as it was published."""

    __tablename__ = "checkpoint"

    origin: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(_PLACE, primary_key=True, autoincrement=False)
    note: Mapped[bytes]


class Watermark(Base):
    """How many entries lie outside the database, and how many of those a signed head covers; both only grow."""

    __tablename__ = "watermark"
    __table_args__ = (CheckConstraint("0 <= signed AND signed <= exported", name="order"),)

    origin: Mapped[str] = mapped_column(primary_key=True)
    exported: Mapped[int] = mapped_column(_PLACE)
    signed: Mapped[int] = mapped_column(_PLACE)
