"""What stands in the tree: for an event only its commitment, for the log's own history a readable line.

A personal event shows nothing but 32 bytes, so the whole tree can be handed to witnesses, mirrors and auditors as it
is. System leaves say, readable to all, what happened to the log itself: it began, a key came, something was erased on a
decision, it was restored, the policy changed, an intent was never resolved. None of them ever names a person served;
ids are random, and staff are named by id.

Every leaf is canonical JSON, and bytes that are no such leaf are refused, so that no two readers can take one leaf for
different things. Pure.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from audit.evidence.base64url import NotBase64, parse_b64url
from audit.evidence.canonical_json import JsonValue, NotCanonical, canonical_json, parse_canonical_json
from audit.evidence.event_leaf import MalformedLeaf, is_event_leaf
from audit.evidence.tiles import LARGEST_ENTRY

LEAF_VERSION: Final = 1
LONGEST_TEXT: Final = 1_000

_INSTANT: Final = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z")
_ID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@dataclass(frozen=True)
class EventLeaf:
    """An event: the commitment to everything it says, 32 bytes."""

    commitment: bytes


@dataclass(frozen=True)
class SystemLeaf:
    """Something that happened to the log itself; ``fields`` are those of its ``kind`` in ``SYSTEM_LEAVES``."""

    kind: str
    fields: Mapping[str, JsonValue]


Leaf = EventLeaf | SystemLeaf


def _instant(value: JsonValue) -> bool:
    return isinstance(value, str) and _INSTANT.fullmatch(value) is not None


def _id(value: JsonValue) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _ids(value: JsonValue) -> bool:
    return isinstance(value, list) and bool(value) and all(_id(one) for one in value)


def _text(value: JsonValue) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT


def _hash(value: JsonValue) -> bool:
    try:
        return isinstance(value, str) and len(parse_b64url(value)) == 32
    except NotBase64:
        return False


def _hashes(value: JsonValue) -> bool:
    return isinstance(value, list) and bool(value) and all(_hash(one) for one in value)


def _size(value: JsonValue) -> bool:
    return type(value) is int and value >= 0


# Every kind of system leaf with its fields. An instant is UTC with microseconds; a key and a hash are 32 bytes in
# base64url; a size is a number of leaves.
SYSTEM_LEAVES: Final[Mapping[str, Mapping[str, Callable[[JsonValue], bool]]]] = {
    # The log begins: its name, its first key. Always leaf 0, and nowhere else.
    "genesis": {"key": _hash, "origin": _text, "time": _instant},
    # Another key signs checkpoints of more than this leaf's index; announced while the key before it still signs.
    "key": {"key": _hash, "reason": _text, "time": _instant},
    # Disclosures of these events are gone for good, on this decision, approved by these members of staff.
    "erase": {"approved_by": _ids, "basis": _text, "commitments": _hashes, "decision": _id, "time": _instant},
    # The installation was restored from a backup, and its database brought up to the outside store; the tree had this
    # many leaves by then. The event says who did it and why, and the reason here is a code.
    "restore": {"event": _id, "reason": _text, "size": _size, "time": _instant},
    # The rules of sharing or of the log changed; the digest is that of what holds from here on.
    "policy": {"digest": _hash, "name": _text, "time": _instant},
    # An intent was committed and never resolved; it counts as a disclosure.
    "gap": {"commitment": _hash, "reason": _text, "time": _instant},
}


def system_leaf(kind: str, fields: Mapping[str, JsonValue]) -> bytes:
    """The leaf of something that happened to the log.

    Raises ``MalformedLeaf`` unless the fields are those of the kind in ``SYSTEM_LEAVES``.
    """
    _check_fields(kind, fields)
    try:
        leaf = canonical_json({**fields, "k": kind, "v": LEAF_VERSION})
    except NotCanonical as error:
        raise MalformedLeaf(f"not a leaf: {error}") from error
    if len(leaf) > LARGEST_ENTRY:
        raise MalformedLeaf(f"a leaf is at most {LARGEST_ENTRY} bytes; make several")
    return leaf


def parse_leaf(leaf: bytes) -> Leaf:
    """What the bytes of a leaf say.

    Raises ``MalformedLeaf`` for all that ``event_leaf`` and ``system_leaf`` never write.
    """
    if is_event_leaf(leaf):
        return EventLeaf(parse_b64url(leaf[6:49].decode("ascii")))
    try:
        value = parse_canonical_json(leaf)
    except NotCanonical as error:
        raise MalformedLeaf(f"not a leaf: {error}") from error
    if not isinstance(value, dict):
        raise MalformedLeaf("a leaf is a JSON object")
    fields = dict(value)
    kind, version = fields.pop("k", None), fields.pop("v", None)
    if not isinstance(kind, str) or type(version) is not int or version != LEAF_VERSION:
        raise MalformedLeaf("the leaf is of an unknown kind or version")
    _check_fields(kind, fields)
    return SystemLeaf(kind, fields)


def _check_fields(kind: str, fields: Mapping[str, JsonValue]) -> None:
    expected = SYSTEM_LEAVES.get(kind)
    if expected is None:
        raise MalformedLeaf("the leaf is of an unknown kind or version")
    if fields.keys() != expected.keys():
        raise MalformedLeaf(f"a {kind} leaf has the fields {', '.join(sorted(expected))}")
    for name, holds in expected.items():
        if not holds(fields[name]):
            raise MalformedLeaf(f"the field {name} of a {kind} leaf is not what it should be")
