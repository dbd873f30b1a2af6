"""Whom one trusts for a log: the one file an auditor or a family brings along, apart from the log itself.

It names the log, the keys that sign its heads with the sizes for which each does, the witnesses of whom a quorum must
have cosigned: the terms of c2sp.org/tlog-policy, and it can be printed in that form. Beside them stand the keys that
sign receipts, of which that form knows nothing. Pure.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from audit.evidence.base64url import b64url
from audit.evidence.canonical_json import JsonValue, NotCanonical, canonical_json
from audit.evidence.note import (
    ED25519,
    TIMESTAMPED_ED25519,
    Checkpoint,
    MalformedNote,
    Note,
    NoteRefused,
    Verified,
    VerifierKey,
    VerifyEd25519,
    parse_checkpoint,
    parse_note,
    parse_verifier_key,
    verify_note,
)
from audit.evidence.tree import LARGEST_SIZE

POLICY_VERSION: Final = 1
NO_QUORUM: Final = "none"

_LISTS: Final = ("keys", "witnesses", "groups", "receipts")


class PolicyRefused(ValueError):
    """A policy that does not say clearly whom to trust; the message names the place."""


class CheckpointRefused(ValueError):
    """A head that the policy does not vouch for; the message says why."""


def receipt_signer(origin: str) -> str:
    """The name under which the service signs the receipts of a log."""
    return f"{origin}/receipts"


@dataclass(frozen=True)
class LogKey:
    """A key of the log and the checkpoints it must sign: sizes ``first`` to ``last``, or without end for None."""

    key: VerifierKey
    first: int = 1
    last: int | None = None

    def signs(self, size: int) -> bool:
        """Whether a checkpoint of ``size`` must bear this key's signatures."""
        return self.first <= size and (self.last is None or size <= self.last)

    @cached_property
    def timed(self) -> VerifierKey:
        """The same key in the role in which it states the time."""
        return VerifierKey(self.key.name, TIMESTAMPED_ED25519, self.key.public)


@dataclass(frozen=True)
class Witness:
    """Someone outside who cosigns only heads that grow out of the ones seen before; the name is the policy's own."""

    name: str
    key: VerifierKey


