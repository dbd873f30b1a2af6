"""A window is accepted at once only where one by one nothing is wrong; and each hash above is accounted for."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from audit.evidence.event_leaf import event_leaf
from audit.evidence.export_entries import EntryToKeep, export_entries, tidy_store
from audit.evidence.leaf import system_leaf
from audit.evidence.log_store import DirectoryStore
from audit.evidence.sealed_records import SealedEvent, SealedFile, SealedPart, outline, parse_event
from audit.evidence.tiles import WIDTH, Tile, entry_bundle
from audit.evidence.tree import CompactRange, leaf_hash
from audit.evidence.window_check import WindowFiles, all_at_once, check_upper_tiles, check_window, one_by_one
from tests.audit.evidence.a_log import TIME, MadeUpEvent
from tests.damage import byte_changed

pytestmark = pytest.mark.slow

SIZES = (65_000, 66_000)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[DirectoryStore, CompactRange]:
    """A log just large enough for a full tile of level 1; what its leaves say does not matter here."""
    store = DirectoryStore(tmp_path_factory.mktemp("large") / "log")
    store.prepare()
    entries = [EntryToKeep(b"%d" % number, b"") for number in range(SIZES[1])]
    tree = CompactRange()
    for entry in entries:
        tree.append(leaf_hash(entry.leaf))
    before = 0
    for size in SIZES:
        export_entries(store, before, entries[before:size])
        tidy_store(store, before, size)
        before = size
    return store, tree


def test_upper_tiles_in_order(grown: tuple[DirectoryStore, CompactRange]) -> None:
    store, tree = grown
    assert check_upper_tiles(store, tree, SIZES[0]) == []
    assert check_upper_tiles(store, tree, 0) == []


@pytest.mark.parametrize(
    ("path", "hash_number", "place"),
    [
        ("tile/1/000", 3, "tile/2/000.p/1"),
        ("tile/1/000", 255, "tile/1/000"),
        ("tile/2/000.p/1", 0, "tile/2/000.p/1"),
        ("tile/1/001.p/1", 0, "tile/1/001.p/1"),
    ],
)
def test_a_changed_hash_in_any_upper_tile_is_found(
    grown: tuple[DirectoryStore, CompactRange], path: str, hash_number: int, place: str
) -> None:
    store, tree = grown
    data = store.read(path)
    at = hash_number * 32
    for changed in (byte_changed(data, at), data[:-1]):
        (store.root / path).write_bytes(changed)
        assert {one.place for one in check_upper_tiles(store, tree, SIZES[0])} & {place, path}
    (store.root / path).unlink()
    assert {one.code for one in check_upper_tiles(store, tree, SIZES[0]) if one.place == path} == {"missing"}
    (store.root / path).write_bytes(data)


FULL = WindowFiles(0, (WIDTH,), (WIDTH,), (SealedFile(0),), WIDTH)
PATHS = (Tile(None, 0).path, Tile(0, 0).path, SealedFile(0).path)


def an_event(chance: random.Random, number: int) -> EntryToKeep:
    """An event with one to four parts, one more than the event before it."""
    event = parse_event(MadeUpEvent(chance).entry.record)
    parts = tuple(SealedPart(UUID(int=10 + key), chance.randbytes(20)) for key in range(1 + number % 4))
    record = replace(event, parts=parts).encode()
    return EntryToKeep(event_leaf(outline(record).commitment), record)


@pytest.fixture(scope="module")
def entries() -> list[EntryToKeep]:
    chance = random.Random(7)
    return [an_event(chance, number) for number in range(WIDTH)]


def a_window(folder: Path, entries: list[EntryToKeep]) -> DirectoryStore:
    store = DirectoryStore(folder)
    store.prepare()
    export_entries(store, 0, entries)
    return store


def test_a_full_window_in_order_is_accepted_at_once(entries: list[EntryToKeep], tmp_path: Path) -> None:
    store = a_window(tmp_path, entries)
    at_once = all_at_once(store, FULL)
    assert at_once is not None
    assert at_once == one_by_one(store, FULL) == check_window(store, FULL)
    assert (at_once.findings, len(at_once.levels), len(at_once.levels[0])) == ([], 9, WIDTH * 32)


def changes(data: bytes, chance: random.Random) -> Iterator[bytes]:
    """The bytes of a file, changed in some way or other."""
    for at in chance.sample(range(len(data)), k=60):
        yield byte_changed(data, at)
        yield data[:at] + data[at + 1 :]
    yield from (b"", data[:-1], data + b"\0", b"\0" + data, data[:67] + data, data[67:], data[32:] + data[:32])


def test_no_changed_file_is_accepted_at_once(entries: list[EntryToKeep], tmp_path: Path) -> None:
    store, chance = a_window(tmp_path, entries), random.Random(8)
    for path in PATHS:
        right = store.read(path)
        for changed in changes(right, chance):
            (store.root / path).write_bytes(changed)
            assert all_at_once(store, FULL) is None
            assert one_by_one(store, FULL).findings
        (store.root / path).unlink()
        assert all_at_once(store, FULL) is None
        (store.root / path).write_bytes(right)
    assert all_at_once(store, FULL) is not None


def test_what_lies_beside_a_full_window_is_looked_at_too(entries: list[EntryToKeep], tmp_path: Path) -> None:
    """Narrower files, which a crash left there, must say the same as those that replaced them."""
    store = a_window(tmp_path, entries)
    piece = SealedFile(0, 0, 5)
    for files, path in (
        (replace(FULL, bundles=(5, WIDTH)), Tile(None, 0, 5).path),
        (replace(FULL, tiles=(5, WIDTH)), Tile(0, 0, 5).path),
        (replace(FULL, sealed=(SealedFile(0), piece)), piece.path),
    ):
        store.put({path: b"something else"})
        assert [one.place for one in check_window(store, files).findings] == [path]


@pytest.mark.parametrize("number", [0, 1, 2, 100, 255])
def test_what_is_not_a_whole_event_is_looked_at_one_by_one(
    entries: list[EntryToKeep], tmp_path: Path, number: int
) -> None:
    event: SealedEvent = parse_event(entries[number].record)
    erased = replace(event, parts=(replace(event.parts[0], sealed=None), *event.parts[1:])).encode()
    policy = system_leaf("policy", {"digest": "A" * 43, "name": "rules", "time": TIME})
    for folder, other in (("erased", EntryToKeep(entries[number].leaf, erased)), ("policy", EntryToKeep(policy, b""))):
        store = a_window(tmp_path / folder, [*entries[:number], other, *entries[number + 1 :]])
        assert all_at_once(store, FULL) is None
        checked = check_window(store, FULL)
        assert checked == one_by_one(store, FULL)
        assert checked.findings == []
        assert [*checked.erased, *checked.system] == [number]


def test_entries_exchanged_together_with_their_hashes_are_not_accepted_at_once(
    entries: list[EntryToKeep], tmp_path: Path
) -> None:
    store = a_window(tmp_path / "one", entries)
    other = a_window(tmp_path / "other", [entries[1], entries[0], *entries[2:]])
    for path in PATHS[:2]:
        (store.root / path).write_bytes(other.read(path))
    assert store.read(PATHS[0]) == entry_bundle([entries[1].leaf, entries[0].leaf, *(one.leaf for one in entries[2:])])
    assert all_at_once(store, FULL) is None
    assert {one.code for one in one_by_one(store, FULL).findings} == {"sealed_changed"}
