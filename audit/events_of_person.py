"""Everything the log says of one person, event by event: what is theirs, and what is about nobody in particular."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from sqlalchemy import select

from audit.event import (
    LOG_KEY_OWNER,
    AuditDisclosure,
    AuditEvent,
    AuditEventSubject,
    bundle_context,
    said_index,
    subject_lookup,
)
from audit.evidence.bundle import unbundle
from audit.evidence.canonical_json import JsonValue
from audit.evidence.commitment import opened
from audit.log_tables import LogLeaf
from audit.opened_event import EntryDoesNotVerify
from audit.operation import Operation
from foundation.identifiers import EventId, PersonId
from vault.blob import DoesNotOpen, open_blob
from vault.keys import DataKey

__all__ = ["EventOfPerson", "events_of_person"]

_AT_A_TIME = 200


@dataclass(frozen=True)
class EventOfPerson:
    """An event about a person, opened as far as it is theirs or about nobody; others' parts stay sealed.

    `index` is its place in the tree, None while it waits for one; `own` and `common` are disclosures as the commitment
    covers them. `common` is empty where it was erased.
    """

    event_id: EventId
    index: int | None
    digests: bytes
    own: tuple[bytes, ...]
    common: tuple[bytes, ...]

    @cached_property
    def of_them(self) -> dict[str, JsonValue]:
        """What the event says of the person."""
        values = [opened(one)[1] for one in self.own]
        return {name: said for value in values if isinstance(value, Mapping) for name, said in value.items()}

    @cached_property
    def of_nobody(self) -> dict[str, JsonValue]:
        """What its index says besides: who did what, when, what for."""
        return self.index_in(self._named)

    def index_in(self, groups: Collection[str]) -> dict[str, JsonValue]:
        """As much of its index as stands in these groups (`audit.event.INDEX_GROUPS`)."""
        return said_index({name: value for name, (value, _) in self._named.items() if name in groups})

    def showing(self, groups: Collection[str]) -> list[bytes]:
        """The disclosures to be shown, when only these groups may be of what is about nobody in particular."""
        return sorted([*self.own, *(one for name, (_, one) in self._named.items() if name in groups)])

    @cached_property
    def _named(self) -> dict[str, tuple[JsonValue, bytes]]:
        pairs = ((opened(one), one) for one in self.common)
        return {name: (value, one) for (name, value), one in pairs}


def events_of_person(op: Operation, person: PersonId) -> Iterator[EventOfPerson]:
    """The events about `person`, oldest first, whatever their outcome; each is opened when it is asked for.

    Raises:
        EntryDoesNotVerify: a sealed disclosure is not what was sealed.
    """
    lookup = subject_lookup(op.house.custody.derived_key("event-subjects"), person)
    of_person = select(AuditEventSubject.event_id).where(AuditEventSubject.lookup == lookup)
    found = op.rows(
        select(AuditEvent.event_id, AuditEvent.digests, LogLeaf.idx)
        .outerjoin(LogLeaf, LogLeaf.event_id == AuditEvent.event_id)
        .where(AuditEvent.event_id.in_(of_person))
        .order_by(AuditEvent.event_id)
    )
    owners = dict(
        op.rows(select(DataKey.key_id, DataKey.owner_id).where(DataKey.owner_id.in_([person, LOG_KEY_OWNER])))
    )
    for first in range(0, len(found), _AT_A_TIME):
        rows = found[first : first + _AT_A_TIME]
        bundles = _bundles(op, [event for event, _, _ in rows], owners)
        for event, digests, index in rows:
            own, common = bundles.get((event, person), ()), bundles.get((event, LOG_KEY_OWNER), ())
            yield EventOfPerson(event, index, digests, tuple(own), tuple(common))


def _bundles(
    op: Operation, events: Sequence[EventId], owners: dict[UUID, UUID]
) -> dict[tuple[EventId, UUID], Sequence[bytes]]:
    """The opened bundles of these events under the keys of `owners`, by event and owner."""
    stored = op.rows(
        select(AuditDisclosure.event_id, AuditDisclosure.key_id, AuditDisclosure.sealed).where(
            AuditDisclosure.event_id.in_(events),
            AuditDisclosure.key_id.in_(owners),
            AuditDisclosure.sealed.is_not(None),
        )
    )
    bundles: dict[tuple[EventId, UUID], Sequence[bytes]] = {}
    for event, key_id, sealed in stored:
        key = op.data_key_of(owners[key_id], key_id)
        try:
            bundles[event, owners[key_id]] = unbundle(open_blob(key, sealed, bundle_context(event, key_id)))
        except DoesNotOpen as error:
            raise EntryDoesNotVerify from error
    return bundles
