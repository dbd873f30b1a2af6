"""Everything that lies in a store, sorted by what it is; what is nothing the log knows is foreign."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from audit.evidence.checkpoint_history import history_number_at
from audit.evidence.log_store import LogStore
from audit.evidence.publish_checkpoint import NEWEST
from audit.evidence.sealed_records import SealedFile, sealed_file_at
from audit.evidence.tiles import WIDTH, WIDTH_BITS, Tile, tile_at
from audit.evidence.window_check import WindowFiles, is_there


@dataclass
class StoreListing:
    """The files of a store: tiles and bundles, sealed files by window, numbers of history files, foreign paths."""

    tiles: set[Tile] = field(default_factory=set)
    sealed: defaultdict[int, list[SealedFile]] = field(default_factory=lambda: defaultdict(list))
    history: list[int] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    @property
    def exported(self) -> int:
        """How many entries there are, signed or not yet: up to the first window without a full bundle."""
        widths: dict[int, int] = {}
        for tile in self.tiles:
            if tile.level is None:
                widths[tile.number] = max(tile.width, widths.get(tile.number, 0))
        number = 0
        while widths.get(number) == WIDTH:
            number += 1
        return number * WIDTH + widths.get(number, 0)

    def windows(self, signed: int) -> Iterable[WindowFiles]:
        """The files of every window that has entries, or for which a head of ``signed`` leaves vouches."""
        bundles: defaultdict[int, list[int]] = defaultdict(list)
        tiles: defaultdict[int, list[int]] = defaultdict(list)
        for tile in self.tiles:
            if tile.level is None:
                bundles[tile.number].append(tile.width)
            elif tile.level == 0:
                tiles[tile.number].append(tile.width)
        for number in range(-(-max(self.exported, signed) // WIDTH)):
            needed = min(WIDTH, max(0, signed - number * WIDTH))
            sealed = tuple(self.sealed.get(number, ()))
            yield WindowFiles(number, tuple(sorted(bundles[number])), tuple(sorted(tiles[number])), sealed, needed)

    def beyond(self, signed: int) -> list[str]:
        """The files of windows that come after all entries and after what a head of ``signed`` leaves vouches for."""
        end = max(self.exported, signed)
        tiles = [tile.path for tile in self.tiles if not tile.level and tile.number * WIDTH >= end]
        sealed = [place.path for places in self.sealed.values() for place in places if place.number * WIDTH >= end]
        return sorted(tiles + sealed)

    def missing(self, store: LogStore, sizes: Iterable[int]) -> list[Tile]:
        """The tiles and bundles that trees of these sizes consist of and the store has not.

        A partial one may be gone when the full one is there. What seems to be missing is looked for once more, because
        a log that is running replaces files while it is listed.
        """
        wanted: set[Tile] = set()
        largest = 0
        for size in sizes:
            largest = max(largest, size)
            for level in (None, *range(-(-size.bit_length() // WIDTH_BITS))):
                number, width = divmod(size >> (WIDTH_BITS * (level or 0)), WIDTH)
                if width and Tile(level, number) not in self.tiles:
                    wanted.add(Tile(level, number, width))
        for level in (None, *range(-(-largest.bit_length() // WIDTH_BITS))):
            full = (largest >> (WIDTH_BITS * (level or 0))) // WIDTH
            wanted.update(Tile(level, number) for number in range(full))
        seemingly = wanted - self.tiles
        return [
            tile
            for tile in sorted(seemingly, key=lambda one: one.path)
            if not is_there(store, tile.path) and not is_there(store, Tile(tile.level, tile.number).path)
        ]


def list_store(store: LogStore) -> StoreListing:
    """Look at every path in the store. Raises ``OSError`` when a folder cannot be read."""
    listing = StoreListing()
    for path in store.paths():
        tile, sealed, number = tile_at(path), sealed_file_at(path), history_number_at(path)
        if tile is not None:
            listing.tiles.add(tile)
        elif sealed is not None:
            listing.sealed[sealed.number].append(sealed)
        elif number is not None:
            listing.history.append(number)
        elif path != NEWEST:
            listing.foreign.append(path)
    listing.history.sort()
    return listing
