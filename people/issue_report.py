"""Make a person's report of who has seen their information, with the proof of every entry; making it is an entry too.

It shows which services know the person, and so it is made by the data protection officer, who reads the log anyway, and
never by one service about another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor
from audit.event import Outcome
from audit.events_of_person import EventOfPerson, events_of_person
from audit.evidence.canonical_json import JsonValue
from audit.evidence.find_entry import newest_head
from audit.evidence.log_policy import CheckpointRefused, LogPolicy, PolicyRefused, SignedHead, parse_policy
from audit.evidence.log_store import DirectoryStore, NotInStore
from audit.evidence.make_report import ShownEvent, make_report
from audit.evidence.note import key_fingerprint
from audit.evidence.report_file import ReportRefused, verify_report
from audit.evidence.tiles import MalformedTile
from audit.evidence.verify_ed25519 import verify_ed25519
from audit.family_visibility import withheld
from audit.house import House
from audit.opened_event import EntryDoesNotVerify
from audit.operation import Operation, operation, preparing
from foundation.errors import FieldProblem, Invalid, NotFound, Unavailable
from foundation.identifiers import EventId, PersonId, ServiceId
from people.identity_number import parse_identity_number
from people.organisation import Organisation, Service
from people.person import Person, identity_hash

__all__ = ["ASKED_BY", "IssueReport", "LogNotSigned", "PersonReport", "SeenEntry", "Seer", "issue_report"]

#: Who may ask for a report: the person, somebody with parental responsibility, or whoever represents them.
ASKED_BY = ("self", "guardian", "representative")

#: What a report shows of an event besides what is the person's own (`audit.event.INDEX_GROUPS`). Staff are shown by
#: role and service, not by name or number (Court of Justice of the European Union, C-579/21).
_SHOWN = frozenset({"event"})
#: And of an event about this person alone: of several, these may tell of the others.
_SHOWN_OF_ONE = _SHOWN | {"about"}


class LogNotSigned(Unavailable):
    """The log has no signed head that its policy vouches for, so nothing in it can be proved."""

    code = "log_not_signed"
    title = "The disclosure log is not signed at the moment"
    do = "A report without proof is not made. Tell whoever runs the installation; `tillit doctor` says what is wrong."


@dataclass(frozen=True)
class IssueReport:
    """Whose report it is, by reference or by identity number, and who asked for it (`ASKED_BY`)."""

    asked_by: str
    person: PersonId | None = None
    identity_number: str | None = None


@dataclass(frozen=True)
class Seer:
    """A service as the report names it."""

    name: str
    organisation: str


@dataclass(frozen=True)
class SeenEntry:
    """One time that something of the person was shown to somebody: who, when, what, what for and on what basis.

    `seen` are the places that were opened, `categories` the codes of what it was about, where that tells of nobody
    else. Codes throughout; a page says them in the reader's language.
    """

    index: int
    event_id: EventId
    recorded_at: datetime
    action: str
    role: str
    service: Seer | None
    recipient: Seer | None
    purpose: str | None
    basis: str | None
    categories: tuple[str, ...]
    seen: tuple[str, ...]


@dataclass(frozen=True)
class PersonReport:
    """A report: its entries, oldest first, and the same with their proofs as a file.

    `size` and `signed_at` are those of the signed head under which everything is proved; `waiting` counts entries that
    came later and stand in the next report; `fingerprints` are those of the keys that signed.
    """

    person: PersonId
    origin: str
    entries: tuple[SeenEntry, ...]
    waiting: int
    size: int
    signed_at: datetime
    fingerprints: tuple[str, ...]
    file: str
    made_at: datetime
    event_id: EventId


@dataclass(frozen=True)
class _Evidence:
    """What the proofs are made of: the store, the policy, the newest head and the note that states it."""

    store: DirectoryStore
    policy: LogPolicy
    head: SignedHead
    note: bytes

    @property
    def size(self) -> int:
        return self.head.checkpoint.size


def issue_report(actor: Actor, asked: IssueReport) -> PersonReport:
    """The report of one person: every event in which something of theirs was shown, unless it is withheld.

    What concerns others in the same event is in it as digests only. An event that is withheld is neither shown nor
    counted.

    Raises:
        NotFound: nobody here is meant. Invalid: no person, two ways of naming one, or a word that is not offered.
        LogNotSigned: nothing can be proved at the moment. EntryDoesNotVerify: what is stored is not what was logged.
    """
    with preparing(actor, Action.ISSUE_REPORT):
        evidence = _evidence(actor.house)
    with operation(actor, Action.ISSUE_REPORT) as op:
        person = _person(op, asked)
        op.about(person)
        op.keep_trace(person, "report", seen=True)
        shown, waiting = _shown(op, person, evidence.size)
        op.note(asked_by=asked.asked_by, entries=len(shown), waiting=waiting, head=evidence.size)
        op.draft.hits = len(shown)
        services = _services(op, shown)
        made_at, event_id = op.time, op.event_id
    return PersonReport(
        person=person,
        origin=evidence.policy.origin,
        entries=tuple(_entry(one, services) for one in shown),
        waiting=waiting,
        size=evidence.size,
        signed_at=datetime.fromtimestamp(evidence.head.time, UTC),
        fingerprints=tuple(key_fingerprint(one.key.public) for one in evidence.policy.keys if one.signs(evidence.size)),
        file=_file(evidence, shown).decode(),
        made_at=made_at,
        event_id=event_id,
    )


def _evidence(house: House) -> _Evidence:
    store = DirectoryStore(house.settings.store_path)
    try:
        policy = parse_policy(house.settings.log_policy_path.read_bytes())
        return _Evidence(store, policy, *newest_head(store, policy))
    except (OSError, PolicyRefused, CheckpointRefused) as error:
        raise LogNotSigned from error


def _person(op: Operation, asked: IssueReport) -> PersonId:
    if asked.asked_by not in ASKED_BY:
        raise Invalid(fields=[FieldProblem("asked_by", "not_a_choice")])
    if (asked.person is None) == (asked.identity_number is None):
        raise Invalid(fields=[FieldProblem("identity_number", "required" if asked.person is None else "unknown_field")])
    if asked.person is not None:
        found = op.get(Person, asked.person)
    else:
        installed = op.house.installed
        number = parse_identity_number(
            asked.identity_number or "", country=installed.jurisdiction, synthetic=installed.is_demo
        )
        found = op.one(select(Person).where(Person.identity_hash == identity_hash(op.house.custody, number)))
    if found is None:
        raise NotFound
    return found.person_id


def _shown(op: Operation, person: PersonId, size: int) -> tuple[list[EventOfPerson], int]:
    """The events that the report shows, and how many more the next one will."""
    seen = [
        one
        for one in events_of_person(op, person)
        if one.of_them.get("disclosed") and one.of_nobody.get("outcome") == Outcome.PERMITTED
    ]
    hidden = withheld(op, [one.event_id for one in seen])
    visible = [one for one in seen if one.event_id not in hidden]
    covered = [one for one in visible if one.index is not None and one.index < size]
    return covered, len(visible) - len(covered)


def _file(evidence: _Evidence, shown: Sequence[EventOfPerson]) -> bytes:
    """The report as a file; it is verified as its reader will verify it before it leaves."""
    events = [ShownEvent(one.index or 0, one.digests, tuple(one.showing(_groups(one)))) for one in shown]
    try:
        report = make_report(evidence.store, evidence.policy, evidence.note, events)
        verify_report(report, evidence.policy, verify_ed25519)
    except (ReportRefused, NotInStore, MalformedTile, CheckpointRefused) as error:
        raise EntryDoesNotVerify from error
    return report.encode()


def _groups(event: EventOfPerson) -> frozenset[str]:
    """What may be shown of an event besides what is the person's own."""
    return _SHOWN_OF_ONE if event.of_nobody.get("persons") == 1 else _SHOWN


