"""Pages on the disclosure log: searching it, and one entry opened; for the auditor and the data protection officer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

from fastapi import Query
from starlette.responses import Response

from audit.actions import Action, Role
from audit.decide_visibility import DecideVisibility, decide_visibility
from audit.family_visibility import Visible
from audit.log_entries import LogEntry, LogLine, LogPage
from audit.place_in_the_log import PlaceInTheLog
from audit.read_event import read_event
from audit.search_log import SearchLog, search_log
from confidentiality.facts import FACTS
from consent.replay_decision import ReplayView, Said, replay_decision
from foundation.clock import ZONES
from foundation.errors import FieldProblem, Invalid
from foundation.first_letter import large_first
from foundation.identifiers import EventId, PersonId, ServiceId
from foundation.texts import message
from people.standing import name_of_staff, open_services
from web.error_list import problem_named
from web.pages.router import pages_below
from web.parameters import EventIdHere
from web.rule_words import RuleWords
from web.sent import FilledIn
from web.terms import Terms
from web.visit import Filled, Here, Visit, does
from web.ways import Way
from web.wording import DEEDS, LOG_KINDS, OUTCOMES, RESULT_COLORS, ROLES

__all__ = ["Entry", "Log", "Replayed", "router", "ways"]

router = pages_below("/log")

ways = (
    Way(
        "/log", message("The log"), Action.SEARCH_LOG, "log", message("Who has seen and shared what, and on what basis")
    ),
)

_AT = message("%(role)s at %(service)s")
_DONE = message("%(who)s %(did)s.")
#: Deeds that are towards another service, and how that is said.
_TOWARDS = {
    "refer_pupil": message("%(who)s %(did)s to %(service)s."),
    "draft_referral": message("%(who)s %(did)s with %(service)s."),
}
_WANTED = {
    "refused": message("%(who)s wanted to %(do)s, and was refused."),
    "invalid": message("%(who)s wanted to %(do)s, but something in it was not right."),
    "not_found": message("%(who)s wanted to %(do)s, but it does not exist or is not theirs to know of."),
    "conflict": message("%(who)s wanted to %(do)s, but something had changed meanwhile."),
    "failed": message("%(who)s wanted to %(do)s, but it could not be done."),
}
_SOMEBODY = message("Somebody")
_A_SERVICE = message("a service that has closed")
_YES, _NO, _UNKNOWN = message("Yes"), message("No"), message("Nobody knows")


class Line(NamedTuple):
    """An entry as a sentence, with why, and what it was about."""

    path: str
    recorded_at: datetime
    sentence: str
    outcome: str
    color: str
    reasons: Sequence[str]
    categories: Sequence[str]
    persons: int


class Log(NamedTuple):
    """Entries that were found, the filters they were found by, and the choices of the filters as (code, words)."""

    lines: Sequence[Line]
    #: Links to other days, and to a part of what was done in these: path, words, and whether it is what is shown.
    shortcuts: Sequence[tuple[str, str, bool]]
    parts: Sequence[tuple[str, str, bool]]
    actions: Sequence[tuple[str, str]]
    outcomes: Sequence[tuple[str, str]]
    services: Sequence[tuple[str, str]]
    since: date | None
    until: date | None
    action: str
    outcome: str
    service: str
    kind: str
    person: str
    more: str | None
    event_id: EventId | None


class Opened(NamedTuple):
    """A person whom the entry is about, by number, and what of theirs was shown to somebody or looked at by a rule."""

    number: int
    id: str
    disclosed: Sequence[str]
    consulted: Sequence[str]


class Decided(NamedTuple):
    """What was decided about one category: the result, why, what was lacking, and the facts it was decided on."""

    category: str
    result: str
    color: str
    rules: Sequence[RuleWords]
    lacking: Sequence[str]
    left_out: Sequence[str]
    facts: Sequence[tuple[str, str]]


class Entry(NamedTuple):
    """One entry in words."""

    line: Line
    id: EventId
    kind: str
    who: str
    name: str | None
    recipient: str
    purpose: str
    basis: str
    code: str
    problem: str
    rules: Sequence[RuleWords]
    persons: Sequence[Opened]
    decided: Sequence[Decided]
    decided_on: date | None
    law_version: str
    rule_book: str
    consent: str | None
    referral: str | None
    place: PlaceInTheLog | None
    erased: int
    #: Whether anything of anybody was shown, so that it belongs into a report; and whether the family sees it there.
    is_shown: bool
    visible: str
    visible_until: date | None
    commitment: str
    stored: str
    event_id: EventId


class Outcome(NamedTuple):
    """What a decision said of one category: the result, the rules that decided, and what was lacking."""

    result: str
    color: str
    rules: Sequence[RuleWords]
    lacking: Sequence[str]


class Compared(NamedTuple):
    """One category, as it was decided and as it comes out when it is decided again."""

    category: str
    is_same: bool
    then: Outcome
    again: Outcome


class Replayed(NamedTuple):
    """A decision made again, in words."""

    entry: str
    replay: ReplayView
    results: Sequence[Compared]
    event_id: EventId


@router.get("")
@does(Action.SEARCH_LOG)
def search(
    here: Here,
    since: str = "",
    until: str = "",
    kind: str = "",
    action: str = "",
    outcome: str = "",
    service: str = "",
    next: Annotated[str | None, Query()] = None,  # noqa: A002  # as in the link
) -> Response:
    """Entries by day, deed, outcome and service; today's where nothing is chosen."""
    today = Terms.of(here.actor.house, here.words).today
    chosen = {"since": since, "until": until, "kind": kind, "action": action, "outcome": outcome, "service": service}
    if not any((since, until, action, outcome, service)) and next is None:
        chosen["since"] = chosen["until"] = today.isoformat()
    try:
        page = search_log(here.actor, replace(_asked(here, chosen), page=next))
    except Invalid as problem:
        return here.page("log.html", _log(here, chosen, None, ""), problem=problem)
    return here.page("log.html", _log(here, chosen, page, ""))


