"""How a tree lies in files: paths, entry bundles and tiles as C2SP tlog-tiles lays them down.

A *window* is 256 leaves. Its entries are one bundle, their hashes one tile of level 0; a tile of level L holds the
roots of 256 full tiles of level L-1. What is not yet 256 wide is partial and names its width. Pure.
Source: c2sp.org/tlog-tiles.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from audit.evidence.tree import HASH_BYTES

WIDTH: Final = 256
WIDTH_BITS: Final = 8
HIGHEST_LEVEL: Final = 63
LARGEST_ENTRY: Final = 65_535

_PATH: Final = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


class MalformedTile(ValueError):
    """Bytes that are not an entry bundle or a tile of the width they should have."""


@dataclass(frozen=True)
class Tile:
    """A place in the tree: ``level`` None is the entry bundle, else the tile of that level; ``width`` 256 is full."""

    level: int | None
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it lies, relative to the store."""
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{number_path(self.number)}{partial}"


def number_path(number: int) -> str:
    """``number`` in path elements of three digits, all but the last marked: 1234067 is ``x001/x234/067``."""
    if number < 0:
        raise ValueError(f"{number} is not the number of a tile")
    elements = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        elements.append(f"x{number % 1000:03}")
    return "/".join(reversed(elements))


def tile_at(path: str) -> Tile | None:
    """What lies at ``path``, or None when the path is not the one spelling of any place in a tree."""
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    level, number, width = match.groups()
    tile = Tile(
        None if level == "entries" else int(level),
        int(number.replace("x", "").replace("/", "")),
        WIDTH if width is None else int(width),
    )
    within = tile.level is None or tile.level <= HIGHEST_LEVEL
    return tile if within and tile.path == path else None


def tiles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """The bundles and tiles of a tree of ``size`` leaves that a tree of ``since`` leaves does not have yet.

    In the order in which they must become durable: entries before the hashes over them, lower levels before higher.
    """
    for level in (None, *range(HIGHEST_LEVEL + 1)):
        shift = 0 if level is None else WIDTH_BITS * level
        if size >> shift == 0:
            return
        for number in range((since >> shift) // WIDTH, -(-(size >> shift) // WIDTH)):
            width = min(WIDTH, (size >> shift) - number * WIDTH)
            if number * WIDTH + width > since >> shift:
                yield Tile(level, number, width)


def entry_bundle(entries: Sequence[bytes]) -> bytes:
    """1 to 256 entries, each behind its length as a big-endian uint16. Raises ``MalformedTile`` if they do not fit."""
    if not 1 <= len(entries) <= WIDTH or any(len(entry) > LARGEST_ENTRY for entry in entries):
        raise MalformedTile(f"a bundle holds 1 to {WIDTH} entries of at most {LARGEST_ENTRY} bytes")
    return b"".join(part for entry in entries for part in (struct.pack(">H", len(entry)), entry))


def parse_entry_bundle(data: bytes, width: int) -> list[bytes]:
    """The ``width`` entries of a bundle. Raises ``MalformedTile`` for any other number, and for bytes left over."""
    entries: list[bytes] = []
    at, end = 0, len(data)
    while at < end:
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if start > end or at > end:
            raise MalformedTile("the bundle ends within an entry")
        entries.append(data[start:at])
    if len(entries) != width:
        raise MalformedTile(f"the bundle holds {len(entries)} entries instead of {width}")
    return entries


def parse_tile(data: bytes, width: int) -> bytes:
    """The ``width`` hashes of a tile, joined as they stand there. Raises ``MalformedTile`` for any other length."""
    if len(data) != width * HASH_BYTES:
        raise MalformedTile(f"the tile has {len(data)} bytes instead of {width * HASH_BYTES}")
    return data
