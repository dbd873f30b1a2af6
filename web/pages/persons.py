"""Pages on people: one's own roster, one person, and registering a family."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from starlette.responses import Response

from audit.actions import Action
from consent.list_consents import list_consents
from consent.views import ConsentLine
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import EventId
from foundation.texts import message
from people.check_protection import check_protection
from people.find_person import find_person
from people.list_persons import list_persons
from people.policy import policy_today
from people.read_person import read_person
from people.register import Protection, SeenByHand
from people.register_family import GuardianOf, RegisterFamily, register_family
from people.roster import Member
from people.views import PersonList, PersonView
from web.pages.router import pages_below
from web.parameters import PersonIdHere
from web.sent import FilledIn
from web.terms import SPOKEN, Terms
from web.visit import Filled, Here, HereOnce, Visit, does
from web.ways import Way
from web.wording import CONSENT_STATES, EVIDENCE, PROTECTION_SEEN, RESPONSIBILITIES

__all__ = ["Family", "OnePerson", "Roster", "age_on", "router", "ways"]

router = pages_below("/persons")

ways = (
    Way(
        "/persons",
        message("People"),
        Action.LIST_PERSONS,
        "family",
        message("The families your own service works with"),
    ),
)

_MOST_MEMBERS = 20
_REF = re.compile(r"member_(\d{1,2})")


class Roster(NamedTuple):
    """The persons of one's own service, or those who were found, and the words that were looked for."""

    persons: PersonList | None
    words: str
    event_id: EventId | None


class MemberBlock(NamedTuple):
    """One person of the family form: the ref that its fields begin with, and what stands in them at first."""

    ref: str
    kind: str
    number: int
    address: str
    language: str


class Family(NamedTuple):
    """The form for a family: its blocks, and the choices in them as (code, words)."""

    blocks: Sequence[MemberBlock]
    languages: Sequence[tuple[str, str]]
    responsibilities: Sequence[tuple[str, str]]
    evidence: Sequence[tuple[str, str]]
    protection: Sequence[tuple[str, str]]
    #: Whether a register is asked by number; otherwise somebody has to say what they saw.
    asks_register: bool
    today: date


class ConsentRow(NamedTuple):
    """A consent about the person: its link, purpose, state in words with its colour, and last day."""

    path: str
    purpose: str
    state: str
    color: str
    valid_to: date
    held_by: str


class OnePerson(NamedTuple):
    """One person with family and consents."""

    person: PersonView
    age: int
    language: str
    guardians: Sequence[tuple[str, str, str, bool]]
    consents: Sequence[ConsentRow]
    checked_on: date | None
    check_is_fresh: bool
    asks_register: bool
    protection: Sequence[tuple[str, str]]
    today: date
    event_id: EventId


