"""Check 256 leaves at a time: that entries, hashes and sealed disclosures say the same.

The signer asks this before it signs and the auditor when verifying, so both mean the same by "in order". Whether it is
also what was signed is for the caller to say, who has the head.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from audit.evidence.event_leaf import (
    EVENT_LEAF_BYTES,
    MalformedLeaf,
    commits_to,
    event_leaf,
    event_leaves,
    is_event_leaf,
)
from audit.evidence.finding import Finding
from audit.evidence.leaf import SystemLeaf, parse_leaf
from audit.evidence.log_store import LogStore, NotInStore
from audit.evidence.sealed_records import (
    MalformedRecord,
    SealedFile,
    commitments_in,
    outline,
    parse_records,
    sealed_file_at,
)
from audit.evidence.tiles import (
    WIDTH,
    WIDTH_BITS,
    MalformedTile,
    Tile,
    parse_entry_bundle,
    parse_tile,
    tiles_of,
)
from audit.evidence.tree import HASH_BYTES, CompactRange, complete_levels, hash_in, leaf_hashes, subtree_root

#: What stands before the leaf of an event in a bundle.
_LENGTH: Final = EVENT_LEAF_BYTES.to_bytes(2, "big")
DIFFERS_FROM_WIDER: Final = "it differs from the wider bundle"


@dataclass(frozen=True)
class WindowFiles:
    """What lies in the store for one window: the widths of its bundles and tiles, its sealed files.

    ``needed`` is how many leaves of it a signed head vouches for; up to there everything must be present. From
    ``sealed_from`` on the sealed records are checked.
    """

    number: int
    bundles: tuple[int, ...]
    tiles: tuple[int, ...]
    sealed: tuple[SealedFile, ...]
    needed: int
    sealed_from: int = 0


@dataclass
class CheckedWindow:
    """What the check of one window came to.

    ``levels`` are the hashes computed from the entries, and above them those of all complete subtrees;
    ``stored_hashes`` are read from the tile where the two differ or there are no entries to be read; all joined.
    ``system`` are the leaves readable in clear, ``erased`` the commitments beside which something is missing; both by
    index in the tree.
    """

    number: int
    levels: Sequence[bytes] = ()
    stored_hashes: bytes | None = None
    system: dict[int, SystemLeaf] = field(default_factory=dict)
    erased: dict[int, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def hashes(self) -> bytes | None:
        """The hashes of the entries; None where there are none to be read."""
        return self.levels[0] if self.levels else None


def files_of_growth(store: LogStore, number: int, old_size: int, size: int) -> WindowFiles:
    """The files of a window for which a head of ``size`` leaves vouches and one of ``old_size`` did not."""
    begin = number * WIDTH
    width = min(WIDTH, size - begin)
    sealed_from = max(old_size - begin, 0)
    whole = SealedFile(number)
    places = [sealed_file_at(path) for path in store.paths(f"{whole.path}.p")]
    new = tuple(place for place in places if place and sealed_from < place.end <= width)
    if width == WIDTH and is_there(store, whole.path):
        new = (whole,)
    return WindowFiles(number, (width,), (width,), new, width, sealed_from)


def check_window(store: LogStore, files: WindowFiles) -> CheckedWindow:
    """Read every file of a window and compare them with each other."""
    return all_at_once(store, files) or one_by_one(store, files)


def all_at_once(store: LogStore, files: WindowFiles) -> CheckedWindow | None:
    """A full window of events with everything beside them, as nearly all are; None when it is not, or not in order.

    From the sealed events follows every other byte there should be, so each file is compared as a whole. Whatever is
    accepted here, ``one_by_one`` accepts.
    """
    entries, hashes, sealed = Tile(None, files.number), Tile(0, files.number), SealedFile(files.number)
    if (files.bundles, files.tiles, files.sealed) != ((WIDTH,), (WIDTH,), (sealed,)):
        return None
    try:
        leaves = event_leaves(commitments_in(sealed, store.read(sealed.path)))
        if store.read(entries.path) != _LENGTH + _LENGTH.join(leaves):
            return None
        levels = complete_levels(b"".join(leaf_hashes(leaves)))
        return CheckedWindow(files.number, levels) if store.read(hashes.path) == levels[0] else None
    except (NotInStore, OSError, MalformedRecord):
        return None


def one_by_one(store: LogStore, files: WindowFiles) -> CheckedWindow:
    """As ``check_window``, naming what is wrong."""
    if _became_full(store, files):
        whole = (WIDTH,)
        files = WindowFiles(files.number, whole, whole, (SealedFile(files.number),), files.needed, files.sealed_from)
    checked = CheckedWindow(files.number)
    leaves = _check_bundles(store, files, checked)
    _check_tiles(store, files, checked)
    _check_sealed(store, files, leaves, checked)
    return checked


def _became_full(store: LogStore, files: WindowFiles) -> bool:
    """Whether the window was tidied since the store was listed: its full files have replaced the partial ones."""
    widest = max(files.bundles, default=WIDTH)
    return (
        widest < WIDTH
        and not is_there(store, Tile(None, files.number, widest).path)
        and is_there(store, Tile(None, files.number).path)
    )


def is_there(store: LogStore, path: str) -> bool:
    """Whether something can be read at ``path``."""
    try:
        store.read(path)
    except (NotInStore, OSError):
        return False
    return True


def read_or_find(store: LogStore, path: str, findings: list[Finding], index: int | None = None) -> bytes | None:
    """What lies at ``path``; None, and a finding, when it cannot be read."""
    try:
        return store.read(path)
    except NotInStore:
        findings.append(Finding("missing", path, "the file is missing", index))
    except OSError as error:
        findings.append(Finding("unreadable", path, f"the file cannot be read: {error.strerror}", index))
    return None


def _read_unless_replaced(
    store: LogStore, path: str, full: str, findings: list[Finding], index: int | None = None
) -> bytes | None:
    """As ``read_or_find``, but no finding when the full file has replaced a partial one since the store was listed."""
    if path != full and not is_there(store, path) and is_there(store, full):
        return None
    return read_or_find(store, path, findings, index)


def _check_bundles(store: LogStore, files: WindowFiles, checked: CheckedWindow) -> list[bytes] | None:
    begin = files.number * WIDTH
    widest = max(files.bundles, default=0)
    if widest < files.needed:
        place = Tile(None, files.number, files.needed).path
        checked.findings.append(
            Finding("missing", place, "entries that a head vouches for are missing", begin + widest)
        )
    if not widest:
        return None
    tile = Tile(None, files.number, widest)
    data = read_or_find(store, tile.path, checked.findings, begin)
    if data is None:
        return None
    try:
        leaves = parse_entry_bundle(data, widest)
    except MalformedTile as error:
        checked.findings.append(Finding("malformed", tile.path, str(error), begin))
        return None
    _check_leaves(leaves, tile.path, begin, checked)
    checked.levels = complete_levels(b"".join(leaf_hashes(leaves)))
    for width in files.bundles:
        place = Tile(None, files.number, width).path
        full = Tile(None, files.number).path
        narrow = None if width == widest else _read_unless_replaced(store, place, full, checked.findings, begin)
        if narrow is not None and narrow != data[: sum(2 + len(leaf) for leaf in leaves[:width])]:
            index = begin + _first_difference(narrow, data, leaves)
            checked.findings.append(Finding("entry_changed", place, DIFFERS_FROM_WIDER, index))
    return leaves


def _check_leaves(leaves: Sequence[bytes], path: str, begin: int, checked: CheckedWindow) -> None:
    for index, leaf in enumerate(leaves, start=begin):
        if not is_event_leaf(leaf):
            try:
                said = parse_leaf(leaf)
            except MalformedLeaf as error:
                checked.findings.append(Finding("leaf_unknown", path, str(error), index))
            else:
                if isinstance(said, SystemLeaf):
                    checked.system[index] = said


def _first_difference(narrow: bytes, data: bytes, leaves: Sequence[bytes]) -> int:
    same = next((at for at, (one, other) in enumerate(zip(narrow, data, strict=False)) if one != other), len(narrow))
    end = 0
    for offset, leaf in enumerate(leaves):
        end += 2 + len(leaf)
        if same < end:
            return offset
    return len(leaves) - 1


def _check_tiles(store: LogStore, files: WindowFiles, checked: CheckedWindow) -> None:
    begin = files.number * WIDTH
    widest = max(files.tiles, default=0)
    if widest < files.needed:
        place = Tile(0, files.number, files.needed).path
        checked.findings.append(Finding("missing", place, "hashes that a head vouches for are missing", begin + widest))
    for width in sorted(files.tiles, reverse=True):
        tile = Tile(0, files.number, width)
        data = _read_unless_replaced(store, tile.path, Tile(0, files.number).path, checked.findings, begin)
        if data is None:
            continue
        if len(data) != width * HASH_BYTES:
            checked.findings.append(Finding("malformed", tile.path, "the tile is not as wide as it says", begin))
        elif checked.hashes is None:
            checked.stored_hashes = checked.stored_hashes or data
        elif data != checked.hashes[: len(data)]:
            checked.stored_hashes = checked.stored_hashes or data
            offset = first_hash_that_differs(data, checked.hashes)
            # Which of the two is wrong, only the signed head can tell; the caller replaces this when it knows.
            reason = "the entry and the hash stored for it do not fit"
            checked.findings.append(Finding("hash_changed", tile.path, reason, begin + offset))


def first_hash_that_differs(some: bytes, others: bytes) -> int:
    """The number of the first hash in which two rows of joined hashes differ."""
    count = len(some) // HASH_BYTES
    return next((at for at in range(count) if hash_in(some, at) != hash_in(others, at)), count)


def _check_sealed(store: LogStore, files: WindowFiles, leaves: Sequence[bytes] | None, checked: CheckedWindow) -> None:
    begin = files.number * WIDTH
    covered, whole = files.sealed_from, SealedFile(files.number)
    for listed in sorted(files.sealed, key=lambda one: (one.start, -one.end)):
        replaced = listed != whole and not is_there(store, listed.path) and is_there(store, whole.path)
        place = whole if replaced else listed
        data = read_or_find(store, place.path, checked.findings, place.first)
        if data is None:
            continue
        try:
            records = parse_records(place, data)
        except MalformedRecord as error:
            checked.findings.append(Finding("malformed", place.path, str(error), place.first))
            covered = max(covered, place.end) if place.start <= covered else covered
            continue
        if place.start <= covered:
            covered = max(covered, place.end)
        if leaves is None:
            continue
        if place.end > len(leaves):
            reason = "there are sealed disclosures without entries"
            checked.findings.append(Finding("foreign_file", place.path, reason, begin + len(leaves)))
        for index, (record, leaf) in enumerate(zip(records, leaves[place.start :], strict=False), start=place.first):
            _check_record(record, leaf, place.path, index, checked)
    if covered < files.needed:
        place_needed = SealedFile(files.number, covered, files.needed).path
        reason = "sealed disclosures that a head vouches for are missing"
        checked.findings.append(Finding("missing", place_needed, reason, begin + covered))


def _check_record(record: bytes, leaf: bytes, path: str, index: int, checked: CheckedWindow) -> None:
    if not record:
        if is_event_leaf(leaf):
            checked.findings.append(Finding("sealed_changed", path, "the event has no sealed disclosures", index))
        return
    try:
        said = outline(record)
    except MalformedRecord as error:
        checked.findings.append(Finding("malformed", path, str(error), index))
        return
    if not commits_to(leaf, said.commitment):
        checked.findings.append(Finding("sealed_changed", path, "the digests are not those committed to", index))
    if said.is_partly_erased:
        checked.erased[index] = said.commitment


def check_upper_tiles(store: LogStore, tree: CompactRange, since: int) -> list[Finding]:
    """Compare the tiles that ``tree`` has and a tree of ``since`` leaves had not with the tree's own peaks.

    The partial tile at the right of each level stands exactly over the peaks of that level, and the root of a full one
    stands in the tile above it; so from the peaks every hash in every new tile is accounted for. The tiles of level 0
    are compared with the entries elsewhere.
    """
    findings: list[Finding] = []
    heights = [height for height in reversed(range(tree.size.bit_length())) if tree.size >> height & 1]
    peak_at = dict(zip(heights, tree.peaks, strict=True))
    for tile in tiles_of(tree.size, since):
        if tile.level is None or (tile.level == 0 and tile.width < WIDTH):
            continue
        data = read_or_find(store, tile.path, findings)
        if data is None:
            continue
        try:
            hashes = parse_tile(data, tile.width)
        except MalformedTile as error:
            findings.append(Finding("malformed", tile.path, str(error)))
            continue
        if tile.width == WIDTH:
            _check_hash_above(store, tree.size, tile, subtree_root(hashes), findings)
            continue
        start = 0
        for height in reversed(range(WIDTH_BITS)):
            if tile.width >> height & 1:
                part = hashes[start * HASH_BYTES : (start + (1 << height)) * HASH_BYTES]
                if subtree_root(part) != peak_at[tile.level * WIDTH_BITS + height]:
                    findings.append(Finding("hash_changed", tile.path, f"hash {start} or one of those beside it"))
                start += 1 << height
    return findings


def _check_hash_above(store: LogStore, size: int, tile: Tile, root: bytes, findings: list[Finding]) -> None:
    level, (number, at) = (tile.level or 0) + 1, divmod(tile.number, WIDTH)
    above = Tile(level, number, min(WIDTH, (size >> (WIDTH_BITS * level)) - number * WIDTH))
    data = read_or_find(store, above.path, findings)
    if data is not None and hash_in(data, at) != root:
        findings.append(Finding("hash_changed", above.path, f"hash {at} is not that of {tile.path}"))


def erasures_explained(system: Mapping[int, SystemLeaf], erased: Mapping[int, bytes]) -> set[int]:
    """The indexes in ``erased`` for which an erase leaf in ``system`` names the commitment."""
    named: set[str] = set()
    for leaf in system.values():
        if leaf.kind == "erase":
            commitments = leaf.fields["commitments"]
            named.update(one for one in commitments if isinstance(one, str))  # type: ignore[union-attr]  # see leaf.py
    return {index for index, commitment in erased.items() if event_leaf(commitment)[6:49].decode() in named}
