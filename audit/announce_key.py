"""Let the log's key change through the log itself: the old key vouches for the entry that announces the new one.

Whoever looks after the signer plans the next key. The sequencer then writes a readable `key` leaf, tells the signer
where it stands, and brings the policy up to date; from that leaf on both keys sign, until the old one is ended. Done
again after a crash, each of these changes nothing or brings the work to its end: there is one announcement of a key.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import bindparam, select

from audit.begin_log import instant
from audit.evidence.base64url import b64url
from audit.evidence.head_signer import HeadSigner
from audit.evidence.leaf import SystemLeaf, parse_leaf, system_leaf
from audit.evidence.log_policy import LogKey, parse_policy
from audit.evidence.log_store import replace_durably
from audit.evidence.tree import CompactRange
from audit.house import House
from audit.integrate_events import grow_tree
from audit.log_tables import LogLeaf
from audit.look import Prepared
from audit.operation import upkeep
from audit.sessions import ask

__all__ = ["announce_key", "renew_policy"]

#: Entries that tell of the log itself and that no signed head covers.
_UNSIGNED = Prepared(
    select(LogLeaf.idx, LogLeaf.leaf)
    .where(LogLeaf.event_id.is_(None), LogLeaf.idx >= bindparam("signed"))
    .order_by(LogLeaf.idx)
)


def announce_key(house: House, tree: CompactRange, signer: HeadSigner) -> CompactRange:
    """The tree, in which the signer's next key is announced, where it has one; the signer has been told where.

    Before the head that covers the announcement is signed, so that it bears the old and the new key's signatures.

    Raises:
        TreeMoved: the database has another tree; nothing was changed.
        Exception: what `audit.sequencer.trouble_of` knows.
    """
    key = signer.next_key
    if key is None:
        return tree
    place = _place_of(house, b64url(key.public), signer.signed_size)
    if place is None:
        said = {"key": b64url(key.public), "reason": key.reason, "time": instant(house.clock.now())}
        place = tree.size
        with upkeep(house) as connection:
            tree = grow_tree(connection, house, tree, [(None, system_leaf("key", {**said}), False)])
    if key.first != place + 1:
        signer.begin_key(place + 1)
    return tree


def renew_policy(house: House, keys: Sequence[LogKey]) -> None:
    """Let `log-policy.json` name the signer's `keys` with the sizes that they sign; what else it says stays.

    Keys of a signer that was lost stand there too, and stay. Nothing is read or written as long as the log has the key
    that it began with, or where the policy says all this already.

    Raises:
        PolicyRefused: the file is not a policy.
        OSError: it cannot be read or written.
    """
    if [(one.first, one.last) for one in keys] == [(1, None)]:
        return
    path = house.settings.log_policy_path
    policy = parse_policy(path.read_bytes())
    ours = {one.key.public for one in keys}
    kept = [one for one in policy.keys if one.key.public not in ours]
    renewed = replace(policy, keys=tuple(sorted([*kept, *keys], key=lambda one: one.first)))
    if renewed != policy:
        replace_durably(path, renewed.encode(), 0o644)


def _place_of(house: House, key: str, signed: int) -> int | None:
    for index, data in ask(house, _UNSIGNED, signed=signed):
        leaf = parse_leaf(data)
        if isinstance(leaf, SystemLeaf) and leaf.kind == "key" and leaf.fields["key"] == key:
            return int(index)
    return None
