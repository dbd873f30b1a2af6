"""Pages on what the rules hold until people have decided it: asking one's leader, deciding, and approving."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from starlette.responses import Response

from audit.actions import Action
from audit.refusals import SharingRefused
from consent.approve_held_case import ApproveHeldCase, approve_held_case
from consent.decide_held_case import DecideHeldCase, decide_held_case
from consent.gather_facts import waits_for_people
from consent.held_by_the_rules import NothingIsHeld
from consent.held_case import MOST_DAYS, NotAlone, usual_last_day
from consent.list_held_cases import HeldCaseLine, list_held_cases
from consent.read_held_case import HeldCaseView, read_held_case
from consent.submit_held_case import SubmitHeldCase, submit_held_case
from foundation.errors import Conflict, FieldProblem, Invalid, Problem
from foundation.identifiers import EventId, HeldCaseId, PersonId, ServiceId
from foundation.texts import message
from referral.draft_referral import DraftReferral, draft_referral
from referral.kinds import KINDS, kind_of
from web.cannot_be_handled import gets_the_one_answer
from web.pages.router import pages_below
from web.parameters import HeldCaseIdHere, PersonIdHere, ServiceIdHere
from web.rule_words import RuleWords
from web.sent import FilledIn, Sent
from web.terms import Terms
from web.visit import Filled, Here, HereOnce, Visit, does
from web.ways import Way
from web.wording import HELD_STATES, HELD_STEPS

__all__ = ["Asking", "HeldCases", "OneHeldCase", "router", "ways"]

router = pages_below("/held-cases")

ways = (
    Way(
        "/held-cases",
        message("Decisions"),
        Action.LIST_HELD_CASES,
        "waiting",
        message("Sharing that the rules hold until a leader and one more have decided it"),
    ),
)

_BY = message("By %(name)s")


class HeldRow(NamedTuple):
    """A held case in a list, in words."""

    path: str
    name: str | None
    what: str
    to_service: str
    asked_at: datetime
    state: str
    color: str


class HeldCases(NamedTuple):
    """The held cases of one's own service."""

    rows: Sequence[HeldRow]
    event_id: EventId


class Asking(NamedTuple):
    """What one may ask the leader to decide about one person, service and purpose, and why it is held."""

    person: PersonId
    person_name: str
    to_service: ServiceId
    to_service_name: str
    kind: str
    purpose: str
    categories: Sequence[tuple[str, str, str]]
    rules: Sequence[RuleWords]
    event_id: EventId


class OneHeldCase(NamedTuple):
    """A held case in words, and what the reader may do with it."""

    case: HeldCaseView
    purpose: str
    categories: Sequence[str]
    rules: Sequence[RuleWords]
    state: str
    color: str
    sentence: str
    steps: Sequence[tuple[str, datetime, str, str, str]]
    usual_last_day: date
    latest_last_day: date
    send: str | None
    event_id: EventId


class Deciding(Sent):
    """A yes or a no, why, and on which version it builds; a leader's yes has a last day."""

    answer: str
    reason: str
    version: int
    valid_to: date | None = None

    def permits(self) -> bool:
        """Whether the answer is yes. Raises Invalid for neither yes nor no."""
        if self.answer not in ("yes", "no"):
            raise Invalid(fields=[FieldProblem("answer", "not_a_choice")])
        return self.answer == "yes"


@router.get("")
@does(Action.LIST_HELD_CASES)
def several(here: Here) -> Response:
    """What waits, and what was decided, newest first."""
    found = list_held_cases(here.actor)
    return here.page("held_cases.html", HeldCases(tuple(_row(here, line) for line in found.items), found.event_id))


@router.get("/new")
@does(Action.DRAFT_REFERRAL)
def form(here: Here, pupil: PersonIdHere, to: ServiceIdHere, kind: str = "homework_support") -> Response:
    """What is held, and why; whoever asks says why it should go all the same."""
    return _asking(here, DraftReferral(pupil, to, kind), None, None)


@router.post("")
@does(Action.SUBMIT_HELD_CASE)
def submit(here: HereOnce, filled: Filled) -> Response:
    """Put it before the leader."""
    asked = _about(filled)
    case = SubmitHeldCase(
        asked.pupil,
        asked.to_service,
        kind_of(asked.kind).purpose,
        tuple(filled.texts("categories")),
        filled.text("reason"),
    )
    try:
        receipt = submit_held_case(here.actor, case)
    except (Invalid, Conflict, SharingRefused) as problem:
        if gets_the_one_answer(problem.rules):
            raise
        return _asking(here, asked, problem, filled)
    return here.see_other(f"/held-cases/{receipt.id}", receipt)


