"""Text that bears signatures, and the signed heads of the log.

A *note* is text, an empty line, and one line for each signature (c2sp.org/signed-note). A *checkpoint* is a note that
says: the log of this name has this many leaves and this root (c2sp.org/tlog-checkpoint). The log signs it twice with
one key: plainly, and as a cosignature that states the time (c2sp.org/tlog-cosignature), as the text itself has none.

A signature by a key one does not know is passed over, which is how keys are changed; one by a known key that does not
hold makes the whole note worthless. Pure: the check of a single Ed25519 signature is handed in.
"""

import hashlib
import re
import struct
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from audit.evidence.base64url import NotBase64, b64, parse_b64
from audit.evidence.tree import HASH_BYTES, LARGEST_SIZE

ED25519: Final = 0x01
TIMESTAMPED_ED25519: Final = 0x04
PUBLIC_KEY_BYTES: Final = 32
ED25519_SIGNATURE_BYTES: Final = 64
TIME_BYTES: Final = 8
LATEST_TIME: Final = 2**63 - 1
MOST_SIGNATURES: Final = 64
LARGEST_NOTE: Final = 1_000_000
SIGNATURE_MARK: Final = "\u2014 "

_VERIFIER_KEY: Final = re.compile(r"([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)")
_PLAIN_NAME: Final = re.compile(r"[!-*,-~]+")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}")

# Whether a signature over a message holds: (public key, message, signature).
VerifyEd25519 = Callable[[bytes, bytes, bytes], bool]


class MalformedNote(ValueError):
    """Bytes that are not a signed note, a checkpoint, or a verifier key in their one spelling."""


class NoteRefused(ValueError):
    """A known key's signature does not hold."""


@dataclass(frozen=True)
class VerifierKey:
    """What one must know to check a signature: the signer's name, the kind of signature, 32 bytes of public key."""

    name: str
    kind: int
    public: bytes

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise MalformedNote("a key's name has no spaces and no plus sign")
        if self.kind not in {ED25519, TIMESTAMPED_ED25519}:
            raise MalformedNote(f"signatures of kind {self.kind} are not checked here")
        if len(self.public) != PUBLIC_KEY_BYTES:
            raise MalformedNote(f"an Ed25519 public key is {PUBLIC_KEY_BYTES} bytes")

    @cached_property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256 over name, line feed, kind and public key."""
        named = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(named).digest()[:4]

    @property
    def text(self) -> str:
        """The key as C2SP writes it: ``name+id+base64(kind || public key)``."""
        return f"{self.name}+{self.key_id.hex()}+{b64(bytes([self.kind]) + self.public)}"


@dataclass(frozen=True)
class Signature:
    """One line under a note: the name and id of the key, and what it made."""

    name: str
    key_id: bytes
    made: bytes

    @property
    def line(self) -> str:
        """The line as it stands in the note, without its line feed."""
        return f"{SIGNATURE_MARK}{self.name} {b64(self.key_id + self.made)}"


@dataclass(frozen=True)
class Note:
    """A text that ends in a line feed, and the signatures under it."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """The note as bytes."""
        return (self.text + "\n" + "".join(one.line + "\n" for one in self.signatures)).encode()


@dataclass(frozen=True)
class Checkpoint:
    """A head of the log: its name, the number of leaves (at least one), the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed: three lines. Extension lines are never written, since not every signature covers them."""
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n"


@dataclass(frozen=True)
class Verified:
    """A signature that holds: whose, and the time it states (seconds since 1970), if it states one."""

    key: VerifierKey
    time: int | None


def is_key_name(name: str) -> bool:
    """Whether a key may be called so: not empty, no Unicode space, no plus sign, no control character."""
    if _PLAIN_NAME.fullmatch(name) is not None:
        return True
    strange = {"Cc", "Cs", "Zs", "Zl", "Zp"}
    return bool(name) and not any(one == "+" or unicodedata.category(one) in strange for one in name)


def parse_verifier_key(text: str) -> VerifierKey:
    """The key written as ``name+id+base64(kind || public key)``. Raises ``MalformedNote`` when the id is another's."""
    match = _VERIFIER_KEY.fullmatch(text)
    if match is None:
        raise MalformedNote("a verifier key is name, id and key, joined with plus signs")
    try:
        encoded = parse_b64(match[3])
    except NotBase64 as error:
        raise MalformedNote(f"not a verifier key: {error}") from error
    key = VerifierKey(match[1], encoded[0], encoded[1:])
    if key.text != text:
        raise MalformedNote("the id in a verifier key is not that of the key")
    return key


