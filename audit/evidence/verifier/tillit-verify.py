# noqa: N999  # people run it under this name and never import it
"""Verifies a report of the Tillit disclosure log on any computer with Python 3.9 or newer, and nothing else.

    python tillit-verify.py --policy log-policy.json report.tillit

Generated from the modules named below, unchanged but for their imports; do not edit.
"""

from __future__ import annotations

import argparse
import binascii
import hashlib
import json
import re
import secrets
import struct
import sys
import unicodedata
from binascii import b2a_base64
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Union

# audit/evidence/base64url.py
#
# Base64 in which one byte string has one spelling.
#
# The standard library's decoders skip characters they do not know and ignore stray bits in the last character; a log
# whose bytes are evidence accepts neither. Source: RFC 4648, sections 4 and 5; unpadded as in RFC 7515, section 2.

#: From the standard alphabet to the URL-safe one.
TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


class NotBase64(ValueError):
    """Text that is not the one base64 spelling of any bytes."""


def b64url(data: bytes) -> str:
    """``data`` in URL-safe base64 without padding."""
    return b64url_bytes(data).decode("ascii")


def b64url_bytes(data: bytes) -> bytes:
    """``data`` in URL-safe base64 without padding, as ASCII bytes."""
    return binascii.b2a_base64(data, newline=False).translate(TO_URL).rstrip(b"=")


def parse_b64url(text: str) -> bytes:
    """The bytes that ``b64url`` writes as ``text``. Raises ``NotBase64`` when there are none."""
    try:
        data = binascii.a2b_base64(text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise NotBase64("the text is not base64") from error
    if b64url(data) != text:
        raise NotBase64("the text is not the base64 spelling of its bytes")
    return data


def b64(data: bytes) -> str:
    """``data`` in standard base64 with padding, as C2SP notes and proofs write hashes and signatures."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def parse_b64(text: str) -> bytes:
    """The bytes that ``b64`` writes as ``text``. Raises ``NotBase64`` when there are none."""
    try:
        data = binascii.a2b_base64(text.encode("ascii"))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise NotBase64("the text is not base64") from error
    if b64(data) != text:
        raise NotBase64("the text is not the base64 spelling of its bytes")
    return data


# audit/evidence/verifier/json_bytes.py
#
# JSON to bytes and back with the standard library alone: in the single-file verifier in place of the fast one.


def encode_json(value: Any) -> bytes:
    """``value`` as compact JSON in UTF-8, keys sorted. Raises ``TypeError`` or ``ValueError`` for what is not JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()


def decode_json(data: bytes) -> Any:
    """The value of the JSON text ``data``. Raises ``ValueError`` or ``RecursionError`` when it is none."""
    return json.loads(data.decode("utf-8"))


# audit/evidence/canonical_json.py
#
# One value has one spelling: the JSON whose bytes the log hashes.
#
# What is hashed is always the stored bytes, never a re-serialisation. Still, every reader demands that bytes re-
# encode to
# themselves, so that no two parsers can read one leaf or one disclosure differently.
#
# The model is RFC 8785 (JSON Canonicalization Scheme) without its two hard corners, numbers that are not integers and
# keys beyond ASCII. Inside it sorting keys by bytes and by UTF-16 units is the same order, and a plain compact
# encoder
# writes the bytes RFC 8785 asks for; a test holds the two against each other. Text must arrive in Unicode NFC,
# because no
# canonicaliser normalises: a composed and a decomposed a-ring would otherwise be two values that look like one.

# Spelled as a Union because this file is part of the single-file verifier, which must run on older Pythons.
JsonValue = Union[None, bool, int, str, "Sequence[JsonValue]", "Mapping[str, JsonValue]"]

LARGEST_INTEGER: Final = 2**53 - 1
DEEPEST_NESTING: Final = 32


class NotCanonical(ValueError):
    """A value outside the model, or bytes that are not the one spelling of their value."""


def canonical_json(value: JsonValue) -> bytes:
    """The one spelling of ``value`` in UTF-8: no spaces, keys in order.

    Raises ``NotCanonical`` for floats, integers beyond 2^53-1, keys that are not ASCII, text that is not NFC or holds a
    lone surrogate, nesting deeper than 32, and every other type, subclasses included: their meaning is not JSON's.
    """
    _check_value(value, DEEPEST_NESTING)
    try:
        return encode_json(value)
    except (TypeError, ValueError) as error:
        raise NotCanonical("text holds a lone surrogate") from error


def parse_canonical_json(data: bytes) -> JsonValue:
    """The value of ``data``, when ``data`` is exactly the spelling ``canonical_json`` gives it.

    Raises ``NotCanonical`` otherwise: duplicate keys, spaces, other escapes, other number forms, a byte order mark.
    """
    try:
        value: JsonValue = decode_json(data)
    except (ValueError, RecursionError) as error:
        raise NotCanonical("the bytes are not JSON") from error
    if canonical_json(value) != data:
        raise NotCanonical("the bytes are not in canonical form")
    return value


def _check_value(value: object, depth: int) -> None:
    kind = type(value)
    if kind is str:
        _check_text(value)  # type: ignore[arg-type]  # the exact type was compared; mypy narrows on isinstance only
    elif kind is int:
        if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:  # type: ignore[operator]  # as above
            raise NotCanonical("an integer is beyond 2^53-1")
    elif kind is dict:
        for key in value:  # type: ignore[attr-defined]  # as above
            if type(key) is not str or not key.isascii():
                raise NotCanonical("a key is not ASCII text")
        _check_items(value.values(), depth)  # type: ignore[attr-defined]  # as above
    elif kind is list or kind is tuple:
        _check_items(value, depth)  # type: ignore[arg-type]  # as above
    elif value is not None and kind is not bool:
        raise NotCanonical(f"a value of type {kind.__name__} is outside the model")


def _check_text(text: str) -> None:
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        raise NotCanonical("text is not in Unicode NFC")


def _check_items(items: Iterable[object], depth: int) -> None:
    if depth <= 0:
        raise NotCanonical(f"nesting is deeper than {DEEPEST_NESTING}")
    for item in items:
        if type(item) is not str or not item.isascii():  # most is, and asking here costs half of asking above
            _check_value(item, depth - 1)


# audit/evidence/tree.py
#
# The Merkle tree of RFC 6962: whoever holds a root can be shown that an entry is in it and that nothing was changed.
#
# Pure: hashes in, hashes out. It knows no file, database or clock, and it refuses every proof that is not exactly the
# one RFC 9162 describes: a wrong length, a hash too many or too few, a position outside the tree, and any claim about
# a
# tree of size zero, which would carry no evidence. Sources: RFC 6962 section 2.1, RFC 9162 sections 2.1.3 and 2.1.4.

HASH_BYTES: Final = 32
LARGEST_SIZE: Final = 2**63 - 1
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

_PAIR: Final = struct.Struct("64s")

# The hash of the complete subtree (level, index): leaves index * 2**level up to, not including, (index + 1) * 2**level.
Nodes = Callable[[int, int], bytes]


class InvalidProof(ValueError):
    """What was shown does not prove what was claimed."""


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 || leaf). The prefix keeps a leaf from ever passing for a node."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def leaf_hashes(leaves: Iterable[bytes]) -> list[bytes]:
    """The hash of each leaf, in their order."""
    sha256 = hashlib.sha256
    return [sha256(b"\x00" + leaf).digest() for leaf in leaves]


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def complete_levels(hashes: bytes) -> list[bytes]:
    """The hashes of all complete subtrees over ``hashes``, which stand side by side: by level, from themselves up.

    Those of a level are joined, here as there.
    """
    sha256, pairs, levels = hashlib.sha256, _PAIR.iter_unpack, [hashes]
    while len(levels[-1]) > HASH_BYTES:
        whole = levels[-1][: len(levels[-1]) & -_PAIR.size]
        levels.append(b"".join([sha256(b"\x01" + pair).digest() for (pair,) in pairs(whole)]))
    return levels


