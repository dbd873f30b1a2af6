"""The tree lies in files as c2sp.org/tlog-tiles says, and nothing else passes for one of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.evidence.tiles import (
    MalformedTile,
    Tile,
    entry_bundle,
    number_path,
    parse_entry_bundle,
    parse_tile,
    tile_at,
    tiles_of,
)
from tests.damage import cut_or_lengthened


def test_numbers_become_paths_as_in_the_specification() -> None:
    # c2sp.org/tlog-tiles, "Merkle Tree": "index 1234067 will be encoded as x001/x234/067".
    assert number_path(1234067) == "x001/x234/067"
    assert [number_path(n) for n in (0, 7, 999, 1000)] == ["000", "007", "999", "x001/000"]
    with pytest.raises(ValueError, match="not the number"):
        number_path(-1)


def test_a_tree_of_seventy_thousand_leaves_has_the_tiles_of_the_specification() -> None:
    # c2sp.org/tlog-tiles, "Partial Tiles": 273 full level 0 tiles, one partial of width 112, one full level 1 tile, one
    # partial of width 17, one partial level 2 tile of width 1; a tree of 256 has a full tile and a partial of width 1.
    tiles = list(tiles_of(70_000))
    assert [tile for tile in tiles if tile.level == 0] == [*(Tile(0, n) for n in range(273)), Tile(0, 273, 112)]
    assert [tile for tile in tiles if tile.level == 1] == [Tile(1, 0), Tile(1, 1, 17)]
    assert [tile for tile in tiles if tile.level == 2] == [Tile(2, 0, 1)]
    assert len([tile for tile in tiles if tile.level is None]) == 274
    assert len(tiles) == 274 + 274 + 2 + 1
    assert list(tiles_of(256)) == [Tile(None, 0), Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []


@given(st.integers(0, 140_000), st.integers(0, 140_000))
def test_what_is_new_since_an_older_tree_is_what_the_older_tree_lacks(one: int, other: int) -> None:
    since, size = sorted((one, other))
    assert set(tiles_of(size, since)) == set(tiles_of(size)) - set(tiles_of(since))


@given(st.integers(0, 10**12), st.none() | st.integers(0, 63), st.integers(1, 256))
def test_every_place_is_found_again_by_its_path(number: int, level: int | None, width: int) -> None:
    tile = Tile(level, number, width)
    assert tile_at(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/000",
        "tile/0/001/x000",
        "tile/0/x001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000/",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "tile/entry/000",
        "tile/entries/000.tmp",
        "/tile/0/000",
        "x/tile/0/000",
        "tile//000",
        "checkpoint",
        "",
    ],
)
def test_any_other_path_is_no_place_in_a_tree(path: str) -> None:
    assert tile_at(path) is None


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_a_bundle_holds_its_entries(entries: list[bytes]) -> None:
    assert parse_entry_bundle(entry_bundle(entries), len(entries)) == entries


def test_a_bundle_has_the_bytes_of_the_specification() -> None:
    assert entry_bundle([b"abc", b"", b"x" * 256]) == b"\0\3abc" + b"\0\0" + b"\1\0" + b"x" * 256


def test_other_bundles_are_refused() -> None:
    whole = entry_bundle([b"abc", b"de"])
    for damaged in (*cut_or_lengthened(whole), whole + b"\0\0"):
        with pytest.raises(MalformedTile):
            parse_entry_bundle(damaged, 2)
    for data, width in ((whole, 1), (whole, 3)):
        with pytest.raises(MalformedTile):
            parse_entry_bundle(data, width)
    for entries in ([], [b"x"] * 257, [b"x" * 65_536]):
        with pytest.raises(MalformedTile):
            entry_bundle(entries)
    assert parse_entry_bundle(entry_bundle([b"x" * 65_535]), 1) == [b"x" * 65_535]


def test_a_tile_has_the_width_it_should_have() -> None:
    assert parse_tile(b"a" * 32 + b"b" * 32, 2) == b"a" * 32 + b"b" * 32
    for data in (b"", b"a" * 31, b"a" * 33, b"a" * 96):
        with pytest.raises(MalformedTile):
            parse_tile(data, 2)