def age_on(born: date, day: date) -> int:
    """Whole years on `day`."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@router.get("")
@does(Action.LIST_PERSONS)
def several(here: Here, next: str | None = None) -> Response:  # noqa: A002  # the name the list's own link has
    """The roster, by name where it fits a page."""
    persons = list_persons(here.actor, next)
    return here.page("persons.html", Roster(persons, "", persons.event_id))


@router.post("")
@does(Action.FIND_PERSON)
def search(here: Here, filled: Filled) -> Response:
    """Find persons by the beginning of their names; posted, so that no name lies in an address."""
    words = filled.text("words")
    try:
        persons = find_person(here.actor, words)
    except Invalid as problem:
        return here.page("persons.html", Roster(None, words, None), problem=problem, filled=filled)
    return here.page("persons.html", Roster(persons, words, persons.event_id), filled=filled)


@router.get("/new")
@does(Action.REGISTER_FAMILY)
def form(here: Here) -> Response:
    """An empty form: a child and an adult."""
    return here.page("register_family.html", _family(here, [("member_1", "child"), ("member_2", "adult")], None))


@router.post("/new")
@does(Action.REGISTER_FAMILY)
def register(here: HereOnce, filled: Filled) -> Response:
    """One person more or less on the form; or the family, registered."""
    blocks = _blocks(filled)
    if filled.text("add") in ("child", "adult") and len(blocks) < _MOST_MEMBERS:
        highest = max((int(ref.removeprefix("member_")) for ref, _ in blocks), default=0)
        blocks.append((f"member_{highest + 1}", filled.text("add")))
        return here.page("register_family.html", _family(here, blocks, filled), filled=filled)
    if filled.text("remove"):
        blocks = [(ref, kind) for ref, kind in blocks if ref != filled.text("remove")]
        return here.page("register_family.html", _family(here, blocks, filled), filled=filled)
    try:
        receipt = register_family(here.actor, _asked(filled, blocks))
    except Invalid as problem:
        return here.page("register_family.html", _family(here, blocks, filled), problem=problem, filled=filled)
    return here.see_other(f"/persons/{receipt.id}", receipt)


@router.get("/{person_id}")
@does(Action.READ_PERSON)
def read(here: Here, person_id: PersonIdHere) -> Response:
    """What one's own service has of a person, and the consents about them that name it."""
    return here.page("person.html", _one(here, person_id))


@router.get("/{person_id}/protection")
def back(here: Here, person_id: PersonIdHere) -> Response:
    """Asking is posted; whoever comes back to the address sees the person."""
    return here.see_other(f"/persons/{person_id}")


@router.post("/{person_id}/protection")
@does(Action.RECORD_PROTECTION)
def check(here: HereOnce, person_id: PersonIdHere, filled: Filled) -> Response:
    """Ask the register again; its answer is for the rules, and is not shown."""
    try:
        receipt = check_protection(here.actor, person_id, _seen(filled, ""))
    except Invalid as problem:
        return here.page("person.html", _one(here, person_id), problem=problem, filled=filled)
    return here.see_other(f"/persons/{person_id}", receipt)


def _one(here: Visit, person_id: PersonIdHere) -> OnePerson:
    terms = Terms.of(here.actor.house, here.words)
    person = read_person(here.actor, person_id)
    about = list_consents(here.actor, person=person_id)
    checked = datetime.fromisoformat(person.protection_checked_at) if person.protection_checked_at else None
    gettext = here.words.gettext
    return OnePerson(
        person=person,
        age=age_on(person.birth_date, terms.today),
        language=terms.spoken(person.language),
        guardians=tuple(
            (str(one.id), one.name, gettext(RESPONSIBILITIES.get(one.kind, RESPONSIBILITIES["joint"])), one.is_resident)
            for one in person.guardians
        ),
        consents=tuple(_row(here, terms, line) for line in about.items),
        checked_on=checked.date() if checked else None,
        check_is_fresh=checked is not None
        and here.actor.house.clock.now() - checked
        <= timedelta(days=policy_today(here.actor).protection_status_days - 1),
        asks_register=here.actor.house.installed.is_demo and person.identity_number is not None,
        protection=[(code, gettext(words)) for code, words in PROTECTION_SEEN.items()],
        today=terms.today,
        event_id=person.event_id,
    )


def _row(here: Visit, terms: Terms, line: ConsentLine) -> ConsentRow:
    state, color = CONSENT_STATES[line.state]
    return ConsentRow(
        path=f"/consents/{line.id}",
        purpose=terms.purpose(line.purpose),
        state=here.words.gettext(state),
        color=color,
        valid_to=line.valid_to,
        held_by=line.held_by_name,
    )


