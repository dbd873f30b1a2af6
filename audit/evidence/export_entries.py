"""Bring entries that have their place in the tree out of the database: afterwards they survive its loss.

Only what lies outside, durable, may be signed. Every step writes files whose content never changes, so that doing it
again after a crash, even cut differently into batches, changes nothing that is there.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from audit.evidence.log_store import LogStore, NotInStore
from audit.evidence.sealed_records import SealedFile, encode_records, parse_records, sealed_file_at
from audit.evidence.stored_tree import StoredTree
from audit.evidence.tiles import WIDTH, WIDTH_BITS, Tile, entry_bundle, tiles_of
from audit.evidence.tree import leaf_hashes, subtree_root


class EntryToKeep(NamedTuple):
    """A leaf as it stands in the tree, and the sealed record beside it: empty for a system leaf."""

    leaf: bytes
    record: bytes


def export_entries(store: LogStore, first: int, entries: Sequence[EntryToKeep]) -> int:
    """Make the entries durable in ``store`` as leaves ``first`` and following; returns the size of the tree then.

    Everything before ``first`` must have been exported. Raises ``NotInStore`` or ``MalformedTile`` when the last window
    before cannot be read, ``StoredDifferently`` when something else lies there already: then two writers disagree.
    """
    size = first + len(entries)
    if not entries:
        return size
    files: dict[str, bytes] = {}
    hashes_of_level = _new_leaves(store, first, [entry.leaf for entry in entries], files)
    level, begin = 0, first - first % WIDTH
    while hashes_of_level:
        level_size = size >> (WIDTH_BITS * level)
        roots = []
        for number in range(begin // WIDTH, -(-level_size // WIDTH)):
            width = min(WIDTH, level_size - number * WIDTH)
            hashes = b"".join(hashes_of_level[number * WIDTH - begin :][:width])
            files[Tile(level, number, width).path] = hashes
            if width == WIDTH:
                roots.append(subtree_root(hashes))
        level, first_root = level + 1, begin // WIDTH
        if not roots:
            break
        begin = first_root - first_root % WIDTH
        earlier = _hashes_before(store, first, level, first_root)
        hashes_of_level = earlier + roots
    # Last, because a reader who finds sealed disclosures expects their entries to be there.
    files.update(_sealed(first, [entry.record for entry in entries]))
    store.put(files)
    return size


def tidy_store(store: LogStore, since: int, size: int) -> None:
    """Take away the partial files that full ones have replaced when the tree grew from ``since`` to ``size`` leaves.

    For after the head of ``size`` was published. Interrupted and done again, it comes to the same.
    """
    for tile in tiles_of(size, since):
        if tile.width == WIDTH:
            if tile.level is None:
                _join_sealed(store, tile.number)
            store.remove(list(store.paths(f"{tile.path}.p")))


def _new_leaves(store: LogStore, first: int, leaves: Sequence[bytes], files: dict[str, bytes]) -> list[bytes]:
    """Adds the bundles to ``files``; returns the leaf hashes from the beginning of the first window on."""
    begin = first - first % WIDTH
    before = StoredTree(store, first).entries(first // WIDTH) if first > begin else []
    together = [*before, *leaves]
    for start in range(0, len(together), WIDTH):
        bundle = together[start : start + WIDTH]
        files[Tile(None, (begin + start) // WIDTH, len(bundle)).path] = entry_bundle(bundle)
    return leaf_hashes(together)


def _hashes_before(store: LogStore, size: int, level: int, upto: int) -> list[bytes]:
    """The hashes of ``level`` in the tile of hash ``upto``, before it, as they lie in the tree of ``size`` leaves."""
    return StoredTree(store, size).hashes(level, upto // WIDTH)[: upto % WIDTH] if upto % WIDTH else []


def _sealed(first: int, records: Sequence[bytes]) -> Mapping[str, bytes]:
    files = {}
    at = 0
    while at < len(records):
        number, start = divmod(first + at, WIDTH)
        end = min(WIDTH, start + len(records) - at)
        place = SealedFile(number, start, end)
        files[place.path] = encode_records(place, records[at : at + end - start])
        at += end - start
    return files


def stored_records(store: LogStore, number: int) -> list[bytes]:
    """The records of window ``number`` from its first leaf on, as far as they lie in ``store`` without a gap.

    They lie in one file or in pieces, which may overlap where a batch was exported twice. Raises ``MalformedRecord``.
    """
    whole = SealedFile(number)
    try:
        return parse_records(whole, store.read(whole.path))
    except NotInStore:
        pass
    places = sorted(filter(None, map(sealed_file_at, store.paths(f"{whole.path}.p"))), key=lambda place: place.start)
    records: list[bytes] = []
    for place in places:
        if place.start <= len(records) < place.end:
            records += parse_records(place, store.read(place.path))[len(records) - place.start :]
    return records


def _join_sealed(store: LogStore, number: int) -> None:
    """Write one file for the window in place of its pieces, where it was exported in pieces."""
    whole = SealedFile(number)
    pieces = list(store.paths(f"{whole.path}.p"))
    if pieces and len(records := stored_records(store, number)) == WIDTH:
        store.put({whole.path: encode_records(whole, records)})
        store.remove(pieces)
