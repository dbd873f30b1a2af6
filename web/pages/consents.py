"""Pages on consents: the list, recording one, reading one with its proof, signing, and withdrawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from audit.actions import Action
from confidentiality.vocabulary import CATEGORIES, CATEGORY, KIND
from consent.attach_proof import attach_proof
from consent.list_consents import list_consents
from consent.read_consent import read_consent
from consent.read_proof import read_proof
from consent.record_consent import TEMPLATE_VERSION, Explained, Flow, Heard, RecordConsent, Signed, record_consent
from consent.sign_consent import SignConsent, sign_consent
from consent.validity import usual_end
from consent.views import ConsentLine, ConsentView, FlowView
from consent.withdraw_consent import WithdrawConsent, withdraw_consent
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import ConsentId, EventId, PersonId, ServiceId
from foundation.texts import message
from people.policy import policy_today
from people.read_person import read_person
from people.standing import OpenService, open_services
from people.views import PersonView
from referral.kinds import KINDS
from referral.own_referral import stop_what_hung_on
from web.limits import MAX_UPLOAD_SIZE
from web.pages.persons import age_on
from web.parameters import ConsentIdHere, PersonIdHere
from web.sent import FilledIn, Sent
from web.terms import SPOKEN, Terms
from web.visit import Filled, Here, HereOnce, Visit, does
from web.ways import Way
from web.wording import ANSWERS, CHANNELS, CONSENT_SENTENCES, CONSENT_STATES, HEARING_VIEWS, INTERPRETERS

__all__ = ["Attaching", "ConsentForm", "Consents", "OneConsent", "Signing", "Withdrawing", "router", "ways"]

router = APIRouter(prefix="/consents")

ways = (
    Way(
        "/consents",
        message("Consents"),
        Action.LIST_CONSENTS,
        "consent",
        message("What families have said yes and no to"),
    ),
)

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
_HEARD_FROM = 7
_DECIDES_FROM = 15
_MOST_RECEIVERS = 6


@dataclass(frozen=True)
class ConsentRow:
    """A consent in a list, in words; `name` is None where one's own service does not have the person."""

    path: str
    name: str | None
    purpose: str
    state: str
    color: str
    valid_to: date
    held_by: str


@dataclass(frozen=True)
class Consents:
    """The consents that name one's own service."""

    rows: Sequence[ConsentRow]
    next: str | None
    event_id: EventId


@dataclass(frozen=True)
class Ask:
    """One line of the table of what may flow: its field, the category and its sentence."""

    field: str
    category: str
    sentence: str
    is_sensitive: bool


@dataclass(frozen=True)
class Direction:
    """What one service may give another: a table of yes and no."""

    giver: str
    receiver: str
    is_back: bool
    asks: Sequence[Ask]


@dataclass(frozen=True)
class PossibleSigner:
    """Somebody who may have to sign, as far as one's own service knows the family."""

    id: str
    name: str
    role: str


@dataclass(frozen=True)
class ConsentForm:
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


@dataclass(frozen=True)
class FlowLine:
    """One yes: what, and whether it still stands."""

    category: str
    sentence: str
    is_open: bool


@dataclass(frozen=True)
class Pair:
    """What one service may give another."""

    giver: str
    receiver: str
    lines: Sequence[FlowLine]


@dataclass(frozen=True)
class SignerLine:
    """Somebody who must sign: their name where it is known here, what they answered and when."""

    name: str | None
    answer: str
    color: str
    signed_on: date | None


@dataclass(frozen=True)
class OneConsent:
    """A consent in words."""

    consent: ConsentView
    purpose: str
    purpose_sentence: str
    state: str
    color: str
    sentence: str
    lacking: Sequence[str]
    pairs: Sequence[Pair]
    signers: Sequence[SignerLine]
    language: str
    interpreter: str
    view: str
    may_sign: bool
    may_withdraw: bool
    event_id: EventId


@dataclass(frozen=True)
class Signing:
    """Adding a signature: who has not answered yet."""

    path: str
    purpose: str
    signers: Sequence[tuple[str, str]]
    answers: Sequence[tuple[str, str]]
    today: date
    event_id: EventId


@dataclass(frozen=True)
class Attaching:
    """Adding the scanned page."""

    path: str
    purpose: str
    event_id: EventId


