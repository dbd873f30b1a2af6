"""Opening what an entry of the disclosure log says, held against its commitment: what reading and replaying share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from audit.event import LOG_KEY_OWNER, AuditDisclosure, AuditEvent, bundle_context, said_index, stored_index
from audit.evidence.bundle import unbundle
from audit.evidence.canonical_json import JsonValue
from audit.evidence.commitment import commitment, digest, opened
from audit.operation import Operation
from foundation.errors import NotFound, Unavailable
from foundation.identifiers import EventId, PersonId
from vault.blob import DoesNotOpen, open_blob
from vault.keys import DataKey

__all__ = ["EntryDoesNotVerify", "EventSaid", "open_event"]


class EntryDoesNotVerify(Unavailable):
    """What is stored of an entry is not what its commitment covers: somebody changed it."""

    code = "log_entry_does_not_verify"
    title = "This entry of the log has been changed"
    do = "Keep the reference, change nothing, and tell the auditor and whoever runs the installation at once."


@dataclass
class EventSaid:
    """What an entry says, put together from its bundles; `index`, `decision` and `notes` are about no person."""

    index: dict[str, JsonValue] = field(default_factory=dict)
    decision: JsonValue = None
    notes: dict[str, JsonValue] = field(default_factory=dict)
    disclosed: dict[PersonId, tuple[str, ...]] = field(default_factory=dict)
    consulted: dict[PersonId, tuple[str, ...]] = field(default_factory=dict)
    mentioned: list[PersonId] = field(default_factory=list)
    erased: int = 0


def open_event(op: Operation, event: EventId) -> tuple[AuditEvent, EventSaid]:
    """The entry `event` and everything it says; whom it is about is named in this deed's own event.

    Raises:
        NotFound: there is no such entry.
        EntryDoesNotVerify: the stored disclosures are not what the commitment covers, or the index columns say
            otherwise.
    """
    try:
        row = op.get(AuditEvent, event)
    except ValueError as error:  # a value that no column of this kind has been given by this program
        raise EntryDoesNotVerify from error
    if row is None:
        raise NotFound
    said, index = _opened(op, row), stored_index(row)
    if said.index and any(said.index.get(name) != value for name, value in index.items()):
        raise EntryDoesNotVerify
    for person in {*said.disclosed, *said.consulted, *said.mentioned}:
        op.keep_trace(person, "log_entry", seen=True)
    return row, said


def _opened(op: Operation, row: AuditEvent) -> EventSaid:
    said, digests = EventSaid(), set()
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


def _put(said: EventSaid, owner: UUID, values: dict[str, JsonValue]) -> None:
    if owner == LOG_KEY_OWNER:
        said.index, said.decision, said.notes = said_index(values), values.get("decision"), _said(values.get("notes"))
        return
    of_them = _said(values["person"])
    person = PersonId.of(str(of_them["person"]))
    disclosed, consulted = _codes(of_them["disclosed"]), _codes(of_them["consulted"])
    if disclosed:
        said.disclosed[person] = disclosed
    if consulted:
        said.consulted[person] = consulted
    if not disclosed and not consulted:
        said.mentioned.append(person)


def _said(value: JsonValue) -> dict[str, JsonValue]:
    return dict(value) if isinstance(value, Mapping) else {}


def _codes(value: JsonValue) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise EntryDoesNotVerify
    return tuple(str(item) for item in value)


def _owners(op: Operation, key_ids: list[UUID]) -> dict[UUID, UUID]:
    rows = op.rows(select(DataKey.key_id, DataKey.owner_id).where(DataKey.key_id.in_(key_ids)))
    return dict(rows)
