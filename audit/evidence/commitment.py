"""What an event says stays sealed; that it said so is committed to.

Each fact of an event becomes a *disclosure*: the fact with 128 random bits, written as RFC 9901 writes them. The
event's commitment covers the digests of all of them. Whoever is shown a fact can check it against the commitment;
whoever is not gets only its digest, from which nothing can be guessed. Destroying salt and value erases the fact and
breaks no proof.
"""

import hashlib
import secrets
from collections.abc import Iterable
from typing import Final

from audit.evidence.base64url import NotBase64, b64url, b64url_bytes, parse_b64url
from audit.evidence.canonical_json import JsonValue, NotCanonical, canonical_json, parse_canonical_json

SALT_BYTES: Final = 16
DIGEST_BYTES: Final = 32
COMMITMENT_LABEL: Final = b"disclosure-log/commit/1\n"


class MalformedDisclosure(ValueError):
    """Bytes that are not a disclosure or a bundle of them, or digests that cannot be committed to."""


def disclosure(name: str, value: JsonValue, salt: bytes | None = None) -> bytes:
    """The fact ``name`` = ``value`` with its salt: ASCII base64url of the UTF-8 JSON array ``[salt, name, value]``.

    ``salt`` is 16 bytes, drawn at random unless given. Raises ``MalformedDisclosure`` for another length and for a name
    that is not ASCII, ``NotCanonical`` for a value outside the model. Source: RFC 9901, section 4.2.1.
    """
    if salt is None:
        salt = secrets.token_bytes(SALT_BYTES)
    return b64url_bytes(disclosed_json(name, value, salt))


def disclosed_json(name: str, value: JsonValue, salt: bytes) -> bytes:
    """The JSON array inside a disclosure. Raises as ``disclosure`` does."""
    if len(salt) != SALT_BYTES:
        raise MalformedDisclosure(f"a salt is {SALT_BYTES} bytes, not {len(salt)}")
    if not name or not name.isascii():
        raise MalformedDisclosure("the name of a disclosure is ASCII text")
    return canonical_json([b64url(salt), name, value])


def digest(disclosure: bytes) -> bytes:
    """What stands for a disclosure that is not shown: SHA-256 of its ASCII bytes, 32 bytes."""
    return hashlib.sha256(disclosure).digest()


def commitment(digests: Iterable[bytes]) -> bytes:
    """SHA-256 over ``disclosure-log/commit/1`` and a line feed, then the digests in byte order: 32 bytes.

    The order in which digests arrive says nothing. Raises ``MalformedDisclosure`` for no digest, a digest that is not
    32 bytes, and the same digest twice: with fresh salts that is always a mistake.
    """
    ordered = sorted(digests)
    if not ordered:
        raise MalformedDisclosure("an event discloses at least one fact")
    if any(len(one) != DIGEST_BYTES for one in ordered):
        raise MalformedDisclosure(f"a digest is {DIGEST_BYTES} bytes")
    if len(set(ordered)) != len(ordered):
        raise MalformedDisclosure("the same digest twice in one event")
    return hashlib.sha256(COMMITMENT_LABEL + b"".join(ordered)).digest()


def opened(disclosure: bytes) -> tuple[str, JsonValue]:
    """The name and value of a disclosure. Raises ``MalformedDisclosure`` unless it re-encodes to the same bytes."""
    try:
        parts = parse_canonical_json(parse_b64url(disclosure.decode("ascii")))
        if not isinstance(parts, list) or len(parts) != 3:
            raise MalformedDisclosure("a disclosure is an array of salt, name and value")
        salt, name, value = parts
        if not isinstance(salt, str) or len(parse_b64url(salt)) != SALT_BYTES:
            raise MalformedDisclosure(f"a salt is {SALT_BYTES} bytes in base64url")
    except (NotBase64, NotCanonical, UnicodeDecodeError) as error:
        raise MalformedDisclosure(f"not a disclosure: {error}") from error
    if not isinstance(name, str) or not name or not name.isascii():
        raise MalformedDisclosure("the name of a disclosure is ASCII text")
    return name, value