@router.post("")
@does(Action.SEARCH_LOG)
def about_person(here: Here, filled: Filled) -> Response:
    """Entries about one person; posted, so that who was looked for lies in no address."""
    person = filled.text("person")
    try:
        page = search_log(here.actor, SearchLog(person_id=_person(filled), page=filled.text("next") or None))
    except Invalid as problem:
        return here.page("log.html", _log(here, {}, None, person), problem=problem, filled=filled)
    return here.page("log.html", _log(here, {}, page, person), filled=filled)


@router.get("/{event_id}")
@does(Action.READ_EVENT)
def read(here: Here, event_id: EventIdHere) -> Response:
    """One entry, whole."""
    return here.page("log_entry.html", _entry(here, read_event(here.actor, event_id)))


@router.get("/{event_id}/replay")
@does(Action.REPLAY_DECISION)
def replay(here: Here, event_id: EventIdHere) -> Response:
    """The decision of an entry, made again."""
    terms, found = Terms.of(here.actor.house, here.words), replay_decision(here.actor, event_id)
    compared = [
        Compared(terms.category(one.category), one.is_same, _said(terms, one.then), _said(terms, one.again))
        for one in found.results
    ]
    return here.page("replay.html", Replayed(f"/log/{event_id}", found, compared, found.event_id))


def _said(terms: Terms, said: Said) -> Outcome:
    color = RESULT_COLORS.get(said.result, "danger")
    return Outcome(terms.result(said.result), color, terms.rules(said.rules), terms.lacking(said.missing, {}))


@router.post("/{event_id}/visibility")
@does(Action.DECIDE_VISIBILITY)
def decide(here: Here, event_id: EventIdHere, filled: Filled) -> Response:
    """Decide whether the family sees the entry in its report."""
    try:
        receipt = decide_visibility(here.actor, _decision(here, event_id, filled))
    except Invalid as problem:
        entry = _entry(here, read_event(here.actor, event_id))
        return here.page("log_entry.html", entry, problem=problem, filled=filled)
    return here.see_other(f"/log/{event_id}", receipt)


def _decision(here: Visit, event: EventId, filled: FilledIn) -> DecideVisibility:
    problems: list[FieldProblem] = []
    until, visible = _day(filled.text("until"), "until", problems), filled.text("visible")
    if visible not in {one.value for one in Visible}:
        problems.append(FieldProblem("visible", "not_a_choice"))
    if problems:
        raise Invalid(fields=problems)
    zone = _zone(here)
    return DecideVisibility(
        event, Visible(visible), filled.text("reason"), datetime.combine(until, time(), zone) if until else None
    )


def _zone(here: Visit) -> tzinfo:
    return ZONES[here.actor.house.installed.jurisdiction]


def _person(filled: FilledIn) -> PersonId:
    try:
        return PersonId.of(filled.text("person"))
    except ValueError:
        raise Invalid(fields=[FieldProblem("person", "not_an_id")]) from None


