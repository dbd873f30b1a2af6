"""Key files sealed under a passphrase, to travel in a backup for those who asked for it.

The passphrase is stretched with Argon2id (RFC 9106: three passes over 64 MiB, the second recommended setting with less
memory than the first); the files lie in a blob bound to the installation.
"""

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from foundation.errors import FieldProblem, Invalid
from vault.blob import KEY_BYTES, DoesNotOpen, open_blob, seal_blob

__all__ = ["PassphraseWrong", "open_keys", "seal_keys"]

_SALT = 16
_SHORTEST = 12


class PassphraseWrong(Invalid):
    """The passphrase does not open the keys in this backup, or is too short to seal them with."""

    code = "passphrase_wrong"
    title = "The passphrase does not fit"
    do = "Type the passphrase with which this backup was made; a new one has at least twelve characters."


def _key(passphrase: str, salt: bytes) -> bytes:
    return Argon2id(salt=salt, length=KEY_BYTES, iterations=3, lanes=4, memory_cost=64 * 1024).derive(
        passphrase.encode()
    )


def _context(installation: str) -> bytes:
    return b"backup/keys/" + installation.encode()


def seal_keys(passphrase: str, files: Mapping[str, bytes], *, installation: str) -> bytes:
    """The key files sealed; `PassphraseWrong` for a passphrase of fewer than twelve characters."""
    if len(passphrase) < _SHORTEST:
        raise PassphraseWrong(fields=[FieldProblem("passphrase", "password_too_short")])
    salt = secrets.token_bytes(_SALT)
    clear = json.dumps({name: b64encode(content).decode() for name, content in files.items()}).encode()
    return salt + seal_blob(_key(passphrase, salt), clear, _context(installation))


def open_keys(passphrase: str, sealed: bytes, *, installation: str) -> dict[str, bytes]:
    """The key files by name.

    Raises:
        PassphraseWrong: the passphrase is another one, or the bytes were changed.
    """
    try:
        clear = open_blob(_key(passphrase, sealed[:_SALT]), sealed[_SALT:], _context(installation))
    except DoesNotOpen as error:
        raise PassphraseWrong from error
    return {name: b64decode(content) for name, content in json.loads(clear).items()}