def hash_in(hashes: bytes, number: int) -> bytes:
    """The hash with this number, counted from 0, in a row of joined ones."""
    return hashes[number * HASH_BYTES : (number + 1) * HASH_BYTES]


def compact_range(levels: Sequence[bytes], size: int) -> CompactRange:
    """The tree over the first ``size`` of the hashes whose ``complete_levels`` these are."""
    return CompactRange(size, [hash_in(levels[height], (size >> height) - 1) for height in _heights(size)])


def subtree_root(hashes: bytes) -> bytes:
    """The root over the joined ``hashes``, which are of one level; of none, the root of the empty tree."""
    return compact_range(complete_levels(hashes), len(hashes) // HASH_BYTES).root()


class CompactRange:
    """The least one must remember of a tree to go on growing it: one hash for each complete subtree, largest first."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """A tree of ``size`` leaves with its ``peaks``. Raises ``ValueError`` when they do not fit each other."""
        self.size = size
        self.peaks = list(peaks)
        if not 0 <= size <= LARGEST_SIZE or len(self.peaks) != _ones(size):
            raise ValueError(f"a tree of {size} leaves does not have {len(self.peaks)} peaks")
        if any(len(peak) != HASH_BYTES for peak in self.peaks):
            raise ValueError(f"a peak is a hash of {HASH_BYTES} bytes")

    def append(self, subtree: bytes, level: int = 0) -> None:
        """Grow the tree by a complete subtree of ``2**level`` leaves; at level 0 ``subtree`` is a leaf hash.

        Raises ``ValueError`` when a subtree of that level cannot stand at the present end of the tree.
        """
        position = self.size >> level
        if position << level != self.size or len(subtree) != HASH_BYTES:
            raise ValueError(f"a subtree of level {level} does not fit at leaf {self.size}")
        self.size += 1 << level
        while position & 1:
            subtree = node_hash(self.peaks.pop(), subtree)
            position >>= 1
        self.peaks.append(subtree)

    def extend(self, levels: Sequence[bytes]) -> None:
        """Grow the tree by the hashes whose ``complete_levels`` these are.

        Raises ``ValueError`` when they do not fit.
        """
        count = len(levels[0]) // HASH_BYTES
        for height in _heights(count):
            self.append(hash_in(levels[height], (count >> height) - 1), height)

    def root(self) -> bytes:
        """The root of the tree so far."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def upto_complete(self, level: int) -> CompactRange:
        """The tree as far as its subtrees of ``2**level`` leaves are complete; it grows apart from this one."""
        whole = self.size >> level
        return CompactRange(whole << level, self.peaks[: _ones(whole)])

    def joined(self, following: CompactRange) -> CompactRange:
        """This tree with another's leaves after it; that one must be smaller than this one's smallest peak.

        Raises ``ValueError`` when it is not: then the peaks of the two do not simply stand side by side.
        """
        if self.size and following.size >= self.size & -self.size:
            raise ValueError("the following tree does not fit beside the peaks of this one")
        return CompactRange(self.size + following.size, [*self.peaks, *following.peaks])


def split_hashes(joined: bytes) -> list[bytes]:
    """The single hashes of a row of joined ones."""
    return [joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)]


def range_root(start: int, end: int, node: Nodes) -> bytes:
    """The root over leaves ``start`` up to ``end``, made of complete subtrees; ``start`` is where RFC 6962 splits."""
    width = end - start
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return node(level, start >> level)
    split = start + _split(width)
    return node_hash(range_root(start, split, node), range_root(split, end, node))


def inclusion_proof(index: int, size: int, node: Nodes) -> list[bytes]:
    """The hashes from the sibling of leaf ``index`` up to a child of the root of the tree of ``size`` leaves.

    Raises ``ValueError`` for a leaf outside the tree. Source: RFC 9162, section 2.1.3.1.
    """
    if not 0 <= index < size <= LARGEST_SIZE:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        split = start + _split(end - start)
        if index < split:
            proof.append(range_root(split, end, node))
            end = split
        else:
            proof.append(range_root(start, split, node))
            start = split
    return proof[::-1]


