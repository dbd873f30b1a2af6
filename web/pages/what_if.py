"""Asking the rules about a made-up case: a form without a name in it, the answer, and the case as a file to copy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from starlette.responses import Response

from confidentiality.acts import ACT
from confidentiality.book import BOOK
from confidentiality.decision import Decision, Result
from confidentiality.explanation import explanation
from confidentiality.facts import FACT
from confidentiality.policy import SWITCHES, Policy
from confidentiality.policy_settings import AWAITED_ACTS, SWITCH_WORDS
from confidentiality.prose import COUNTRIES
from confidentiality.vocabulary import CATEGORIES, JURISDICTIONS, PURPOSES, RESULT, Jurisdiction, kinds_of
from consent.case import STATED, decide_case
from consent.case_file import case_from
from consent.validity import usual_end
from foundation.errors import Problem
from foundation.first_letter import large_first
from foundation.texts import message
from people.policy import policy_today
from web.pages.router import pages_below
from web.rule_words import RuleWords
from web.sent import FilledIn
from web.terms import Terms
from web.visit import Here, Visit
from web.what_if import EXAMPLES, FIRST, GUARDIANS, Asking
from web.wording import (
    ADDRESSES,
    CANNOT_SIGN,
    CASE_FLAGS,
    CONSENT_ANSWERS,
    CONSENT_FORMS,
    CONSENT_STATES,
    GUARDIAN_KINDS,
    LOOKUPS,
    RELATIONS,
    RESULT_COLORS,
    STRENGTHS,
    TOGETHER,
)

__all__ = ["WhatIf", "router"]

router = pages_below("/rules")

Choices = Sequence[tuple[str, str]]

_YES, _NO = message("Yes"), message("No")
_CHILD, _ADULT = message("The child"), message("The adult")
_FIRST, _SECOND, _THIRD = message("The first guardian"), message("The second guardian"), message("The third guardian")
_FORTH, _BACK = message("From the sender to the recipient"), message("Only the other way")

_FEW = 6
"""How many examples are in sight at once."""

_STATES = ("given", "asked", "suspended", "superseded", "expired", "invalidated")
"""The states of a consent that do not follow from what somebody answered."""

_MORE: Mapping[str, Sequence[str]] = {
    "people": (
        "guardian_3", "guardian_3_answer", "guardian_1_lives", "guardian_2_lives", "guardian_3_lives",
        "guardian_1_cannot", "guardian_2_cannot", "guardian_3_cannot", "flags", "about_guardian", "guardian_agrees",
        "heard", "lookup",
    ),
    "consent": (
        "consent_about", "consent_purpose", "consent_way", "consent_state", "consent_form", "informed", "explicit",
    ),
    "asker": (
        "together", "sign_in", "declaration", "member", "relation", "recipient_declaration",
    ),
    "stated": ("stated",),
    "policy": (
        "switches", "entered", "oral", "one_guardian", "custody_beside_youth", "objection_age", "months",
    ),
}  # fmt: skip
"""The parts of the form that are folded away while they hold what they hold at first."""


class Answer(NamedTuple):
    """What came out for several categories alike: whose they are, the result, and why."""

    whose: str
    categories: Sequence[str]
    result: str
    sentence: str
    color: str
    rules: Sequence[RuleWords]
    lacking: Sequence[str]
    left_out: Sequence[str]
    offers: Sequence[str]
    beaten: Sequence[RuleWords]


class Answered(NamedTuple):
    """The whole answer: for the teacher, for the family, for the auditor, and the case as a file."""

    answers: Sequence[Answer]
    teacher: str
    family: str
    auditor: Sequence[str]
    case: str


class WhatIf(NamedTuple):
    """The form with its choices as (code, words), what it holds at first, and the answer once something was asked."""

    jurisdiction: str
    countries: Sequence[tuple[str, str, bool]]
    examples: Choices
    more_examples: Choices
    choices: Mapping[str, Choices]
    first: Mapping[str, str]
    ticked: Mapping[str, Sequence[str]]
    first_dates: Mapping[str, date]
    guardians: Sequence[tuple[int, str]]
    whose: str
    opened: Sequence[str]
    answered: Answered | None


@router.get("/what-if")
def ask_the_rules(here: Here) -> Response:
    """What the rules say of a made-up case; nobody's information is asked for, and nothing of it is kept."""
    asked = here.asked
    if "sender" not in dict(asked.fields()):
        return here.page("what_if.html", _form(here, asked, None))
    try:
        asking = asked.to(Asking)
        asking.check()
    except Problem as problem:
        return here.page("what_if.html", _form(here, asked, None), problem=problem, filled=asked)
    return here.page("what_if.html", _form(here, asked, _answered(here, asking)), filled=asked)


