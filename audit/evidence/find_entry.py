"""Find an entry in the outside store without any database: by what its leaf commits to, or by the event's id.

Newest first, because what somebody asks about is mostly of today.
"""

from collections.abc import Iterator
from uuid import UUID

from audit.evidence.base64url import b64url
from audit.evidence.event_leaf import event_leaf
from audit.evidence.log_policy import CheckpointRefused, LogPolicy, SignedHead, judge_checkpoint
from audit.evidence.log_store import LogStore, NotInStore
from audit.evidence.note import parse_note
from audit.evidence.proof_text import TextProof
from audit.evidence.publish_checkpoint import NEWEST
from audit.evidence.sealed_records import SealedFile, parse_records, sealed_file_at
from audit.evidence.stored_tree import StoredTree, read_tile
from audit.evidence.tiles import WIDTH, Tile
from audit.evidence.tree import leaf_hash, verify_inclusion
from audit.evidence.verify_ed25519 import verify_ed25519

__all__ = ["index_of_commitment", "index_of_event", "newest_head", "prove_entry"]


def newest_head(store: LogStore, policy: LogPolicy) -> tuple[SignedHead, bytes]:
    """The newest head in the store and the note that states it.

    Raises ``CheckpointRefused`` when there is none, the policy does not vouch for it, or its quorum is missing.
    """
    try:
        note = store.read(NEWEST)
    except (NotInStore, OSError) as error:
        raise CheckpointRefused("the store has no signed head that can be read") from error
    head = judge_checkpoint(note, policy, verify_ed25519)
    if not head.is_witnessed:
        raise CheckpointRefused("the head does not bear the cosignatures that the policy asks for")
    return head, note


def index_of_commitment(store: LogStore, size: int, commitment: bytes) -> int | None:
    """Where among the first ``size`` leaves the one of an event with this commitment stands; None when it does not.

    Raises ``NotInStore`` or ``MalformedTile`` when the store does not hold those leaves.
    """
    leaf, word = event_leaf(commitment), b64url(commitment).encode()
    tree = StoredTree(store, size)
    for number in reversed(range(-(-size // WIDTH))):
        width = min(WIDTH, size - number * WIDTH)
        if word not in read_tile(store, Tile(None, number, width)):
            continue
        entries = tree.entries(number)
        if leaf in entries:
            return number * WIDTH + entries.index(leaf)
    return None


def index_of_event(store: LogStore, size: int, event_id: UUID) -> int | None:
    """Where among the first ``size`` leaves an event with this id stands; None when there is none.

    Raises ``MalformedRecord`` when a file that seems to hold it is damaged.
    """
    for place in sorted(_sealed_files(store), key=lambda one: one.first, reverse=True):
        data = store.read(place.path)
        if event_id.bytes not in data:
            continue
        for index, record in enumerate(parse_records(place, data), start=place.first):
            if index < size and record[:16] == event_id.bytes:
                return index
    return None


def _sealed_files(store: LogStore) -> Iterator[SealedFile]:
    for path in store.paths("sealed"):
        place = sealed_file_at(path)
        if place is not None:
            yield place


def prove_entry(store: LogStore, head: SignedHead, note: bytes, index: int) -> TextProof:
    """The proof that the entry at ``index`` stands in the signed head; it is verified before it is handed out.

    Raises ``InvalidProof`` when the store does not fit its head, ``NotInStore`` or ``MalformedTile`` when something is
    missing from it.
    """
    tree = StoredTree(store, head.checkpoint.size)
    leaf = tree.entries(index // WIDTH)[index % WIDTH]
    proof = tree.inclusion(index)
    verify_inclusion(index, head.checkpoint.size, leaf_hash(leaf), proof, head.checkpoint.root)
    return TextProof(index, tuple(proof), parse_note(note))