def consistency_proof(old_size: int, new_size: int, node: Nodes) -> list[bytes]:
    """The hashes that show the first ``old_size`` leaves of the tree of ``new_size`` to be the older tree.

    Raises ``ValueError`` unless 1 <= ``old_size`` <= ``new_size``. Source: RFC 9162, section 2.1.4.1.
    """
    if not 1 <= old_size <= new_size <= LARGEST_SIZE:
        raise ValueError(f"a tree of {new_size} leaves says nothing about one of {old_size}")
    proof: list[bytes] = []
    start, end = 0, new_size
    while old_size != end:
        split = start + _split(end - start)
        if old_size <= split:
            proof.append(range_root(split, end, node))
            end = split
        else:
            proof.append(range_root(start, split, node))
            start = split
    if start > 0:
        proof.append(range_root(start, end, node))
    return proof[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Returns when leaf hash ``leaf`` is at ``index`` in the tree of ``size`` leaves with ``root``.

    Raises ``InvalidProof`` otherwise. Accepts what RFC 9162, section 2.1.3.2, accepts.
    """
    _check_hashes(leaf, root, *proof)
    if not 0 <= index < size <= LARGEST_SIZE:
        raise InvalidProof(f"there is no leaf {index} in a tree of {size}")
    inner, border = _path_lengths(index, size)
    if len(proof) != inner + border:
        raise InvalidProof(f"the proof has {len(proof)} hashes instead of {inner + border}")
    if _climb_border(_climb_inner(leaf, proof[:inner], index), proof[inner:]) != root:
        raise InvalidProof("the proof leads to another root")


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Returns when the tree of ``old_size`` leaves with ``old_root`` is the beginning of the one of ``new_size``.

    Raises ``InvalidProof`` otherwise. Accepts what RFC 9162, section 2.1.4.2, accepts.
    """
    _check_hashes(old_root, new_root, *proof)
    if not 1 <= old_size <= new_size <= LARGEST_SIZE:
        raise InvalidProof(f"a tree of {new_size} leaves says nothing about one of {old_size}")
    if old_size == new_size:
        if proof or old_root != new_root:
            raise InvalidProof("two trees of one size have different roots")
        return
    # The path starts at the last complete subtree of the older tree. When that is the whole older tree, its root is
    # known already and not sent.
    level = (old_size & -old_size).bit_length() - 1
    start = [old_root] if old_size == 1 << level else list(proof[:1])
    rest = proof if old_size == 1 << level else proof[1:]
    inner, border = _path_lengths(old_size - 1, new_size)
    inner -= level
    if not start or len(rest) != inner + border:
        raise InvalidProof(f"the proof has {len(proof)} hashes, which is not its length")
    place = (old_size - 1) >> level
    within_old = [one for height, one in enumerate(rest[:inner]) if place >> height & 1]
    if _climb_border(_climb_border(start[0], within_old), rest[inner:]) != old_root:
        raise InvalidProof("the proof leads to another root of the older tree")
    if _climb_border(_climb_inner(start[0], rest[:inner], place), rest[inner:]) != new_root:
        raise InvalidProof("the proof leads to another root of the newer tree")


def _path_lengths(index: int, size: int) -> tuple[int, int]:
    """How many hashes lie on the path of leaf ``index`` below, and on or above, the right border of the tree.

    Below the border the path is as in a complete tree; along the border every hash stands to the left.
    """
    inner = (index ^ (size - 1)).bit_length()
    return inner, _ones(index >> inner)


def _climb_inner(start: bytes, siblings: Sequence[bytes], place: int) -> bytes:
    for height, sibling in enumerate(siblings):
        start = node_hash(sibling, start) if place >> height & 1 else node_hash(start, sibling)
    return start


def _climb_border(start: bytes, siblings: Sequence[bytes]) -> bytes:
    for sibling in siblings:
        start = node_hash(sibling, start)
    return start


def _heights(size: int) -> list[int]:
    """The heights of the complete subtrees of which a tree of ``size`` leaves consists, highest first."""
    return [height for height in reversed(range(size.bit_length())) if size >> height & 1]


def _ones(number: int) -> int:
    return bin(number).count("1")  # noqa: FURB161  # int.bit_count is younger than the Pythons the verifier runs on


def _split(width: int) -> int:
    """The largest power of two smaller than ``width`` (at least 2): where RFC 6962 divides a tree."""
    return 1 << ((width - 1).bit_length() - 1)


def _check_hashes(*hashes: bytes) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise InvalidProof(f"a hash is {HASH_BYTES} bytes")


# audit/evidence/commitment.py
#
# What an event says stays sealed; that it said so is committed to.
#
# Each fact of an event becomes a *disclosure*: the fact with 128 random bits, written as RFC 9901 writes them. The
# event's commitment covers the digests of all of them. Whoever is shown a fact can check it against the commitment;
# whoever is not gets only its digest, from which nothing can be guessed. Destroying salt and value erases the fact
# and
# breaks no proof.

SALT_BYTES: Final = 16
DIGEST_BYTES: Final = 32
COMMITMENT_LABEL: Final = b"disclosure-log/commit/1\n"


class MalformedDisclosure(ValueError):
    """Bytes that are not a disclosure or a bundle of them, or digests that cannot be committed to."""


def disclosure(name: str, value: JsonValue, salt: bytes | None = None) -> bytes:
    """The fact ``name`` = ``value`` with its salt: ASCII base64url of the UTF-8 JSON array ``[salt, name, value]``.

    ``salt`` is 16 bytes, drawn at random unless given. Raises ``MalformedDisclosure`` for another length and for a name
    that is not ASCII, ``NotCanonical`` for a value outside the model. Source: RFC 9901, section 4.2.1.
    """
    if salt is None:
        salt = secrets.token_bytes(SALT_BYTES)
    return b64url_bytes(disclosed_json(name, value, salt))


def disclosed_json(name: str, value: JsonValue, salt: bytes) -> bytes:
    """The JSON array inside a disclosure. Raises as ``disclosure`` does."""
    if len(salt) != SALT_BYTES:
        raise MalformedDisclosure(f"a salt is {SALT_BYTES} bytes, not {len(salt)}")
    if not name or not name.isascii():
        raise MalformedDisclosure("the name of a disclosure is ASCII text")
    return canonical_json([b64url(salt), name, value])


def digest(disclosure: bytes) -> bytes:
    """What stands for a disclosure that is not shown: SHA-256 of its ASCII bytes, 32 bytes."""
    return hashlib.sha256(disclosure).digest()


def commitment(digests: Iterable[bytes]) -> bytes:
    """SHA-256 over ``disclosure-log/commit/1`` and a line feed, then the digests in byte order: 32 bytes.

    The order in which digests arrive says nothing. Raises ``MalformedDisclosure`` for no digest, a digest that is not
    32 bytes, and the same digest twice: with fresh salts that is always a mistake.
    """
    ordered = sorted(digests)
    if not ordered:
        raise MalformedDisclosure("an event discloses at least one fact")
    if any(len(one) != DIGEST_BYTES for one in ordered):
        raise MalformedDisclosure(f"a digest is {DIGEST_BYTES} bytes")
    if len(set(ordered)) != len(ordered):
        raise MalformedDisclosure("the same digest twice in one event")
    return hashlib.sha256(COMMITMENT_LABEL + b"".join(ordered)).digest()


def opened(disclosure: bytes) -> tuple[str, JsonValue]:
    """The name and value of a disclosure. Raises ``MalformedDisclosure`` unless it re-encodes to the same bytes."""
    try:
        parts = parse_canonical_json(parse_b64url(disclosure.decode("ascii")))
        if not isinstance(parts, list) or len(parts) != 3:
            raise MalformedDisclosure("a disclosure is an array of salt, name and value")
        salt, name, value = parts
        if not isinstance(salt, str) or len(parse_b64url(salt)) != SALT_BYTES:
            raise MalformedDisclosure(f"a salt is {SALT_BYTES} bytes in base64url")
    except (NotBase64, NotCanonical, UnicodeDecodeError) as error:
        raise MalformedDisclosure(f"not a disclosure: {error}") from error
    if not isinstance(name, str) or not name or not name.isascii():
        raise MalformedDisclosure("the name of a disclosure is ASCII text")
    return name, value


# audit/evidence/event_leaf.py
#
# The leaf of an event: its commitment, and not a word about anybody. Pure, and part of the single-file verifier.

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


# audit/evidence/note.py
#
# Text that bears signatures, and the signed heads of the log.
#
# A *note* is text, an empty line, and one line for each signature (c2sp.org/signed-note). A *checkpoint* is a note
# that
# says: the log of this name has this many leaves and this root (c2sp.org/tlog-checkpoint). The log signs it twice
# with
# one key: plainly, and as a cosignature that states the time (c2sp.org/tlog-cosignature), as the text itself has
# none.
#
# A signature by a key one does not know is passed over, which is how keys are changed; one by a known key that does
# not
# hold makes the whole note worthless. Pure: the check of a single Ed25519 signature is handed in.

ED25519: Final = 0x01
TIMESTAMPED_ED25519: Final = 0x04
PUBLIC_KEY_BYTES: Final = 32
ED25519_SIGNATURE_BYTES: Final = 64
TIME_BYTES: Final = 8
LATEST_TIME: Final = 2**63 - 1
MOST_SIGNATURES: Final = 64
LARGEST_NOTE: Final = 1_000_000
SIGNATURE_MARK: Final = "\u2014 "

_VERIFIER_KEY: Final = re.compile(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
_PLAIN_NAME: Final = re.compile(r"[!-*,-~]+")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}")

# Whether a signature over a message holds: (public key, message, signature).
VerifyEd25519 = Callable[[bytes, bytes, bytes], bool]


class MalformedNote(ValueError):
    """Bytes that are not a signed note, a checkpoint, or a verifier key in their one spelling."""


class NoteRefused(ValueError):
    """A known key's signature does not hold."""


@dataclass(frozen=True)
class VerifierKey:
    """What one must know to check a signature: the signer's name, the kind of signature, 32 bytes of public key."""

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise MalformedNote("a key's name has no spaces and no plus sign")
        if self.kind not in {ED25519, TIMESTAMPED_ED25519}:
            raise MalformedNote(f"signatures of kind {self.kind} are not checked here")
        if len(self.public) != PUBLIC_KEY_BYTES:
            raise MalformedNote(f"an Ed25519 public key is {PUBLIC_KEY_BYTES} bytes")

    @cached_property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256 over name, line feed, kind and public key."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(named).digest()[:4]

    @property
    def text(self) -> str:
        """The key as C2SP writes it: ``name+id+base64(kind || public key)``."""
        return f"{self.name}+{self.key_id.hex()}+{b64(bytes([self.kind]) + self.public)}"


@dataclass(frozen=True)
class Signature:
    """One line under a note: the name and id of the key, and what it made."""

    name: str
    key_id: bytes
    made: bytes

    @property
    def line(self) -> str:
        """The line as it stands in the note, without its line feed."""
        return f"{SIGNATURE_MARK}{self.name} {b64(self.key_id + self.made)}"


@dataclass(frozen=True)
class Note:
    """A text that ends in a line feed, and the signatures under it."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """The note as bytes."""
        return (self.text + "\n" + "".join(one.line + "\n" for one in self.signatures)).encode()


@dataclass(frozen=True)
class Checkpoint:
    """A head of the log: its name, the number of leaves (at least one), the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed: three lines. Extension lines are never written, since not every signature covers them."""
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n"


@dataclass(frozen=True)
class Verified:
    """A signature that holds: whose, and the time it states (seconds since 1970), if it states one."""

    key: VerifierKey
    time: int | None


def is_key_name(name: str) -> bool:
    """Whether a key may be called so: not empty, no Unicode space, no plus sign, no control character."""
    if _PLAIN_NAME.fullmatch(name) is not None:
        return True
    strange = {"Cc", "Cs", "Zs", "Zl", "Zp"}
    return bool(name) and not any(one == "+" or unicodedata.category(one) in strange for one in name)


def parse_verifier_key(text: str) -> VerifierKey:
    """The key written as ``name+id+base64(kind || public key)``. Raises ``MalformedNote`` when the id is another's."""
    match = _VERIFIER_KEY.fullmatch(text)
    if match is None:
        raise MalformedNote("a verifier key is name, id and key, joined with plus signs")
    try:
        encoded = parse_b64(match[3])
    except NotBase64 as error:
        raise MalformedNote(f"not a verifier key: {error}") from error
    key = VerifierKey(match[1], encoded[0], encoded[1:])
    if key.text != text:
        raise MalformedNote("the id in a verifier key is not that of the key")
    return key


def key_fingerprint(public: bytes) -> str:
    """What people compare: the first 16 bytes of SHA-256 over the public key, as eight groups of four hex digits."""
    digits = hashlib.sha256(public).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))


