"""The tiles above the leaves are accounted for from the peaks of the tree, each hash in each of them."""

import pytest

from audit.evidence.export_entries import EntryToKeep, export_entries, tidy_store
from audit.evidence.log_store import DirectoryStore
from audit.evidence.tree import CompactRange, leaf_hash
from audit.evidence.window_check import check_upper_tiles
from tests.damage import byte_changed

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