def _family(here: Visit, blocks: Sequence[tuple[str, str]], filled: FilledIn | None) -> Family:
    terms, gettext = Terms.of(here.actor.house, here.words), here.words.gettext
    first = blocks[0][0] if blocks else ""
    # Nothing is typed twice: whoever is added lives with the first one and speaks like them, unless told.
    address = filled.text(f"{first}.address") if filled else ""
    language = filled.text(f"{first}.language") if filled else ""
    counts = {"child": 0, "adult": 0}
    made = []
    for ref, kind in blocks:
        counts[kind] += 1
        known = filled is not None and any(name == f"{ref}.name" for name, _ in filled.fields())
        made.append(MemberBlock(ref, kind, counts[kind], "" if known else address, "" if known else language))
    return Family(
        blocks=made,
        languages=sorted(((tag, terms.spoken(tag).capitalize()) for tag in SPOKEN), key=lambda one: one[1]),
        responsibilities=[(code, gettext(words)) for code, words in RESPONSIBILITIES.items() if code != "appointed"],
        evidence=[(code, gettext(words)) for code, words in EVIDENCE.items()],
        protection=[(code, gettext(words)) for code, words in PROTECTION_SEEN.items()],
        asks_register=here.actor.house.installed.is_demo,
        today=terms.today,
    )


def _blocks(filled: FilledIn) -> list[tuple[str, str]]:
    """The blocks that were sent, in their order: (ref, `child` or `adult`)."""
    found: dict[str, str] = {}
    for name, value in filled.fields():
        ref, _, field = name.partition(".")
        if field == "kind" and _REF.fullmatch(ref) and value in ("child", "adult"):
            found[ref] = value
    return list(found.items())[:_MOST_MEMBERS]


def _asked(filled: FilledIn, blocks: Sequence[tuple[str, str]]) -> RegisterFamily:
    """The family as the deed takes it.

    Raises:
        Invalid: with a code for each field that is empty or unreadable.
    """
    problems: list[FieldProblem] = []
    members = []
    for ref, kind in blocks:
        if not filled.text(f"{ref}.name"):
            problems.append(FieldProblem(f"{ref}.name", "required"))
        born = filled.day(f"{ref}.birth_date", problems)
        member = Member(
            ref=ref,
            name=filled.text(f"{ref}.name"),
            birth_date=born or date.min,
            identity_number=filled.text(f"{ref}.identity_number") or None,
            address=filled.text(f"{ref}.address") or None,
            telephone=filled.text(f"{ref}.telephone") or None,
            language=filled.text(f"{ref}.language") or None,
            school=filled.text(f"{ref}.school") or None if kind == "child" else None,
        )
        try:
            members.append(replace(member, seen=_seen(filled, f"{ref}.")))
        except Invalid as problem:
            problems.extend(problem.fields)
    if problems:
        raise Invalid(fields=problems)
    return RegisterFamily(tuple(members), tuple(_bonds(filled, blocks)))


def _bonds(filled: FilledIn, blocks: Sequence[tuple[str, str]]) -> Sequence[GuardianOf]:
    children = [ref for ref, kind in blocks if kind == "child"]
    return [
        GuardianOf(
            child=child,
            guardian=adult,
            kind=filled.text(f"{adult}.responsibility"),
            is_resident=filled.text(f"{adult}.lives_with") == "yes",
            evidence=filled.text("evidence", "self_declared"),
        )
        for adult, kind in blocks
        if kind == "adult" and filled.text(f"{adult}.responsibility") in ("joint", "sole")
        for child in children
    ]


def _seen(filled: FilledIn, prefix: str) -> SeenByHand | None:
    """What somebody saw of the protection with their own eyes; None where they said nothing of it."""
    status, where = filled.text(f"{prefix}seen.status"), filled.text(f"{prefix}seen.where")
    if not status:
        return None
    problems: list[FieldProblem] = []
    on = filled.day(f"{prefix}seen.on", problems)
    if status not in PROTECTION_SEEN:
        problems.append(FieldProblem(f"{prefix}seen.status", "not_a_choice"))
    if not where:
        problems.append(FieldProblem(f"{prefix}seen.where", "required"))
    if problems or on is None:
        raise Invalid(fields=problems)
    return SeenByHand(Protection(status), where, on)