def parse_note(data: bytes) -> Note:
    """The text and signatures of a note, which encode to exactly these bytes. Raises ``MalformedNote`` otherwise."""
    if len(data) > LARGEST_NOTE:
        raise MalformedNote("the note is too large")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedNote("the note is not UTF-8") from error
    if _CONTROL.search(whole):
        raise MalformedNote("the note holds a control character")
    body, gap, below = whole.rpartition("\n\n")
    lines = below.split("\n")
    if not gap or lines.pop() != "":
        raise MalformedNote("a note is text, an empty line, and signature lines")
    if not 1 <= len(lines) <= MOST_SIGNATURES:
        raise MalformedNote(f"a note bears 1 to {MOST_SIGNATURES} signatures")
    return Note(body + "\n", tuple(_parse_signature(line) for line in lines))


def _parse_signature(line: str) -> Signature:
    name, space, encoded = line[len(SIGNATURE_MARK) :].partition(" ")
    if not line.startswith(SIGNATURE_MARK) or not space or not is_key_name(name):
        raise MalformedNote("a signature line is a dash, a name and a signature")
    try:
        made = parse_b64(encoded)
    except NotBase64 as error:
        raise MalformedNote(f"not a signature: {error}") from error
    if len(made) <= 4:
        raise MalformedNote("a signature is longer than its key id")
    return Signature(name, made[:4], made[4:])


