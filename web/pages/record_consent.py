"""Recording a written consent: the form, with its tables of what may flow, and what it says."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from starlette.responses import Response

from audit.actions import Action
from confidentiality.vocabulary import CATEGORIES, CATEGORY, KIND
from consent.record_consent import TEMPLATE_VERSION, Explained, Flow, Heard, RecordConsent, Signed, record_consent
from consent.validity import usual_end
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import EventId, PersonId, ServiceId
from foundation.texts import message
from people.policy import policy_today
from people.read_person import read_person
from people.standing import OpenService, open_services
from people.views import PersonView
from referral.kinds import KINDS
from web.pages.persons import age_on
from web.pages.router import pages_below
from web.parameters import PersonIdHere
from web.sent import FilledIn
from web.terms import SPOKEN, Terms
from web.visit import Filled, Here, HereOnce, Visit, does
from web.wording import ANSWERS, HEARING_VIEWS, INTERPRETERS

__all__ = ["ConsentForm", "purposes_asked_for", "router"]

router = pages_below("/consents")

#: Purposes for which no family is asked: duties, danger, control and counting.
_NOT_ASKED_FOR = frozenset({"report_concern", "emergency", "audit", "statistics"})
#: Categories that no form offers: they need more than a consent, or are never shared.
_NOT_OFFERED = frozenset({"national_id", "protected_address", "ethnicity_religion", "criminal_matters"})
#: What a receiver may be allowed to tell back.
_WAY_BACK = ("service_participation", "attendance")
_USUAL_PURPOSE = "homework_support_referral"
_USUAL_CATEGORIES = tuple(
    category.code for category in CATEGORIES if category.sensitivity <= 2 and category.code not in _NOT_OFFERED
)
#: Kinds of service that no family is asked to let give or receive.
_NEVER_PARTIES = frozenset({"auditor", "police"})
#: Years of age from which a child is heard (barnelova § 31) and decides on schooling (§ 32).
_HEARD_FROM = 7
_DECIDES_FROM = 15
#: Receivers on one form: more tables than that nobody reads before signing.
_MOST_RECEIVERS = 6


class Ask(NamedTuple):
    """One line of the table of what may flow: its field, the category and its sentence."""

    field: str
    category: str
    sentence: str
    is_sensitive: bool


class Direction(NamedTuple):
    """What one service may give another: a table of yes and no."""

    giver: str
    receiver: str
    is_back: bool
    asks: Sequence[Ask]


class PossibleSigner(NamedTuple):
    """Somebody who may have to sign, as far as one's own service knows the family."""

    id: str
    name: str
    role: str


class ConsentForm(NamedTuple):
    """The form on which a written consent is recorded, with its choices as (code, words)."""

    person: PersonView
    age: int
    is_adult: bool
    must_be_heard: bool
    purposes: Sequence[tuple[str, str]]
    purpose: str
    purpose_sentence: str
    services: Sequence[tuple[str, str]]
    giver: str
    receivers: Sequence[tuple[str, str]]
    other_receivers: Sequence[tuple[str, str]]
    chosen_receivers: Sequence[str]
    directions: Sequence[Direction]
    languages: Sequence[tuple[str, str]]
    language: str
    interpreters: Sequence[tuple[str, str]]
    views: Sequence[tuple[str, str]]
    signers: Sequence[PossibleSigner]
    template_version: str
    today: date
    valid_to: date
    at_most_months: int
    event_id: EventId


@router.get("/new")
@does(Action.RECORD_CONSENT)
def form(here: Here, person: PersonIdHere | None = None) -> Response:
    """The form, for one person; without one, the list of people to choose from."""
    if person is None:
        return here.see_other("/persons")
    return here.page("record_consent.html", _form(here, person, None))


@router.post("/new")
@does(Action.RECORD_CONSENT)
def record(here: HereOnce, filled: Filled) -> Response:
    """Other services on the form; or the consent, recorded."""
    person = _person(filled)
    if filled.text("services") == "show":
        return here.page("record_consent.html", _form(here, person, filled), filled=filled)
    try:
        receipt = record_consent(here.actor, _asked(person, filled))
    except Invalid as problem:
        return here.page("record_consent.html", _form(here, person, filled), problem=problem, filled=filled)
    return here.see_other(f"/consents/{receipt.id}", receipt)


