"""Hold the log to a receipt: is the event that it promises there?"""

from dataclasses import dataclass
from datetime import UTC, datetime

from audit.evidence.find_entry import index_of_commitment, newest_head, prove_entry
from audit.evidence.finding import Finding
from audit.evidence.log_policy import CheckpointRefused, LogPolicy, SignedHead
from audit.evidence.log_store import LogStore, NotInStore
from audit.evidence.proof_text import TextProof
from audit.evidence.publish_checkpoint import NEWEST
from audit.evidence.receipt import Receipt, ReceiptRefused, SignedReceipt, verify_receipt
from audit.evidence.tiles import MalformedTile
from audit.evidence.tree import InvalidProof
from audit.evidence.verify_ed25519 import verify_ed25519

__all__ = ["ReceiptVerdict", "check_receipt"]


@dataclass(frozen=True)
class ReceiptVerdict:
    """What became of a receipt: its event is in the log (``proof``), or something is wrong (``finding``).

    Neither of the two before its deadline, when the event is on its way.
    """

    receipt: Receipt
    head: SignedHead | None = None
    proof: TextProof | None = None
    finding: Finding | None = None


def check_receipt(signed: SignedReceipt, policy: LogPolicy, store: LogStore, now: datetime) -> ReceiptVerdict:
    """Look up in the store what the receipt promises, and verify the proof; ``now`` decides whether it is due."""
    receipt = signed.receipt
    try:
        verify_receipt(signed, policy, verify_ed25519)
        head, note = newest_head(store, policy)
    except ReceiptRefused as error:
        return ReceiptVerdict(receipt, finding=Finding("receipt_refused", "the receipt", str(error)))
    except CheckpointRefused as error:
        return ReceiptVerdict(receipt, finding=Finding("head_refused", NEWEST, str(error)))
    found = _looked_up(store, head, note, receipt.commitment)
    if isinstance(found, Finding):
        return ReceiptVerdict(receipt, head, finding=found)
    if found is None and now > receipt.deadline:
        return ReceiptVerdict(receipt, head, finding=Finding("suppressed", str(receipt.event_id), _why(receipt, head)))
    return ReceiptVerdict(receipt, head, found)


def _looked_up(store: LogStore, head: SignedHead, note: bytes, commitment: bytes) -> TextProof | Finding | None:
    try:
        index = index_of_commitment(store, head.checkpoint.size, commitment)
        return None if index is None else prove_entry(store, head, note, index)
    except NotInStore as error:
        return Finding("missing", str(error), "a head vouches for it")
    except (MalformedTile, InvalidProof) as error:
        return Finding("head_inconsistent", NEWEST, f"the store does not hold the tree that was signed: {error}")


def _why(receipt: Receipt, head: SignedHead) -> str:
    """A log that stands still has not kept its promise either, but nothing need have been taken out of it."""
    signed_at = datetime.fromtimestamp(head.time, UTC)
    if signed_at <= receipt.deadline:
        return (
            f"it should have been there by {receipt.deadline.isoformat()}; the newest head is of "
            f"{signed_at.isoformat()}, so the log stands still or this copy of it is old"
        )
    return (
        f"it should have been there by {receipt.deadline.isoformat()}, and the head signed at {signed_at.isoformat()} "
        "does not cover it: the event was suppressed"
    )
