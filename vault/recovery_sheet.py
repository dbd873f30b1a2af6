"""The root key on paper: seven short rows that a person can type, each with a check character.

The 32 bytes of the key and the first three of its digest are written in base 32 (digits and capitals without I, L, O
and U), eight characters a row. The check character of a row covers its number too, so a slip, two swapped neighbours
and two swapped rows are seen where they are; the digest covers the whole.
"""

import hashlib
import hmac
import re
from datetime import date
from uuid import UUID

from foundation.errors import FieldProblem, Invalid
from vault.blob import KEY_BYTES

__all__ = ["RecoverySheetUnreadable", "mark_of", "read_sheet", "write_sheet"]

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ROW_BYTES = 5
_ROW = 8
_ROWS = 7
_DIGEST_BYTES = _ROWS * _ROW_BYTES - KEY_BYTES
_LINE = re.compile(r"\s*([1-7])\s*[.:)]?\s+([0-9A-Za-z][0-9A-Za-z -]{7,})")

_SHEET = """\
TILLIT: RECOVERY SHEET FOR THE ROOT KEY

  Installation   {municipality} ({number})
                 {installation}
  Made on        {made_on}
  Key mark       {mark}

{rows}

WHAT THIS IS
Everything that Tillit keeps is sealed. These seven rows are the root key that opens it, together with the
keyring file (`keyring.sealed`) that lies beside the key file and beside every backup. Whoever holds this
sheet, the keyring and a backup can read everything. Without the root key nobody can, and nobody can make
another one.

WHAT TO DO WITH IT
1. Print it twice. Put each print in a sealed envelope, signed over the flap by two people, in two safes in
   two buildings. Note in the archive where they lie; not here.
2. Then delete this file: it is the key in clear.
3. Open an envelope once a year and compare the key mark with the one that `tillit keys mark` prints.

WHEN THE KEY FILE IS LOST
Type the seven rows, with their numbers, into a file (or use a photograph of this sheet to type from). Then
   the database is whole:   tillit keys recover FILE
   the machine is gone:     tillit restore BACKUP --recovery-sheet FILE
   before anything exists:  tillit init --root-key-from-sheet FILE
A row that was mistyped is named. Delete the file when you are done.
"""


class RecoverySheetUnreadable(Invalid):
    """What was typed is not a recovery sheet, or a row of it is not as it was printed."""

    code = "recovery_sheet_unreadable"
    title = "The recovery sheet cannot be read"
    do = "Compare the rows that are named with the print, character by character; there is no I, L, O or U."


def mark_of(root: bytes) -> str:
    """Six characters by which two prints of the same root key are recognised; they say nothing of the key."""
    return _digest(root).hex().upper()


def write_sheet(root: bytes, *, municipality: str, number: str, installation: UUID, made_on: date) -> str:
    """The sheet to print for the root key `root` (32 bytes)."""
    return _SHEET.format(
        municipality=municipality,
        number=number,
        installation=installation,
        made_on=made_on.isoformat(),
        mark=mark_of(root),
        rows="\n".join(f"     {number}   {row}" for number, row in enumerate(_rows(root), start=1)),
    )


def read_sheet(text: str) -> bytes:
    """The root key (32 bytes) from a sheet, or from its seven rows as somebody typed them.

    Raises:
        RecoverySheetUnreadable: naming the rows that are missing or do not add up.
    """
    typed = {int(found[1]): found[2] for line in text.splitlines() if (found := _LINE.fullmatch(line.rstrip()))}
    values = [_value(number, typed.get(number, "")) for number in range(1, _ROWS + 1)]
    wrong = [number for number, value in enumerate(values, start=1) if value is None]
    if wrong:
        raise RecoverySheetUnreadable(fields=[FieldProblem(f"row {number}", "does_not_add_up") for number in wrong])
    material = b"".join(value for value in values if value is not None)
    root, digest = material[:KEY_BYTES], material[KEY_BYTES:]
    if not hmac.compare_digest(digest, _digest(root)):
        raise RecoverySheetUnreadable(fields=[FieldProblem("sheet", "rows_of_different_sheets")])
    return root


def _digest(root: bytes) -> bytes:
    return hashlib.sha256(b"tillit/root-key/1\n" + root).digest()[:_DIGEST_BYTES]


def _rows(root: bytes) -> list[str]:
    material = root + _digest(root)
    rows = []
    for number in range(_ROWS):
        value = int.from_bytes(material[number * _ROW_BYTES : (number + 1) * _ROW_BYTES], "big")
        body = "".join(_ALPHABET[(value >> shift) & 31] for shift in range(35, -1, -5))
        rows.append(f"{body[:4]}-{body[4:]}-{_check(number + 1, body)}")
    return rows


def _check(number: int, body: str) -> str:
    # 31 is prime and every weight differs, so a slip and a swap of neighbours change the sum; the row's number moves it
    # too.
    total = number + sum(weight * _ALPHABET.index(character) for weight, character in enumerate(body, start=2))
    return _ALPHABET[total % 31]


def _value(number: int, typed: str) -> bytes | None:
    """The five bytes of a row, or None when it is not row `number` of any sheet."""
    flat = typed.upper().replace("-", "").replace(" ", "").replace("O", "0").replace("I", "1").replace("L", "1")
    body, check = flat[:_ROW], flat[_ROW:]
    if len(body) != _ROW or any(character not in _ALPHABET for character in body) or check != _check(number, body):
        return None
    value = 0
    for character in body:
        value = value << 5 | _ALPHABET.index(character)
    return value.to_bytes(_ROW_BYTES, "big")
