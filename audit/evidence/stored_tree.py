"""The tree as it lies in a store: entries, hashes, and the proofs for any of them, read from a few tiles.

Nothing read here is believed by itself; a proof made of it holds or does not hold against a signed head.
"""

from functools import lru_cache
from typing import Final

from audit.evidence.log_store import LogStore, NotInStore
from audit.evidence.tiles import WIDTH, WIDTH_BITS, Tile, parse_entry_bundle, parse_tile
from audit.evidence.tree import (
    HASH_BYTES,
    CompactRange,
    complete_levels,
    consistency_proof,
    hash_in,
    inclusion_proof,
    range_root,
    split_hashes,
    subtree_root,
)

TILES_KEPT: Final = 256


def read_tile(store: LogStore, tile: Tile) -> bytes:
    """The bytes of a partial or full tile or bundle.

    A partial one may have been replaced by the full one, which begins with it. Raises ``NotInStore`` when neither is
    there, and ``MalformedTile`` when the full one is not what it should be.
    """
    try:
        return store.read(tile.path)
    except NotInStore:
        if tile.width == WIDTH:
            raise
        full = store.read(Tile(tile.level, tile.number).path)
    if tile.level is not None:
        return full[: tile.width * HASH_BYTES]
    return full[: sum(2 + len(entry) for entry in parse_entry_bundle(full, WIDTH)[: tile.width])]


class StoredTree:
    """The tree of ``size`` leaves in ``store``."""

    def __init__(self, store: LogStore, size: int) -> None:
        self.store = store
        self.size = size
        # By level and number of a tile: the hashes in it and those above them, as far as they are complete.
        self._levels = lru_cache(TILES_KEPT)(self._read_levels)

    def entries(self, number: int) -> list[bytes]:
        """The leaves of window ``number``, as far as the tree goes. Raises ``NotInStore`` or ``MalformedTile``."""
        tile = self._tile(None, number)
        return parse_entry_bundle(read_tile(self.store, tile), tile.width)

    def hashes(self, level: int, number: int) -> list[bytes]:
        """The hashes of a tile, as far as the tree goes. Raises ``NotInStore`` or ``MalformedTile``."""
        return split_hashes(self._levels(level, number)[0])

    def node(self, level: int, index: int) -> bytes:
        """The hash of the complete subtree of ``2**level`` leaves at ``index``. Raises as ``hashes`` does."""
        tile_level, height = divmod(level, WIDTH_BITS)
        number, start = divmod(index << height, WIDTH)
        return hash_in(self._levels(tile_level, number)[height], start >> height)

    def root(self) -> bytes:
        """The root of the tree. Raises as ``hashes`` does."""
        return range_root(0, self.size, self.node) if self.size else subtree_root(b"")

    def compact(self) -> CompactRange:
        """The least one must remember of this tree to grow it. Raises as ``hashes`` does."""
        heights = [height for height in reversed(range(self.size.bit_length())) if self.size >> height & 1]
        return CompactRange(self.size, [self.node(height, (self.size >> height) - 1) for height in heights])

    def inclusion(self, index: int) -> list[bytes]:
        """The proof that a leaf is in this tree. Raises ``ValueError`` when it is not, and as ``hashes`` does."""
        return inclusion_proof(index, self.size, self.node)

    def consistency(self, old_size: int) -> list[bytes]:
        """The proof that the tree of ``old_size`` leaves became this one. Raises ``ValueError``, and as ``hashes``."""
        return consistency_proof(old_size, self.size, self.node)

    def _tile(self, level: int | None, number: int) -> Tile:
        within = self.size >> (WIDTH_BITS * (level or 0))
        return Tile(level, number, min(WIDTH, within - number * WIDTH))

    def _read_levels(self, level: int, number: int) -> list[bytes]:
        tile = self._tile(level, number)
        return complete_levels(parse_tile(read_tile(self.store, tile), tile.width))