@dataclass(frozen=True)
class Group:
    """Witnesses or groups of which ``threshold`` must have cosigned."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class LogPolicy:
    """One log, its keys, its witnesses, and the witness or group that makes the quorum; ``none`` asks for none.

    ``receipts`` are the keys that sign receipts: the service's own, never one of the log's.
    """

    origin: str
    keys: tuple[LogKey, ...]
    witnesses: tuple[Witness, ...] = ()
    groups: tuple[Group, ...] = ()
    quorum: str = NO_QUORUM
    receipts: tuple[VerifierKey, ...] = ()

    def __post_init__(self) -> None:
        _check_keys(self.origin, self.keys)
        _check_receipts(self)
        _check_quorum(self)
        try:
            canonical_json(self.as_json)
        except NotCanonical as error:
            raise PolicyRefused(f"a name in the policy: {error}") from error

    @property
    def as_json(self) -> dict[str, JsonValue]:
        """The policy as JSON values, as ``log-policy.json`` has them."""
        return {
            "version": POLICY_VERSION,
            "origin": self.origin,
            "keys": [{"key": one.key.text, "from": one.first, "to": one.last} for one in self.keys],
            "witnesses": [{"name": one.name, "key": one.key.text} for one in self.witnesses],
            "groups": [
                {"name": one.name, "threshold": one.threshold, "members": list(one.members)} for one in self.groups
            ],
            "quorum": self.quorum,
            "receipts": [key.text for key in self.receipts],
        }

    @property
    def policy_id(self) -> str:
        """SHA-256 over the canonical JSON, in base64url: two files that say the same are one policy."""
        return b64url(hashlib.sha256(canonical_json(self.as_json)).digest())

    def encode(self) -> bytes:
        """``log-policy.json``, to be read by people too."""
        return json.dumps(self.as_json, indent=2, ensure_ascii=False).encode() + b"\n"

    def c2sp(self) -> str:
        """The same trust in the form of c2sp.org/tlog-policy, which does not know sizes: every key is a log line."""
        lines = [f"log {one.key.text}" for one in self.keys]
        lines += [f"witness {one.name} {one.key.text}" for one in self.witnesses]
        lines += [f"group {one.name} {one.threshold} {' '.join(one.members)}" for one in self.groups]
        return "".join(line + "\n" for line in [*lines, f"quorum {self.quorum}"])

    def is_witnessed_by(self, cosigned: Collection[str]) -> bool:
        """Whether the named witnesses together make the quorum."""
        reached = {NO_QUORUM, *cosigned}
        for group in self.groups:
            if sum(member in reached for member in group.members) >= group.threshold:
                reached.add(group.name)
        return self.quorum in reached


@dataclass(frozen=True)
class SignedHead:
    """A checkpoint the policy vouches for: when the log says it signed it, and whether the quorum cosigned it."""

    checkpoint: Checkpoint
    time: int
    witnesses: tuple[str, ...]
    is_witnessed: bool


def judge_checkpoint(data: bytes, policy: LogPolicy, verify_ed25519: VerifyEd25519) -> SignedHead:
    """The head that ``data`` states, when every key that must have signed it did, plainly and with the time.

    Raises ``CheckpointRefused`` otherwise: not a checkpoint, of another log, a signature missing or not holding. A
    missing quorum does not raise, because cosignatures come after a head is published; the caller looks at the answer.
    """
    try:
        note = parse_note(data)
        return judge_note(note, parse_checkpoint(note.text), policy, verify_ed25519)
    except MalformedNote as error:
        raise CheckpointRefused(str(error)) from error


def judge_note(note: Note, checkpoint: Checkpoint, policy: LogPolicy, verify_ed25519: VerifyEd25519) -> SignedHead:
    """As ``judge_checkpoint``, of a note that was parsed already, and the checkpoint that its text states."""
    if checkpoint.origin != policy.origin:
        raise CheckpointRefused("it is a checkpoint of another log")
    required = [one for one in policy.keys if one.signs(checkpoint.size)]
    if not required:
        raise CheckpointRefused(f"the policy names no key for size {checkpoint.size}")
    known = [key for one in required for key in (one.key, one.timed)] + [one.key for one in policy.witnesses]
    try:
        verified = {one.key: one for one in verify_note(note, known, verify_ed25519)}
    except NoteRefused as error:
        raise CheckpointRefused(str(error)) from error
    witnesses = tuple(one.name for one in policy.witnesses if one.key in verified)
    time = _time_stated(required, verified)
    return SignedHead(checkpoint, time, witnesses, policy.is_witnessed_by(witnesses))


def _time_stated(required: Sequence[LogKey], verified: Mapping[VerifierKey, Verified]) -> int:
    times = set()
    for one in required:
        if one.key not in verified or one.timed not in verified:
            raise CheckpointRefused("a signature by a key of the policy is missing")
        times.add(verified[one.timed].time)
    time = times.pop()
    if times or time is None:
        raise CheckpointRefused("the keys of the log state different times")
    return time


def parse_policy(data: bytes) -> LogPolicy:
    """The policy in a ``log-policy.json``. Raises ``PolicyRefused``, naming the place, for anything unclear in it."""
    try:
        said = json.loads(data.decode("utf-8"), object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError) as error:
        raise PolicyRefused(f"the policy is not JSON: {error}") from error
    top = _fields(said, "the policy", {"version": int, "origin": str, "quorum": str}, _LISTS)
    if top["version"] != POLICY_VERSION:
        raise PolicyRefused(f"the policy has version {top['version']}; this is made for version {POLICY_VERSION}")
    keys = [_log_key(one, f"keys[{number}]") for number, one in enumerate(top["keys"])]
    witnesses = [_witness(one, f"witnesses[{number}]") for number, one in enumerate(top["witnesses"])]
    groups = [_group(one, f"groups[{number}]") for number, one in enumerate(top["groups"])]
    receipts = [_verifier_key(one, f"receipts[{number}]") for number, one in enumerate(top["receipts"])]
    return LogPolicy(
        top["origin"], tuple(keys), tuple(witnesses), tuple(groups), top["quorum"], receipts=tuple(receipts)
    )


def _without_repetition(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands there twice")
    return found


def _fields(said: Any, where: str, expected: Mapping[str, type], lists: Collection[str] = ()) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise PolicyRefused(f"{where} is not an object")
    names = {*expected, *lists}
    if said.keys() != names:
        wrong = ", ".join(sorted(said.keys() ^ names))
        raise PolicyRefused(f"{where} has the fields {', '.join(sorted(names))}; missing or unknown: {wrong}")
    for name, kind in expected.items():
        if type(said[name]) is not kind:
            raise PolicyRefused(f"{where}.{name} is not of type {kind.__name__}")
    for name in lists:
        if not isinstance(said[name], list):
            raise PolicyRefused(f"{where}.{name} is not a list")
    return said


def _log_key(said: Any, where: str) -> LogKey:
    if isinstance(said, dict) and said.get("to", 0) is None:
        fields = _fields({**said, "to": LARGEST_SIZE}, where, {"key": str, "from": int, "to": int})
        return LogKey(_verifier_key(fields["key"], where), fields["from"])
    fields = _fields(said, where, {"key": str, "from": int, "to": int})
    return LogKey(_verifier_key(fields["key"], where), fields["from"], fields["to"])


def _witness(said: Any, where: str) -> Witness:
    fields = _fields(said, where, {"name": str, "key": str})
    return Witness(fields["name"], _verifier_key(fields["key"], where))


def _group(said: Any, where: str) -> Group:
    fields = _fields(said, where, {"name": str, "threshold": int}, ("members",))
    if not all(isinstance(member, str) for member in fields["members"]):
        raise PolicyRefused(f"{where}.members is not a list of names")
    return Group(fields["name"], fields["threshold"], tuple(fields["members"]))


def _verifier_key(text: Any, where: str) -> VerifierKey:
    try:
        return parse_verifier_key(text if isinstance(text, str) else "")
    except MalformedNote as error:
        raise PolicyRefused(f"{where}.key: {error}") from error


def _check_keys(origin: str, keys: Sequence[LogKey]) -> None:
    _check(bool(keys), "the policy names no key of the log")
    for number, one in enumerate(keys):
        where = f"keys[{number}]"
        _check(one.key.name == origin, f"{where}: the key's name is not the origin of the log")
        _check(one.key.kind == ED25519, f"{where}: a log key is of the plain Ed25519 kind")
        _check(1 <= one.first <= LARGEST_SIZE, f"{where}: a key signs from a size of at least 1")
        _check(one.last is None or one.first <= one.last <= LARGEST_SIZE, f"{where}: the range of sizes is empty")
    _check(len({one.key.public for one in keys}) == len(keys), "a key of the log is named twice")


def _check_receipts(policy: LogPolicy) -> None:
    log_keys = {one.key.public for one in policy.keys}
    for number, key in enumerate(policy.receipts):
        where = f"receipts[{number}]"
        _check(key.name == receipt_signer(policy.origin), f"{where}: the key's name is not that of this log's receipts")
        _check(key.kind == ED25519, f"{where}: a receipt key is of the plain Ed25519 kind")
        _check(key.public not in log_keys, f"{where}: the log's own key signs no receipts")
    _check(len(set(policy.receipts)) == len(policy.receipts), "a receipt key is named twice")


def _check_quorum(policy: LogPolicy) -> None:
    defined: set[str] = set()
    log_keys = {one.key.public for one in policy.keys}
    for number, witness in enumerate(policy.witnesses):
        where = f"witnesses[{number}]"
        _check(witness.key.kind == TIMESTAMPED_ED25519, f"{where}: a witness key is of the timestamped kind")
        _check(witness.key.public not in log_keys, f"{where}: the log cannot be its own witness")
        _define(witness.name, defined, where)
    publics = {one.key.public for one in policy.witnesses}
    _check(len(publics) == len(policy.witnesses), "a witness is named twice")
    used: set[str] = set()
    for number, group in enumerate(policy.groups):
        where = f"groups[{number}]"
        members = set(group.members)
        _check(bool(members) and len(members) == len(group.members), f"{where}: members are missing or repeated")
        _check(members <= defined, f"{where}: a member is not defined before it")
        _check(not members & used, f"{where}: a member is in another group already")
        _check(1 <= group.threshold <= len(members), f"{where}: the threshold is not 1 to the number of members")
        used |= members
        _define(group.name, defined, where)
    _check(policy.quorum == NO_QUORUM or policy.quorum in defined, "quorum: no witness or group has this name")


def _define(name: str, defined: set[str], where: str) -> None:
    clear = bool(name) and not any(one.isspace() or one < " " for one in name)
    _check(clear and name != NO_QUORUM and name not in defined, f"{where}: the name is empty, has spaces or is taken")
    defined.add(name)


def _check(holds: bool, otherwise: str) -> None:  # noqa: FBT001  # reads as the sentence it checks
    if not holds:
        raise PolicyRefused(otherwise)
