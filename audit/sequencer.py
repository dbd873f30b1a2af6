"""The sequencer: events that were committed become leaves of a signed tree.

    integrate   the queue's oldest events find their places, in one transaction with the new head of the tree
    announce    a key that is planned gets its entry, from which on it signs too
    export      leaves and sealed events are made durable outside the database
    sign        the signer reads them there, and signs the head if the tree grew out of the one it signed last
    publish     the head is made durable outside, and kept in the database
    tidy        what full files have replaced is taken away

Each step begins where the one before ended, by what lies in the database and in the store, never by what this process
remembers alone. Done again after a crash, a step changes nothing or brings its work to an end. What is not in order
stops the log and nothing else: events are still recorded, and wait.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from audit.announce_key import announce_key, renew_policy
from audit.begin_log import begin_log, has_tree
from audit.catch_up import catch_up
from audit.evidence.checkpoint_history import MalformedHistory
from audit.evidence.export_entries import tidy_store
from audit.evidence.head_signer import HeadSigner
from audit.evidence.log_policy import LogKey, PolicyRefused
from audit.evidence.log_store import LogStore, NotInStore, StoredDifferently
from audit.evidence.note import MalformedNote, parse_checkpoint, parse_note
from audit.evidence.own_file import SignerUnusable
from audit.evidence.publish_checkpoint import publish_checkpoint
from audit.evidence.sealed_records import MalformedRecord
from audit.evidence.signer import SignerRefused
from audit.evidence.stored_tree import StoredTree
from audit.evidence.tiles import MalformedTile
from audit.evidence.tree import CompactRange
from audit.export_leaves import export_leaves
from audit.house import House
from audit.integrate_events import LARGEST_BATCH, TreeMoved, integrate_events
from audit.log_tables import LogLeaf, StoredCheckpoint, TreeState, Watermark
from audit.look import Prepared, look
from audit.operation import upkeep
from audit.refusals import LogUnavailable
from audit.sessions import reading

__all__ = ["FROZEN", "LogFrozen", "Sequencer", "Standing", "standing", "trouble_of"]

#: What keeps the log from being signed, and does not pass by itself: something was changed, lost or rolled back.
FROZEN = frozenset({"tree_differs", "store_differs", "store_damaged", "database_behind", "signer_refused"})

_TROUBLES: tuple[tuple[type[Exception], str], ...] = (
    (TreeMoved, "tree_differs"),
    (IntegrityError, "tree_differs"),
    (StoredDifferently, "store_differs"),
    (NotInStore, "store_damaged"),
    (MalformedTile, "store_damaged"),
    (MalformedRecord, "store_damaged"),
    (MalformedNote, "store_damaged"),
    (MalformedHistory, "store_damaged"),
    (PolicyRefused, "policy_unreadable"),
    (SignerRefused, "signer_refused"),
    (SignerUnusable, "signer_unusable"),
    (LogUnavailable, "database_unreachable"),
    (OSError, "store_unwritable"),
)

_KEPT = Prepared(
    select(StoredCheckpoint.size).where(
        StoredCheckpoint.origin == bindparam("log"), StoredCheckpoint.size == bindparam("at")
    )
)
_KEEP = insert(StoredCheckpoint)
_RAISE = update(Watermark).where(Watermark.origin == bindparam("log"))


class LogFrozen(Exception):
    """Database, store and signer do not agree, so nothing is signed; `code` is one of `FROZEN`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def trouble_of(error: Exception) -> str:
    """The code of what went wrong in a batch; `fault` for what nobody foresaw."""
    if isinstance(error, LogFrozen):
        return error.code
    return next((code for kind, code in _TROUBLES if isinstance(error, kind)), "fault")


@dataclass(frozen=True)
class Standing:
    """How far a log has come: its tree, how much of it lies outside, and how much a kept head covers."""

    tree: CompactRange
    exported: int
    signed: int