def _asked(here: Visit, chosen: Mapping[str, str]) -> SearchLog:
    """The filters as the deed takes them; a day begins and ends at its local midnight."""
    problems: list[FieldProblem] = []
    since, until = _day(chosen["since"], "since", problems), _day(chosen["until"], "until", problems)
    service = None
    if chosen["service"]:
        try:
            service = ServiceId.of(chosen["service"])
        except ValueError:
            problems.append(FieldProblem("service", "not_an_id"))
    if problems:
        raise Invalid(fields=problems)
    zone = _zone(here)
    return SearchLog(
        since=datetime.combine(since, time(), zone) if since else None,
        until=datetime.combine(until + timedelta(days=1), time(), zone) if until else None,
        kind=chosen["kind"] or None,
        action=chosen["action"] or None,
        outcome=chosen["outcome"] or None,
        service_id=service,
    )


def _day(text: str, field: str, problems: list[FieldProblem]) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        problems.append(FieldProblem(field, "not_a_date"))
        return None


_TODAY, _YESTERDAY = message("Today"), message("Yesterday")
_WEEK, _MONTH = message("The last 7 days"), message("The last 30 days")
_ALL, _SHARED, _REFUSED = message("Everything"), message("Only what was shared"), message("Only what was refused")


def _log(here: Visit, chosen: Mapping[str, str], page: LogPage | None, person: str) -> Log:
    gettext, today = here.words.gettext, Terms.of(here.actor.house, here.words).today
    services = open_services(here.actor)
    names = {one.service_id: one.name for one in services}
    shortcuts = []
    for words, first, last in (
        (_TODAY, today, today),
        (_YESTERDAY, today - timedelta(days=1), today - timedelta(days=1)),
        (_WEEK, today - timedelta(days=6), today),
        (_MONTH, today - timedelta(days=29), today),
    ):
        range_ = {"since": first.isoformat(), "until": last.isoformat()}
        kept = {name: chosen[name] for name in ("kind", "outcome") if chosen.get(name)}
        is_chosen = not person and chosen.get("since") == range_["since"] and chosen.get("until") == range_["until"]
        shortcuts.append(("/log?" + urlencode({**range_, **kept}), gettext(words), is_chosen))
    told = {name: value for name, value in chosen.items() if value}
    days = {name: value for name, value in told.items() if name in ("since", "until")}
    return Log(
        lines=tuple(_line(here, names, line) for line in page.items) if page else (),
        shortcuts=shortcuts,
        parts=[
            ("/log?" + urlencode({**days, **part}), gettext(words), {**days, **part} == told)
            for words, part in ((_ALL, {}), (_SHARED, {"kind": "disclose"}), (_REFUSED, {"outcome": "refused"}))
        ]
        if days
        else [],
        actions=sorted(
            ((action.code, large_first(gettext(DEEDS[action.code][1]))) for action in Action if action.code in DEEDS),
            key=lambda one: one[1],
        ),
        outcomes=[(code, gettext(words)) for code, (words, _) in OUTCOMES.items()],
        services=[(str(one.service_id), one.name) for one in services],
        since=_day(chosen.get("since", ""), "since", []),
        until=_day(chosen.get("until", ""), "until", []),
        action=chosen.get("action", ""),
        outcome=chosen.get("outcome", ""),
        service=chosen.get("service", ""),
        kind=chosen.get("kind", ""),
        person=person,
        more="/log?" + urlencode({**told, "next": page.next}) if page and page.next and not person else None,
        event_id=page.event_id if page else None,
    )


def _who(here: Visit, names: Mapping[ServiceId, str], line: LogLine) -> str:
    role = here.words.gettext(_SOMEBODY if line.role == Role.STRANGER else ROLES[Role(line.role)])
    if line.service_id is None:
        return role
    return here.words.gettext(_AT) % {
        "role": role,
        "service": names.get(line.service_id) or here.words.gettext(_A_SERVICE),
    }


def _line(here: Visit, names: Mapping[ServiceId, str], line: LogLine) -> Line:
    gettext, terms = here.words.gettext, Terms.of(here.actor.house, here.words)
    who, (did, do) = _who(here, names, line), DEEDS.get(line.action, (line.action, line.action))
    if line.outcome != "permitted":
        sentence = gettext(_WANTED.get(line.outcome, _WANTED["failed"])) % {"who": who, "do": gettext(do)}
    elif line.recipient_service_id is not None and line.action in _TOWARDS:
        to = names.get(line.recipient_service_id) or gettext(_A_SERVICE)
        sentence = gettext(_TOWARDS[line.action]) % {"who": who, "did": gettext(did), "service": to}
    else:
        sentence = gettext(_DONE) % {"who": who, "did": gettext(did)}
    outcome, color = OUTCOMES.get(line.outcome, OUTCOMES["failed"])
    return Line(
        path=f"/log/{line.id}",
        recorded_at=line.recorded_at,
        sentence=sentence,
        outcome=gettext(outcome),
        color=color,
        reasons=_reasons(here, terms, line) if line.outcome != "permitted" else (),
        categories=[terms.category(code) for code in line.categories],
        persons=line.persons,
    )