@dataclass(frozen=True)
class Withdrawing:
    """Taking a consent back: by whom, what, how; and, before it is done, what will happen."""

    path: str
    purpose: str
    signers: Sequence[tuple[str, str]]
    scopes: Sequence[tuple[str, str]]
    channels: Sequence[tuple[str, str]]
    is_confirming: bool
    by: str
    what: str
    channel: str
    stops: Sequence[tuple[str, str, str]]
    event_id: EventId


@router.get("")
@does(Action.LIST_CONSENTS)
def several(here: Here, next: str | None = None) -> Response:  # noqa: A002  # the name the list's own link has
    """The consents that name one's own service, newest first."""
    terms, found = Terms.of(here.actor.house, here.words), list_consents(here.actor, page=next)
    rows = tuple(_row(here, terms, line) for line in found.items)
    return here.page("consents.html", Consents(rows, found.next, found.event_id))


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


@router.get("/{consent_id}")
@does(Action.READ_CONSENT)
def read(here: Here, consent_id: ConsentIdHere) -> Response:
    """A consent: where it stands, what is missing, what may flow, and who said so."""
    return here.page("consent.html", _one(here, read_consent(here.actor, consent_id)))


@router.get("/{consent_id}/sign")
@does(Action.SIGN_CONSENT)
def sign_form(here: Here, consent_id: ConsentIdHere) -> Response:
    """Who has not answered yet."""
    return here.page("sign_consent.html", _signing(here, consent_id))


@router.post("/{consent_id}/sign")
@does(Action.SIGN_CONSENT)
def sign(here: HereOnce, consent_id: ConsentIdHere, filled: Filled) -> Response:
    """One more signature, or a no."""
    try:
        typed = filled.to(Answer)
        asked = SignConsent(consent_id, typed.person, typed.signed_on, typed.answer)
        receipt = sign_consent(here.actor, asked)
    except Invalid as problem:
        return here.page("sign_consent.html", _signing(here, consent_id), problem=problem, filled=filled)
    return here.see_other(f"/consents/{consent_id}", receipt)


@router.get("/{consent_id}/proof")
@does(Action.ATTACH_PROOF)
def proof_form(here: Here, consent_id: ConsentIdHere) -> Response:
    """Where the scanned page is chosen."""
    return here.page("attach_proof.html", _attaching(here, consent_id))


@router.post("/{consent_id}/proof", max_body_size=MAX_UPLOAD_SIZE)
@does(Action.ATTACH_PROOF)
def attach(here: HereOnce, consent_id: ConsentIdHere, filled: Filled) -> Response:
    """The scanned page, checked and sealed."""
    try:
        receipt = attach_proof(here.actor, consent_id, _uploaded(filled))
    except Invalid as problem:
        return here.page("attach_proof.html", _attaching(here, consent_id), problem=problem, filled=filled)
    return here.see_other(f"/consents/{consent_id}", receipt)


@router.get("/{consent_id}/proofs/{proof_id}")
@does(Action.READ_PROOF)
def proof(here: Here, consent_id: ConsentIdHere, proof_id: UUID) -> Response:
    """The scanned page itself."""
    return here.stream(read_proof(here.actor, consent_id, proof_id))


@router.get("/{consent_id}/withdraw")
@does(Action.WITHDRAW_CONSENT)
def withdraw_form(here: Here, consent_id: ConsentIdHere) -> Response:
    """Who takes back what."""
    return here.page("withdraw_consent.html", _withdrawing(here, consent_id, None))


@router.post("/{consent_id}/withdraw")
@does(Action.WITHDRAW_CONSENT)
def withdraw(here: HereOnce, consent_id: ConsentIdHere, filled: Filled) -> Response:
    """First what will happen; then, once that is confirmed, the withdrawal."""
    try:
        typed = filled.to(TakenBack)
        asked = typed.command(consent_id)
        if not typed.confirmed:
            return here.page("withdraw_consent.html", _withdrawing(here, consent_id, asked), filled=filled)
        receipt = withdraw_consent(here.actor, asked, stop=stop_what_hung_on)
    except Invalid as problem:
        return here.page("withdraw_consent.html", _withdrawing(here, consent_id, None), problem=problem, filled=filled)
    return here.see_other(f"/consents/{consent_id}", receipt)


def _uploaded(filled: FilledIn) -> bytes:
    upload = filled.file("page")
    if upload is None:
        raise Invalid(fields=[FieldProblem("page", "required")])
    return upload.file.read()


class Answer(Sent):
    """What one signer answered on paper."""

    person: PersonIdHere
    signed_on: date
    answer: str


