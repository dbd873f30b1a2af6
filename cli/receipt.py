"""`tillit receipt` and `tillit proof`: hold the log to what it promised, and prove one entry to somebody else."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from audit.evidence.check_receipt import ReceiptVerdict, check_receipt
from audit.evidence.find_entry import index_of_commitment, index_of_event, newest_head, prove_entry
from audit.evidence.log_policy import CheckpointRefused
from audit.evidence.log_store import DirectoryStore, NotInStore
from audit.evidence.receipt import RECEIPT_FORMAT, MalformedReceipt, parse_receipt
from audit.evidence.sealed_records import MalformedRecord
from audit.evidence.tiles import MalformedTile
from audit.evidence.tree import InvalidProof
from cli.log_options import LogPolicyFile, LogStoreFolder, policy_file, store_folder, trusted_policy
from cli.plain_options import DataDir, Json, new_app
from cli.stop import FOUND, NOT_YET, USAGE, VERIFIED, stop

__all__ = ["app", "proof_app"]

app = new_app("Check a receipt against the log that gave it.")
proof_app = new_app()


@app.callback()
def _receipt() -> None:
    """Check a receipt against the log that gave it."""


@app.command()
def check(
    receipt: Annotated[str, typer.Argument(help="The receipt, a file that holds it, or - for standard input.")],
    store: LogStoreFolder = None,
    policy: LogPolicyFile = None,
    as_json: Json = False,  # noqa: FBT002  # an option of the command line
    data_dir: DataDir = None,
) -> None:
    """Verify a receipt, and look up its event in the log.

    Exit code 0: the event is in the log. 1: something is wrong. 2: wrong use. 3: not yet, ask again after the deadline.
    """
    trust, folder = trusted_policy(policy_file(policy, data_dir)), _folder(store, data_dir)
    try:
        signed = parse_receipt(_text_of(receipt))
    except MalformedReceipt as error:
        stop(f"not a receipt: {error}", FOUND)
    verdict = check_receipt(signed, trust, folder, datetime.now(UTC))
    if as_json:
        print(json.dumps(_as_json(verdict), indent=2))
    else:
        print(_in_words(verdict))
    raise typer.Exit(_code(verdict))


@proof_app.command()
def proof(
    event: Annotated[str, typer.Argument(help="The event's reference, or a receipt of it.")],
    store: LogStoreFolder = None,
    policy: LogPolicyFile = None,
    data_dir: DataDir = None,
) -> None:
    """Print the proof that an event stands in the log, in the form of c2sp.org/tlog-proof; it shows nothing else."""
    trust, folder = trusted_policy(policy_file(policy, data_dir)), _folder(store, data_dir)
    try:
        head, note = newest_head(folder, trust)
        if event.startswith(RECEIPT_FORMAT):
            index = index_of_commitment(folder, head.checkpoint.size, parse_receipt(event).receipt.commitment)
        else:
            index = index_of_event(folder, head.checkpoint.size, UUID(event))
        if index is None:
            stop(f"the event is not among the {head.checkpoint.size} entries of the signed log", FOUND)
        sys.stdout.write(prove_entry(folder, head, note, index).encode().decode())
    except MalformedReceipt as error:
        stop(f"not a receipt: {error}", USAGE)
    except (CheckpointRefused, InvalidProof, MalformedRecord, MalformedTile, NotInStore) as error:
        stop(f"{folder.root}: {error}; tillit verify-log says more", FOUND)
    except ValueError:
        stop(f"{event[:60]!r} is neither the reference of an event nor a receipt", USAGE)


def _folder(told: Path | None, data_dir: Path | None) -> DirectoryStore:
    folder = store_folder(told, data_dir)
    if not folder.is_dir():
        stop(f"{folder}: there is no such folder; name the log's store with --store", USAGE)
    return DirectoryStore(folder)


def _text_of(receipt: str) -> str:
    if receipt.startswith(RECEIPT_FORMAT):
        return receipt
    try:
        data = sys.stdin.buffer.read(10_000) if receipt == "-" else Path(receipt).read_bytes()
        return data.decode("ascii")
    except OSError as error:
        stop(f"{receipt[:100]}: {error.strerror}; give a receipt, or a file that holds one", USAGE)
    except UnicodeDecodeError:
        stop("not a receipt: it holds other characters than a receipt does", FOUND)


def _code(verdict: ReceiptVerdict) -> int:
    if verdict.finding is not None:
        return FOUND
    return NOT_YET if verdict.proof is None else VERIFIED


def _in_words(verdict: ReceiptVerdict) -> str:
    event, head = verdict.receipt.event_id, verdict.head
    if verdict.finding is not None:
        return f"NOT VERIFIED: {verdict.finding}  [{verdict.finding.code}]"
    if verdict.proof is None or head is None:
        return f"Not yet: event {event} must be in the log by {verdict.receipt.deadline.isoformat()}; ask again then."
    signed = datetime.fromtimestamp(head.time, UTC).isoformat()
    return (
        f"Verified: event {event} is entry {verdict.proof.index} of the log {head.checkpoint.origin}, "
        f"which had {head.checkpoint.size} entries when it was signed at {signed}."
    )


def _as_json(verdict: ReceiptVerdict) -> dict[str, object]:
    receipt, head, finding = verdict.receipt, verdict.head, verdict.finding
    return {
        "verified": verdict.proof is not None and finding is None,
        "origin": receipt.origin,
        "event_id": str(receipt.event_id),
        "deadline": receipt.deadline.isoformat(),
        "index": None if verdict.proof is None else verdict.proof.index,
        "proof": None if verdict.proof is None else verdict.proof.encode().decode(),
        "size": None if head is None else head.checkpoint.size,
        "signed_at": None if head is None else datetime.fromtimestamp(head.time, UTC).isoformat(),
        "finding": None
        if finding is None
        else {"code": finding.code, "place": finding.place, "reason": finding.reason},
    }