def parse_checkpoint(text: str) -> Checkpoint:
    """The head that the text of a note states.

    Raises ``MalformedNote`` for extension lines, for size zero, which proves nothing, and for any other spelling.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] != "" or not lines[0]:
        raise MalformedNote("a checkpoint is three lines: origin, size, root")
    if _DECIMAL.fullmatch(lines[1]) is None or not 1 <= int(lines[1]) <= LARGEST_SIZE:
        raise MalformedNote("the size of a checkpoint is a number of at least one")
    try:
        root = parse_b64(lines[2])
    except NotBase64 as error:
        raise MalformedNote(f"the root of a checkpoint is not a hash: {error}") from error
    if len(root) != HASH_BYTES:
        raise MalformedNote("the root of a checkpoint is not a hash")
    return Checkpoint(lines[0], int(lines[1]), root)


def timestamped_message(text: str, time: int) -> bytes:
    """What a cosignature of ``text`` at ``time`` (seconds since 1970) signs."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def plain_signature(key: VerifierKey, made: bytes) -> Signature:
    """The line for a plain Ed25519 signature of the text by ``key``."""
    return Signature(key.name, key.key_id, made)


def timestamped_signature(key: VerifierKey, time: int, made: bytes) -> Signature:
    """The line for an Ed25519 signature by ``key`` over ``timestamped_message``."""
    return Signature(key.name, key.key_id, struct.pack(">Q", time) + made)


def verify_note(note: Note, known: Iterable[VerifierKey], verify_ed25519: VerifyEd25519) -> Sequence[Verified]:
    """The signatures by known keys, all of which hold, in the order of their lines; perhaps none.

    Raises ``NoteRefused`` when a signature with a known key's name and id does not hold or the key signed twice.
    """
    keys = {(key.name, key.key_id): key for key in known}
    verified: list[Verified] = []
    for signature in note.signatures:
        key = keys.get((signature.name, signature.key_id))
        if key is None:
            continue
        if any(one.key == key for one in verified):
            raise NoteRefused(f"{key.name} signed twice")
        verified.append(_verify(note.text, signature, key, verify_ed25519))
    return verified


def _verify(text: str, signature: Signature, key: VerifierKey, verify_ed25519: VerifyEd25519) -> Verified:
    made, time, message = signature.made, None, text.encode()
    if key.kind == TIMESTAMPED_ED25519:
        time = int.from_bytes(made[:TIME_BYTES], "big")
        made, message = made[TIME_BYTES:], timestamped_message(text, time)
        if time > LATEST_TIME:
            raise NoteRefused(f"the time stated by {key.name} is out of range")
    if len(made) != ED25519_SIGNATURE_BYTES or not verify_ed25519(key.public, message, made):
        raise NoteRefused(f"the signature by {key.name} does not hold")
    return Verified(key, time)


# audit/evidence/log_policy.py
#
# Whom one trusts for a log: the one file an auditor or a family brings along, apart from the log itself.
#
# It names the log, the keys that sign its heads with the sizes for which each does, the witnesses of whom a quorum
# must
# have cosigned: the terms of c2sp.org/tlog-policy, and it can be printed in that form. Beside them stand the keys
# that
# sign receipts, of which that form knows nothing. Pure.

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


# audit/evidence/proof_text.py
#
# A proof as one text file that anyone can check without asking anyone: c2sp.org/tlog-proof.
#
# It says at which index of which signed head an entry stands, and the hashes that lead from one to the other. Pure.

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
LONGEST_PROOF: Final = 63

_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})")


class MalformedProof(ValueError):
    """Text that is not a proof in its one spelling."""


@dataclass(frozen=True)
class TextProof:
    """An index, the hashes from the leaf's sibling up, the signed head, and extra bytes that nothing vouches for."""

    index: int
    hashes: Sequence[bytes]
    checkpoint: Note
    extra: bytes | None = None

    def encode(self) -> bytes:
        """The proof as text."""
        extra = [] if self.extra is None else [f"extra {b64(self.extra)}"]
        lines = [FIRST_LINE, *extra, f"index {self.index}", *(b64(one) for one in self.hashes), ""]
        return "".join(line + "\n" for line in lines).encode("ascii") + self.checkpoint.encode()


