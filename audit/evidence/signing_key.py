"""The keys of a log as its signer keeps them: which sizes each signs, and the one that is planned to come next."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.evidence.base64url import NotBase64, b64url, parse_b64url
from audit.evidence.canonical_json import canonical_json
from audit.evidence.own_file import FORMAT, SignerUnusable, read_own_file

SCHEDULED: Final = "scheduled"
COMPROMISED: Final = "compromised"
FIRST: Final = "first"
SIGNER_LOST: Final = "signer_lost"


@dataclass(frozen=True)
class SigningKey:
    """A private key and the sizes it signs: ``first`` to ``last``, or without end for None.

    A key without ``first`` is planned: it signs nothing until an entry of the log announces it. ``reason`` says why
    it was made, in a code.
    """

    private: bytes
    first: int | None
    last: int | None = None
    reason: str = ""

    @classmethod
    def new(cls, first: int | None, reason: str) -> "SigningKey":
        """A key nobody has had before."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw(), first, reason=reason)

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.private).public_key().public_bytes_raw()

    def signs(self, size: int) -> bool:
        """Whether a checkpoint of ``size`` bears this key's signatures."""
        return self.first is not None and self.first <= size and (self.last is None or size <= self.last)

    def is_next(self, signed: int) -> bool:
        """Whether it has signed nothing yet, where the last head covers ``signed`` entries; a first key never is."""
        return self.first is None or self.first > max(1, signed)


@dataclass(frozen=True)
class NextKey:
    """What others are told of a key that is to come: its public half, why, and from which size on, once that is set."""

    public: bytes
    reason: str
    first: int | None


def encode_keys(origin: str, keys: Sequence[SigningKey]) -> bytes:
    """The key file of the log ``origin``."""
    said = [
        {"first": key.first, "last": key.last, "private": b64url(key.private), "reason": key.reason} for key in keys
    ]
    return canonical_json({"format": FORMAT, "keys": said, "origin": origin}) + b"\n"


def read_keys(path: Path) -> tuple[str, list[SigningKey]]:
    """Of which log, and which keys. Raises ``SignerUnusable``."""
    said = read_own_file(path)
    try:
        keys = [_key(one) for one in said["keys"]]
        if not keys or any(len(key.private) != 32 or not _is_range(key) for key in keys):
            raise SignerUnusable(f"{path.name} holds no key, or one that is not clear")
        return said["origin"], keys
    except (AttributeError, KeyError, TypeError, NotBase64) as error:
        raise SignerUnusable(f"{path.name} is not a key file") from error


def _key(said: dict[str, Any]) -> SigningKey:
    return SigningKey(parse_b64url(said["private"]), said["first"], said["last"], said.get("reason", ""))


def _is_range(key: SigningKey) -> bool:
    if key.first is None:
        return key.last is None
    if type(key.first) is not int or key.first < 1:
        return False
    return key.last is None or (type(key.last) is int and key.last >= key.first)