@router.get("/{held_case}")
@does(Action.READ_HELD_CASE)
def read(here: Here, held_case: HeldCaseIdHere) -> Response:
    """One case: what is asked for, why, and what was said of it."""
    return here.page("held_case.html", _one(here, held_case))


@router.post("/{held_case}/decide")
@does(Action.DECIDE_HELD_CASE)
def decide(here: HereOnce, held_case: HeldCaseIdHere, filled: Filled) -> Response:
    """The leader's yes or no."""
    try:
        sent = filled.to(Deciding)
        receipt = decide_held_case(
            here.actor, DecideHeldCase(held_case, sent.permits(), sent.reason, sent.valid_to, sent.version)
        )
    except (Invalid, Conflict, NotAlone, SharingRefused) as problem:
        if gets_the_one_answer(problem.rules):
            raise
        return here.page("held_case.html", _one(here, held_case), problem=problem, filled=filled)
    return here.see_other(f"/held-cases/{held_case}", receipt)


@router.post("/{held_case}/approve")
@does(Action.APPROVE_HELD_CASE)
def approve(here: HereOnce, held_case: HeldCaseIdHere, filled: Filled) -> Response:
    """The second person's yes or no."""
    try:
        sent = filled.to(Deciding)
        receipt = approve_held_case(here.actor, ApproveHeldCase(held_case, sent.permits(), sent.reason, sent.version))
    except (Invalid, Conflict, NotAlone, SharingRefused) as problem:
        if gets_the_one_answer(problem.rules):
            raise
        return here.page("held_case.html", _one(here, held_case), problem=problem, filled=filled)
    return here.see_other(f"/held-cases/{held_case}", receipt)


def _about(filled: FilledIn) -> DraftReferral:
    try:
        return DraftReferral(
            PersonId.of(filled.text("pupil")), ServiceId.of(filled.text("to_service")), filled.text("kind")
        )
    except ValueError:
        raise Invalid(fields=[FieldProblem("to_service", "not_an_id")]) from None


def _row(here: Visit, line: HeldCaseLine) -> HeldRow:
    terms, (state, color, _) = Terms.of(here.actor.house, here.words), HELD_STATES[line.state]
    return HeldRow(
        path=f"/held-cases/{line.id}",
        name=line.person_name,
        what=here.words.list([terms.category(code) for code in line.categories]),
        to_service=line.to_service_name,
        asked_at=line.asked_at,
        state=here.words.gettext(state),
        color=color,
    )


def _asking(here: Visit, asked: DraftReferral, problem: Problem | None, filled: FilledIn | None) -> Response:
    terms, draft = Terms.of(here.actor.house, here.words), draft_referral(here.actor, asked)
    held = [one for one in draft.categories if waits_for_people(one.result, one.missing)]
    if not held and problem is None:
        problem = NothingIsHeld()
    view = Asking(
        person=draft.person,
        person_name=draft.person_name,
        to_service=draft.to_service,
        to_service_name=draft.to_service_name,
        kind=draft.kind,
        purpose=terms.purpose_sentence(draft.purpose),
        categories=[
            (one.category, terms.category(one.category), terms.category_sentence(one.category)) for one in held
        ],
        rules=terms.against(list(dict.fromkeys(rule for one in held for rule in one.rules))),
        event_id=draft.event_id,
    )
    return here.page("submit_held_case.html", view, problem=problem, filled=filled)


def _one(here: Visit, held_case: HeldCaseId) -> OneHeldCase:
    terms, gettext = Terms.of(here.actor.house, here.words), here.words.gettext
    case = read_held_case(here.actor, held_case)
    state, color, sentence = HELD_STATES[case.state]
    kind = next((one.code for one in KINDS if one.purpose == case.purpose), None)
    may_send = case.state == "permitted" and kind is not None and here.actor.may(Action.REFER_PUPIL)
    return OneHeldCase(
        case=case,
        purpose=terms.purpose_sentence(case.purpose),
        categories=[terms.category(code) for code in case.categories],
        rules=terms.against(case.rules),
        state=gettext(state),
        color=color,
        sentence=gettext(sentence),
        steps=[
            (
                gettext(HELD_STEPS[step.step][0]),
                step.taken_at,
                gettext(_BY) % {"name": step.by},
                step.reason,
                HELD_STEPS[step.step][1],
            )
            for step in case.steps
        ],
        usual_last_day=usual_last_day(terms.today),
        latest_last_day=terms.today + timedelta(days=MOST_DAYS),
        send=f"/referrals/new?pupil={case.person}&to={case.to_service}&kind={kind}" if may_send else None,
        event_id=case.event_id,
    )