def _reasons(here: Visit, terms: Terms, line: LogLine) -> Sequence[str]:
    """Why not: what the rules say; where none spoke, what the problem is called."""
    said = [rule.because for rule in terms.against(line.rules) if rule.because]
    problem = problem_named(line.code) if line.code else None
    return list(dict.fromkeys(said)) or ([here.words.gettext(problem.title)] if problem else [])


def _entry(here: Visit, entry: LogEntry) -> Entry:
    gettext, terms, line = here.words.gettext, Terms.of(here.actor.house, here.words), entry.line
    names = {one.service_id: one.name for one in open_services(here.actor)}
    problem = problem_named(line.code) if line.code else None
    decision = entry.decision if isinstance(entry.decision, dict) else {}
    recipient = line.recipient_service_id
    return Entry(
        line=_line(here, names, line),
        id=line.id,
        kind=gettext(LOG_KINDS.get(line.kind, LOG_KINDS["operate"])),
        who=_who(here, names, line),
        name=name_of_staff(here.actor, line.staff_id) if line.staff_id else None,
        recipient=(names.get(recipient) or gettext(_A_SERVICE)) if recipient else "",
        purpose=terms.purpose(line.purpose),
        basis=terms.basis(line.basis) if line.outcome == "permitted" else "",
        code=line.code or "",
        problem=gettext(problem.title) if problem else "",
        rules=terms.rules(line.rules),
        persons=_opened(terms, entry),
        decided=_decided(here, terms, decision),
        decided_on=date.fromisoformat(str(decision["at"])) if "at" in decision else None,
        law_version=str(decision.get("law_version", "")),
        rule_book=str(decision.get("rule_book", "")),
        consent=str(line.consent_id) if line.consent_id else None,
        referral=str(line.referral_id) if line.referral_id else None,
        place=entry.place,
        erased=entry.erased,
        is_shown=line.outcome == "permitted" and any(entry.disclosed.values()),
        visible=entry.visible,
        visible_until=entry.visible_until.astimezone(_zone(here)).date() if entry.visible_until else None,
        commitment=entry.commitment,
        stored=json.dumps({"decision": entry.decision, **entry.notes}, ensure_ascii=False, indent=2, sort_keys=True),
        event_id=entry.event_id,
    )


def _opened(terms: Terms, entry: LogEntry) -> Sequence[Opened]:
    persons = dict.fromkeys([*entry.disclosed, *entry.consulted, *entry.mentioned])
    return tuple(
        Opened(
            number=number,
            id=str(person),
            disclosed=terms.traces(entry.disclosed.get(person, ())),
            consulted=terms.traces(entry.consulted.get(person, ())),
        )
        for number, person in enumerate(persons, start=1)
    )


def _decided(here: Visit, terms: Terms, decision: Mapping[str, object]) -> Sequence[Decided]:
    results = decision.get("results")
    if not isinstance(results, list):
        return ()
    return tuple(
        Decided(
            category=terms.category(str(one["category"])),
            result=terms.result(str(one["result"])),
            color=RESULT_COLORS.get(str(one["result"]), "danger"),
            rules=terms.rules([str(code) for code in one["rules"]]),
            lacking=terms.lacking([str(code) for code in one["missing"]], {}),
            left_out=[terms.field(str(name)) for name in one["strip"]],
            facts=_facts(here, terms, str(one["facts"])),
        )
        for one in results
    )


def _facts(here: Visit, terms: Terms, letters: str) -> Sequence[tuple[str, str]]:
    """Every fact that was known when it was decided, with its answer; what nobody knew stands last."""
    words = {"y": here.words.gettext(_YES), "n": here.words.gettext(_NO), "u": here.words.gettext(_UNKNOWN)}
    told = [(large_first(fact.words.to(terms.language)), letter) for fact, letter in zip(FACTS, letters, strict=False)]
    return [(text, words.get(letter, letter)) for text, letter in sorted(told, key=lambda one: "ynu".find(one[1]))]
