"""Reading a case: from plain data, as YAML or JSON gives it, to a `Case`; or one clear line that says what is wrong.

Nothing is guessed. An unknown word, a boolean where a code is meant (`NO` unquoted is false in YAML), a missing date or
an impossible age is refused with its place, and with the nearest word that is known. What is left out, null or
`unknown` is unknown.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, TypeVar, get_args

from confidentiality.acts import ACTS
from confidentiality.policy import SWITCHES, Policy
from confidentiality.vocabulary import CATEGORY, JURISDICTIONS, KIND, PURPOSE, kinds_of
from consent.case import (
    CLOSE_FAMILY,
    FLAGS,
    OTHER_CLOSENESS,
    STATED,
    ActorInCase,
    Address,
    Case,
    Lookup,
    SignIn,
    Subject,
)
from consent.signers import SUSPENDING_EVENTS, CannotSign, Guardian, GuardianKind
from consent.status import ConsentTerms, Form, Party, State

Place = tuple[str | int, ...]
"""Where a value stands in the data: keys and positions from the top, for example `("subjects", 0, "age")`."""

T = TypeVar("T")

LONGEST_LIST = 100
"""People, categories, consents: a case is about a page, and every consent is held against every category."""


class CaseNotUnderstood(ValueError):
    """One thing in a case cannot be read: where it stands, and one sentence that says what is wrong with it.

    `nearest` is the known word that is most like the unknown one; empty where it is not about words.
    """

    def __init__(self, place: Place, problem: str, nearest: str = "") -> None:
        said = f"{problem}; the nearest known word is '{nearest}'" if nearest else problem
        super().__init__(f"{said_place(place)}: {said}")
        self.place, self.problem, self.nearest = place, said, nearest


def said_place(place: Place) -> str:
    """A place as a reader writes it: `subjects[0].age`."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "the case"


KEYS = (
    "jurisdiction",
    "at",
    "from",
    "to",
    "actor",
    "recipient_declaration",
    "purpose",
    "subjects",
    "asked",
    "consents",
    "policy",
    "conditions",
    "lookup",
)
"""The keys of a case. `title`, `note` and `expect` may stand beside them, for people and tests."""
FOR_READERS = ("title", "note", "expect")

RELATIONS = {
    **{word: word for word in ("none", *CLOSE_FAMILY, *OTHER_CLOSENESS)},
    **dict.fromkeys(("mother", "father"), "parent"),
    **dict.fromkeys(("grandmother", "grandfather"), "grandparent"),
    **dict.fromkeys(("brother", "sister"), "sibling"),
    **dict.fromkeys(("husband", "wife"), "spouse"),
    **dict.fromkeys(("aunt", "uncle"), "aunt_or_uncle"),
    **dict.fromkeys(("niece", "nephew"), "niece_or_nephew"),
    **dict.fromkeys(("son", "daughter"), "child"),
    "ex_spouse": "former_spouse",
}
GUARDIAN_KINDS: dict[str, Any] = {
    **{word: word for word in get_args(GuardianKind)},
    **dict.fromkeys(("custody_holder", "parental_responsibility", "joint_holder", "sole_holder"), "holder"),
    **dict.fromkeys(("legal_guardian", "verge"), "appointed_guardian"),
    **dict.fromkeys(("mother", "father", "parent"), None),
}
"""What a guardian may be called. A mother or father of whom no more is said is asked to sign like a holder."""
FORMS: dict[str, Form] = {
    "written": "written",
    "paper": "written",
    "digital": "digital",
    "eid": "digital",
    "oral": "oral",
}
FLAG_WORDS = {
    **{flag: flag for flag in FLAGS},
    **dict.fromkeys(("objects", "objection", "says_no"), "child_objects"),
    **dict.fromkeys(("concern", "worried"), "concern_for_child"),
    "care_takeover": "in_care",
}
FOLLOW_FROM_KINDS = ("recipient_public",)
"""Conditions that the rules read off the kinds of service; a case may say them, and nothing depends on it."""