def parse_proof(data: bytes) -> TextProof:
    """The proof written as ``data``. Raises ``MalformedProof``, naming the line, unless it encodes to these bytes.

    Whether the hashes lead to the head, and whose signatures the head bears, is for the caller to verify.
    """
    head, gap, checkpoint = data.partition(b"\n\n")
    if not gap:
        raise MalformedProof("a proof is lines, an empty line, and a checkpoint")
    try:
        lines = head.decode("ascii").split("\n")
        note = parse_note(checkpoint)
        parse_checkpoint(note.text)
    except UnicodeDecodeError as error:
        raise MalformedProof("the lines of a proof are ASCII") from error
    except MalformedNote as error:
        raise MalformedProof(f"the checkpoint is not one: {error}") from error
    proof = _parse_lines(lines, note)
    if proof.encode() != data:
        raise MalformedProof("the proof is not in its one spelling")
    return proof


def _parse_lines(lines: Sequence[str], checkpoint: Note) -> TextProof:
    if lines[0] != FIRST_LINE:
        raise MalformedProof(f"line 1 is not {FIRST_LINE}")
    at, extra = 1, None
    if lines[1:] and lines[1].startswith("extra "):
        at, extra = 2, _decode(lines[1][len("extra ") :], 2)
    index = _INDEX.fullmatch(lines[at]) if at < len(lines) else None
    if index is None:
        raise MalformedProof(f"line {at + 1} does not name the index")
    hashes = [_decode(line, number) for number, line in enumerate(lines[at + 1 :], start=at + 2)]
    for number, one in enumerate(hashes, start=at + 2):
        if len(one) != HASH_BYTES:
            raise MalformedProof(f"line {number} is not a hash")
    if len(hashes) > LONGEST_PROOF:
        raise MalformedProof("there are more hashes than any tree is high")
    return TextProof(int(index[1]), tuple(hashes), checkpoint, extra)


def _decode(text: str, number: int) -> bytes:
    try:
        return parse_b64(text)
    except NotBase64 as error:
        raise MalformedProof(f"line {number} is not base64") from error


# audit/evidence/report_file.py
#
# The file a person takes home: what was recorded about them, and the proof that each entry stands in the log.
#
# It is text, a line of JSON for the whole and one for each entry. The first line bears the signed head, the keys it
# is
# signed with, the id of the policy it was made under, and the hashes that the proofs need, each once. An entry has
# its
# index, the facts that are shown, each with its salt; the digests of those that are not; and the numbers of the
# hashes
# that lead to the head. Changing any byte is noticed. That no entry was left out is not something such a file can
# prove.
# Pure.

REPORT_FORMAT: Final = "tillit-report/2"

_HEAD_FIELDS: Final = ["checkpoint", "format", "hashes", "keys", "policy"]
_ENTRY_FIELDS: Final = ["hidden", "index", "opened", "proof"]


class MalformedReport(ValueError):
    """Bytes that are not a report in its one form; the message names the line."""


class ReportRefused(ValueError):
    """The report does not hold against the policy; the message says where and why."""


@dataclass(frozen=True)
class ReportEntry:
    """An event: its index in the log, the disclosures shown, the digests of the others (in byte order), its proof."""

    index: int
    opened: tuple[bytes, ...]
    hidden: tuple[bytes, ...]
    proof: tuple[bytes, ...]

    @property
    def facts(self) -> list[tuple[str, JsonValue]]:
        """Names and values of what is shown."""
        return [opened(one) for one in self.opened]

    @property
    def leaf(self) -> bytes:
        """The leaf that these disclosures and digests make. Raises ``MalformedDisclosure`` when they cannot."""
        return event_leaf(commitment([*(digest(one) for one in self.opened), *self.hidden]))


@dataclass(frozen=True)
class Report:
    """The signed head (a note), the log's keys under it, the id of the policy, and entries by ascending index."""

    checkpoint: bytes
    keys: tuple[VerifierKey, ...]
    policy_id: str
    entries: tuple[ReportEntry, ...]

    def encode(self) -> bytes:
        """The file as bytes."""
        numbers: dict[bytes, int] = {}
        for entry in self.entries:
            for one in entry.proof:
                numbers.setdefault(one, len(numbers))
        head: JsonValue = {
            "checkpoint": self.checkpoint.decode(),
            "format": REPORT_FORMAT,
            "hashes": b64url(b"".join(numbers)),
            "keys": [key.text for key in self.keys],
            "policy": self.policy_id,
        }
        lines = [head, *(_entry_line(entry, numbers) for entry in self.entries)]
        return b"".join(canonical_json(line) + b"\n" for line in lines)


def _entry_line(entry: ReportEntry, numbers: dict[bytes, int]) -> JsonValue:
    return {
        "hidden": b64url(b"".join(entry.hidden)),
        "index": entry.index,
        "opened": [parse_canonical_json(parse_b64url(one.decode())) for one in entry.opened],
        "proof": [numbers[one] for one in entry.proof],
    }


def parse_report(data: bytes) -> Report:
    """The report in a file. Raises ``MalformedReport`` unless it encodes to exactly these bytes."""
    if not data.endswith(b"\n"):
        raise MalformedReport("the file ends within a line")
    first, *others = data[:-1].split(b"\n")
    checkpoint, keys, policy_id, hashes = _parse_head(first)
    entries = tuple(_parse_entry(line, number, hashes) for number, line in enumerate(others, start=2))
    indexes = [entry.index for entry in entries]
    if indexes != sorted(set(indexes)):
        raise MalformedReport("the entries are not in the order of the log")
    report = Report(checkpoint, keys, policy_id, entries)
    if report.encode() != data:
        raise MalformedReport("the report is not in its one form")
    return report


