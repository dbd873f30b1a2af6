"""Give waiting events their places in the tree: one batch, one transaction.

The queue is emptied of exact ids, never of a range of them: ids are given before a commit,
and events are committed in another order. Whoever commits late is in the next batch, so that a transaction left open
stops nobody. Inside a batch the order is that of the ids, the same on every database.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Integer, LargeBinary, bindparam, delete, literal_column, select, update

from audit.event import AuditPending
from audit.evidence.event_leaf import event_leaves
from audit.evidence.tree import CompactRange, leaf_hashes
from audit.house import House
from audit.insert_rows import insert_rows
from audit.log_tables import LogLeaf, TreeState
from audit.look import Prepared, look
from audit.operation import upkeep
from foundation.identifiers import EventId
from foundation.tables import Instant

__all__ = ["LARGEST_BATCH", "TreeMoved", "grow_tree", "integrate_events"]

#: How many events find their places in one transaction.
LARGEST_BATCH = 5_000

#: An event that was committed longer than this after it began, or that states a time further in the future, is late.
_LONGEST_DEED = timedelta(seconds=60)
_AHEAD = timedelta(seconds=5)


# Made once: a statement that is made anew for each batch costs more than it takes to run.
_OLDEST = select(AuditPending.event_id).order_by(AuditPending.event_id).limit(bindparam("limit", type_=Integer()))
#: In words, because SQLAlchemy names no tables behind RETURNING, not even where two have a column of one name.
_COMMITMENT = "(SELECT commitment FROM audit_event WHERE audit_event.event_id = audit_pending.event_id)"
_RECORDED_AT = "(SELECT recorded_at FROM audit_event WHERE audit_event.event_id = audit_pending.event_id)"
_TAKE_OLDEST = (
    delete(AuditPending)
    .where(AuditPending.event_id.in_(_OLDEST))
    .returning(
        AuditPending.event_id, literal_column(_COMMITMENT, LargeBinary()), literal_column(_RECORDED_AT, Instant())
    )
)
_LAST_MOVED = Prepared(select(TreeState.updated_at).where(TreeState.origin == bindparam("log")))
_MOVE_HEAD = update(TreeState).where(
    TreeState.origin == bindparam("log"),
    TreeState.size == bindparam("old_size"),
    TreeState.root == bindparam("old_root"),
)


class TreeMoved(Exception):
    """The tree in the database is not the one that was to grow: somebody else has grown it, or changed it.

    An event that is gone although its place in the queue is still there stops it in the same way.
    """


def integrate_events(house: House, tree: CompactRange, limit: int = LARGEST_BATCH) -> CompactRange:
    """The tree after `limit` events at most have found their places behind `tree`; the same tree where none waits.

    Raises:
        TreeMoved: the database has another tree; nothing was changed.
        LogUnavailable: the database cannot be reached or written; nothing was changed.
    """
    with upkeep(house) as connection:
        taken = connection.execute(_TAKE_OLDEST, {"limit": limit}).all()
        if not taken:
            return tree
        ids, commitments, times = zip(*sorted(taken, key=lambda one: one[0].int), strict=True)
        if None in commitments:
            raise TreeMoved
        late = _late(connection, house, times)
        return grow_tree(connection, house, tree, list(zip(ids, event_leaves(commitments), late, strict=True)))


def grow_tree(
    connection: Connection, house: House, tree: CompactRange, leaves: Sequence[tuple[EventId | None, bytes, bool]]
) -> CompactRange:
    """The tree with `leaves` behind it: the event of each, where it has one, its bytes, and whether it is late.

    Raises:
        TreeMoved: the database has another tree; whoever began the transaction rolls it back.
    """
    grown = CompactRange(tree.size, tree.peaks)
    hashes = leaf_hashes(leaf for _, leaf, _ in leaves)
    for one in hashes:
        grown.append(one)
    # The head first: who comes second waits here, and then finds it moved.
    moved = connection.execute(
        _MOVE_HEAD,
        {
            "log": house.installed.origin,
            "old_size": tree.size,
            "old_root": tree.root(),
            "size": grown.size,
            "root": grown.root(),
            "updated_at": house.clock.now(),
        },
    )
    if moved.rowcount != 1:
        raise TreeMoved
    insert_rows(
        connection,
        LogLeaf,
        [
            {"idx": idx, "event_id": event, "leaf": leaf, "leaf_hash": leaf_hash, "is_late": late}
            for idx, ((event, leaf, late), leaf_hash) in enumerate(zip(leaves, hashes, strict=True), start=tree.size)
        ],
    )
    return grown


def _late(connection: Connection, house: House, times: Iterable[datetime]) -> list[bool]:
    """Which of the times that events state do not fit between the batch before and this one."""
    before = look(connection, _LAST_MOVED, {"log": house.installed.origin})
    if not before:
        raise TreeMoved
    earliest, latest = before[0][0] - _LONGEST_DEED, house.clock.now() + _AHEAD
    return [not earliest <= one <= latest for one in times]
