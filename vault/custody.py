"""Who keeps the keys that open the keys.

The database holds only wrapped keys. What unwraps them lies with the *custody*: a root key that opens a keyring, and on
the keyring one **period key** a month. Person keys and services' wraps rest under the period key of the month; when a
month's key is destroyed, everything that was erased or withdrawn before stays closed in every older backup, because
backups never hold the keyring.
"""

from typing import Protocol

__all__ = ["Custody"]


class Custody(Protocol):
    """Wraps and unwraps keys, and derives the keys of look-ups; a real back end is a file or a transit engine."""

    def period(self) -> str:
        """The newest period on the keyring, such as `2026-11`."""

    def begin_period(self, period: str) -> None:
        """Put a new period key on the keyring, unless `period` is there already."""

    def wrap(self, clear: bytes, context: bytes) -> tuple[str, bytes]:
        """`clear` sealed under the newest period key: the period and the blob."""

    def unwrap(self, period: str, blob: bytes, context: bytes) -> bytes:
        """What `wrap` sealed. Raises `DoesNotOpen` when the period key is gone or the place is another one."""

    def derived_key(self, purpose: str) -> bytes:
        """The 32-byte key for one purpose (look-ups, receipts), the same for as long as the installation lives."""
