"""However a log is cut into batches, interrupted and begun again, the files come out the same."""

import random
from pathlib import Path

import pytest

from audit.evidence.export_entries import EntryToKeep, export_entries, tidy_store
from audit.evidence.log_store import DirectoryStore, NotInStore, StoredDifferently
from audit.evidence.sealed_records import SealedFile, parse_records
from audit.evidence.stored_tree import StoredTree, read_tile
from audit.evidence.tiles import Tile, tiles_of
from audit.evidence.tree import CompactRange, leaf_hash, verify_consistency, verify_inclusion
from tests.audit.evidence.a_log import MadeUpEvent

CHANCE = random.Random(4)
EVENTS = [MadeUpEvent(CHANCE, 1).entry for _ in range(40)]


def entries(count: int) -> list[EntryToKeep]:
    """Many entries cheaply: what is exported is not looked into here."""
    return [EVENTS[n % 40] if n % 41 else EntryToKeep(b"%d" % n, b"%d" % n) for n in range(count)]


def a_store(folder: Path) -> DirectoryStore:
    store = DirectoryStore(folder)
    store.prepare()
    return store


def export_in_batches(store: DirectoryStore, all_entries: list[EntryToKeep], sizes: list[int]) -> None:
    before = 0
    for size in sizes:
        assert export_entries(store, before, all_entries[before:size]) == size
        tidy_store(store, before, size)
        before = size


@pytest.mark.parametrize("seed", range(4))
def test_the_batches_do_not_change_the_files(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    every = entries(1500)
    sizes = sorted({*chance.sample(range(1, 1500), chance.choice([1, 5, 60])), 1500})
    store = a_store(tmp_path / "log")
    export_in_batches(store, every, sizes)
    hashes = [leaf_hash(entry.leaf) for entry in every]
    tree = CompactRange()
    for one in hashes:
        tree.append(one)
    stored = StoredTree(store, 1500)
    assert stored.root() == tree.root()
    assert [leaf for number in range(6) for leaf in stored.entries(number)] == [entry.leaf for entry in every]
    assert [one for number in range(6) for one in stored.hashes(0, number)] == hashes
    for tile in tiles_of(1500):
        assert read_tile(store, tile)
    records = [
        record for number in range(5) for record in parse_records(SealedFile(number), store.read(f"sealed/00{number}"))
    ]
    assert records == [entry.record for entry in every][:1280]
    # What full files replaced is gone; of the last window every published width is there.
    partial = [path for path in store.paths() if ".p/" in path]
    assert all(
        path.startswith(("tile/0/005.p", "tile/entries/005.p", "tile/1/000.p", "sealed/005.p")) for path in partial
    )
    for size in sizes:
        if size > 1280:
            assert store.read(Tile(None, 5, size - 1280).path)


def test_upper_levels_are_made_when_their_tiles_are_full(tmp_path: Path) -> None:
    every = [EntryToKeep(b"%d" % n, b"") for n in range(66_000)]
    store = a_store(tmp_path / "log")
    export_in_batches(store, every, [3, 65_000, 65_530, 65_536, 65_537, 66_000])
    tree = CompactRange()
    for entry in every:
        tree.append(leaf_hash(entry.leaf))
    assert StoredTree(store, 66_000).root() == tree.root()
    assert len(store.read("tile/1/000")) == 8192
    assert len(store.read("tile/2/000.p/1")) == 32
    assert len(store.read("tile/1/001.p/1")) == 32
    with pytest.raises(NotInStore):
        store.read("tile/1/000.p/255")


def test_exporting_again_after_a_crash_changes_nothing(tmp_path: Path) -> None:
    every = entries(700)
    store = a_store(tmp_path / "log")
    export_in_batches(store, every, [100, 300])
    export_entries(store, 300, every[300:400])
    before = {path: store.read(path) for path in store.paths()}
    export_entries(store, 300, every[300:400])
    assert {path: store.read(path) for path in store.paths()} == before
    # The crash came before it was noted how far the export went; meanwhile the batch has become larger.
    export_entries(store, 300, every[300:700])
    tidy_store(store, 300, 700)
    tidy_store(store, 300, 700)
    assert StoredTree(store, 700).entries(1) == [entry.leaf for entry in every[256:512]]
    assert parse_records(SealedFile(1), store.read("sealed/001")) == [entry.record for entry in every[256:512]]


def test_pieces_that_overlap_are_joined(tmp_path: Path) -> None:
    every = entries(256)
    store = a_store(tmp_path / "log")
    for first, last in ((0, 10), (10, 50), (10, 90), (90, 255), (90, 256)):
        export_entries(store, first, every[first:last])
    tidy_store(store, 0, 256)
    assert parse_records(SealedFile(0), store.read("sealed/000")) == [entry.record for entry in every]
    assert not [path for path in store.paths("sealed") if ".p/" in path]


def test_two_writers_who_disagree_are_stopped(tmp_path: Path) -> None:
    every = entries(60)
    store = a_store(tmp_path / "log")
    export_entries(store, 0, every[:50])
    with pytest.raises(StoredDifferently):
        export_entries(store, 0, [*every[:49], every[50]])
    with pytest.raises(NotInStore):
        export_entries(store, 55, every[55:])
    assert export_entries(store, 50, []) == 50


def test_proofs_are_read_from_tiles(tmp_path: Path) -> None:
    every = entries(1000)
    store = a_store(tmp_path / "log")
    export_in_batches(store, every, [77, 600, 1000])
    roots = {}
    tree = CompactRange()
    for entry in every:
        tree.append(leaf_hash(entry.leaf))
        roots[tree.size] = tree.root()
    for size in (77, 600, 1000):
        stored = StoredTree(store, size)
        assert stored.root() == roots[size]
        for index in range(0, size, 7):
            verify_inclusion(index, size, leaf_hash(every[index].leaf), stored.inclusion(index), roots[size])
        for old in range(1, size + 1, 11):
            verify_consistency(old, roots[old], size, roots[size], stored.consistency(old))
    with pytest.raises(ValueError, match="no leaf"):
        StoredTree(store, 77).inclusion(77)
    assert StoredTree(store, 0).root() == CompactRange().root()
