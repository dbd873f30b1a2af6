"""How far the proof is behind, and what is no longer shown when it is too far."""

from datetime import timedelta

import pytest

from audit.actions import Action, EventKind
from audit.evidence_lag import EvidenceLag, EvidenceTooOld
from audit.house import House
from audit.read_event import read_event
from audit.sequence_events import keeping_up, look, settle_log
from consent.read_consent import read_consent
from consent.withdraw_consent import WithdrawConsent, withdraw_consent
from foundation.identifiers import EventId
from people.read_person import read_person
from referral.own_referral import stop_what_hung_on
from tests.a_sequencer import in_order, record, sequencer_of
from tests.log_reading import newest
from tests.situations import Town, a_consent, a_family

_EVENT = EventId.new()


class _Stopwatch:
    """Seconds that a test lets pass."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def stopwatch() -> _Stopwatch:
    return _Stopwatch()


@pytest.fixture
def lag(stopwatch: _Stopwatch) -> EvidenceLag:
    return EvidenceLag(stopwatch)


def test_nothing_waiting_is_no_lag_however_long_ago_the_last_head_was(lag: EvidenceLag, stopwatch: _Stopwatch) -> None:
    assert lag.lag is None
    lag.looked(None, timedelta())
    stopwatch.seconds += 59
    assert lag.lag is None


def test_the_age_of_the_oldest_that_waits_is_the_lag(lag: EvidenceLag, stopwatch: _Stopwatch) -> None:
    lag.looked(_EVENT, timedelta(minutes=3))
    assert lag.lag == timedelta(minutes=3)
    stopwatch.seconds += 60
    assert lag.lag == timedelta(minutes=4)
    lag.looked(None, timedelta())
    assert lag.lag is None


def test_a_clock_that_is_set_forwards_makes_nothing_old(lag: EvidenceLag, stopwatch: _Stopwatch) -> None:
    lag.looked(None, timedelta())
    stopwatch.seconds += 1
    lag.looked(_EVENT, timedelta(days=30))
    assert lag.lag == timedelta(seconds=1)


def test_where_nobody_looks_any_more_that_is_the_lag(lag: EvidenceLag, stopwatch: _Stopwatch) -> None:
    lag.looked(None, timedelta())
    stopwatch.seconds += 14 * 60
    lag.refuse_when_too_old()
    stopwatch.seconds += 60
    with pytest.raises(EvidenceTooOld) as refused:
        lag.refuse_when_too_old()
    assert refused.value.values == {"minutes": 15}


def test_after_a_quarter_of_an_hour_nothing_is_shown_and_everything_else_goes_on(
    town: Town, stopwatch: _Stopwatch
) -> None:
    family = a_family(town)
    consent = a_consent(town, family)
    town.house.evidence = EvidenceLag(stopwatch)
    assert look(town.house) is not None
    stopwatch.seconds += 15 * 60
    with pytest.raises(EvidenceTooOld):
        read_person(town.housing_worker, family.child)
    refused = newest(town.house)
    assert refused.shape == ("read_person", "failed", "evidence_too_old")
    assert read_event(town.auditor, refused.row.event_id).line.code == "evidence_too_old"
    read_consent(town.housing_worker, consent)
    withdraw_consent(town.housing_worker, WithdrawConsent(consent, family.mother, "oral"), stop=stop_what_hung_on)
    settle_log(town.house)
    look(town.house)
    read_person(town.housing_worker, family.child)


def test_what_waits_for_evidence_is_what_shows_something_but_for_the_two_ways_to_a_withdrawal() -> None:
    showing = {EventKind.READ, EventKind.SEARCH, EventKind.DISCLOSE}
    on = {action for action in Action if action.kind in showing and not action.waits_for_evidence}
    assert on == {Action.READ_CONSENT, Action.LIST_CONSENTS}
    assert not any(action.waits_for_evidence for action in Action if action.kind not in showing)


def test_what_is_committed_wakes_whoever_waits_for_it(house: House) -> None:
    house.evidence.await_commit(0)
    settle_log(house)
    assert not house.evidence.await_commit(0)  # giving entries their places is no deed
    record(house)
    assert house.evidence.await_commit(0)
    assert not house.evidence.await_commit(0)


def test_a_house_that_keeps_up_signs_what_is_recorded_and_ends_with_nothing_waiting(house: House) -> None:
    record(house, 3)
    with keeping_up(house):
        assert look(house) is None
        record(house, 20)
    assert look(house) is None
    assert in_order(house) == 25


def test_a_log_that_cannot_be_signed_says_why_and_recovers(house: House) -> None:
    settle_log(house)
    [key] = house.settings.signer_path.glob("log-key.json")
    away = key.rename(key.with_suffix(".away"))
    with keeping_up(house):
        assert house.evidence.trouble == "signer_unusable"
        record(house)
        away.rename(key)
    with keeping_up(house):
        pass
    assert house.evidence.trouble is None
    in_order(house)


def test_one_sequencer_at_a_time(house: House) -> None:
    settle_log(house)
    with keeping_up(house):
        record(house)
        settle_log(house)  # leaves it to the one that is there
    in_order(house)
    assert sequencer_of(house).batch() == 0
