"""Signs the heads of the log, and believes nobody: not the database, not the sequencer, not the files.

Before each signature it reads the new entries from the outside store, computes the tree again on top of what it signed
last, and compares every file it is asked to vouch for. What it signed last it keeps in a folder of its own, which no
database can reach: so a rewritten tree, a forgotten entry, a rolled-back database or a clock that went back cannot get
a signature, and there is never a second history. Runs on POSIX, where one process can hold a file for itself.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.evidence.base64url import b64url, parse_b64url
from audit.evidence.canonical_json import JsonValue, canonical_json
from audit.evidence.finding import Finding
from audit.evidence.leaf import SystemLeaf
from audit.evidence.log_policy import LogKey, LogPolicy
from audit.evidence.log_store import LogStore, replace_durably, write_durably
from audit.evidence.note import (
    ED25519,
    Checkpoint,
    Note,
    VerifierKey,
    plain_signature,
    timestamped_message,
    timestamped_signature,
)
from audit.evidence.own_file import FORMAT, SignerUnusable, read_own_file
from audit.evidence.sealed_records import SealedFile
from audit.evidence.signing_key import FIRST, SIGNER_LOST, NextKey, SigningKey, encode_keys, read_keys
from audit.evidence.tiles import WIDTH, WIDTH_BITS, Tile
from audit.evidence.tree import CompactRange, compact_range
from audit.evidence.window_check import check_upper_tiles, check_window, erasures_explained, files_of_growth
from foundation.clock import Clock

KEY_FILE: Final = "log-key.json"
STATE_FILE: Final = "signed.json"
LOCK_FILE: Final = "lock"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
NOT_IN_ORDER: Final = "the store is not in order"


class SignerRefused(Exception):
    """The signer will not sign; ``findings`` say what it found in the store, if it was that."""

    def __init__(self, reason: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(reason if not findings else f"{reason}: {findings[0]}")
        self.reason = reason
        self.findings = tuple(findings)


@dataclass(frozen=True)
class SignedState:
    """The last head that was signed: size, peaks of the tree (their root is the root), and when, in microseconds."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()
    time: int = 0

    @property
    def tree(self) -> CompactRange:
        """The tree that was signed."""
        return CompactRange(self.size, self.peaks)