def key_fingerprint(public: bytes) -> str:
    """What people compare: the first 16 bytes of SHA-256 over the public key, as eight groups of four hex digits."""
    digits = hashlib.sha256(public).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))


def parse_note(data: bytes) -> Note:
    """The text and signatures of a note, which encode to exactly these bytes. Raises ``MalformedNote`` otherwise."""
    if len(data) > LARGEST_NOTE:
        raise MalformedNote("the note is too large")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedNote("the note is not UTF-8") from error
    if _CONTROL.search(whole):
        raise MalformedNote("the note holds a control character")
    body, gap, below = whole.rpartition("\n\n")
    lines = below.split("\n")
    if not gap or lines.pop() != "":
        raise MalformedNote("a note is text, an empty line, and signature lines")
    if not 1 <= len(lines) <= MOST_SIGNATURES:
        raise MalformedNote(f"a note bears 1 to {MOST_SIGNATURES} signatures")
    return Note(body + "\n", tuple(_parse_signature(line) for line in lines))


def _parse_signature(line: str) -> Signature:
    name, space, encoded = line[len(SIGNATURE_MARK) :].partition(" ")
    if not line.startswith(SIGNATURE_MARK) or not space or not is_key_name(name):
        raise MalformedNote("a signature line is a dash, a name and a signature")
    try:
        made = parse_b64(encoded)
    except NotBase64 as error:
        raise MalformedNote(f"not a signature: {error}") from error
    if len(made) <= 4:
        raise MalformedNote("a signature is longer than its key id")
    return Signature(name, made[:4], made[4:])


def parse_checkpoint(text: str) -> Checkpoint:
    """The head that the text of a note states.

    Raises ``MalformedNote`` for extension lines, for size zero, which proves nothing, and for any other spelling.
    """
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] != "" or not lines[0]:
        raise MalformedNote("a checkpoint is three lines: origin, size, root")
    if _DECIMAL.fullmatch(lines[1]) is None or not 1 <= int(lines[1]) <= LARGEST_SIZE:
        raise MalformedNote("the size of a checkpoint is a number of at least one")
    try:
        root = parse_b64(lines[2])
    except NotBase64 as error:
        raise MalformedNote(f"the root of a checkpoint is not a hash: {error}") from error
    if len(root) != HASH_BYTES:
        raise MalformedNote("the root of a checkpoint is not a hash")
    return Checkpoint(lines[0], int(lines[1]), root)


def timestamped_message(text: str, time: int) -> bytes:
    """What a cosignature of ``text`` at ``time`` (seconds since 1970) signs."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def plain_signature(key: VerifierKey, made: bytes) -> Signature:
    """The line for a plain Ed25519 signature of the text by ``key``."""
    return Signature(key.name, key.key_id, made)


def timestamped_signature(key: VerifierKey, time: int, made: bytes) -> Signature:
    """The line for an Ed25519 signature by ``key`` over ``timestamped_message``."""
    return Signature(key.name, key.key_id, struct.pack(">Q", time) + made)


def verify_note(note: Note, known: Iterable[VerifierKey], verify_ed25519: VerifyEd25519) -> Sequence[Verified]:
    """The signatures by known keys, all of which hold, in the order of their lines; perhaps none.

    Raises ``NoteRefused`` when a signature with a known key's name and id does not hold or the key signed twice.
    """
    keys = {(key.name, key.key_id): key for key in known}
    verified: list[Verified] = []
    for signature in note.signatures:
        key = keys.get((signature.name, signature.key_id))
        if key is None:
            continue
        if any(one.key == key for one in verified):
            raise NoteRefused(f"{key.name} signed twice")
        verified.append(_verify(note.text, signature, key, verify_ed25519))
    return verified


def _verify(text: str, signature: Signature, key: VerifierKey, verify_ed25519: VerifyEd25519) -> Verified:
    made, time, message = signature.made, None, text.encode()
    if key.kind == TIMESTAMPED_ED25519:
        time = int.from_bytes(made[:TIME_BYTES], "big")
        made, message = made[TIME_BYTES:], timestamped_message(text, time)
        if time > LATEST_TIME:
            raise NoteRefused(f"the time stated by {key.name} is out of range")
    if len(made) != ED25519_SIGNATURE_BYTES or not verify_ed25519(key.public, message, made):
        raise NoteRefused(f"the signature by {key.name} does not hold")
    return Verified(key, time)
