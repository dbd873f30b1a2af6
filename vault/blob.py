"""Seal bytes so that they open only with their key, in their place, and to one text.

A blob is `version (1 byte) | salt (24) | commitment (32) | chunks`. From the data key, the salt and the context
HKDF-SHA-512 (RFC 5869) derives the encryption key and the commitment, so a blob that is moved to another place (its
context says table, row and column) does not open, and one blob cannot open to two texts under two keys. Chunks are
AES-256-GCM of at most 16 KiB with the chunk's number and a last-chunk mark as nonce (the STREAM construction of Hoang,
Reyhanitabar, Rogaway and Vizár, 2015): cutting, swapping or appending is seen. The derived key is used for one blob
only, so the nonces never repeat.
"""

import hmac
import secrets
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from foundation.errors import Unavailable

__all__ = ["CHUNK", "KEY_BYTES", "DoesNotOpen", "fresh_key", "open_blob", "open_chunks", "seal_blob", "seal_chunks"]

KEY_BYTES = 32
CHUNK = 16 * 1024
_VERSION = b"\x01"
_SALT = 24
_COMMITMENT = 32
_TAG = 16
_HEADER = len(_VERSION) + _SALT + _COMMITMENT


class DoesNotOpen(Unavailable):
    """A sealed value does not open: the key is another one, or the value was changed or moved."""

    code = "sealed_value_does_not_open"
    title = "What is stored here cannot be opened"
    do = "Nothing was shown. Tell whoever runs the installation, with the reference of this page."


def fresh_key() -> bytes:
    """A random data key of 32 bytes."""
    return secrets.token_bytes(KEY_BYTES)


def _derive(key: bytes, salt: bytes, context: bytes) -> tuple[AESGCM, bytes]:
    material = HKDF(SHA512(), length=KEY_BYTES + _COMMITMENT, salt=salt, info=b"tillit/blob/1\n" + context).derive(key)
    return AESGCM(material[:KEY_BYTES]), material[KEY_BYTES:]


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def seal_chunks(key: bytes, pieces: Iterable[bytes], context: bytes) -> Iterator[bytes]:
    """The blob of `pieces` joined, piece by piece; at most two chunks are held at a time."""
    salt = secrets.token_bytes(_SALT)
    cipher, commitment = _derive(key, salt, context)
    yield _VERSION + salt + commitment
    held, number = bytearray(), 0
    for piece in pieces:
        held += piece
        while len(held) > CHUNK:
            yield cipher.encrypt(_nonce(number, last=False), bytes(held[:CHUNK]), None)
            del held[:CHUNK]
            number += 1
    yield cipher.encrypt(_nonce(number, last=True), bytes(held), None)


def seal_blob(key: bytes, clear: bytes, context: bytes) -> bytes:
    """`clear` sealed under `key` (32 bytes) for the place that `context` names."""
    return b"".join(seal_chunks(key, [clear], context))


def open_chunks(key: bytes, pieces: Iterable[bytes], context: bytes) -> Iterator[bytes]:
    """The clear text of a blob, chunk by verified chunk.

    Raises:
        DoesNotOpen: at the first chunk that is not as it was sealed; nothing of that chunk is given out.
    """
    held, number, cipher = bytearray(), 0, None
    for piece in pieces:
        held += piece
        if cipher is None:
            if len(held) < _HEADER:
                continue
            header, held = bytes(held[:_HEADER]), held[_HEADER:]
            cipher, commitment = _derive(key, header[1 : 1 + _SALT], context)
            if header[:1] != _VERSION or not hmac.compare_digest(commitment, header[1 + _SALT :]):
                raise DoesNotOpen
        while len(held) > CHUNK + _TAG:
            yield _decrypt(cipher, _nonce(number, last=False), bytes(held[: CHUNK + _TAG]))
            del held[: CHUNK + _TAG]
            number += 1
    if cipher is None:
        raise DoesNotOpen
    yield _decrypt(cipher, _nonce(number, last=True), bytes(held))


def open_blob(key: bytes, blob: bytes, context: bytes) -> bytes:
    """The clear text of `blob`, which must have been sealed under `key` for `context`.

    Raises:
        DoesNotOpen: when the key or the place is another one, or a bit was changed.
    """
    return b"".join(open_chunks(key, [blob], context))


def _decrypt(cipher: AESGCM, nonce: bytes, chunk: bytes) -> bytes:
    try:
        return cipher.decrypt(nonce, chunk, None)
    except InvalidTag as error:
        raise DoesNotOpen from error