def _person(filled: FilledIn) -> PersonId:
    try:
        return PersonId.of(filled.text("person"))
    except ValueError:
        raise Invalid(fields=[FieldProblem("person", "not_an_id")]) from None


def _form(here: Visit, person_id: PersonId, filled: FilledIn | None) -> ConsentForm:
    terms, gettext = Terms.of(here.actor.house, here.words), here.words.gettext
    person = read_person(here.actor, person_id)
    age = age_on(person.birth_date, terms.today)
    services = [one for one in open_services(here.actor) if one.kind in KIND and one.kind not in _NEVER_PARTIES]
    purpose = filled.text("purpose") if filled else _USUAL_PURPOSE
    giver = filled.text("giver") if filled else _usual_giver(here, person, services)
    policy = policy_today(here.actor)
    chosen = filled.texts("receiver")[:_MOST_RECEIVERS] if filled else _usual_receivers(here, services, giver)
    receivers = _receivers(services, purpose, giver, chosen)
    return ConsentForm(
        person=person,
        age=age,
        is_adult=age >= 18,
        must_be_heard=_HEARD_FROM <= age < 18,
        purposes=[(code, terms.purpose(code)) for code in purposes_asked_for()],
        purpose=purpose,
        purpose_sentence=terms.purpose_sentence(purpose),
        services=[(str(one.service_id), one.name) for one in services],
        giver=giver,
        receivers=[receiver for receiver, is_usual in receivers if is_usual],
        other_receivers=[receiver for receiver, is_usual in receivers if not is_usual],
        chosen_receivers=chosen,
        directions=_directions(terms, services, purpose, giver, chosen),
        languages=sorted(((tag, terms.spoken(tag).capitalize()) for tag in SPOKEN), key=lambda one: one[1]),
        language=person.language or "",
        interpreters=[(code, gettext(words)) for code, words in INTERPRETERS.items()],
        views=[(code, gettext(words)) for code, words in HEARING_VIEWS.items()],
        signers=_possible_signers(here, person, age),
        template_version=TEMPLATE_VERSION,
        today=terms.today,
        valid_to=usual_end(terms.today, policy),
        at_most_months=policy.consent_at_most_months,
        event_id=person.event_id,
    )


def purposes_asked_for() -> Sequence[str]:
    """The purposes that a family is asked for, the usual one first."""
    from_kinds = dict.fromkeys(kind.purpose for kind in KINDS)
    others = ("homework_support_follow_up", "parent_programme", "activity_inclusion")
    return [code for code in (*from_kinds, *others) if code not in _NOT_ASKED_FOR]


def _usual_giver(here: Visit, person: PersonView, services: Sequence[OpenService]) -> str:
    """One's own service if it is a school; otherwise the pupil's school as the roster has it, or the first one."""
    own = next((one for one in services if one.service_id == here.actor.service), None)
    schools = [one for one in services if one.kind in ("school", "private_school")]
    if own in schools and own is not None:
        return str(own.service_id)
    named = [one for one in schools if person.school and one.name.casefold() == person.school.casefold()]
    return str((named or schools or services)[0].service_id)


def _usual_receivers(here: Visit, services: Sequence[OpenService], giver: str) -> list[str]:
    homework = [one for one in services if one.kind == "homework_municipal"] or [
        one for one in services if one.kind in ("library", "volunteer_org")
    ]
    found = [str(one.service_id) for one in homework[:1] if str(one.service_id) != giver]
    return found or [str(one.service_id) for one in services if one.service_id == here.actor.service][:1]


def _receivers(
    services: Sequence[OpenService], purpose: str, giver: str, chosen: Sequence[str]
) -> list[tuple[tuple[str, str], bool]]:
    """Everybody who could receive, and whether they usually do for this purpose or are chosen already."""
    usual = next((kind.receivers for kind in KINDS if kind.purpose == purpose), frozenset(one.kind for one in services))
    return [
        ((str(one.service_id), one.name), one.kind in usual or str(one.service_id) in chosen)
        for one in services
        if str(one.service_id) != giver
    ]