class TakenBack(Sent):
    """What somebody takes back: `whole`, `category:<code>` or `recipient:<service>`; confirmed on the second page."""

    by: PersonIdHere
    what: str
    channel: str
    confirmed: bool = False

    def command(self, consent: ConsentId) -> WithdrawConsent:
        """As the deed takes it."""
        scope, _, of = self.what.partition(":")
        try:
            to_service = ServiceId.of(of) if scope == "recipient" else None
        except ValueError:
            raise Invalid(fields=[FieldProblem("what", "not_a_choice")]) from None
        category = of if scope == "category" else None
        return WithdrawConsent(consent, self.by, self.channel, scope, category, to_service)


def _row(here: Visit, terms: Terms, line: ConsentLine) -> ConsentRow:
    state, color = CONSENT_STATES[line.state]
    return ConsentRow(
        path=f"/consents/{line.id}",
        name=line.person_name,
        purpose=terms.purpose(line.purpose),
        state=here.words.gettext(state),
        color=color,
        valid_to=line.valid_to,
        held_by=line.held_by_name,
    )


# Recording -----------------------------------------------------------------------------------------------------------


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
    valid_from = _day(filled, "valid_from", problems)
    valid_to = _day(filled, "valid_to", problems)
    explained_on = _day(filled, "explained.on", problems)
    if not filled.text("explained.language"):
        problems.append(FieldProblem("explained.language", "required"))
    heard = None
    if filled.text("heard.view"):
        heard_on = _day(filled, "heard.on", problems)
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
            on = _day(filled, f"signed_on.{person}", problems)
            try:
                found.append(Signed(PersonId.of(person), on or date.min, answer))
            except ValueError:
                problems.append(FieldProblem("signatures", "not_an_id"))
    return tuple(found)


def _day(filled: FilledIn, name: str, problems: list[FieldProblem]) -> date | None:
    text = filled.text(name)
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.append(FieldProblem(name, "not_a_date" if text else "required"))
        return None


# Reading -------------------------------------------------------------------------------------------------------------


def _one(here: Visit, consent: ConsentView) -> OneConsent:
    terms, gettext = Terms.of(here.actor.house, here.words), here.words.gettext
    state, color = CONSENT_STATES[consent.state]
    has_open = any(flow.is_open for flow in consent.flows)
    return OneConsent(
        consent=consent,
        purpose=terms.purpose(consent.purpose),
        purpose_sentence=terms.purpose_sentence(consent.purpose),
        state=gettext(state),
        color=color,
        sentence=gettext(CONSENT_SENTENCES[consent.state]),
        lacking=terms.lacking(consent.missing, {signer.ref: signer.name for signer in consent.signers}),
        pairs=_pairs(terms, consent.flows),
        signers=_signer_lines(here, consent),
        language=terms.spoken(consent.language),
        interpreter=gettext(INTERPRETERS[consent.interpreter]) if consent.interpreter else "",
        view=gettext(HEARING_VIEWS[consent.view]) if consent.view else "",
        may_sign=consent.is_own
        and consent.state in ("asked", "given", "suspended")
        and any(signer.answer is None and signer.name for signer in consent.signers)
        and here.actor.may(Action.SIGN_CONSENT),
        may_withdraw=has_open
        and consent.state in ("asked", "given", "suspended", "conflict")
        and here.actor.may(Action.WITHDRAW_CONSENT),
        event_id=consent.event_id,
    )


def _pairs(terms: Terms, flows: Sequence[FlowView]) -> Sequence[Pair]:
    by_pair: dict[tuple[str, str], list[FlowLine]] = {}
    order = [category.code for category in CATEGORIES]
    for flow in sorted(flows, key=lambda flow: order.index(flow.category) if flow.category in order else len(order)):
        line = FlowLine(terms.category(flow.category), terms.category_sentence(flow.category), flow.is_open)
        by_pair.setdefault((flow.from_name, flow.to_name), []).append(line)
    # The way out has more on it than the way back, so it comes first.
    ordered = sorted(by_pair.items(), key=lambda one: (-len(one[1]), one[0]))
    return tuple(Pair(giver, receiver, tuple(lines)) for (giver, receiver), lines in ordered)


