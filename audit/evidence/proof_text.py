"""A proof as one text file that anyone can check without asking anyone: c2sp.org/tlog-proof.

It says at which index of which signed head an entry stands, and the hashes that lead from one to the other. Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from audit.evidence.base64url import NotBase64, b64, parse_b64
from audit.evidence.note import MalformedNote, Note, parse_checkpoint, parse_note
from audit.evidence.tree import HASH_BYTES

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
LONGEST_PROOF: Final = 63

_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})")


class MalformedProof(ValueError):
    """Text that is not a proof in its one spelling."""


@dataclass(frozen=True)
class TextProof:
    """An index, the hashes from the leaf's sibling up, the signed head, and extra bytes that nothing vouches for."""

    index: int
    hashes: Sequence[bytes]
    checkpoint: Note
    extra: bytes | None = None

    def encode(self) -> bytes:
        """The proof as text."""
        extra = [] if self.extra is None else [f"extra {b64(self.extra)}"]
        lines = [FIRST_LINE, *extra, f"index {self.index}", *(b64(one) for one in self.hashes), ""]
        return "".join(line + "\n" for line in lines).encode("ascii") + self.checkpoint.encode()


def parse_proof(data: bytes) -> TextProof:
    """The proof written as ``data``. Raises ``MalformedProof``, naming the line, unless it encodes to these bytes.

    Whether the hashes lead to the head, and whose signatures the head bears, is for the caller to verify.
    """
    head, gap, checkpoint = data.partition(b"\n\n")
    if not gap:
        raise MalformedProof("a proof is lines, an empty line, and a checkpoint")
    try:
        lines = head.decode("ascii").split("\n")
        note = parse_note(checkpoint)
        parse_checkpoint(note.text)
    except UnicodeDecodeError as error:
        raise MalformedProof("the lines of a proof are ASCII") from error
    except MalformedNote as error:
        raise MalformedProof(f"the checkpoint is not one: {error}") from error
    proof = _parse_lines(lines, note)
    if proof.encode() != data:
        raise MalformedProof("the proof is not in its one spelling")
    return proof


def _parse_lines(lines: Sequence[str], checkpoint: Note) -> TextProof:
    if lines[0] != FIRST_LINE:
        raise MalformedProof(f"line 1 is not {FIRST_LINE}")
    at, extra = 1, None
    if lines[1:] and lines[1].startswith("extra "):
        at, extra = 2, _decode(lines[1][len("extra ") :], 2)
    index = _INDEX.fullmatch(lines[at]) if at < len(lines) else None
    if index is None:
        raise MalformedProof(f"line {at + 1} does not name the index")
    hashes = [_decode(line, number) for number, line in enumerate(lines[at + 1 :], start=at + 2)]
    for number, one in enumerate(hashes, start=at + 2):
        if len(one) != HASH_BYTES:
            raise MalformedProof(f"line {number} is not a hash")
    if len(hashes) > LONGEST_PROOF:
        raise MalformedProof("there are more hashes than any tree is high")
    return TextProof(int(index[1]), tuple(hashes), checkpoint, extra)


def _decode(text: str, number: int) -> bytes:
    try:
        return parse_b64(text)
    except NotBase64 as error:
        raise MalformedProof(f"line {number} is not base64") from error