def _directions(
    terms: Terms, services: Sequence[OpenService], purpose: str, giver: str, receivers: Sequence[str]
) -> Sequence[Direction]:
    names = {str(one.service_id): one.name for one in services}
    kind = next((kind for kind in KINDS if kind.purpose == purpose), None)
    forth = tuple(kind.fields) if kind else _USUAL_CATEGORIES
    made = []
    for receiver in receivers:
        if giver in names and receiver in names and receiver != giver:
            made.append(_direction(terms, names, giver, receiver, forth, is_back=False))
            made.append(_direction(terms, names, receiver, giver, _WAY_BACK, is_back=True))
    return made


def _direction(
    terms: Terms, names: Mapping[str, str], giver: str, receiver: str, categories: Sequence[str], *, is_back: bool
) -> Direction:
    asks = tuple(
        Ask(
            field=f"flow.{giver}.{receiver}.{code}",
            category=terms.category(code),
            sentence=terms.category_sentence(code),
            is_sensitive=CATEGORY[code].sensitivity > 1,
        )
        for code in categories
    )
    return Direction(names[giver], names[receiver], is_back, asks)


def _possible_signers(here: Visit, person: PersonView, age: int) -> Sequence[PossibleSigner]:
    gettext = here.words.gettext
    found = []
    if age >= _DECIDES_FROM:
        found.append(
            PossibleSigner(str(person.id), person.name, gettext(_THEMSELVES) if age >= 18 else gettext(_YOUTH))
        )
    if age < 18:
        found += [PossibleSigner(str(one.id), one.name, gettext(_GUARDIAN)) for one in person.guardians]
    return found


_THEMSELVES = message("Decides alone")
_YOUTH = message("Decides alone about schooling from 15 years")
_GUARDIAN = message("Has parental responsibility")


def _asked(person: PersonId, filled: FilledIn) -> RecordConsent:
    """The consent as the deed takes it.

    Raises:
        Invalid: with a code for each field that is empty, unreadable or unanswered.
    """
    problems: list[FieldProblem] = []
    flows = _flows(filled, problems)
    if filled.text("informed") != "yes":
        problems.append(FieldProblem("informed", "required"))
    valid_from = filled.day("valid_from", problems)
    valid_to = filled.day("valid_to", problems)
    explained_on = filled.day("explained.on", problems)
    if not filled.text("explained.language"):
        problems.append(FieldProblem("explained.language", "required"))
    heard = None
    if filled.text("heard.view"):
        heard_on = filled.day("heard.on", problems)
        heard = Heard(heard_on, filled.text("heard.view")) if heard_on else None
    signatures = _signatures(filled, problems)
    if problems or valid_from is None or explained_on is None:
        raise Invalid(fields=problems)
    return RecordConsent(
        person=person,
        purpose=filled.text("purpose"),
        flows=flows,
        valid_from=valid_from,
        valid_to=valid_to,
        explained=Explained(
            explained_on, filled.text("explained.language"), filled.text("explained.interpreter", "none")
        ),
        heard=heard,
        signatures=signatures,
    )


def _flows(filled: FilledIn, problems: list[FieldProblem]) -> tuple[Flow, ...]:
    """Every line of the tables that was answered with yes; a line that nobody answered is an error at that line."""
    flows = []
    for name in filled.texts("asked"):
        answer = filled.text(name)
        _, giver, receiver, category = [*name.split("."), "", "", ""][:4]
        if answer == "yes":
            try:
                flows.append(Flow(ServiceId.of(giver), ServiceId.of(receiver), category))
            except ValueError:
                problems.append(FieldProblem(name[:80], "unknown_service"))
        elif answer != "no":
            problems.append(FieldProblem(name, "not_yes_or_no"))
    if not flows and not problems:
        problems.append(FieldProblem("flows", "nothing_said_yes_to"))
    return tuple(flows)


def _signatures(filled: FilledIn, problems: list[FieldProblem]) -> tuple[Signed, ...]:
    found = []
    for person in filled.texts("signer"):
        answer = filled.text(f"signed.{person}")
        if answer in ANSWERS:
            on = filled.day(f"signed_on.{person}", problems)
            try:
                found.append(Signed(PersonId.of(person), on or date.min, answer))
            except ValueError:
                problems.append(FieldProblem("signatures", "not_an_id"))
    return tuple(found)