def case_from(data: Any) -> Case:
    """The case that plain data describes. Raises CaseNotUnderstood for the first thing that cannot be read."""
    case = _Part(data, ())
    case.only(*KEYS, *FOR_READERS)
    jurisdiction = case.word("jurisdiction", {each: each for each in JURISDICTIONS}, "jurisdiction", needed=True)
    kinds = {code: code for code in KIND if code in kinds_of(jurisdiction or "NOR")}
    sender, recipient = _party(case, "from", kinds), _party(case, "to", kinds)
    subjects = tuple(_subject(part) for part in case.parts("subjects"))
    if jurisdiction is None:
        raise CaseNotUnderstood(("jurisdiction",), "a code is needed: NOR or DNK")
    return Case(
        jurisdiction=jurisdiction,
        at=case.day("at", needed=True) or date.min,
        sender=sender,
        recipient=recipient,
        actor=_actor(case.part("actor")),
        recipient_declaration=case.yes_or_no("recipient_declaration"),
        purpose=case.word("purpose", _same(PURPOSE), "purpose"),
        subjects=subjects,
        asked=tuple(_asked(part, subjects) for part in case.parts("asked", needed=True)),
        consents=tuple(_consent(part, kinds, sender, recipient) for part in case.parts("consents")),
        policy=_policy(case.part("policy")),
        conditions=_conditions(case.part("conditions")),
        lookup=case.word("lookup", _literal(Lookup), "outcome of a look-up"),
    )


class _Part:
    """A mapping somewhere in the case, read key by key."""

    def __init__(self, data: Any, place: Place) -> None:
        if not isinstance(data, Mapping):
            raise CaseNotUnderstood(place, f"a mapping of keys is meant here, not {_shown(data)}")
        self.data, self.place = data, place

    def only(self, *keys: str) -> None:
        for key in self.data:
            if key not in keys:
                raise _unknown((*self.place, str(key)), key, "key", keys)

    def raw(self, key: str, *, needed: bool = False) -> Any:
        value = self.data.get(key)
        if value is None and needed:
            raise CaseNotUnderstood((*self.place, key), f"`{key}` is missing")
        return None if value == "unknown" else value

    def word(self, key: str, known: Mapping[str, T], what: str, *, needed: bool = False) -> T | None:
        value = self.raw(key, needed=needed)
        return None if value is None else _word(value, known, what, (*self.place, key))

    def words(self, key: str, known: Mapping[str, T], what: str) -> frozenset[T]:
        return frozenset(_word(value, known, what, place) for value, place in self.items(key))

    def items(self, key: str, *, needed: bool = False) -> list[tuple[Any, Place]]:
        value = self.raw(key, needed=needed)
        if value is None:
            return []
        if not isinstance(value, list):
            raise CaseNotUnderstood((*self.place, key), f"a list is meant here, not {_shown(value)}")
        if len(value) > LONGEST_LIST:
            raise CaseNotUnderstood((*self.place, key), f"at most {LONGEST_LIST} are read here, not {len(value)}")
        return [(item, (*self.place, key, number)) for number, item in enumerate(value)]

    def parts(self, key: str, *, needed: bool = False) -> list["_Part"]:
        return [_Part(item, place) for item, place in self.items(key, needed=needed)]

    def part(self, key: str) -> "_Part":
        value = self.raw(key)
        return _Part({} if value is None else value, (*self.place, key))

    def text(self, key: str, *, needed: bool = False) -> str | None:
        value = self.raw(key, needed=needed)
        return None if value is None else _ref(value, (*self.place, key))

    def refs(self, key: str) -> frozenset[str]:
        return frozenset(_ref(value, place) for value, place in self.items(key))

    def yes_or_no(self, key: str) -> bool | None:
        value = self.raw(key)
        if value is None or isinstance(value, bool):
            return value
        raise CaseNotUnderstood((*self.place, key), f"true, false or unknown is meant here, not {_shown(value)}")

    def day(self, key: str, *, needed: bool = False) -> date | None:
        value = self.raw(key)
        place = (*self.place, key)
        if value is None and needed:
            raise CaseNotUnderstood(place, f"a date is missing: `{key}: 2026-09-01`")
        if value is None or type(value) is date:
            return value
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise CaseNotUnderstood(place, f"a date such as 2026-09-01 is meant here, not {_shown(value)}")

    def number(self, key: str, what: str, highest: int) -> int | None:
        value = self.raw(key)
        if value is None:
            return None
        if type(value) is not int or not 0 <= value <= highest:
            raise CaseNotUnderstood(
                (*self.place, key), f"{what} from 0 to {highest} is meant here, not {_shown(value)}"
            )
        return value


def _same(known: Collection[str]) -> dict[str, str]:
    return {word: word for word in known}


def _literal(kind: Any) -> dict[str, Any]:
    return {word: word for word in get_args(kind)}


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return f"the boolean {'true' if value else 'false'} (quote a word such as 'NO')"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _unknown(place: Place, word: object, what: str, known: Collection[str]) -> CaseNotUnderstood:
    return CaseNotUnderstood(place, f"'{word}' is not a known {what}", _nearest(str(word), known))


