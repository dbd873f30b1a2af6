"""The Merkle tree of RFC 6962: whoever holds a root can be shown that an entry is in it and that nothing was changed.

Pure: hashes in, hashes out. It knows no file, database or clock, and it refuses every proof that is not exactly the
one RFC 9162 describes: a wrong length, a hash too many or too few, a position outside the tree, and any claim about a
tree of size zero, which would carry no evidence. Sources: RFC 6962 section 2.1, RFC 9162 sections 2.1.3 and 2.1.4.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Final

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