class Signer:
    """Signs for one log, from one folder (mode 0700) with its keys and its last head."""

    def __init__(self, folder: Path, store: LogStore, clock: Clock) -> None:
        """Raises ``SignerUnusable`` when the folder is not one that ``create_signer`` made."""
        self._folder = folder
        self._store = store
        self._clock = clock
        self.origin, self._keys = read_keys(folder / KEY_FILE)
        self._read_state()

    @property
    def signed_size(self) -> int:
        """How many entries the last signed head covers; 0 before the first."""
        return self._read_state().size

    @property
    def policy_keys(self) -> tuple[LogKey, ...]:
        """The keys as a policy names them."""
        return tuple(
            LogKey(VerifierKey(self.origin, ED25519, key.public), key.first, key.last)
            for key in self._current_keys()
            if key.first is not None
        )

    def policy(self) -> LogPolicy:
        """The policy of a log without witnesses, signed by this signer."""
        return LogPolicy(self.origin, self.policy_keys)

    def sign(self, size: int) -> bytes:
        """The signed head of the tree of ``size`` leaves in the store: a signed note.

        Asked again for the size it signed last, it answers with the very same note. Raises ``SignerRefused`` when the
        store does not hold a tree that grew out of the one signed last, with everything beside it, or when the clock
        went back; ``SignerUnusable`` when its own folder cannot be used or written.
        """
        with self._alone():
            state = self._read_state()
            keys = [key for key in self._current_keys() if key.signs(size)]
            if not keys:
                raise SignerRefused(f"no key signs a head of size {size}")
            if size < max(state.size, 1):
                raise SignerRefused(f"a head of size {state.size} was signed already; the tree of {size} is older")
            if size > state.size:
                state = self._grown(state, size)
                # Kept before anything is signed: a crash in between leaves a state that signs the same head again.
                self._write_state(state)
            else:
                self._check_growth(state, size)
            return _signed(Checkpoint(self.origin, size, state.tree.root()), keys, state.time // 1_000_000)

    def sign_again(self) -> bytes | None:
        """The last signed head, for publishing after a crash; None before the first. Raises as ``sign`` does."""
        size = self.signed_size
        return self.sign(size) if size else None

    @property
    def next_key(self) -> NextKey | None:
        """The key that is to sign from some entry on and has signed nothing yet; None where none is planned."""
        signed = self.signed_size
        for key in self._current_keys():
            if key.is_next(signed):
                return NextKey(key.public, key.reason, key.first)
        return None

    def plan_key(self, reason: str) -> bytes:
        """Make the key that is to come next, and say why (a code); returns its public half.

        It signs nothing until the log has announced it and ``begin_key`` has said where. Raises ``SignerRefused`` when
        one is planned already.
        """
        with self._alone():
            keys, signed = self._current_keys(), self._read_state().size
            if any(key.is_next(signed) for key in keys):
                raise SignerRefused("the next key is planned already")
            key = SigningKey.new(None, reason)
            self._write_keys([*keys, key])
            return key.public

    def begin_key(self, first: int) -> None:
        """Let the next key sign heads of ``first`` leaves and more; entry ``first - 1`` must announce it.

        So the heads that cover the announcement bear the old and the new key's signatures. It may be said again, of
        another place, as long as the key has signed nothing. Raises ``SignerRefused`` when no key is planned, or a head
        of that size was signed already.
        """
        with self._alone():
            keys, signed = self._current_keys(), self._read_state().size
            if first <= signed:
                raise SignerRefused(f"heads up to size {signed} are signed already")
            begun = [replace(key, first=first) if key.is_next(signed) else key for key in keys]
            if not any(key.is_next(signed) for key in keys):
                raise SignerRefused("no key is planned")
            self._write_keys(begun)

    def end_keys(self) -> int:
        """Let every key but the newest that has signed sign no further head; returns the size of the last they signed.

        Raises ``SignerRefused`` when no newer key has signed yet.
        """
        with self._alone():
            keys, signed = self._current_keys(), self._read_state().size
            open_ones = [key for key in keys if key.last is None and not key.is_next(signed)]
            if len(open_ones) < 2:
                raise SignerRefused("no newer key has signed yet")
            newest = max(open_ones, key=lambda key: key.first or 0)
            self._write_keys([replace(key, last=signed) if key in open_ones and key != newest else key for key in keys])
            return signed

    def _grown(self, state: SignedState, size: int) -> SignedState:
        time = (self._clock.now() - EPOCH) // timedelta(microseconds=1)
        if time < state.time:
            raise SignerRefused("the clock went back behind the last signed head")
        return SignedState(size, tuple(self._check_growth(state, size).peaks), time)

    def _check_growth(self, state: SignedState, size: int) -> CompactRange:
        """The tree of ``size`` leaves, computed from the entries in the store on top of the signed one.

        The window in which the signed tree ended is read from its beginning, because its files were written anew.
        """
        tree = state.tree.upto_complete(WIDTH_BITS)
        system: dict[int, SystemLeaf] = {}
        erased: dict[int, bytes] = {}
        for number in range(tree.size // WIDTH, -(-size // WIDTH)):
            checked = check_window(self._store, files_of_growth(self._store, number, state.size, size))
            if checked.findings or not checked.levels:
                raise SignerRefused(NOT_IN_ORDER, checked.findings)
            levels, signed_here = checked.levels, state.size - tree.size
            if 0 < signed_here < WIDTH and tree.joined(compact_range(levels, signed_here)).peaks != list(state.peaks):
                reason = f"the first {state.size} entries are not those that were signed"
                raise SignerRefused(NOT_IN_ORDER, [Finding("head_inconsistent", Tile(None, number).path, reason)])
            tree.extend(levels)
            system |= checked.system
            erased |= {index: one for index, one in checked.erased.items() if index >= state.size}
        findings = check_upper_tiles(self._store, tree, state.size)
        findings += self._unannounced(system, state.size, size)
        for index in sorted(erased.keys() - erasures_explained(system, erased)):
            reason = "disclosures are gone and no erase leaf says on which decision"
            findings.append(Finding("unexplained_absence", SealedFile(index // WIDTH).path, reason, index))
        if findings:
            raise SignerRefused(NOT_IN_ORDER, findings)
        return tree

    def _unannounced(self, system: Mapping[int, SystemLeaf], signed: int, size: int) -> Iterator[Finding]:
        """The keys that would begin to sign although no entry says so where they begin."""
        for key in self._current_keys():
            if key.first is None or not max(1, signed) < key.first <= size:
                continue
            leaf = system.get(key.first - 1)
            if leaf is None or leaf.kind != "key" or leaf.fields["key"] != b64url(key.public):
                reason = f"the key that signs from size {key.first} on is not announced there"
                yield Finding("key_unannounced", Tile(None, (key.first - 1) // WIDTH).path, reason, key.first - 1)

    def _current_keys(self) -> list[SigningKey]:
        origin, keys = read_keys(self._folder / KEY_FILE)
        if origin != self.origin:
            raise SignerUnusable("the key file belongs to another log")
        return keys

    def _write_keys(self, keys: Sequence[SigningKey]) -> None:
        replace_durably(self._folder / KEY_FILE, encode_keys(self.origin, keys))

    def _read_state(self) -> SignedState:
        return _read_state(self._folder / STATE_FILE, self.origin)

    def _write_state(self, state: SignedState) -> None:
        try:
            replace_durably(self._folder / STATE_FILE, _encode_state(self.origin, state))
        except OSError as error:
            raise SignerUnusable(f"the signer cannot keep what it signs: {error.strerror}") from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two signers on one folder take turns, and each reads again what the other signed."""
        handle = os.open(self._folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def create_signer(folder: Path, origin: str, first: int = 1) -> bytes:
    """Make the folder of a signer with its first key, which signs heads of ``first`` leaves and more; returns the key.

    For a new log it stands in the genesis leaf; where the signer of a log was lost, entry ``first - 1`` announces it.

    Raises ``SignerUnusable`` when there is a key already, or a head was signed from this folder.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (folder / KEY_FILE).exists():
        raise SignerUnusable("there is a signer in this folder already")
    if (folder / STATE_FILE).exists() and _read_state(folder / STATE_FILE, origin).size:
        raise SignerUnusable("heads were signed from this folder; its key must be brought back, not made anew")
    key = SigningKey.new(first, FIRST if first == 1 else SIGNER_LOST)
    VerifierKey(origin, ED25519, key.public)
    replace_durably(folder / STATE_FILE, _encode_state(origin, SignedState()))
    # Last, so that a folder with a key always has a state: a signer without one would begin a second history.
    write_durably(folder / KEY_FILE, encode_keys(origin, [key]), 0o600)
    return key.public


def _signed(checkpoint: Checkpoint, keys: Sequence[SigningKey], time: int) -> bytes:
    text = checkpoint.text
    lines = []
    for key in keys:
        private = Ed25519PrivateKey.from_private_bytes(key.private)
        named = LogKey(VerifierKey(checkpoint.origin, ED25519, key.public))
        lines.append(plain_signature(named.key, private.sign(text.encode())))
        lines.append(timestamped_signature(named.timed, time, private.sign(timestamped_message(text, time))))
    return Note(text, tuple(lines)).encode()


def _encode_state(origin: str, state: SignedState) -> bytes:
    said: dict[str, JsonValue] = {
        "format": FORMAT,
        "origin": origin,
        "peaks": [b64url(peak) for peak in state.peaks],
        "root": b64url(state.tree.root()),
        "size": state.size,
        "time": state.time,
    }
    return canonical_json(said) + b"\n"


def _read_state(path: Path, origin: str) -> SignedState:
    said = read_own_file(path)
    try:
        state = SignedState(said["size"], tuple(parse_b64url(one) for one in said["peaks"]), said["time"])
        if said["origin"] != origin:
            raise SignerUnusable(f"{path.name} belongs to another log")
        if type(state.size) is not int or type(state.time) is not int:
            raise SignerUnusable(f"{path.name} is not a state file")
        if b64url(state.tree.root()) != said["root"]:
            raise SignerUnusable(f"{path.name} contradicts itself")
    except (KeyError, TypeError, ValueError) as error:
        raise SignerUnusable(f"{path.name} is not a state file") from error
    return state