def _parse_head(line: bytes) -> tuple[bytes, tuple[VerifierKey, ...], str, list[bytes]]:
    said = _object(line, 1, _HEAD_FIELDS)
    checkpoint, keys, policy_id = said["checkpoint"], said["keys"], said["policy"]
    if said["format"] != REPORT_FORMAT:
        raise MalformedReport(f"line 1: the format is not {REPORT_FORMAT}")
    if not isinstance(checkpoint, str) or not isinstance(policy_id, str) or not isinstance(keys, list) or not keys:
        raise MalformedReport("line 1: a field is not what it should be")
    try:
        parsed = tuple(parse_verifier_key(key if isinstance(key, str) else "") for key in keys)
    except MalformedNote as error:
        raise MalformedReport(f"line 1: {error}") from error
    return checkpoint.encode(), parsed, policy_id, _row(said["hashes"], 1)


def _parse_entry(line: bytes, number: int, hashes: Sequence[bytes]) -> ReportEntry:
    said = _object(line, number, _ENTRY_FIELDS)
    index, shown, path = said["index"], said["opened"], said["proof"]
    if type(index) is not int or index < 0 or not isinstance(shown, list) or not isinstance(path, list):
        raise MalformedReport(f"line {number}: a field is not what it should be")
    if not all(type(one) is int and 0 <= one < len(hashes) for one in path):
        raise MalformedReport(f"line {number}: the proof names a hash that is not there")
    hidden = _row(said["hidden"], number)
    if hidden != sorted(set(hidden)):
        raise MalformedReport(f"line {number}: the hidden digests are not in byte order")
    disclosures = tuple(_disclosure(one, number) for one in shown)
    return ReportEntry(index, disclosures, tuple(hidden), tuple(hashes[one] for one in path))


def _disclosure(said: JsonValue, number: int) -> bytes:
    try:
        salt, name, value = said if isinstance(said, list) and len(said) == 3 else ("", "", None)
        if not isinstance(salt, str) or not isinstance(name, str):
            raise MalformedReport(f"line {number}: a fact is a salt, a name and a value")
        return disclosure(name, value, parse_b64url(salt))
    except (NotBase64, MalformedDisclosure) as error:
        raise MalformedReport(f"line {number}: {error}") from error


def _object(line: bytes, number: int, fields: list[str]) -> dict[str, JsonValue]:
    try:
        said = parse_canonical_json(line)
    except NotCanonical as error:
        raise MalformedReport(f"line {number}: {error}") from error
    if not isinstance(said, dict) or sorted(said) != fields:
        raise MalformedReport(f"line {number}: the fields are not {', '.join(fields)}")
    return said


def _row(said: JsonValue, number: int) -> list[bytes]:
    try:
        joined = parse_b64url(said if isinstance(said, str) else "!")
    except NotBase64 as error:
        raise MalformedReport(f"line {number}: {error}") from error
    if len(joined) % DIGEST_BYTES:
        raise MalformedReport(f"line {number}: a hash is {HASH_BYTES} bytes")
    return split_hashes(joined)


def verify_report(report: Report, policy: LogPolicy, verify_ed25519: VerifyEd25519) -> SignedHead:
    """The signed head in which every entry of the report stands.

    Raises ``ReportRefused``, naming the entry, when one does not; when the policy does not vouch for the head or asks
    for cosignatures that it does not bear; and when the report was made under another policy.
    """
    if report.policy_id != policy.policy_id:
        raise ReportRefused("the report was made under another policy than the one given")
    head = _verify_entries(report, policy, verify_ed25519)
    expected = {one.key for one in policy.keys if one.signs(head.checkpoint.size)}
    if set(report.keys) != expected or len(report.keys) != len(expected):
        raise ReportRefused("the keys named in the report are not those of the policy")
    if not head.is_witnessed:
        raise ReportRefused("the head does not bear the cosignatures that the policy asks for")
    return head


def verify_report_by_its_own_keys(report: Report, verify_ed25519: VerifyEd25519) -> tuple[SignedHead, list[str]]:
    """The head in which every entry stands, and the fingerprints of the keys that signed it: to be compared by people.

    Whoever made the file could have made the keys too; only the comparison says that they are those of the log. Raises
    ``ReportRefused`` when the report contradicts itself.
    """
    try:
        origin = parse_checkpoint(parse_note(report.checkpoint).text).origin
        policy = LogPolicy(origin, tuple(LogKey(key) for key in report.keys))
    except (MalformedNote, PolicyRefused) as error:
        raise ReportRefused(str(error)) from error
    head = _verify_entries(report, policy, verify_ed25519)
    return head, [key_fingerprint(key.public) for key in report.keys]


def _verify_entries(report: Report, policy: LogPolicy, verify_ed25519: VerifyEd25519) -> SignedHead:
    try:
        head = judge_checkpoint(report.checkpoint, policy, verify_ed25519)
    except CheckpointRefused as error:
        raise ReportRefused(f"the signed head: {error}") from error
    size, root = head.checkpoint.size, head.checkpoint.root
    for entry in report.entries:
        try:
            verify_inclusion(entry.index, size, leaf_hash(entry.leaf), entry.proof, root)
        except (InvalidProof, MalformedDisclosure) as error:
            raise ReportRefused(f"entry {entry.index}: {error}") from error
    return head


def tlog_proof(report: Report, index: int) -> bytes:
    """The proof of one entry in the form of c2sp.org/tlog-proof.

    Raises ``LookupError`` when it is not in the report.
    """
    for entry in report.entries:
        if entry.index == index:
            return TextProof(index, entry.proof, parse_note(report.checkpoint)).encode()
    raise LookupError(f"entry {index} is not in the report")


# audit/evidence/verifier/verify_ed25519.py
#
# Whether an Ed25519 signature holds, in plain Python: in the single-file verifier, where nothing else is at hand.
#
# It only verifies, so nothing secret passes through and it need not run in constant time; one signature takes some
# milliseconds. Strict as RFC 8032 is: encodings that are not canonical are refused. Source: RFC 8032, sections 5.1
# and 6.

