"""Let the log of a restored installation go on: behind everything that lies in its store, never beside it."""

from dataclasses import replace

from audit.begin_log import instant, open_signer
from audit.catch_up import catch_up
from audit.evidence.base64url import b64url
from audit.evidence.leaf import system_leaf
from audit.evidence.log_policy import LogKey, parse_policy
from audit.evidence.log_store import DirectoryStore, replace_durably
from audit.evidence.note import ED25519, VerifierKey, parse_checkpoint
from audit.evidence.own_file import SignerUnusable
from audit.evidence.publish_checkpoint import read_newest
from audit.evidence.signer import KEY_FILE, Signer, create_signer
from audit.evidence.store_listing import list_store
from audit.evidence.stored_tree import StoredTree
from audit.house import House
from audit.integrate_events import grow_tree
from audit.operation import upkeep
from audit.sequencer import Sequencer
from foundation.identifiers import EventId

__all__ = ["resume_log"]


def resume_log(house: House, event: EventId, *, lost: int) -> int:
    """Bring the database up to the store, write the restore into the tree, and have it signed.

    Where the signer is gone, or remembers more than the store has, a new key begins: the policy then says up to which
    size the old one signed. Whoever holds a later head of it can show what is missing.

    Args:
        house: the restored house, whose log nobody keeps yet.
        event: the entry that says who restored it, and why.
        lost: how many signed entries the backup lacked.

    Returns:
        How many entries came back from the store.

    Raises:
        Exception: what `audit.sequencer.trouble_of` knows.
    """
    store = DirectoryStore(house.settings.store_path)
    store.prepare()
    came_back = catch_up(house, store)
    size = list_store(store).exported
    if lost:
        _put_aside_a_signer_that_is_ahead(house, store, size)
    newest = read_newest(store)
    if newest is not None:
        now, reason = instant(house.clock.now()), "accepted_loss" if lost else "restored"
        leaves = [system_leaf("restore", {"event": str(event), "reason": reason, "size": size, "time": now})]
        if house.settings.signer_socket is None and not (house.settings.signer_path / KEY_FILE).exists():
            key = _new_key(house, signed=parse_checkpoint(newest.text).size, announced_at=size + 1)
            leaves.append(system_leaf("key", {"key": b64url(key), "reason": "signer_lost", "time": now}))
        with upkeep(house) as connection:
            grow_tree(connection, house, StoredTree(store, size).compact(), [(None, leaf, False) for leaf in leaves])
    sequencer = Sequencer(house, store, open_signer(house, store))
    while sequencer.batch():
        pass
    return came_back


def _put_aside_a_signer_that_is_ahead(house: House, store: DirectoryStore, size: int) -> None:
    """Where a loss was accepted: a signer that signed more than there is would never sign again, and is evidence."""
    folder = house.settings.signer_path
    if not folder.exists():
        return
    try:
        if Signer(folder, store, house.clock).signed_size <= size:
            return
    except SignerUnusable:
        pass  # what cannot be used does not sign either
    folder.rename(folder.with_name(f"{folder.name}.until-{size}"))


def _new_key(house: House, *, signed: int, announced_at: int) -> bytes:
    """A new key, announced by the leaf at this place; the policy ends the others where they signed last."""
    settings, origin = house.settings, house.installed.origin
    key = create_signer(settings.signer_path, origin, announced_at + 1)
    policy = parse_policy(settings.log_policy_path.read_bytes())
    ended = [replace(one, last=signed) if one.last is None else one for one in policy.keys]
    renewed = replace(policy, keys=(*ended, LogKey(VerifierKey(origin, ED25519, key), announced_at + 1)))
    replace_durably(settings.log_policy_path, renewed.encode(), 0o644)
    return key
