"""Begin the log of an installation: its signer, its first leaf, and the policy by which others verify it."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import insert

from audit.evidence.base64url import b64url
from audit.evidence.head_signer import HeadSigner
from audit.evidence.leaf import system_leaf
from audit.evidence.log_store import LogStore, replace_durably
from audit.evidence.publish_checkpoint import read_newest
from audit.evidence.signer import KEY_FILE, Signer, create_signer
from audit.evidence.signer_socket import SignerClient
from audit.evidence.tree import CompactRange, leaf_hash
from audit.house import House
from audit.log_tables import LogLeaf, TreeState, Watermark
from audit.operation import upkeep
from audit.receipts import receipt_key
from audit.sessions import reading

__all__ = ["begin_log", "has_begun", "has_tree", "instant", "open_signer"]


def open_signer(house: House, store: LogStore) -> HeadSigner:
    """Whoever signs the heads of this house's log: its own process where a socket is set, otherwise this one.

    A log that has not begun gets its first key here.

    Raises:
        SignerUnusable: the signer's folder is not as it should be, or is gone although the log has begun.
    """
    settings = house.settings
    if settings.signer_socket is not None:
        return SignerClient(settings.signer_socket, house.installed.origin)
    if not (settings.signer_path / KEY_FILE).exists() and not has_begun(house, store):
        create_signer(settings.signer_path, house.installed.origin)
    return Signer(settings.signer_path, store, house.clock)


def begin_log(house: House, signer: HeadSigner) -> CompactRange:
    """The tree with its first leaf, which names the log and its first key; writes the policy where there is none."""
    origin, now = house.installed.origin, house.clock.now()
    policy = replace(signer.policy(), receipts=(receipt_key(origin, house.custody),))
    leaf = system_leaf("genesis", {"key": b64url(policy.keys[0].key.public), "origin": origin, "time": instant(now)})
    tree = CompactRange(1, [leaf_hash(leaf)])
    # Before the log has begun: it does not begin twice, so a crash in between would leave it without.
    if not house.settings.log_policy_path.exists():
        replace_durably(house.settings.log_policy_path, policy.encode(), 0o644)
    with upkeep(house) as connection:
        connection.execute(insert(TreeState).values(origin=origin, size=1, root=tree.root(), updated_at=now))
        connection.execute(insert(Watermark).values(origin=origin, exported=0, signed=0))
        connection.execute(insert(LogLeaf).values(idx=0, leaf=leaf, leaf_hash=leaf_hash(leaf), is_late=False))
    return tree


def instant(at: datetime) -> str:
    """A point in time (UTC) as a leaf says it."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"


def has_begun(house: House, store: LogStore) -> bool:
    """Whether there is anything of a log: a tree in the database, or a head in the store."""
    return has_tree(house) or read_newest(store) is not None


def has_tree(house: House) -> bool:
    """Whether the database has anything of a tree: its head, or its first leaf."""
    with reading(house) as session:
        return session.get(TreeState, house.installed.origin) is not None or session.get(LogLeaf, 0) is not None
