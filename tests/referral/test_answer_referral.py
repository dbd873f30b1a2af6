from collections.abc import Callable

import pytest
from sqlalchemy import text

from audit.refusals import NotInYourRole
from foundation.errors import Invalid, NotFound
from foundation.identifiers import ReferralId
from people.list_notices import list_notices
from referral.accept_referral import accept_referral
from referral.decline_referral import REASONS, decline_referral
from referral.lifecycle import NotThisParty, StepNotDrawn
from referral.list_referrals import list_referrals
from referral.own_referral import VersionPassed
from referral.read_referral import read_referral
from referral.recall_referral import recall_referral
from tests.log_reading import newest
from tests.situations import Family, Town, a_consent, a_family, a_referral


def _sent(town: Town) -> tuple[Family, ReferralId]:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family)
    return family, a_referral(town, family)


def _keys(town: Town) -> int:
    """How many parts the homework programme holds a key to."""
    key = town.homework.hex if town.house.writers else town.homework
    with town.house.engine.connect() as connection:
        asked = text("SELECT count(*) FROM part_wrap WHERE service_id = :service")
        return int(connection.execute(asked, {"service": key}).scalar_one())


def test_the_receiver_accepts_what_it_has_opened(town: Town) -> None:
    family, referral = _sent(town)
    read_referral(town.coordinator, referral)
    receipt = accept_referral(town.coordinator, referral, version=2)
    assert (receipt.id, receipt.state, receipt.version) == (referral, "accepted", 3)
    event = newest(town.house)
    assert event.row.event_id == receipt.event_id
    assert event.shape == ("accept_referral", "permitted", None)
    assert (event.row.staff_id, event.row.service_id) == (town.coordinator.staff, town.homework)
    assert (event.row.referral_id, event.row.purpose) == (referral, "homework_support_referral")
    assert event.persons == {family.child: {"disclosed": [], "consulted": []}}
    assert _keys(town) == 2


@pytest.mark.parametrize("reason", REASONS)
def test_the_receiver_declines_with_a_reason_and_loses_its_keys(town: Town, reason: str) -> None:
    _, referral = _sent(town)
    receipt = decline_referral(town.coordinator, referral, reason)
    assert (receipt.state, receipt.version) == ("declined", 2)
    assert _keys(town) == 0
    event = newest(town.house)
    assert event.shape == ("decline_referral", "permitted", None)
    removed = event.said["removed"]
    assert isinstance(removed, list)
    assert len(removed) == 2
    view = read_referral(town.coordinator, referral)
    assert (view.parts, view.steps[-1].reason) == ((), reason)


def test_a_reason_in_free_words_is_no_reason(town: Town) -> None:
    _, referral = _sent(town)
    with pytest.raises(Invalid) as refused:
        decline_referral(town.coordinator, referral, "the mother was rude")
    assert [one.field for one in refused.value.fields] == ["reason"]
    assert "rude" not in str(newest(town.house).said)
    assert _keys(town) == 2


def test_the_sender_recalls_what_is_not_answered_and_the_receiver_loses_its_keys(town: Town) -> None:
    _, referral = _sent(town)
    receipt = recall_referral(town.teacher, referral, version=1)
    assert (receipt.state, receipt.version) == ("recalled", 2)
    assert _keys(town) == 0
    assert newest(town.house).shape == ("recall_referral", "permitted", None)
    assert list_notices(town.coordinator).items[0].kind == "referral_recalled"


def test_neither_side_takes_the_others_step(town: Town) -> None:
    _, referral = _sent(town)
    deeds: tuple[Callable[[], object], ...] = (
        lambda: accept_referral(town.teacher, referral),
        lambda: decline_referral(town.teacher, referral, "full"),
    )
    for deed in deeds:
        with pytest.raises(NotThisParty):
            deed()
        assert newest(town.house).row.code == "not_your_step"
    with pytest.raises(NotInYourRole):
        recall_referral(town.coordinator, referral)
    assert newest(town.house).row.code == "not_in_your_role"


def test_the_slower_of_two_is_told_that_it_was_too_late(town: Town) -> None:
    _, referral = _sent(town)
    read_referral(town.coordinator, referral)
    with pytest.raises(VersionPassed) as passed:
        accept_referral(town.coordinator, referral, version=1)
    assert passed.value.values == {"version": 2, "state": "opened"}
    assert newest(town.house).shape == ("accept_referral", "conflict", "version_passed")
    accept_referral(town.coordinator, referral, version=2)


def test_a_sender_who_comes_too_late_is_not_told_how_it_was_answered(town: Town) -> None:
    """Without a consented way back the sender learns that it was received, and no more: not from an error either."""
    answers = []
    ways: tuple[Callable[[ReferralId], object], ...] = (
        lambda one: accept_referral(town.coordinator, one),
        lambda one: decline_referral(town.coordinator, one, "full"),
    )
    for answer in ways:
        _, referral = _sent(town)
        read_referral(town.coordinator, referral)
        answer(referral)
        with pytest.raises(StepNotDrawn) as late:
            recall_referral(town.teacher, referral)
        with pytest.raises(VersionPassed) as passed:
            recall_referral(town.teacher, referral, version=1)
        view = read_referral(town.teacher, referral)
        line = next(line for line in list_referrals(town.teacher).items if line.id == referral)
        told = [one.kind for one in list_notices(town.teacher).items if one.referral_id == referral]
        steps = tuple(step.step for step in view.steps)
        answers.append((late.value.values, passed.value.values, view.state, view.may, steps, line.state, told))
    assert answers[0] == answers[1]
    assert answers[0][2] == "received"


def test_whoever_is_not_a_party_finds_nothing_to_answer(town: Town) -> None:
    _, referral = _sent(town)
    deeds: tuple[Callable[[], object], ...] = (
        lambda: accept_referral(town.librarian, referral),
        lambda: decline_referral(town.librarian, referral, "full"),
        lambda: recall_referral(town.nav_adviser, referral),
    )
    for deed in deeds:
        with pytest.raises(NotFound):
            deed()
        assert (newest(town.house).persons, newest(town.house).row.referral_id) == ({}, None)
