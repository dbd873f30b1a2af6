"""What somebody keeps who was answered: that this event will stand in the log within a minute, signed by the service.

Until an event has its place in the tree, whoever owns the database could take it out and nothing in the log would show
it. A receipt shows it: after its deadline the log must contain the commitment that it names. It is not stored anywhere;
the same event always gives the same receipt (Ed25519 is deterministic, RFC 8032).

Written in one line, for a header or an e-mail; what is signed is a note (c2sp.org/signed-note) with the same words, so
that other people's tools can check it. It says nothing about anybody. Pure.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from audit.evidence.base64url import NotBase64, b64, b64url, parse_b64url
from audit.evidence.log_policy import LogPolicy
from audit.evidence.note import (
    MalformedNote,
    Note,
    NoteRefused,
    Signature,
    VerifierKey,
    VerifyEd25519,
    is_key_name,
    plain_signature,
    verify_note,
)

RECEIPT_FORMAT: Final = "tillit-receipt/1"

#: Within this time after an event its commitment stands in a signed head.
WITHIN: Final = timedelta(seconds=60)

_COMMITMENT_BYTES: Final = 32
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_WORDS: Final = 6


class MalformedReceipt(ValueError):
    """Text that is not a receipt in its one spelling; the message says what is wrong with it."""


class ReceiptRefused(ValueError):
    """A receipt that the policy does not vouch for; the message says why."""


@dataclass(frozen=True)
class Receipt:
    """The log's name, the event, its commitment (32 bytes), and when the log must contain it at the latest (UTC)."""

    origin: str
    event_id: UUID
    commitment: bytes
    deadline: datetime

    @property
    def text(self) -> str:
        """What is signed: five lines."""
        lines = [RECEIPT_FORMAT, self.origin, str(self.event_id), b64(self.commitment), _instant(self.deadline)]
        return "".join(line + "\n" for line in lines)


@dataclass(frozen=True)
class SignedReceipt:
    """A receipt and the signature under it: the id of the key, and what it made."""

    receipt: Receipt
    key_id: bytes
    made: bytes

    @property
    def line(self) -> str:
        """The receipt as one line: format, log, event, commitment, deadline, key id and signature."""
        said = self.receipt
        return " ".join(
            [
                RECEIPT_FORMAT,
                said.origin,
                str(said.event_id),
                b64url(said.commitment),
                _instant(said.deadline),
                b64url(self.key_id + self.made),
            ]
        )

    def note(self, name: str) -> Note:
        """The same as a signed note, under the name of the signer."""
        return Note(self.receipt.text, (Signature(name, self.key_id, self.made),))


def receipt_for(origin: str, event_id: UUID, commitment: bytes, recorded_at: datetime) -> Receipt:
    """What is promised about an event that was recorded at ``recorded_at``."""
    return Receipt(origin, event_id, commitment, (recorded_at + WITHIN).astimezone(UTC))


def signed_receipt(receipt: Receipt, key: VerifierKey, made: bytes) -> SignedReceipt:
    """The receipt with the signature that ``key`` made over its text."""
    signature = plain_signature(key, made)
    return SignedReceipt(receipt, signature.key_id, signature.made)


def parse_receipt(text: str) -> SignedReceipt:
    """The receipt written as ``text``; line breaks that a mail put in are taken for spaces.

    Raises ``MalformedReceipt`` for any other spelling.
    """
    words = text.split()
    if len(words) != _WORDS or words[0] != RECEIPT_FORMAT:
        raise MalformedReceipt(f"a receipt is one line of {_WORDS} words and begins with {RECEIPT_FORMAT}")
    _, origin, event, commitment, deadline, signature = words
    if not is_key_name(origin):
        raise MalformedReceipt("the second word is not the name of a log")
    try:
        committed, signed = parse_b64url(commitment), parse_b64url(signature)
    except NotBase64 as error:
        raise MalformedReceipt(f"the commitment or the signature: {error}") from error
    if len(committed) != _COMMITMENT_BYTES or len(signed) <= 4:
        raise MalformedReceipt("the commitment or the signature is not as long as it should be")
    try:
        receipt = Receipt(origin, UUID(event), committed, _parse_instant(deadline))
    except ValueError as error:
        raise MalformedReceipt("the event or the deadline is not in its one spelling") from error
    found = SignedReceipt(receipt, signed[:4], signed[4:])
    if found.line != " ".join(words):
        raise MalformedReceipt("the event or the deadline is not in its one spelling")
    return found


def verify_receipt(signed: SignedReceipt, policy: LogPolicy, verify_ed25519: VerifyEd25519) -> Receipt:
    """What the receipt promises, when one of the policy's receipt keys signed it. Raises ``ReceiptRefused``."""
    if signed.receipt.origin != policy.origin:
        raise ReceiptRefused("it is a receipt of another log")
    if not policy.receipts:
        raise ReceiptRefused("the policy names no key that signs receipts")
    try:
        verified = verify_note(signed.note(policy.receipts[0].name), policy.receipts, verify_ed25519)
    except (NoteRefused, MalformedNote) as error:
        raise ReceiptRefused("its signature does not hold: it was changed, or nobody's promise") from error
    if not verified:
        raise ReceiptRefused("it is signed with a key that the policy does not name")
    return signed.receipt


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _parse_instant(text: str) -> datetime:
    if _INSTANT.fullmatch(text) is None:
        raise ValueError(text)
    return datetime.fromisoformat(text)
