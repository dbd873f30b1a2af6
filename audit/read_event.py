"""Open one entry of the disclosure log, whole; opening it is an entry of its own."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor
from audit.event import LOG_KEY_OWNER, AuditDisclosure, AuditEvent, bundle_context, stored_index
from audit.evidence.canonical_json import JsonValue
from audit.evidence.commitment import commitment, digest, opened, unbundle
from audit.log_entries import LogEntry, line_of
from audit.operation import Operation, operation
from audit.place_in_the_log import place_of
from foundation.errors import NotFound, Unavailable
from foundation.identifiers import EventId, PersonId
from vault.blob import DoesNotOpen, open_blob
from vault.keys import DataKey

__all__ = ["EntryDoesNotVerify", "read_event"]


class EntryDoesNotVerify(Unavailable):
    """What is stored of an entry is not what its commitment covers: somebody changed it."""

    code = "log_entry_does_not_verify"
    title = "This entry of the log has been changed"
    do = "Keep the reference, change nothing, and tell the auditor and whoever runs the installation at once."


@dataclass
class _Said:
    """What an entry says, put together from its bundles."""

    common: dict[str, JsonValue] = field(default_factory=dict)
    disclosed: dict[PersonId, tuple[str, ...]] = field(default_factory=dict)
    consulted: dict[PersonId, tuple[str, ...]] = field(default_factory=dict)
    mentioned: list[PersonId] = field(default_factory=list)
    erased: int = 0


def read_event(actor: Actor, event: EventId) -> LogEntry:
    """The entry `event`: its line, its whole decision, and whom it was about.

    Raises:
        NotFound: there is no such entry. EntryDoesNotVerify: the stored disclosures are not what the commitment covers,
        or the index columns say otherwise.
    """
    with operation(actor, Action.READ_EVENT) as op:
        op.note(read=str(event))
        row = op.get(AuditEvent, event)
        if row is None:
            raise NotFound
        said, index = _open(op, row), stored_index(row)
        if said.common and any(said.common.get(name) != value for name, value in index.items()):
            raise EntryDoesNotVerify
        persons = {*said.disclosed, *said.consulted, *said.mentioned}
        for person in persons:
            op.keep_trace(person, "log_entry", seen=True)
        notes = {name: value for name, value in said.common.items() if name not in {*index, "decision"}}
        return op.view(
            LogEntry(
                line=line_of(row),
                commitment=row.commitment.hex(),
                place=place_of(op, event),
                decision=said.common.get("decision"),
                notes=notes,
                disclosed=said.disclosed,
                consulted=said.consulted,
                mentioned=tuple(said.mentioned),
                erased=said.erased,
                event_id=op.event_id,
            )
        )


def _open(op: Operation, row: AuditEvent) -> _Said:
    said, digests = _Said(), set()
    stored = op.all(select(AuditDisclosure).where(AuditDisclosure.event_id == row.event_id))
    owners = _owners(op, [one.key_id for one in stored])
    for one in stored:
        owner = owners.get(one.key_id)
        if one.sealed is None or owner is None:
            said.erased += 1
            continue
        key = op.data_key_of(owner, one.key_id)
        try:
            disclosures = unbundle(open_blob(key, one.sealed, bundle_context(row.event_id, one.key_id)))
        except DoesNotOpen as error:
            raise EntryDoesNotVerify from error
        digests |= {digest(item) for item in disclosures}
        _put(said, owner, dict(opened(item) for item in disclosures))
    covered = {row.digests[start : start + 32] for start in range(0, len(row.digests), 32)}
    whole = digests == covered if said.erased == 0 else digests <= covered
    if not whole or commitment(covered) != row.commitment:
        raise EntryDoesNotVerify
    return said


def _put(said: _Said, owner: UUID, values: dict[str, JsonValue]) -> None:
    if owner == LOG_KEY_OWNER:
        said.common.update(values)
        return
    person = PersonId.of(str(values["person"]))
    disclosed, consulted = _codes(values["disclosed"]), _codes(values["consulted"])
    if disclosed:
        said.disclosed[person] = disclosed
    if consulted:
        said.consulted[person] = consulted
    if not disclosed and not consulted:
        said.mentioned.append(person)


def _codes(value: JsonValue) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise EntryDoesNotVerify
    return tuple(str(item) for item in value)


def _owners(op: Operation, key_ids: list[UUID]) -> dict[UUID, UUID]:
    rows = op.rows(select(DataKey.key_id, DataKey.owner_id).where(DataKey.key_id.in_(key_ids)))
    return dict(rows)