def _answered(here: Visit, asking: Asking) -> Answered:
    import yaml  # noqa: PLC0415  # only here is it needed, and every start of the server would load it

    terms = replace(Terms.of(here.actor.house, here.words), jurisdiction=asking.jurisdiction)
    data = asking.as_case()
    case = case_from(data)
    decision = decide_case(case)
    words = explanation(decision, terms.language, BOOK, case.policy)
    return Answered(
        answers=list(_answers(here, terms, decision, asking)),
        teacher=words.teacher,
        family=words.family,
        auditor=words.auditor,
        case=yaml.safe_dump(data, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100),
    )


def _answers(here: Visit, terms: Terms, decision: Decision, asking: Asking) -> Iterator[Answer]:
    """The results, those that came out alike together, in the order in which they were asked for."""
    alike: dict[tuple[object, ...], list[Result]] = {}
    for one in decision.results:
        key = (one.subject, one.result, one.rules, one.missing, one.strip, one.offers, one.beaten)
        alike.setdefault(key, []).append(one)
    names = {f"guardian_{number}": here.words.gettext(name).lower() for number, name in _guardians()}
    names |= {ref: here.words.gettext(name).lower() for ref, name in (("pupil", _CHILD), ("adult", _ADULT))}
    for several in alike.values():
        one = several[0]
        yield Answer(
            whose=here.words.gettext(_FIRST if one.subject == "guardian_1" else _subject(asking.age)),
            categories=[terms.category(each.category) for each in several],
            result=terms.result(one.result),
            sentence=RESULT[one.result].sentence.to(terms.language),
            color=RESULT_COLORS[one.result],
            rules=terms.rules(one.rules),
            lacking=terms.lacking(one.missing, names),
            left_out=[terms.field(name) for name in one.strip],
            offers=[text for text in (terms.offer(code) for code in one.offers) if text],
            beaten=terms.rules(one.beaten),
        )


def _subject(age: int | None) -> str:
    return _ADULT if age is not None and age >= 18 else _CHILD


def _guardians() -> Sequence[tuple[int, str]]:
    return list(zip(GUARDIANS, (_FIRST, _SECOND, _THIRD), strict=True))


def _form(here: Visit, asked: FilledIn, answered: Answered | None) -> WhatIf:
    terms, gettext = Terms.of(here.actor.house, here.words), here.words.gettext
    own = here.actor.house.installed.jurisdiction
    chosen = asked.text("jurisdiction", own)
    jurisdiction: Jurisdiction = next((code for code in JURISDICTIONS if code == chosen), "NOR")
    policy = policy_today(here.actor)
    first, ticked = _first(jurisdiction, policy)
    dates = {"at": terms.today, "consent_from": terms.today, "consent_to": usual_end(terms.today, policy)}
    own_first = sorted(EXAMPLES, key=lambda one: one.jurisdiction != jurisdiction)
    examples = [(one.path, gettext(one.title)) for one in own_first]
    age = asked.text("age", first["age"])
    return WhatIf(
        jurisdiction=jurisdiction,
        countries=[
            (f"/rules/what-if?jurisdiction={code}", COUNTRIES[code].to(terms.language), code == jurisdiction)
            for code in sorted(JURISDICTIONS, key=lambda code: code != own)
        ],
        examples=examples[:_FEW],
        more_examples=examples[_FEW:],
        choices=_choices(here, terms, jurisdiction),
        first=first,
        ticked=ticked,
        first_dates=dates,
        guardians=[(number, gettext(name)) for number, name in _guardians()],
        whose=gettext(_subject(int(age) if age.isascii() and age.isdigit() else None)),
        opened=[part for part, names in _MORE.items() if any(_is_changed(asked, one, first, ticked) for one in names)],
        answered=answered,
    )


