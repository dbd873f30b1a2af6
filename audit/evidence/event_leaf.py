"""The leaf of an event: its commitment, and not a word about anybody. Pure, and part of the single-file verifier."""

import re
import struct
from binascii import b2a_base64
from collections.abc import Sequence
from typing import Final

from audit.evidence.base64url import TO_URL, b64url_bytes

EVENT_LEAF_BYTES: Final = 65

#: Each commitment in base64url, as it stands in its leaf, where they were written with a zero byte behind each.
_WRITTEN: Final = struct.Struct("43sx")
_EVENT_LEAF: Final = re.compile(rb'\{"c":"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]","k":"e","v":1\}')


class MalformedLeaf(ValueError):
    """Bytes that are no leaf of this log, or fields that a leaf of their kind does not have."""


def event_leaf(commitment: bytes) -> bytes:
    """The leaf of an event: ``{"c": commitment, "k": "e", "v": 1}``. Raises ``MalformedLeaf`` unless it is 32 bytes."""
    if len(commitment) != 32:
        raise MalformedLeaf("a commitment is 32 bytes")
    return b'{"c":"%b","k":"e","v":1}' % b64url_bytes(commitment)


def event_leaves(commitments: Sequence[bytes]) -> list[bytes]:
    """The leaves of many events at once; each commitment is 32 bytes.

    With a zero byte behind it, a commitment fills its base64 to the end, so that all are encoded together.
    """
    written = b2a_base64(b"\0".join([*commitments, b""]), newline=False).translate(TO_URL)
    pieces = [piece for (piece,) in _WRITTEN.iter_unpack(written)]
    return (b'{"c":"%b","k":"e","v":1}\n' * len(pieces) % tuple(pieces)).splitlines()


def commits_to(leaf: bytes, commitment: bytes) -> bool:
    """Whether ``leaf`` is the leaf of an event with this commitment; asked once for every leaf of a log."""
    return leaf[6:49] == b64url_bytes(commitment) and is_event_leaf(leaf)


def is_event_leaf(leaf: bytes) -> bool:
    """Whether the bytes are the leaf of an event; much faster than taking it apart."""
    return _EVENT_LEAF.fullmatch(leaf) is not None