def _signer_lines(here: Visit, consent: ConsentView) -> Sequence[SignerLine]:
    """Everybody who must sign, then whoever signed besides."""
    gettext = here.words.gettext
    signed = {signature.person: signature for signature in consent.signatures}
    lines = []
    for signer in consent.signers:
        found = signed.pop(signer.person, None)
        lines.append(
            _signer_line(here, signer.name, found.answer if found else None, found.signed_on if found else None)
        )
    lines += [_signer_line(here, one.name, one.answer, one.signed_on) for one in signed.values()]
    return lines or [SignerLine(None, gettext(_NOT_ANSWERED), "warning", None)]


_NOT_ANSWERED = message("Has not answered")


def _signer_line(here: Visit, name: str | None, answer: str | None, on: date | None) -> SignerLine:
    if answer is None:
        return SignerLine(name, here.words.gettext(_NOT_ANSWERED), "warning", None)
    return SignerLine(name, here.words.gettext(ANSWERS[answer]), "success" if answer == "given" else "danger", on)


def _signing(here: Visit, consent_id: ConsentId) -> Signing:
    terms, consent = Terms.of(here.actor.house, here.words), read_consent(here.actor, consent_id)
    return Signing(
        path=f"/consents/{consent_id}",
        purpose=terms.purpose(consent.purpose),
        signers=[(str(one.person), one.name) for one in consent.signers if one.answer is None and one.name],
        answers=[(code, here.words.gettext(words)) for code, words in ANSWERS.items()],
        today=terms.today,
        event_id=consent.event_id,
    )


def _attaching(here: Visit, consent_id: ConsentId) -> Attaching:
    terms, consent = Terms.of(here.actor.house, here.words), read_consent(here.actor, consent_id)
    return Attaching(f"/consents/{consent_id}", terms.purpose(consent.purpose), consent.event_id)


_WHOLE = message("Everything")
_ONE_KIND = message("Only this: %(category)s")
_ONE_RECIPIENT = message("Only what goes to %(service)s")
_SOMEBODY = message("Somebody who signed (not registered with your service)")
_THE_PERSON = message("The person it is about")


def _withdrawing(here: Visit, consent_id: ConsentId, asked: WithdrawConsent | None) -> Withdrawing:
    terms, gettext = Terms.of(here.actor.house, here.words), here.words.gettext
    consent = read_consent(here.actor, consent_id)
    still = [flow for flow in consent.flows if flow.is_open]
    signers = {str(one.person): one.name or gettext(_SOMEBODY) for one in consent.signatures}
    signers.setdefault(str(consent.person), consent.person_name or gettext(_THE_PERSON))
    scopes = [("whole", gettext(_WHOLE))]
    recipients = dict.fromkeys((str(flow.to_service), flow.to_name) for flow in still)
    categories = dict.fromkeys(flow.category for flow in still)
    if len(recipients) > 1:
        scopes += [(f"recipient:{of}", gettext(_ONE_RECIPIENT) % {"service": name}) for of, name in recipients]
    if len(categories) > 1:
        scopes += [(f"category:{of}", gettext(_ONE_KIND) % {"category": terms.category(of)}) for of in categories]
    what = ""
    if asked:
        what = {"recipient": f"recipient:{asked.to_service}", "category": f"category:{asked.category}"}.get(
            asked.scope, asked.scope
        )
        wrong = [name for name, value, known in (
            ("what", what, dict(scopes)), ("by", str(asked.by), signers), ("channel", asked.channel, CHANNELS)
        ) if value not in known]  # fmt: skip
        if wrong:
            raise Invalid(fields=[FieldProblem(name, "not_a_choice") for name in wrong])
    return Withdrawing(
        path=f"/consents/{consent_id}",
        purpose=terms.purpose(consent.purpose),
        signers=list(signers.items()),
        scopes=scopes,
        channels=[(code, gettext(words)) for code, words in CHANNELS.items()],
        is_confirming=asked is not None,
        by=signers[str(asked.by)] if asked else "",
        what=dict(scopes)[what] if asked else "",
        channel=gettext(CHANNELS[asked.channel]) if asked else "",
        stops=[
            (flow.from_name, flow.to_name, terms.category(flow.category))
            for flow in still
            if asked and _is_gone(flow, asked)
        ],
        event_id=consent.event_id,
    )


def _is_gone(flow: FlowView, asked: WithdrawConsent) -> bool:
    return (
        asked.scope == "whole"
        or (asked.scope == "category" and asked.category == flow.category)
        or (asked.scope == "recipient" and asked.to_service == flow.to_service)
    )
