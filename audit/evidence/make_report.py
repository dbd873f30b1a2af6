"""Make the file a person takes home: choose the head, look up the proofs, leave out what is not theirs to see."""

from collections.abc import Iterable
from dataclasses import dataclass

from audit.evidence.commitment import digest
from audit.evidence.log_policy import CheckpointRefused, LogPolicy, judge_checkpoint
from audit.evidence.log_store import LogStore
from audit.evidence.report_file import Report, ReportEntry
from audit.evidence.stored_tree import StoredTree
from audit.evidence.verify_ed25519 import verify_ed25519


class EntryNotSigned(Exception):
    """An entry is not covered by the head yet; the report can be made when the next one is signed."""


@dataclass(frozen=True)
class ShownEvent:
    """An event for the report: its index in the log, the digests of all its disclosures, those that are shown."""

    index: int
    digests: bytes
    opened: tuple[bytes, ...]


def make_report(store: LogStore, policy: LogPolicy, checkpoint: bytes, events: Iterable[ShownEvent]) -> Report:
    """The report of ``events`` under the signed head ``checkpoint``, in the order of the log.

    Raises ``CheckpointRefused`` when the policy does not vouch for the head or its quorum is missing,
    ``EntryNotSigned`` when the head does not cover an event yet, ``NotInStore`` or ``MalformedTile`` when the store
    cannot give the proofs.
    """
    head = judge_checkpoint(checkpoint, policy, verify_ed25519)
    if not head.is_witnessed:
        raise CheckpointRefused("the head does not bear the cosignatures that the policy asks for")
    tree = StoredTree(store, head.checkpoint.size)
    entries = []
    for event in sorted(events, key=lambda one: one.index):
        if event.index >= tree.size:
            raise EntryNotSigned(f"entry {event.index} waits for a signature")
        entries.append(_entry(event, tree))
    keys = tuple(one.key for one in policy.keys if one.signs(head.checkpoint.size))
    return Report(checkpoint, keys, policy.policy_id, tuple(entries))


def _entry(event: ShownEvent, tree: StoredTree) -> ReportEntry:
    shown = {digest(one) for one in event.opened}
    every = [event.digests[at : at + 32] for at in range(0, len(event.digests), 32)]
    hidden = tuple(one for one in every if one not in shown)
    return ReportEntry(event.index, event.opened, hidden, tuple(tree.inclusion(event.index)))
