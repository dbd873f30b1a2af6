"""Every head the log ever published, in text files one can read.

A file holds the heads whose last leaf lies in one window of 256 leaves, oldest first, and begins by naming the file
before it with a digest over the heads there, so that a file taken out leaves a gap that shows. The digest covers what
the heads say, not who signed, since cosignatures are added later. Pure.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from audit.evidence.base64url import NotBase64, b64, parse_b64
from audit.evidence.note import Checkpoint, MalformedNote, Note, parse_checkpoint, parse_note
from audit.evidence.tiles import WIDTH, number_path

_PATH: Final = re.compile(r"checkpoints/((?:x[0-9]{3}/)*[0-9]{3})")
_FIRST_LINE: Final = re.compile(r"previous (?:none|(0|[1-9][0-9]{0,18}) ([A-Za-z0-9+/=]{44}))")


class MalformedHistory(ValueError):
    """Bytes that are not a file of heads in its one form, or a head that does not belong where it is put."""


@dataclass(frozen=True)
class Earlier:
    """The file before this one: its number, and the digest over all heads up to its end."""

    number: int
    digest: bytes


@dataclass(frozen=True)
class HistoryFile:
    """The heads of one window, at least one, sizes ascending."""

    previous: Earlier | None
    notes: tuple[Note, ...]

    def __post_init__(self) -> None:
        sizes = [one.size for one in self.checkpoints]
        if not sizes or sizes != sorted(set(sizes)) or len({history_number(size) for size in sizes}) != 1:
            raise MalformedHistory("the heads of a file are of one window and grow")
        if self.previous is not None and self.previous.number >= self.number:
            raise MalformedHistory("the file before this one is not before it")

    @cached_property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """What the heads say, oldest first."""
        return tuple(parse_checkpoint(note.text) for note in self.notes)

    @property
    def number(self) -> int:
        """The window the file is about."""
        return history_number(self.checkpoints[0].size)

    @property
    def as_earlier(self) -> Earlier:
        """How the next file names this one."""
        said = self._first_line + "".join(note.text for note in self.notes)
        return Earlier(self.number, hashlib.sha256(said.encode()).digest())

    @property
    def _first_line(self) -> str:
        if self.previous is None:
            return "previous none\n"
        return f"previous {self.previous.number} {b64(self.previous.digest)}\n"

    def encode(self) -> bytes:
        """The file as bytes."""
        return self._first_line.encode() + b"".join(b"\n" + note.encode() for note in self.notes)

    def with_note(self, note: Note) -> "HistoryFile":
        """The file with a head added, or with further signatures under a head it has.

        Raises ``MalformedHistory`` when the head contradicts one of the same size, or is older than the newest.
        """
        size = parse_checkpoint(note.text).size
        kept = []
        for one, said in zip(self.notes, self.checkpoints, strict=True):
            if said.size != size:
                kept.append(one)
                continue
            if one.text != note.text:
                raise MalformedHistory(f"there is another head of size {size} already")
            added = tuple(signature for signature in note.signatures if signature not in one.signatures)
            kept.append(Note(one.text, one.signatures + added))
        if size not in {said.size for said in self.checkpoints}:
            kept.append(note)
        return HistoryFile(self.previous, tuple(kept))


def history_number(size: int) -> int:
    """The number of the file that holds the head of ``size`` leaves."""
    return (size - 1) // WIDTH


def history_path(number: int) -> str:
    """Where file ``number`` lies, relative to the store."""
    return f"checkpoints/{number_path(number)}"


def history_number_at(path: str) -> int | None:
    """The number of the file at ``path``, or None when the path is not the one spelling of any."""
    match = _PATH.fullmatch(path)
    number = None if match is None else int(match[1].replace("x", "").replace("/", ""))
    return number if number is not None and history_path(number) == path else None


def parse_history(data: bytes) -> HistoryFile:
    """The heads of a file. Raises ``MalformedHistory`` unless they encode to exactly these bytes."""
    try:
        first_line, *parts = data.decode("utf-8").split("\n\n")
    except UnicodeDecodeError as error:
        raise MalformedHistory("the file is not UTF-8") from error
    match = _FIRST_LINE.fullmatch(first_line)
    if match is None or len(parts) % 2:
        raise MalformedHistory("the file is a line about the one before, and heads")
    try:
        notes = [parse_note(f"{text}\n\n{below}".removesuffix("\n").encode() + b"\n") for text, below in _pairs(parts)]
        previous = None if match[1] is None else Earlier(int(match[1]), parse_b64(match[2]))
        history = HistoryFile(previous, tuple(notes))
    except (MalformedNote, NotBase64) as error:
        raise MalformedHistory(f"a head in the file: {error}") from error
    if history.encode() != data:
        raise MalformedHistory("the file is not in its one form")
    return history


def _pairs(parts: list[str]) -> list[tuple[str, str]]:
    return list(zip(parts[::2], parts[1::2], strict=True))