def _first(jurisdiction: Jurisdiction, policy: Policy) -> tuple[dict[str, str], dict[str, Sequence[str]]]:
    """What the form holds at first: fields, and groups of boxes. The municipality's choices are those in force here."""
    first = {name: value for name, value in FIRST.items() if isinstance(value, str)}
    ticked = {name: value for name, value in FIRST.items() if not isinstance(value, str)}
    if jurisdiction == "DNK":
        first |= {"recipient": "housing_association", "together": "apart"}
    first |= {
        "oral": "yes" if policy.form == "oral_minuted" else "no",
        "one_guardian": "yes" if policy.guardians == "resident_holder" else "no",
        "custody_beside_youth": "yes" if policy.custody_holders_with_youth_for_sensitivity_3 else "no",
        "objection_age": str(policy.child_objection_from_age),
        "months": str(policy.consent_at_most_months),
        "consent_way": "forth",
    }
    return first, ticked | {"switches": sorted(policy.switches), "entered": sorted(policy.entered)}


def _is_changed(asked: FilledIn, name: str, first: Mapping[str, str], ticked: Mapping[str, Sequence[str]]) -> bool:
    """Whether a field of a form that was sent holds something else than at first."""
    texts = asked.texts(name)
    if "sender" not in dict(asked.fields()) or not texts:
        return False
    return texts != list(ticked.get(name, (first.get(name, ""),)))


def _choices(here: Visit, terms: Terms, jurisdiction: Jurisdiction) -> Mapping[str, Choices]:
    def said(words: Mapping[str, str]) -> Choices:
        return [(code, here.words.gettext(text)) for code, text in words.items()]

    kinds = sorted(((code, terms.kind(code)) for code in kinds_of(jurisdiction)), key=lambda one: one[1])
    categories = sorted(CATEGORIES, key=lambda one: one.sensitivity)
    country = {"NOR": "NO-", "DNK": "DK-"}[jurisdiction]
    return {
        "kind": kinds,
        "purpose": [(one.code, terms.purpose(one.code)) for one in PURPOSES],
        "category": [(one.code, terms.category(one.code)) for one in categories],
        "address": said(ADDRESSES),
        "lookup": said(LOOKUPS),
        "yes_no": said({"yes": _YES, "no": _NO}),
        "guardian": said(GUARDIAN_KINDS),
        "answer": said(CONSENT_ANSWERS),
        "cannot": said(CANNOT_SIGN),
        "flag": said(CASE_FLAGS),
        "together": said(TOGETHER),
        "way": said({"forth": _FORTH, "back": _BACK}),
        "state": said({code: CONSENT_STATES[code][0] for code in _STATES}),
        "form": said(CONSENT_FORMS),
        "strength": said(STRENGTHS),
        "relation": said(RELATIONS),
        "stated": [(code, large_first(FACT[code].words.to(terms.language))) for code in _statements(jurisdiction)],
        "switch": [
            (switch, SWITCH_WORDS[switch].to(terms.language))
            for switch, codes in SWITCHES.items()
            if any(code.startswith(country) for code in codes)
        ],
        "act": [(code, large_first(ACT[code].called(terms.language))) for code in AWAITED_ACTS]
        if jurisdiction == "NOR"
        else [],
    }


def _statements(jurisdiction: Jurisdiction) -> Sequence[str]:
    """What somebody may state that a rule of the country asks about, or that says which way to offer."""
    read = {fact.code for rule in BOOK.rules[jurisdiction] for fact in rule.facts()}
    return [code for code in STATED if code in read or code == "concern_for_child"]