def _nearest(word: str, known: Collection[str]) -> str:
    near = get_close_matches(word, list(known), n=1, cutoff=0.0)
    return near[0] if near else ""


def _word(value: Any, known: Mapping[str, T], what: str, place: Place) -> T:
    if isinstance(value, bool):
        raise CaseNotUnderstood(
            place, f"a {what} is meant here, not {_shown(value)}", _nearest("YES" if value else "NO", known)
        )
    if not isinstance(value, str) or value not in known:
        raise _unknown(place, value, what, known)
    return known[value]


_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")


def _ref(value: Any, place: Place) -> str:
    """A ref or id of a case: short, without blanks, so that nobody writes a name there."""
    if isinstance(value, bool) or not isinstance(value, str | int) or not _REF.fullmatch(str(value)):
        raise CaseNotUnderstood(place, f"a short ref without blanks is meant here, never a name, not {_shown(value)}")
    return str(value)


def _party(case: _Part, key: str, kinds: Mapping[str, str]) -> Party:
    part = case.part(key)
    part.only("kind", "service", "organisation", "office", "closed")
    return Party(
        kind=part.word("kind", kinds, "kind of service"),
        service=part.text("service"),
        organisation=part.text("organisation"),
        office=part.text("office"),
        closed=part.yes_or_no("closed") or False,
    )


def _actor(part: _Part) -> ActorInCase:
    part.only("sign_in", "declaration", "member", "relation")
    return ActorInCase(
        sign_in=part.word("sign_in", _literal(SignIn), "strength of sign-in"),
        declaration=part.yes_or_no("declaration"),
        member=part.yes_or_no("member"),
        relation=part.word("relation", RELATIONS, "relation"),
    )


def _subject(part: _Part) -> Subject:
    part.only("ref", "age", "address", "guardians", "heard", "heard_at_age", "flags")
    return Subject(
        ref=part.text("ref", needed=True) or "",
        age=part.number("age", "an age in whole years", 130),
        address=part.word("address", _literal(Address), "kind of address protection") or "unknown",
        guardians=tuple(_guardian(each) for each in part.parts("guardians")),
        heard=part.yes_or_no("heard"),
        heard_at_age=part.number("heard_at_age", "an age in whole years", 130),
        flags=part.words("flags", FLAG_WORDS, "flag"),
    )


def _guardian(part: _Part) -> Guardian:
    part.only("ref", "kind", "resident", "cannot_sign")
    return Guardian(
        ref=part.text("ref", needed=True) or "",
        kind=part.word("kind", GUARDIAN_KINDS, "kind of guardian"),
        resident=part.yes_or_no("resident"),
        cannot_sign=part.word("cannot_sign", _literal(CannotSign), "reason why somebody cannot sign"),
    )


def _asked(part: _Part, subjects: tuple[Subject, ...]) -> tuple[str, str]:
    part.only("subject", "category")
    people = [ref for each in subjects for ref in (each.ref, *(guardian.ref for guardian in each.guardians))]
    category = part.word("category", _same(CATEGORY), "category", needed=True)
    return part.word("subject", _same(people), "person of this case", needed=True) or "", category or ""


def _consent(part: _Part, kinds: Mapping[str, str], sender: Party, recipient: Party) -> ConsentTerms:
    part.only(*(_CONSENT_KEYS.get(each.name, each.name) for each in fields(ConsentTerms)))
    categories = part.words("categories", _same(CATEGORY), "category")
    return ConsentTerms(
        subject=part.text("subject", needed=True) or "",
        sender=_service(part, "from", kinds, (sender, recipient)),
        recipient=_service(part, "to", kinds, (recipient, sender)),
        purpose=part.word("purpose", _same(PURPOSE), "purpose"),
        categories=categories,
        explicit=_explicit(part, categories),
        signed=part.refs("signed"),
        refused=part.refs("refused"),
        withdrawn=part.refs("withdrawn"),
        valid_from=part.day("valid_from"),
        valid_to=part.day("valid_to"),
        state=part.word("state", _literal(State), "state of a consent"),
        language_ok=part.yes_or_no("language_ok"),
        form=part.word("form", FORMS, "form"),
        withdrawn_categories=part.words("withdrawn_categories", _same(CATEGORY), "category"),
        withdrawn_recipients=part.refs("withdrawn_recipients"),
        suspended_by=tuple(sorted(part.words("suspended_by", _same(SUSPENDING_EVENTS), "suspending event"))),
        interpreter_is_child=part.yes_or_no("interpreter_is_child") or False,
        template_version_known=part.yes_or_no("template_version_known")
        if _says(part, "template_version_known")
        else True,
        law_version_known=part.yes_or_no("law_version_known") if _says(part, "law_version_known") else True,
        recorded_on=part.day("recorded_on"),
    )


