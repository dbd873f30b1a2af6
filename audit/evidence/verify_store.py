"""Verify a log from its store alone, trusting nothing but the policy one brings along: no database, no configuration.

Every file under the store is read and accounted for. The entries are hashed again, every signed head is compared with
the tree they make, the sealed disclosures with what the entries commit to. What is wrong comes back as findings with
its place, the first one in the log first. With the state kept from an earlier verification only what is new is read.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Final

from audit.evidence.base64url import b64, b64url
from audit.evidence.canonical_json import JsonValue
from audit.evidence.do_many import DoMany, do_many
from audit.evidence.finding import Finding
from audit.evidence.heads_check import CheckedHeads, check_heads, numbers_since
from audit.evidence.leaf import SystemLeaf
from audit.evidence.log_policy import LogPolicy
from audit.evidence.log_store import LogStore, NotInStore
from audit.evidence.publish_checkpoint import NEWEST
from audit.evidence.sealed_records import SealedFile
from audit.evidence.store_listing import StoreListing, list_store
from audit.evidence.tiles import WIDTH, WIDTH_BITS, Tile
from audit.evidence.tree import (
    HASH_BYTES,
    CompactRange,
    compact_range,
    complete_levels,
    hash_in,
    split_hashes,
    subtree_root,
)
from audit.evidence.verified_state import VerifiedState
from audit.evidence.window_check import (
    DIFFERS_FROM_WIDER,
    CheckedWindow,
    WindowFiles,
    check_upper_tiles,
    check_window,
    erasures_explained,
    files_of_growth,
    first_hash_that_differs,
)

MOST_FINDINGS: Final = 200


@dataclass(frozen=True)
class StoreVerdict:
    """What a verification came to. ``size``, ``root`` and ``time`` are those of the newest head the policy vouches for.

    ``findings`` are at most 200, those with the smallest index first; ``more_findings`` were left out. ``exported``
    counts all entries in the store, those that wait for a signature included; ``first`` is where this check began.
    ``state`` is for the next verification, None unless all is in order.
    """

    origin: str
    findings: tuple[Finding, ...]
    more_findings: int
    size: int
    root: bytes | None
    time: int | None
    exported: int
    first: int
    heads: int
    witnessed_size: int
    erased: int
    state: VerifiedState | None

    @property
    def is_in_order(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def as_json(self) -> dict[str, JsonValue]:
        """The verdict as JSON values."""
        return {
            "verified": self.is_in_order,
            "origin": self.origin,
            "size": self.size,
            "root": None if self.root is None else b64(self.root),
            "time": self.time,
            "exported": self.exported,
            "first": self.first,
            "heads": self.heads,
            "witnessed_size": self.witnessed_size,
            "erased": self.erased,
            "findings": [
                {"code": one.code, "place": one.place, "index": one.index, "reason": one.reason}
                for one in self.findings
            ],
            "more_findings": self.more_findings,
        }


@dataclass
class _Check:
    """A verification under way."""

    store: LogStore
    policy: LogPolicy
    tree: CompactRange
    first: int = 0
    findings: list[Finding] = field(default_factory=list)
    heads: CheckedHeads = field(default_factory=CheckedHeads)
    level_one: list[bytes | None] = field(default_factory=list)
    system: dict[int, SystemLeaf] = field(default_factory=dict)
    erased: dict[int, bytes] = field(default_factory=dict)
    exported: int = 0
    is_tree_known: bool = True
    signed_tree: CompactRange | None = None
    inconsistent: list[int] = field(default_factory=list)

    @property
    def signed(self) -> int:
        """The size of the newest head the policy vouches for."""
        return max(self.heads.heads, default=0)

    def verdict(self) -> StoreVerdict:
        newest = self.heads.newest
        unique: dict[tuple[str, str], Finding] = {}
        for one in self.findings:
            unique.setdefault((one.code, one.place), one)
        ordered = sorted(unique.values(), key=_rank)
        state = None
        if not ordered and self.signed_tree is not None:
            state = VerifiedState(self.policy.origin, self.signed_tree.size, tuple(self.signed_tree.peaks))
        return StoreVerdict(
            origin=self.policy.origin,
            findings=tuple(ordered[:MOST_FINDINGS]),
            more_findings=max(0, len(ordered) - MOST_FINDINGS),
            size=self.signed,
            root=None if newest is None else newest.checkpoint.root,
            time=None if newest is None else newest.time,
            exported=self.exported,
            first=self.first,
            heads=len(self.heads.sizes),
            witnessed_size=self.heads.witnessed_size,
            erased=len(self.erased),
            state=state,
        )


def verify_store(
    store: LogStore, policy: LogPolicy, since: VerifiedState | None = None, processes: int = 1
) -> StoreVerdict:
    """Verify the whole store, or with ``since`` what is new in it, in one process or several.

    What is wrong with the store never raises; it is in the verdict.
    """
    if since is not None:
        return _verify_growth(store, policy, since)
    with do_many(processes) as many:
        return _verify_whole(store, policy, many)


def _verify_whole(store: LogStore, policy: LogPolicy, many: DoMany) -> StoreVerdict:
    check = _Check(store, policy, CompactRange())
    # The newest head is read before the store is listed: what a running log adds meanwhile only comes on top.
    newest = _read_newest(check)
    try:
        listing = list_store(store)
    except OSError as error:
        check.findings.append(
            Finding("unreadable", error.filename or ".", f"a folder cannot be read: {error.strerror}")
        )
        return check.verdict()
    check.exported = listing.exported
    check.findings += [Finding("foreign_file", path, "no part of the log explains it") for path in listing.foreign]
    check.heads = check_heads(store, policy, newest, listing.history, from_the_first=True, many=many)
    check.findings += check.heads.findings
    signed = max(check.heads.sizes, default=0)
    check.findings += [Finding("foreign_file", path, "there are no entries for it") for path in listing.beyond(signed)]
    windows = list(listing.windows(signed))
    for files, checked in zip(windows, many(partial(check_window, store), windows), strict=True):
        _take_in(check, files, checked, listing)
    for tile in listing.missing(store, check.heads.sizes):
        first = None if tile.level else tile.number * WIDTH
        check.findings.append(Finding("missing", tile.path, "a head vouches for it", first))
    _check_stored_upper_tiles(check, listing)
    _check_system_leaves(check)
    _report_inconsistent(check)
    return check.verdict()


def _verify_growth(store: LogStore, policy: LogPolicy, since: VerifiedState) -> StoreVerdict:
    check = _Check(store, policy, since.tree.upto_complete(WIDTH_BITS), first=since.size)
    if since.origin != policy.origin:
        check.findings.append(Finding("state_refused", "the state", "it is about another log"))
        return check.verdict()
    newest = _read_newest(check)
    numbers = numbers_since(store, newest, since.size)
    check.heads = check_heads(store, policy, newest, numbers, from_the_first=False)
    check.findings += check.heads.findings
    check.exported = check.signed
    if check.signed < since.size:
        reason = f"the log had {since.size} entries when it was last verified; a head vouches for {check.signed} now"
        check.findings.append(Finding("behind_state", NEWEST, reason))
        return check.verdict()
    for number in range(since.size // WIDTH, -(-check.signed // WIDTH)):
        files = files_of_growth(store, number, since.size, check.signed)
        _take_in(check, files, check_window(store, files), None, since)
    _compare_head(check, check.tree)
    if check.is_tree_known:
        check.findings += check_upper_tiles(store, check.tree, since.size)
    check.erased = {index: one for index, one in check.erased.items() if index >= since.size}
    _check_erasures(check)
    _check_keys(check)
    _report_inconsistent(check)
    return check.verdict()


def _read_newest(check: _Check) -> bytes | None:
    try:
        return check.store.read(NEWEST)
    except NotInStore:
        return None
    except OSError as error:
        check.findings.append(Finding("unreadable", NEWEST, f"the file cannot be read: {error.strerror}"))
        return None


def _take_in(
    check: _Check,
    files: WindowFiles,
    checked: CheckedWindow,
    listing: StoreListing | None,
    since: VerifiedState | None = None,
) -> None:
    """Grow the tree by a checked window and compare it with every head that falls into it."""
    check.system |= checked.system
    check.erased |= checked.erased
    hashes = checked.hashes or checked.stored_hashes
    if checked.hashes is not None and checked.stored_hashes is not None:
        hashes = _the_ones_signed(check, checked, checked.hashes, checked.stored_hashes, listing)
    check.findings += checked.findings
    if hashes is None or not check.is_tree_known or check.tree.size != files.number * WIDTH:
        _lose_the_tree(check, files)
        return
    levels = checked.levels if hashes == checked.hashes else complete_levels(hashes)
    if since is not None and 0 < since.size - check.tree.size < WIDTH:
        _compare_with_state(check, check.tree.joined(compact_range(levels, since.size - check.tree.size)), since)
    for size in check.heads.sizes_in.get(files.number, ()):
        if size - check.tree.size <= len(hashes) // HASH_BYTES and size % WIDTH:
            _compare_head(check, check.tree.joined(compact_range(levels, size - check.tree.size)))
    check.tree.extend(levels)
    if check.tree.size % WIDTH == 0:
        check.level_one.append(levels[WIDTH_BITS])
        _compare_head(check, check.tree)


def _compare_with_state(check: _Check, tree: CompactRange, since: VerifiedState) -> None:
    if tree.peaks != list(since.peaks):
        reason = f"the first {since.size} entries are not those that were verified before"
        check.findings.append(Finding("head_inconsistent", Tile(None, since.size // WIDTH).path, reason))


def _compare_head(check: _Check, tree: CompactRange) -> None:
    """Compare the head of this size, if there is one, with the tree."""
    head = check.heads.heads.get(tree.size)
    if head is not None and head.checkpoint.root != tree.root() and tree.size not in check.inconsistent:
        check.inconsistent.append(tree.size)
    if tree.size == check.signed:
        check.signed_tree = CompactRange(tree.size, tree.peaks)


def _report_inconsistent(check: _Check) -> None:
    """One finding for all heads that do not fit: when the first does not, no later one can."""
    if check.inconsistent:
        first, more = check.inconsistent[0], len(check.inconsistent) - 1
        later = f", and {more} later ones," if more else ""
        reason = f"the signed head of {first} entries{later} does not fit the entries in the store"
        check.findings.append(Finding("head_inconsistent", check.heads.places[first], reason))


def _lose_the_tree(check: _Check, files: WindowFiles) -> None:
    if check.is_tree_known and any(size > files.number * WIDTH for size in check.heads.heads):
        reason = "neither entries nor hashes can be read; the heads from here on were not compared"
        check.findings.append(Finding("heads_unchecked", Tile(None, files.number).path, reason, files.number * WIDTH))
    check.is_tree_known = False
    check.level_one.append(None)


def _the_ones_signed(
    check: _Check, checked: CheckedWindow, hashes: bytes, stored: bytes, listing: StoreListing | None
) -> bytes:
    """Of the hashes of the entries and those in the tile, the ones that something signed or stored above vouches for.

    So that the finding names the entry when the entry is wrong, and the tile when the tile is. Both are in the finding
    if nothing can tell.
    """
    begin, offset = checked.number * WIDTH, first_hash_that_differs(stored, hashes)
    tile_is_right = _fits(check, checked.number, stored, listing)
    entries_are_right = _fits(check, checked.number, hashes, listing)
    if tile_is_right and not entries_are_right:
        place = Tile(None, checked.number, len(hashes) // HASH_BYTES).path
        # Narrower bundles that differ from a wrong one may well be right.
        rest = [one for one in checked.findings if one.code != "hash_changed" and one.reason != DIFFERS_FROM_WIDER]
        reason = "it is not the entry that was signed"
        checked.findings = [*rest, Finding("entry_changed", place, reason, begin + offset)]
        return stored
    if entries_are_right and not tile_is_right:
        for at, one in enumerate(checked.findings):
            if one.code == "hash_changed":
                checked.findings[at] = Finding(one.code, one.place, "it is not the hash of the entry", one.index)
    return hashes


def _fits(check: _Check, number: int, hashes: bytes, listing: StoreListing | None) -> bool:
    """Whether the newest head in the window, or for a full window the hash stored above it, fits these hashes."""
    if len(hashes) == WIDTH * HASH_BYTES and listing is not None:
        above, at = divmod(number, WIDTH)
        widest = max((one.width for one in listing.tiles if one.level == 1 and one.number == above), default=0)
        if at < widest:
            try:
                data = check.store.read(Tile(1, above, widest).path)
            except (NotInStore, OSError):
                return False
            return hash_in(data, at) == subtree_root(hashes)
    size = max(check.heads.sizes_in.get(number, ()), default=0)
    within = size - number * WIDTH
    if not size or not check.is_tree_known or len(hashes) < within * HASH_BYTES:
        return False
    window = compact_range(complete_levels(hashes), within)
    return check.tree.joined(window).root() == check.heads.heads[size].checkpoint.root


def _check_stored_upper_tiles(check: _Check, listing: StoreListing) -> None:
    """Compare every tile above level 0 with the hashes made of the entries; what cannot be known is passed over."""
    hashes_at = {1: check.level_one}
    for tile in sorted((one for one in listing.tiles if one.level), key=lambda one: (one.level or 0, one.path)):
        level = tile.level or 0
        for lower in range(1, level):
            if lower + 1 not in hashes_at:
                hashes_at[lower + 1] = _roots_of_full(hashes_at[lower])
        expected = hashes_at[level][tile.number * WIDTH :][: tile.width]
        if len(expected) < tile.width:
            if check.is_tree_known:
                check.findings.append(Finding("foreign_file", tile.path, "the log is not that large"))
            continue
        _compare_tile(check, tile, expected)


def _compare_tile(check: _Check, tile: Tile, expected: list[bytes | None]) -> None:
    try:
        data = check.store.read(tile.path)
    except (NotInStore, OSError):
        # Replaced by a full one since the store was listed, or reported as missing elsewhere.
        return
    if len(data) != tile.width * HASH_BYTES:
        check.findings.append(Finding("malformed", tile.path, "the tile is not as wide as it says"))
        return
    for at, (one, stored) in enumerate(zip(expected, split_hashes(data), strict=True)):
        if one is not None and one != stored:
            check.findings.append(
                Finding("hash_changed", tile.path, f"hash {at} is not that of the tile it stands for")
            )
            return


def _roots_of_full(hashes: list[bytes | None]) -> list[bytes | None]:
    roots: list[bytes | None] = []
    for at in range(0, len(hashes) - len(hashes) % WIDTH, WIDTH):
        known = [one for one in hashes[at : at + WIDTH] if one is not None]
        roots.append(subtree_root(b"".join(known)) if len(known) == WIDTH else None)
    return roots


def _check_system_leaves(check: _Check) -> None:
    _check_genesis(check)
    _check_keys(check)
    _check_erasures(check)


def _check_genesis(check: _Check) -> None:
    place = Tile(None, 0).path
    beginnings = [index for index, leaf in check.system.items() if leaf.kind == "genesis"]
    for index in beginnings:
        if index != 0:
            check.findings.append(Finding("genesis", place, "a log begins only once", index))
    if not check.exported:
        return
    if 0 not in beginnings:
        check.findings.append(Finding("genesis", place, "the first entry does not begin a log", 0))
        return
    fields = check.system[0].fields
    first_keys = [b64url(one.key.public) for one in check.policy.keys if one.first == 1]
    if fields["origin"] != check.policy.origin or fields["key"] not in first_keys:
        check.findings.append(Finding("genesis", place, "the log it begins is not the one of the policy", 0))


def _check_keys(check: _Check) -> None:
    for one in check.policy.keys:
        announced_at = one.first - 1
        if one.first == 1 or not check.first <= announced_at < check.signed:
            continue
        leaf = check.system.get(announced_at)
        if leaf is None or leaf.kind != "key" or leaf.fields["key"] != b64url(one.key.public):
            reason = f"the key that signs from size {one.first} on is not announced there"
            check.findings.append(
                Finding("key_unannounced", Tile(None, announced_at // WIDTH).path, reason, announced_at)
            )


def _check_erasures(check: _Check) -> None:
    for index in sorted(check.erased.keys() - erasures_explained(check.system, check.erased)):
        reason = "disclosures are gone and no erase leaf says on which decision"
        check.findings.append(Finding("unexplained_absence", SealedFile(index // WIDTH).path, reason, index))


def _rank(finding: Finding) -> tuple[bool, int, bool]:
    """The first entry in the log first; at one entry, that it was changed before what follows from it."""
    return finding.index is None, finding.index or 0, finding.code != "entry_changed"
