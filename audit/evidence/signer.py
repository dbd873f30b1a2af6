"""Signs the heads of the log, and believes nobody: not the database, not the sequencer, not the files.

Before each signature it reads the new entries from the outside store, computes the tree again on top of what it signed
last, and compares every file it is asked to vouch for. What it signed last it keeps in a folder of its own, which no
database can reach: so a rewritten tree, a forgotten entry, a rolled-back database or a clock that went back cannot get
a signature, and there is never a second history. Runs on POSIX, where one process can hold a file for itself.
"""

import fcntl
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.evidence.base64url import NotBase64, b64url, parse_b64url
from audit.evidence.canonical_json import JsonValue, NotCanonical, canonical_json, parse_canonical_json
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
from audit.evidence.sealed_records import SealedFile
from audit.evidence.tiles import WIDTH, WIDTH_BITS, Tile
from audit.evidence.tree import CompactRange, compact_range
from audit.evidence.window_check import check_upper_tiles, check_window, erasures_explained, files_of_growth
from foundation.clock import Clock

KEY_FILE: Final = "log-key.json"
STATE_FILE: Final = "signed.json"
LOCK_FILE: Final = "lock"
FORMAT: Final = 1
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
NOT_IN_ORDER: Final = "the store is not in order"


class SignerRefused(Exception):
    """The signer will not sign; ``findings`` say what it found in the store, if it was that."""

    def __init__(self, reason: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(reason if not findings else f"{reason}: {findings[0]}")
        self.reason = reason
        self.findings = tuple(findings)


class SignerUnusable(Exception):
    """The signer's own folder is missing, damaged, open to others, or belongs to another log."""


@dataclass(frozen=True)
class SigningKey:
    """A private key and the sizes it signs: ``first`` to ``last``, or without end for None."""

    private: bytes
    first: int = 1
    last: int | None = None

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.private).public_key().public_bytes_raw()

    def signs(self, size: int) -> bool:
        """Whether a checkpoint of ``size`` bears this key's signatures."""
        return self.first <= size and (self.last is None or size <= self.last)


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
        self.origin, self._keys = _read_keys(folder / KEY_FILE)
        self._read_state()

    @property
    def signed_size(self) -> int:
        """How many entries the last signed head covers; 0 before the first."""
        return self._read_state().size

    @property
    def policy_keys(self) -> tuple[LogKey, ...]:
        """The keys as a policy names them."""
        return tuple(
            LogKey(VerifierKey(self.origin, ED25519, key.public), key.first, key.last) for key in self._current_keys()
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

    def add_key(self, first: int) -> bytes:
        """Make another key that signs heads of ``first`` leaves and more; returns its public key for the ``key`` leaf.

        The leaf that announces it must be entry ``first - 1``, so that the heads which cover the announcement bear both
        keys' signatures. Raises ``SignerRefused`` when a head of that size was signed already.
        """
        with self._alone():
            if first <= self._read_state().size:
                raise SignerRefused(f"heads up to size {self._read_state().size} are signed already")
            key = SigningKey(_new_private_key(), first)
            self._write_keys([*self._current_keys(), key])
            return key.public

    def end_key(self, public: bytes, last: int) -> None:
        """Let a key sign no head of more than ``last`` leaves.

        Raises ``SignerRefused`` when it has signed later heads, is not a key of this log, or is the only one then.
        """
        with self._alone():
            keys = self._current_keys()
            if last < self._read_state().size:
                raise SignerRefused(f"a head of size {self._read_state().size} is signed already")
            ended = [replace(key, last=last) if key.public == public else key for key in keys]
            if ended == keys or not any(key.signs(last + 1) for key in ended):
                raise SignerRefused("no other key would sign then")
            self._write_keys(ended)

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
        for index in sorted(erased.keys() - erasures_explained(system, erased)):
            reason = "disclosures are gone and no erase leaf says on which decision"
            findings.append(Finding("unexplained_absence", SealedFile(index // WIDTH).path, reason, index))
        if findings:
            raise SignerRefused(NOT_IN_ORDER, findings)
        return tree

    def _current_keys(self) -> list[SigningKey]:
        origin, keys = _read_keys(self._folder / KEY_FILE)
        if origin != self.origin:
            raise SignerUnusable("the key file belongs to another log")
        return keys

    def _write_keys(self, keys: Sequence[SigningKey]) -> None:
        replace_durably(self._folder / KEY_FILE, _encode_keys(self.origin, keys))

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
    key = SigningKey(_new_private_key(), first)
    VerifierKey(origin, ED25519, key.public)
    replace_durably(folder / STATE_FILE, _encode_state(origin, SignedState()))
    # Last, so that a folder with a key always has a state: a signer without one would begin a second history.
    write_durably(folder / KEY_FILE, _encode_keys(origin, [key]), 0o600)
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


def _new_private_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes_raw()


def _encode_keys(origin: str, keys: Sequence[SigningKey]) -> bytes:
    said = [{"first": key.first, "last": key.last, "private": b64url(key.private)} for key in keys]
    return canonical_json({"format": FORMAT, "keys": said, "origin": origin}) + b"\n"


def _read_keys(path: Path) -> tuple[str, list[SigningKey]]:
    said = _read_own_file(path)
    try:
        keys = [SigningKey(parse_b64url(one["private"]), one["first"], one["last"]) for one in said["keys"]]
        if not keys or any(len(key.private) != 32 or not _is_range(key.first, key.last) for key in keys):
            raise SignerUnusable(f"{path.name} holds no key, or one that is not clear")
        return said["origin"], keys
    except (KeyError, TypeError, NotBase64) as error:
        raise SignerUnusable(f"{path.name} is not a key file") from error


def _is_range(first: object, last: object) -> bool:
    return type(first) is int and first >= 1 and (last is None or (type(last) is int and last >= first))


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
    said = _read_own_file(path)
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


def _read_own_file(path: Path) -> Mapping[str, Any]:
    """A file of the signer's folder, which only its owner may read."""
    try:
        data = path.read_bytes()
        mode = path.stat().st_mode
    except OSError as error:
        raise SignerUnusable(f"{path.name} cannot be read: {error.strerror}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SignerUnusable(f"{path.name} may be read by others; its mode should be 0600")
    try:
        said = parse_canonical_json(data.removesuffix(b"\n"))
    except NotCanonical as error:
        raise SignerUnusable(f"{path.name} is damaged: {error}") from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise SignerUnusable(f"{path.name} is of an unknown format")
    return said