def standing(house: House, store: LogStore, signed: int) -> Standing | None:
    """How far the log of `house` has come, where the signer remembers `signed` entries; None where it has not begun.

    The tree is the one of the store, and behind that the leaves that have not left the database.

    Raises:
        LogFrozen: database, store and signer do not agree.
        Exception: what `trouble_of` knows.
    """
    with reading(house) as session:
        state = session.get(TreeState, house.installed.origin)
        marks = session.get(Watermark, house.installed.origin)
        if state is None or marks is None:
            if signed:
                raise LogFrozen("database_behind")
            return None
        beyond = select(LogLeaf.leaf_hash).where(LogLeaf.idx >= marks.exported, LogLeaf.idx < state.size)
        hashes = session.scalars(beyond.order_by(LogLeaf.idx)).all()
    if max(signed, marks.exported) > state.size:
        raise LogFrozen("database_behind")
    tree = StoredTree(store, marks.exported).compact()
    for one in hashes:
        tree.append(one)
    if (tree.size, tree.root()) != (state.size, state.root):
        raise LogFrozen("tree_differs")
    return Standing(tree, marks.exported, marks.signed)


class Sequencer:
    """Takes up the log of a house where it stands, and brings it on batch by batch. One at a time: `only_sequencer`."""

    def __init__(self, house: House, store: LogStore, signer: HeadSigner) -> None:
        """Find out how far the log has come; begin it where there is none.

        Raises:
            LogFrozen: database, store and signer do not agree on how far that is.
            Exception: what `trouble_of` knows.
        """
        self._house = house
        self._store = store
        self._signer = signer
        self._origin = house.installed.origin
        self._exported = self._signed = self._tidied = 0
        self._note = b""
        self._known_keys: tuple[LogKey, ...] | None = None
        self.tree = self._take_up()

    @property
    def steps(self) -> tuple[Callable[[], None], ...]:
        """The steps of a batch, in their order."""
        return self.integrate, self.announce, self.export, self.sign, self.publish, self.tidy

    def batch(self) -> int:
        """Bring the log on by one batch; how many leaves it grew by. Raises what `trouble_of` knows."""
        before = self.tree.size
        for step in self.steps:
            step()
        return self.tree.size - before

    def integrate(self) -> None:
        """Let waiting events find their places."""
        self.tree = integrate_events(self._house, self.tree)

    def announce(self) -> None:
        """Write the signer's next key into the tree, where one is planned."""
        self.tree = announce_key(self._house, self.tree, self._signer)

    def export(self) -> None:
        """Bring what has its place out of the database."""
        if self._exported == self.tree.size:
            return
        export_leaves(self._house, self._store, self._exported, self.tree.size)
        # The leaves were read from the database once more: whoever changed one meanwhile is found here.
        if StoredTree(self._store, self.tree.size).root() != self.tree.root():
            raise LogFrozen("store_differs")
        # Kept with the signed head: a crash before that makes what was exported be exported once more, the same.
        self._exported = self.tree.size

    def sign(self) -> None:
        """Have the head signed."""
        if self._signed < self._exported:
            self._note = self._signer.sign(self._exported)
            if parse_checkpoint(parse_note(self._note).text).root != self.tree.root():
                raise LogFrozen("store_differs")

    def publish(self) -> None:
        """Make the signed head known, outside first."""
        if self._signed < self._exported:
            self._publish(self._note)

    def tidy(self) -> None:
        """Take away the narrow files that wide ones have replaced."""
        if self._tidied < self._signed:
            tidy_store(self._store, self._tidied, self._signed)
            self._tidied = self._signed

    def _take_up(self) -> CompactRange:
        signed = self._signer.signed_size
        if signed and not has_tree(self._house):
            # The database went back behind the revision that gave it a tree, and forwards again.
            catch_up(self._house, self._store, brings_back=False)
        found = standing(self._house, self._store, signed)
        if found is None:
            return begin_log(self._house, self._signer)
        self._exported, self._signed = found.exported, found.signed
        if signed > found.signed:
            # A crash came between the signature and its being kept. What was signed had been exported.
            self._exported = max(signed, found.exported)
            self._publish(self._signer.sign(signed))
        self._tidied = max(0, self._signed - LARGEST_BATCH)  # the batch before the crash may not have come to it
        return found.tree

    def _publish(self, note: bytes) -> None:
        """Publish a head and keep it; one that a crash left halfway is found in the store or in the signer's memory."""
        size = parse_checkpoint(parse_note(note).text).size
        keys = self._signer.policy().keys
        if keys != self._known_keys:
            renew_policy(self._house, keys)
            self._known_keys = keys
        publish_checkpoint(self._store, note)
        with upkeep(self._house) as connection:
            if not look(connection, _KEPT, {"log": self._origin, "at": size}):
                connection.execute(_KEEP, {"origin": self._origin, "size": size, "note": note})
            connection.execute(_RAISE, {"log": self._origin, "exported": self._exported, "signed": size})
        self._signed = size
