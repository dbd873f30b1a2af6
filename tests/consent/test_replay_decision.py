"""Replaying: the facts of then, its policy and the law of its day give the same decision, whatever has changed."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from audit.actions import Action
from audit.evidence.canonical_json import JsonValue
from audit.house import House
from audit.operation import operation
from audit.refusals import NotInYourRole, SharingRefused
from audit.triggers import TableKind, triggers_of
from confidentiality.book import BOOK, RuleBook
from confidentiality.decision import Asked, Decision, decide
from confidentiality.facts import FACTS, Facts
from confidentiality.policy import SAFE
from consent.replay_decision import (
    DecidedByALaterBook,
    NothingWasDecided,
    PolicyIsGone,
    ReplayView,
    replay_decision,
)
from consent.withdraw_consent import WithdrawConsent, withdraw_consent
from foundation.errors import NotFound
from foundation.identifiers import EventId
from people.approve_policy import approve_policy
from people.propose_policy import ProposePolicy, propose_policy
from referral.draft_referral import DraftReferral, draft_referral
from referral.own_referral import stop_what_hung_on
from referral.refer_pupil import ReferPupil, refer_pupil
from tests.log_reading import newest
from tests.situations import CONTENT, Family, Town, a_consent, a_family


def _family(town: Town) -> Family:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    return family


def _changed(town: Town, builds_on: int = 1) -> None:
    """The policy becomes another one: the parent with whom the child lives decides alone, for a month."""
    choices = {"guardians": "resident_holder", "consent_at_most_months": 1}
    proposal = propose_policy(town.administrator, ProposePolicy(builds_on, choices)).id
    approve_policy(town.data_protection_officer, proposal)


def _results(view: ReplayView) -> list[tuple[str, str, str]]:
    return [(one.category, one.then.result, one.again.result) for one in view.results]


def test_what_was_sent_is_decided_the_same_after_everything_has_changed(town: Town) -> None:
    family = _family(town)
    consent = a_consent(town, family)
    sent = refer_pupil(town.teacher, ReferPupil(family.child, town.homework, CONTENT)).event_id
    withdraw_consent(town.housing_worker, WithdrawConsent(consent, family.mother, "oral"), stop=stop_what_hung_on)
    _changed(town)
    view = replay_decision(town.auditor, sent)
    assert view.is_same
    assert _results(view) == [("academic_need", "permit", "permit"), ("identity_contact", "permit", "permit")]
    assert (view.book, view.rule_book_then, view.policy_number) == ("same", BOOK.hash, 1)
    assert view.law_version_then == view.law_version_now


def test_what_was_refused_by_the_policy_of_then_is_refused_again(town: Town) -> None:
    """Under the policy of today it would be open; the replay asks by the policy of the decision."""
    family = _family(town)
    a_consent(town, family, signers=[family.mother])
    with pytest.raises(SharingRefused) as refused:
        refer_pupil(town.teacher, ReferPupil(family.child, town.homework, CONTENT))
    _changed(town)
    assert refused.value.event_id is not None
    view = replay_decision(town.auditor, EventId.of(str(refused.value.event_id)))
    assert (view.is_same, view.policy_number) == (True, 1)
    assert {one.again.result for one in view.results} == {"refuse"}
    assert all(any(code.startswith("signature(") for code in one.again.missing) for one in view.results)
    now = draft_referral(town.teacher, DraftReferral(family.child, town.homework, categories=("academic_need",)))
    assert now.categories[0].result == "permit"
    later = replay_decision(town.auditor, now.event_id)
    assert (later.is_same, later.policy_number, _results(later)) == (
        True,
        2,
        [("academic_need", "permit", "permit")],
    )


def test_replaying_reads_the_log_and_is_in_it(town: Town) -> None:
    family = _family(town)
    asked = draft_referral(town.teacher, DraftReferral(family.child, town.homework)).event_id
    view = replay_decision(town.auditor, asked)
    event = newest(town.house)
    assert (event.row.event_id, event.row.kind) == (view.event_id, "log_read")
    assert event.shape == ("replay_decision", "permitted", None)
    assert (event.said["read"], event.said["is_same"], event.said["book"]) == (str(asked), True, "same")
    assert event.persons.keys() == {family.child}


def _stored(town: Town, decision: Decision, **changed: JsonValue) -> EventId:
    """An entry of the log that holds this decision, as another version of the program may have left it."""
    with operation(town.teacher, Action.DRAFT_REFERRAL) as op:
        op.draft.decision = {**decision.compact(), **changed}
        return op.event_id


_DAY = date(2026, 11, 22)


def _asked(letters: str = "u" * len(FACTS)) -> Asked:
    facts = Facts("subject", "school", "homework_municipal", "homework_support_referral", "academic_need", letters)
    return Asked("NOR", _DAY, (facts,))


def test_another_book_is_said_to_be_another_book(town: Town) -> None:
    """G-01 gone: what it alone forbade is open by the old book, and closed by the present one."""
    without = tuple(rule for rule in BOOK.rules["NOR"] if rule.code != "G-01")
    older = RuleBook({"NOR": without, "DNK": BOOK.rules["DNK"]})
    event = _stored(town, decide(_asked(), older, replace(SAFE, number=1)))
    view = replay_decision(town.auditor, event)
    assert (view.book, view.is_same) == ("changed", False)
    assert (view.rule_book_then, view.rule_book_now) == (older.hash, BOOK.hash)
    assert "G-01" not in view.results[0].then.rules
    assert "G-01" in view.results[0].again.rules


def test_facts_of_a_shorter_book_read_the_same(town: Town) -> None:
    """A later program asks more facts; what it asks besides was not known when it was decided."""
    decision = decide(_asked("y" * (len(FACTS) - 2) + "uu"), policy=replace(SAFE, number=1))
    compact = decision.compact()["results"][0]
    event = _stored(town, decision, results=[{**compact, "facts": compact["facts"][:-2]}])
    assert replay_decision(town.auditor, event).is_same


def test_facts_of_a_longer_book_are_not_guessed_at(town: Town) -> None:
    decision = decide(_asked(), policy=replace(SAFE, number=1))
    compact = decision.compact()["results"][0]
    event = _stored(town, decision, results=[{**compact, "facts": compact["facts"] + "y"}])
    with pytest.raises(DecidedByALaterBook):
        replay_decision(town.auditor, event)


def test_a_result_that_was_changed_is_found(town: Town) -> None:
    """A decision that says permit from facts that refuse: the replay tells it from a right one."""
    decision = decide(_asked(), policy=replace(SAFE, number=1))
    compact = decision.compact()["results"][0]
    event = _stored(town, decision, results=[{**compact, "result": "permit", "rules": ["NO-C-40"], "missing": []}])
    view = replay_decision(town.auditor, event)
    assert (view.is_same, view.book) == (False, "same")
    assert _results(view) == [("academic_need", "permit", "refuse")]


def test_an_entry_without_a_decision_has_nothing_to_decide_again(town: Town) -> None:
    family = a_family(town)
    with pytest.raises(NothingWasDecided):
        replay_decision(town.auditor, newest(town.house).row.event_id)
    assert family.child in newest(town.house).persons


def test_there_is_no_such_entry(town: Town) -> None:
    with pytest.raises(NotFound):
        replay_decision(town.auditor, EventId(int=1))


def test_only_those_who_read_the_log_replay_it(town: Town) -> None:
    family = _family(town)
    asked = draft_referral(town.teacher, DraftReferral(family.child, town.homework)).event_id
    with pytest.raises(NotInYourRole):
        replay_decision(town.teacher, asked)


def _overwrite_policy(house: House, change: str) -> None:
    """What somebody does who owns the database: takes the triggers away and changes a version."""
    with house.engine.begin() as connection:
        for trigger in triggers_of("policy_version", TableKind.STEP, connection.dialect.name):
            connection.execute(text(trigger.drop))
        connection.execute(text(f"UPDATE policy_version SET {change} WHERE number = 1"))


@pytest.mark.parametrize(
    "change", ["digest = 'another'", "document = replace(document, 'all_holders', 'resident_holder')"]
)
def test_a_version_of_the_policy_that_was_changed_is_found(town: Town, change: str) -> None:
    family = _family(town)
    asked = draft_referral(town.teacher, DraftReferral(family.child, town.homework)).event_id
    _overwrite_policy(town.house, change)
    with pytest.raises(PolicyIsGone):
        replay_decision(town.auditor, asked)
