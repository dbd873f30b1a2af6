"""Receipts of events: derived from what the log holds, signed with a key of the custody, stored nowhere."""

from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.event import AuditEvent
from audit.evidence.log_policy import receipt_signer
from audit.evidence.note import ED25519, VerifierKey
from audit.evidence.receipt import SignedReceipt, receipt_for, signed_receipt
from audit.house import House
from audit.refusals import LogUnavailable
from audit.sessions import reading
from vault.custody import Custody

__all__ = ["Receipts", "receipt_key"]


def receipt_key(origin: str, custody: Custody) -> VerifierKey:
    """The public key of an installation's receipts, as the log policy names it."""
    return VerifierKey(receipt_signer(origin), ED25519, _private(custody).public_key().public_bytes_raw())


def _private(custody: Custody) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(custody.derived_key("receipts"))


class Receipts:
    """Signs the receipts of one house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._private = _private(house.custody)
        self._key = receipt_key(house.installed.origin, house.custody)

    def line(self, event_id: UUID) -> str | None:
        """The receipt of a committed event in one line; None when the event cannot be found or looked up."""
        signed = self.of(event_id)
        return None if signed is None else signed.line

    def of(self, event_id: UUID) -> SignedReceipt | None:
        """The receipt of a committed event; None when the event cannot be found or looked up.

        What was committed a moment ago is remembered by the house; an older event is looked up, as when a request comes
        twice.
        """
        found = self._house.committed.get(event_id) or self._stored(event_id)
        if found is None:
            return None
        receipt = receipt_for(self._house.installed.origin, event_id, *found)
        return signed_receipt(receipt, self._key, self._private.sign(receipt.text.encode()))

    def _stored(self, event_id: UUID) -> tuple[bytes, datetime] | None:
        try:
            with reading(self._house) as session:
                row = session.get(AuditEvent, event_id)
                return None if row is None else (row.commitment, row.recorded_at)
        except LogUnavailable:
            return None