PRIME: Final = 2**255 - 19
ORDER: Final = 2**252 + 27742317777372353535851937790883648493
CURVE_D: Final = -121665 * pow(121666, PRIME - 2, PRIME) % PRIME
ROOT_OF_MINUS_ONE: Final = pow(2, (PRIME - 1) // 4, PRIME)

# A point as x = X/Z, y = Y/Z, xy = T/Z (RFC 8032, section 5.1.4).
Point = tuple[int, int, int, int]

NEUTRAL: Final = (0, 1, 1, 0)


def verify_ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` (64 bytes) over ``message`` was made with the key of ``public`` (32 bytes)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment_point = _decoded(public), _decoded(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment_point is None or scalar >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    # sB = R + hA, asked as sB + h(-A) = R and compared as bytes, without the cofactor, as the usual libraries do.
    negated = (PRIME - key[0], key[1], key[2], PRIME - key[3])
    return _encoded(_double_multiplied(scalar, BASE, challenge, negated)) == signature[:32]


def _added(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % PRIME
    b = (one[1] + one[0]) * (other[1] + other[0]) % PRIME
    c = 2 * one[3] * other[3] * CURVE_D % PRIME
    d = 2 * one[2] * other[2] % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def _double_multiplied(factor: int, point: Point, other_factor: int, other: Point) -> Point:
    """The sum of ``factor`` times ``point`` and ``other_factor`` times ``other``, bit by bit from the highest."""
    both = _added(point, other)
    total: Point = NEUTRAL
    for bit in reversed(range(max(factor.bit_length(), other_factor.bit_length()))):
        total = _added(total, total)
        chosen = factor >> bit & 1, other_factor >> bit & 1
        if chosen == (1, 1):
            total = _added(total, both)
        elif chosen == (1, 0):
            total = _added(total, point)
        elif chosen == (0, 1):
            total = _added(total, other)
    return total


def _encoded(point: Point) -> bytes:
    inverse = pow(point[2], PRIME - 2, PRIME)
    x, y = point[0] * inverse % PRIME, point[1] * inverse % PRIME
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decoded(encoded: bytes) -> Point | None:
    """The point, or None for bytes that are not the encoding of one. Source: RFC 8032, section 5.1.3."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= PRIME:
        return None
    numerator, denominator = y * y - 1, CURVE_D * y * y + 1
    x = numerator * denominator**3 * pow(numerator * denominator**7, (PRIME - 5) // 8, PRIME) % PRIME
    if (denominator * x * x - numerator) % PRIME != 0:
        x = x * ROOT_OF_MINUS_ONE % PRIME
    if (denominator * x * x - numerator) % PRIME != 0 or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = PRIME - x
    return x, y, 1, x * y % PRIME


_BASE_Y: Final = 4 * pow(5, PRIME - 2, PRIME) % PRIME
_BASE_POINT = _decoded(_BASE_Y.to_bytes(32, "little"))
if _BASE_POINT is None:
    raise ArithmeticError("the base point of the curve is not on the curve")
BASE: Final = _BASE_POINT


# audit/evidence/verifier/main.py
#
# The command line of the single-file verifier: ``python tillit-verify.py --policy log-policy.json report.tillit``.

VERIFIED: Final = 0
FOUND: Final = 1
USAGE: Final = 2
COMPARE: Final = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify a report and say so; returns 0 verified, 1 a finding, 2 wrong use, 3 consistent but to be compared."""
    parser = argparse.ArgumentParser(
        prog="tillit-verify.py",
        description="Verify that every entry of a report stands in the disclosure log. Needs nothing but Python.",
        epilog="Exit code 0: verified. 1: something is wrong. 2: wrong use. 3: consistent, but without --policy only "
        "the fingerprint can say whose log it is.",
    )
    parser.add_argument("report", type=Path, help="the report, as it was handed over (report.tillit)")
    parser.add_argument("--policy", type=Path, help="log-policy.json: which log and which keys you trust")
    parser.add_argument(
        "--entries", action="store_true", help="print what each entry says, a line of JSON for each fact"
    )
    parser.add_argument(
        "--tlog-proof", type=int, metavar="INDEX", help="print the proof of one entry (C2SP tlog-proof)"
    )
    asked = parser.parse_args(arguments)
    try:
        policy = None if asked.policy is None else parse_policy(asked.policy.read_bytes())
        data = asked.report.read_bytes()
    except OSError as error:
        return _say(f"{error.filename}: {error.strerror}", USAGE)
    except PolicyRefused as error:
        return _say(f"{asked.policy}: {error}", USAGE)
    try:
        report = parse_report(data)
        if policy is None:
            head, fingerprints = verify_report_by_its_own_keys(report, verify_ed25519)
        else:
            head, fingerprints = verify_report(report, policy, verify_ed25519), []
    except (MalformedReport, ReportRefused) as error:
        return _say(f"NOT VERIFIED: {asked.report}: {error}", FOUND)
    if asked.tlog_proof is not None:
        return _print_proof(report, asked.tlog_proof)
    if asked.entries:
        _print_entries(report)
    return _conclude(report, head, fingerprints)


def _conclude(report: Report, head: SignedHead, fingerprints: Sequence[str]) -> int:
    signed = datetime.fromtimestamp(head.time, timezone.utc).isoformat()  # noqa: UP017  # UTC needs Python 3.11
    where = f"the log {head.checkpoint.origin}, which had {head.checkpoint.size} entries when it was signed at {signed}"
    if not fingerprints:
        return _say(f"Verified: {len(report.entries)} entries stand in {where}.", VERIFIED)
    for fingerprint in fingerprints:
        _say(f"consistent; signed by key {fingerprint}: compare with the one printed on your consent receipt", COMPARE)
    return _say(f"The {len(report.entries)} entries stand in {where}, if the fingerprint is the same.", COMPARE)


def _print_entries(report: Report) -> None:
    for entry in report.entries:
        for name, value in entry.facts:
            sys.stdout.write(canonical_json({"index": entry.index, "name": name, "value": value}).decode() + "\n")
        hidden = {"index": entry.index, "not_shown": len(entry.hidden)}
        sys.stdout.write(canonical_json(hidden).decode() + "\n")


def _print_proof(report: Report, index: int) -> int:
    try:
        sys.stdout.write(tlog_proof(report, index).decode())
    except LookupError as error:
        return _say(str(error), USAGE)
    return VERIFIED


def _say(sentence: str, code: int) -> int:
    stream = sys.stdout if code in {VERIFIED, COMPARE} else sys.stderr
    stream.write(sentence + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
