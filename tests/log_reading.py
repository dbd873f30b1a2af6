"""What the log of a house says, opened for assertions beside every deed that could open it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from audit.event import LOG_KEY_OWNER, AuditDisclosure, AuditEvent, bundle_context, said_index
from audit.evidence.bundle import unbundle
from audit.evidence.canonical_json import JsonValue
from audit.evidence.commitment import opened
from audit.house import House
from foundation.identifiers import EventId, PersonId
from vault.blob import open_blob
from vault.keys import DataKey, DataKeyValue

__all__ = ["StoredEvent", "event_named", "events", "keys_of", "newest", "newest_shape"]


_NEWEST_FIRST = (AuditEvent.recorded_at.desc(), AuditEvent.event_id.desc())


@dataclass
class StoredEvent:
    """An event as it is stored, with what its sealed bundles say; `said` has index, decision and notes side by side."""

    row: AuditEvent
    said: dict[str, JsonValue] = field(default_factory=dict)
    index: dict[str, JsonValue] = field(default_factory=dict)
    persons: dict[PersonId, dict[str, JsonValue]] = field(default_factory=dict)
    disclosures: list[bytes] = field(default_factory=list)

    @property
    def shape(self) -> tuple[str, str, str | None]:
        """Action, outcome and code."""
        return self.row.action, self.row.outcome, self.row.code


def keys_of(house: House) -> dict[UUID, tuple[UUID, DataKeyValue]]:
    """Every data key there is, opened: its owner and itself, by its id."""
    columns = DataKey.__table__.columns
    with Session(house.engine) as session:
        rows = session.execute(select(*columns)).mappings().all()
    made = [DataKey(**{column.key: row[column.key] for column in columns}) for row in rows]
    return {key.key_id: (key.owner_id, key.unwrapped(house.custody)) for key in made}


def events(house: House) -> list[StoredEvent]:
    """Every event, oldest first, opened."""
    return _opened(house, select(AuditEvent).order_by(AuditEvent.recorded_at, AuditEvent.event_id))


def _opened(house: House, which: Select[AuditEvent]) -> list[StoredEvent]:
    keys = keys_of(house)
    with Session(house.engine) as session:
        rows = session.scalars(which).all()
        ids = which.with_only_columns(AuditEvent.event_id)
        bundles = session.scalars(select(AuditDisclosure).where(AuditDisclosure.event_id.in_(ids))).all()
    found = {row.event_id: StoredEvent(row) for row in rows}
    for one in bundles:
        if one.sealed is None or one.key_id not in keys:
            continue
        owner, key = keys[one.key_id]
        event = found[one.event_id]
        disclosures = unbundle(open_blob(key, one.sealed, bundle_context(one.event_id, one.key_id)))
        event.disclosures += disclosures
        values: dict[str, Any] = dict(opened(item) for item in disclosures)
        if owner == LOG_KEY_OWNER:
            decision = {"decision": values["decision"]} if "decision" in values else {}
            event.index = said_index(values)
            event.said = {**values.get("notes", {}), **event.index, **decision}
        else:
            person = values["person"]
            event.persons[PersonId.of(person.pop("person"))] = person
    return list(found.values())


def event_named(house: House, event_id: str) -> StoredEvent:
    """The event that an answer names."""
    (named,) = _opened(house, select(AuditEvent).where(AuditEvent.event_id == EventId.of(event_id)))
    return named


def newest_shape(house: House) -> tuple[str, str, str | None]:
    """Action, outcome and code of the last event, without opening any: for a log that was tampered with."""
    with Session(house.engine) as session:
        row = session.scalars(select(AuditEvent).order_by(*_NEWEST_FIRST).limit(1)).one()
    return StoredEvent(row).shape


def newest(house: House) -> StoredEvent:
    """The last event."""
    (last,) = _opened(house, select(AuditEvent).order_by(*_NEWEST_FIRST).limit(1))
    return last
