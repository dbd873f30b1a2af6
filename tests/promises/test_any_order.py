"""Ask, give, withdraw, refer, read and answer in any order: what is opened is what a small model says is open.

The model below is written apart from the rule book: a page of plain Python about one family, two signatures and days.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from audit.actor import Actor
from audit.refusals import SharingRefused
from consent.list_consents import list_consents
from consent.read_consent import read_consent
from consent.record_consent import Explained, Flow, Heard, RecordConsent, Signed, record_consent
from consent.sign_consent import HasAnswered, SignConsent, TermsLocked, sign_consent
from consent.withdraw_consent import AlreadyEnded, WithdrawConsent, withdraw_consent
from foundation.engine import READING
from foundation.errors import Invalid, NotFound, Problem
from foundation.identifiers import ConsentId, PersonId, ReferralId
from people.check_protection import check_protection
from referral.accept_referral import accept_referral
from referral.decline_referral import decline_referral
from referral.draft_referral import DraftReferral, draft_referral
from referral.lifecycle import NotThisParty, StepNotDrawn
from referral.list_referrals import list_referrals
from referral.own_referral import stop_what_hung_on
from referral.read_referral import read_referral
from referral.recall_referral import recall_referral
from referral.refer_pupil import ReferPupil, refer_pupil
from tests.houses import Databases
from tests.set_clock import SetClock
from tests.situations import Family, Town, a_family, a_town

_CATEGORIES = ("identity_contact", "academic_need", "language_need")
_RECIPIENTS = ("homework", "library")
_CONTENT = {"identity_contact": {"name": "Sagal"}, "academic_need": {"goal": "brøk"}, "language_need": {"level": "B1"}}
_GUARDIANS = ("mother", "father")
_WHO_RECEIVES = {"homework": "coordinator", "library": "librarian"}
_ANYBODY = ("teacher", "other_teacher", "coordinator", "librarian", "housing_worker", "nav_adviser")


@dataclass
class ModelConsent:
    """One consent: yeses, signatures, days, and what was taken back."""

    id: ConsentId
    yes: set[tuple[str, str]]
    last: date
    answers: dict[str, str]
    gone: set[tuple[str, str]] = field(default_factory=set)
    over: bool = False

    def carries(self, to: str, category: str, today: date) -> bool:
        """Whether information may go on it today."""
        both = all(self.answers.get(who) == "given" for who in _GUARDIANS)
        is_yes = (to, category) in self.yes - self.gone
        return is_yes and both and not self.over and "refused" not in self.answers.values() and today <= self.last


@dataclass
class ModelReferral:
    """One referral: where it stands, and on which consent each part that the receiver can still open was sent."""

    id: ReferralId
    to: str
    said: frozenset[str]
    held: dict[str, ModelConsent]
    state: str = "sent"


class AnyOrder(RuleBasedStateMachine):
    """Staff of six services at work with one family."""

    #: Set by the test: a fresh town each time.
    fresh: Callable[[], Town]

    def __init__(self) -> None:
        super().__init__()
        self.town = type(self).fresh()
        self.family: Family = a_family(self.town)
        a_family(self.town, self.town.teacher, again=self.family)
        self.asked_register: datetime = self.town.house.clock.now()
        self.consents: list[ModelConsent] = []
        self.referrals: list[ModelReferral] = []
        self.entries = self._log()[0]

    def teardown(self) -> None:
        """Let go of the house."""
        self.town.house.close()

    # The model

    def is_open(self, to: str, category: str) -> bool:
        """Whether there is an unexpired yes, signed by both, not taken back, and the register was asked lately."""
        lately = self.town.house.clock.now() - self.asked_register < timedelta(days=30)
        return lately and any(one.carries(to, category, self.town.today) for one in self.consents)

    def carrier(self, to: str, category: str) -> ModelConsent:
        """The consent on which a part goes: of several good ones, the first by id."""
        good = [one for one in self.consents if one.carries(to, category, self.town.today)]
        return min(good, key=lambda one: one.id.int)

    # What the log says

    def _log(self) -> tuple[int, str, str]:
        with self.town.house.engine.execution_options(**{READING: True}).connect() as connection:
            newest = text("SELECT action, outcome FROM audit_event ORDER BY rowid DESC LIMIT 1")
            action, outcome = connection.execute(newest).one()
            return connection.execute(text("SELECT count(*) FROM audit_event")).scalar_one(), action, outcome

    def deed(self, action: str, do: Callable[[], object], expected: type[Problem] | None) -> object:
        """Do one deed, which must end as the model says, and must have left exactly one entry that says the same."""
        answer: object = None
        if expected is None:
            answer = do()
        else:
            with pytest.raises(expected):
                do()
        entries, newest, outcome = self._log()
        assert entries == self.entries + 1
        assert (newest, outcome == "permitted") == (action, expected is None)
        self.entries = entries
        return answer

    def person(self, who: str) -> PersonId:
        """A member of the family."""
        found = getattr(self.family, who)
        assert isinstance(found, PersonId)
        return found

    # Consent

    @rule(
        yes=st.sets(st.tuples(st.sampled_from(_RECIPIENTS), st.sampled_from(_CATEGORIES)), min_size=1),
        answers=st.dictionaries(st.sampled_from(_GUARDIANS), st.sampled_from(["given", "given", "given", "refused"])),
        days=st.integers(0, 20),
    )
    def give(self, yes: set[tuple[str, str]], answers: dict[str, str], days: int) -> None:
        """The housing worker records a consent with the signatures that are on the form."""
        today = self.town.today
        form = RecordConsent(
            person=self.family.child,
            purpose="homework_support_referral",
            flows=tuple(Flow(self.town.school, self.town.services[to], category) for to, category in sorted(yes)),
            valid_from=today,
            valid_to=today + timedelta(days=days),
            explained=Explained(today, "so"),
            signatures=tuple(Signed(self.person(who), today, answer) for who, answer in answers.items()),
            heard=Heard(today, "agrees"),
        )
        receipt = self.deed("record_consent", lambda: record_consent(self.town.housing_worker, form), None)
        consent = ModelConsent(receipt.id, yes, today + timedelta(days=days), dict(answers))  # type: ignore[attr-defined]  # a receipt
        self.consents.append(consent)
        self._settle(consent)

    def _settle(self, consent: ModelConsent) -> None:
        """A consent that was refused, has run out or is taken back takes no more signatures."""
        refused = "refused" in consent.answers.values()
        ran_out = "given" in consent.answers.values() and self.town.today > consent.last
        consent.over = consent.over or refused or ran_out or not consent.yes - consent.gone

    @precondition(lambda self: self.consents)
    @rule(data=st.data(), who=st.sampled_from(_GUARDIANS), answer=st.sampled_from(["given", "given", "refused"]))
    def sign(self, data: st.DataObject, who: str, answer: str) -> None:
        """One more signature, or a no."""
        consent = data.draw(st.sampled_from(self.consents))
        expected = HasAnswered if who in consent.answers else TermsLocked if consent.over else None
        asked = SignConsent(consent.id, self.person(who), self.town.today, answer)
        self.deed("sign_consent", lambda: sign_consent(self.town.housing_worker, asked), expected)
        if expected is None:
            consent.answers[who] = answer
            self._settle(consent)

    @precondition(lambda self: self.consents)
    @rule(
        data=st.data(),
        who=st.sampled_from((*_GUARDIANS, "child")),
        by=st.sampled_from(["housing_worker", "teacher", "nav_adviser"]),
        scope=st.sampled_from([*_CATEGORIES, *_RECIPIENTS, "whole"]),
    )
    def withdraw(self, data: st.DataObject, who: str, by: str, scope: str) -> None:
        """Somebody takes a consent back: whole, for one category, or for one recipient."""
        consent = data.draw(st.sampled_from(self.consents))
        gone = {one for one in consent.yes - consent.gone if scope in (*one, "whole")}
        expected: type[Problem] | None = None
        if by == "nav_adviser":
            expected = NotFound
        elif who != "child" and who not in consent.answers:
            expected = Invalid
        elif not gone:
            expected = AlreadyEnded
        asked = WithdrawConsent(
            consent.id,
            self.person(who),
            "oral",
            "whole" if scope == "whole" else "recipient" if scope in _RECIPIENTS else "category",
            category=scope if scope in _CATEGORIES else None,
            to_service=self.town.services[scope] if scope in _RECIPIENTS else None,
        )
        actor = self.town.actors[by]
        self.deed("withdraw_consent", lambda: withdraw_consent(actor, asked, stop=stop_what_hung_on), expected)
        if expected is None:
            consent.gone |= gone
            self._settle(consent)
            self._stop(consent, gone)

    def _stop(self, consent: ModelConsent, gone: set[tuple[str, str]]) -> None:
        """What was sent on the yeses that are gone is closed; where nothing is left, it stops."""
        for one in self.referrals:
            closing = {c for c, on in one.held.items() if on is consent and (one.to, c) in gone}
            if one.state in {"sent", "opened", "accepted"} and closing:
                one.held = {c: on for c, on in one.held.items() if c not in closing}
                one.state = one.state if one.held else "stopped"

    # Referral

    @rule(
        to=st.sampled_from(_RECIPIENTS),
        said=st.sets(st.sampled_from(_CATEGORIES), min_size=1),
        by=st.sampled_from(["teacher", "teacher", "other_teacher"]),
    )
    def refer(self, to: str, said: set[str], by: str) -> None:
        """A teacher sends a referral: all of it, or nothing."""
        expected: type[Problem] | None = None
        if by == "other_teacher":
            expected = NotFound
        elif not all(self.is_open(to, category) for category in said):
            expected = SharingRefused
        content = {category: _CONTENT[category] for category in sorted(said)}
        asked = ReferPupil(self.family.child, self.town.services[to], content)
        receipt = self.deed("refer_pupil", lambda: refer_pupil(self.town.actors[by], asked), expected)
        if expected is None:
            held = {category: self.carrier(to, category) for category in said}
            self.referrals.append(ModelReferral(receipt.id, to, frozenset(said), held))  # type: ignore[attr-defined]  # a receipt

    @precondition(lambda self: self.referrals)
    @rule(data=st.data(), by=st.sampled_from(_ANYBODY))
    def read(self, data: st.DataObject, by: str) -> None:
        """Anybody tries to open any referral."""
        one = data.draw(st.sampled_from(self.referrals))
        expected: type[Problem] | None = None
        lately = self.town.house.clock.now() - self.asked_register < timedelta(days=30)
        receives = by == _WHO_RECEIVES[one.to]
        open_now = {category for category in one.said if self.is_open(one.to, category)}
        if not receives and by != "teacher":
            expected = NotFound
        elif not (open_now if receives else lately):
            expected = SharingRefused
        view = self.deed("read_referral", lambda: read_referral(self.town.actors[by], one.id), expected)
        if expected is None:
            shown = {part.category for part in view.parts}  # type: ignore[attr-defined]  # a view
            assert shown == (open_now & one.held.keys() if receives else one.said)
            if receives:
                one.state = "opened" if one.state == "sent" else one.state
                assert view.state == one.state  # type: ignore[attr-defined]  # a view

    @precondition(lambda self: self.referrals)
    @rule(
        data=st.data(),
        by=st.sampled_from(["teacher", "coordinator", "librarian"]),
        answer=st.sampled_from(["accept", "decline", "recall"]),
    )
    def answer(self, data: st.DataObject, by: str, answer: str) -> None:
        """Anybody answers or recalls any referral."""
        one = data.draw(st.sampled_from(self.referrals))
        receives, sends = by == _WHO_RECEIVES[one.to], by == "teacher"
        drawn = {"accept": {"opened"}, "decline": {"sent", "opened"}, "recall": {"sent", "opened"}}[answer]
        expected: type[Problem] | None = None
        if answer == "recall" and not sends:
            expected = Problem  # the role does not have it
        elif not receives and not sends:
            expected = NotFound
        elif sends != (answer == "recall"):
            expected = NotThisParty
        elif one.state not in drawn:
            expected = StepNotDrawn
        actor: Actor = self.town.actors[by]
        deeds: dict[str, Callable[[], object]] = {
            "accept": lambda: accept_referral(actor, one.id),
            "decline": lambda: decline_referral(actor, one.id, "full"),
            "recall": lambda: recall_referral(actor, one.id),
        }
        self.deed(f"{answer}_referral", deeds[answer], expected)
        if expected is None:
            one.state = {"accept": "accepted", "decline": "declined", "recall": "recalled"}[answer]
            if answer != "accept":
                one.held = {}

    # Looking on, and time

    @rule(by=st.sampled_from(["teacher", "coordinator", "librarian", "housing_worker"]))
    def look(self, by: str) -> None:
        """Somebody looks at lists."""
        actor = self.town.actors[by]
        self.deed("list_referrals", lambda: list_referrals(actor), None)
        self.deed("list_consents", lambda: list_consents(actor), None)

    @precondition(lambda self: self.consents)
    @rule(data=st.data())
    def look_at_one(self, data: st.DataObject) -> None:
        """The housing worker reads a consent: what is missing agrees with what it carries."""
        consent = data.draw(st.sampled_from(self.consents))
        view = self.deed("read_consent", lambda: read_consent(self.town.housing_worker, consent.id), None)
        carries = any(consent.carries(to, category, self.town.today) for to, category in consent.yes)
        assert (view.state == "given") == carries  # type: ignore[attr-defined]  # a view

    @rule(to=st.sampled_from(_RECIPIENTS))
    def draft(self, to: str) -> None:
        """The teacher asks what may be sent: the answer is the model's."""
        asked = DraftReferral(self.family.child, self.town.services[to], categories=_CATEGORIES)
        view = self.deed("draft_referral", lambda: draft_referral(self.town.teacher, asked), None)
        said = {answer.category: answer.result == "permit" for answer in view.categories}  # type: ignore[attr-defined]  # a view
        assert said == {category: self.is_open(to, category) for category in _CATEGORIES}

    @rule(hours=st.sampled_from([1, 10, 24, 24 * 7, 24 * 25]))
    def wait(self, hours: int) -> None:
        """Time goes past."""
        clock = self.town.house.clock
        assert isinstance(clock, SetClock)
        clock.advance(timedelta(hours=hours))

    @rule()
    def ask_the_register(self) -> None:
        """The housing worker asks the register again: the number is consulted, then the answer is kept."""
        check_protection(self.town.housing_worker, self.family.child)
        self.asked_register = self.town.house.clock.now()
        entries, *newest = self._log()
        assert (entries, newest) == (self.entries + 2, ["record_protection", "permitted"])
        self.entries = entries

    @initialize()
    def begin(self) -> None:
        """So that most runs get as far as sending something."""
        both = dict.fromkeys(_GUARDIANS, "given")
        self.give({(to, category) for to in _RECIPIENTS for category in _CATEGORIES[:2]}, both, 20)

    @invariant()
    def what_the_receivers_hold_is_what_was_not_taken_back(self) -> None:
        """The wraps in the database are those of the model."""
        with self.town.house.engine.execution_options(**{READING: True}).connect() as connection:
            held = connection.execute(
                text(
                    "SELECT count(*) FROM part_wrap w JOIN sealed_part p ON p.part_id = w.part_id"
                    " JOIN referral r ON r.referral_id = p.set_id WHERE w.service_id = r.to_service"
                )
            ).scalar_one()
        assert held == sum(len(one.held) for one in self.referrals)


def _run(databases: Databases, *, examples: int, steps: int, derandomize: bool) -> None:
    template = a_town(databases.house("sqlite", name="template"))
    template.house.close()
    numbers = itertools.count()

    def fresh() -> Town:
        copied = databases.copy(template.house, SetClock(template.house.clock.now()), name=f"any{next(numbers)}")
        return template.moved_to(copied)

    machine = type("AnyOrderHere", (AnyOrder,), {"fresh": staticmethod(fresh)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=derandomize,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_what_is_opened_is_what_is_open_whatever_happens_in_whatever_order(databases: Databases) -> None:
    _run(databases, examples=6, steps=25, derandomize=True)


@pytest.mark.prove
def test_what_is_opened_is_what_is_open_in_five_hundred_orders(databases: Databases) -> None:
    _run(databases, examples=500, steps=60, derandomize=False)