def _services(op: Operation, events: Sequence[EventOfPerson]) -> dict[str, Seer]:
    """The services that these events name, by id; also those that have closed since."""
    named = {
        str(value)
        for one in events
        for name, value in one.of_nobody.items()
        if name in ("service_id", "recipient_service_id") and value is not None
    }
    found = op.rows(
        select(Service.service_id, Service.name, Organisation.name)
        .join(Organisation, Organisation.organisation_id == Service.organisation_id)
        .where(Service.service_id.in_([ServiceId.of(one) for one in named]))
    )
    return {str(service): Seer(name, organisation) for service, name, organisation in found}


def _entry(event: EventOfPerson, services: dict[str, Seer]) -> SeenEntry:
    shown = {**event.of_them, **event.index_in(_groups(event))}

    def text(name: str) -> str | None:
        value = shown.get(name)
        return None if value is None else str(value)

    return SeenEntry(
        index=event.index or 0,
        event_id=event.event_id,
        recorded_at=datetime.fromisoformat(str(shown["recorded_at"])),
        action=str(shown["action"]),
        role=str(shown["role"]),
        service=services.get(text("service_id") or ""),
        recipient=services.get(text("recipient_service_id") or ""),
        purpose=text("purpose"),
        basis=text("basis"),
        categories=tuple((text("categories") or "").split()),
        seen=_codes(shown["disclosed"]),
    )


def _codes(value: JsonValue) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()