_CONSENT_KEYS = {"sender": "from", "recipient": "to"}


def _says(part: _Part, key: str) -> bool:
    return key in part.data


def _explicit(part: _Part, categories: frozenset[str]) -> frozenset[str] | None:
    value = part.raw("explicit")
    if value is None or isinstance(value, list):
        return None if value is None else part.words("explicit", _same(CATEGORY), "category")
    return categories if part.yes_or_no("explicit") else frozenset()


def _service(part: _Part, key: str, kinds: Mapping[str, str], parties: tuple[Party, Party]) -> Party:
    """The service a consent names: by a mapping, by its id, or by a kind that only one party of the case has."""
    value = part.raw(key)
    if isinstance(value, Mapping):
        return _party(part, key, kinds)
    name = part.text(key)
    for party in parties:
        if name is not None and name in (party.service, party.kind):
            return party
    return Party(kind=None, service=name)


def _conditions(part: _Part) -> Mapping[str, bool]:
    part.only(*STATED, *FOLLOW_FROM_KINDS)
    said = {key: part.yes_or_no(key) for key in part.data}
    return MappingProxyType({key: value for key, value in said.items() if value is not None and key in STATED})


_NUMBERS = ("child_objection_from_age", "consent_at_most_months")
_SWITCH_WORDS = {**{switch: switch for switch in SWITCHES}, **{c: s for s, codes in SWITCHES.items() for c in codes}}
_POLICY_WORDS: dict[str, dict[str, str]] = {
    "form": {"written": "written", "oral_minuted": "oral_minuted", "oral": "oral_minuted"},
    "guardians": {"all_holders": "all_holders", "resident_holder": "resident_holder"},
}
_ALSO = {"form_required": "form", "resident_holder_ok": "guardians"}


def _policy(part: _Part) -> Policy:
    """The safe policy, changed where the case says so. A switch may also be named by a rule that it switches."""
    part.only(
        *_SWITCH_WORDS,
        *_POLICY_WORDS,
        *_NUMBERS,
        *_ALSO,
        "pairs",
        "entered",
        "enabled",
        "switches",
        "custody_holders_with_youth_for_sensitivity_3",
    )
    chosen: dict[str, Any] = {}
    for key, known in _POLICY_WORDS.items():
        if (word := part.word(key, known, key)) is not None:
            chosen[key] = word
    if (form := part.word("form_required", _POLICY_WORDS["form"], "form")) is not None:
        chosen["form"] = form
    if part.yes_or_no("resident_holder_ok"):
        chosen["guardians"] = "resident_holder"
    for key in _NUMBERS:
        if (number := part.number(key, "a whole number", 130)) is not None:
            chosen[key] = number
    beside = part.yes_or_no("custody_holders_with_youth_for_sensitivity_3")
    if beside is not None:
        chosen["custody_holders_with_youth_for_sensitivity_3"] = beside
    switches = {*part.words("enabled", _SWITCH_WORDS, "switch"), *_switches(part)}
    pairs = [*_pairs(part, "pairs"), *(_pairs(part, "same_body_pairs") if _is_list(part, "same_body_pairs") else ())]
    if pairs:
        switches.add("same_body_pairs")
    entered = part.part("entered")
    entered.only(*(act.code for act in ACTS if act.awaited))
    days = {code: day for code in entered.data if (day := entered.day(code)) is not None}
    return Policy(switches=frozenset(switches), pairs=frozenset(pairs), entered=days, **chosen)


def _is_list(part: _Part, key: str) -> bool:
    return isinstance(part.raw(key), list)


def _switches(part: _Part) -> set[str]:
    """The switches that are on: keys with the answer true, or words in a list or mapping `switches`."""
    on = {_SWITCH_WORDS[key] for key in _SWITCH_WORDS if not _is_list(part, key) and part.yes_or_no(key)}
    if _is_list(part, "switches"):
        return on | part.words("switches", _SWITCH_WORDS, "switch")
    named = part.part("switches")
    named.only(*_SWITCH_WORDS)
    return on | {_SWITCH_WORDS[key] for key in named.data if named.yes_or_no(key)}


def _pairs(part: _Part, key: str) -> list[tuple[str, str, str]]:
    pairs = []
    for pair in part.parts(key):
        pair.only("from", "to", "purpose")
        purpose = pair.word("purpose", _same(PURPOSE), "purpose", needed=True)
        pairs.append((pair.text("from", needed=True) or "", pair.text("to", needed=True) or "", purpose or ""))
    return pairs
