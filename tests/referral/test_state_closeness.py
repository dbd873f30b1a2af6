"""Being close to somebody: said once, it counts for sending and for opening, until something else is said."""

from datetime import date

import pytest

from audit.actor import Actor
from audit.refusals import SharingRefused
from consent.closeness import Closeness
from foundation.errors import Invalid, NotFound
from foundation.identifiers import PersonId, ReferralId
from referral.draft_referral import DraftReferral, draft_referral
from referral.read_referral import read_referral
from referral.refer_pupil import ReferPupil, refer_pupil
from referral.state_closeness import StateCloseness, state_closeness
from tests.log_reading import newest
from tests.situations import CONTENT, Family, Town, a_consent, a_family, a_referral


@pytest.fixture
def family(town: Town) -> Family:
    """A family whose child the teacher may refer."""
    made = a_family(town, born=date(2016, 3, 14))
    a_family(town, town.teacher, again=made)
    a_consent(town, made)
    return made


def _said(actor: Actor, person: PersonId, relation: str, *, confirmed: bool = False) -> None:
    state_closeness(actor, StateCloseness(Closeness(relation, confirmed), person=person))


def _said_of(actor: Actor, referral: ReferralId, relation: str, *, confirmed: bool = False) -> None:
    state_closeness(actor, StateCloseness(Closeness(relation, confirmed), referral=referral))


def _result(town: Town, family: Family) -> str:
    asked = DraftReferral(family.child, town.homework, categories=("academic_need",))
    return draft_referral(town.teacher, asked).categories[0].result


def test_a_neighbour_who_sends_confirms_once(town: Town, family: Family) -> None:
    _said(town.teacher, family.child, "neighbour")
    assert _result(town, family) == "manual"
    with pytest.raises(SharingRefused):
        refer_pupil(town.teacher, ReferPupil(family.child, town.homework, CONTENT))
    _said(town.teacher, family.child, "neighbour", confirmed=True)
    assert _result(town, family) == "permit"
    refer_pupil(town.teacher, ReferPupil(family.child, town.homework, CONTENT))


def test_a_friend_who_receives_confirms_before_they_open(town: Town, family: Family) -> None:
    referral = a_referral(town, family)
    _said_of(town.coordinator, referral, "friend")
    with pytest.raises(SharingRefused) as refused:
        read_referral(town.coordinator, referral)
    assert "G-04" in refused.value.rules
    _said_of(town.coordinator, referral, "friend", confirmed=True)
    assert len(read_referral(town.coordinator, referral).parts) == len(CONTENT)
    rules = newest(town.house).row.rules
    assert rules is not None
    assert "G-04" in rules.split()


@pytest.mark.parametrize("relation", ["grandparent", "spouse", "foster_parent"])
def test_close_family_neither_sends_nor_opens_whatever_they_confirm(town: Town, family: Family, relation: str) -> None:
    referral = a_referral(town, family)
    _said_of(town.coordinator, referral, relation, confirmed=True)
    with pytest.raises(SharingRefused) as refused:
        read_referral(town.coordinator, referral)
    assert "NO-G-03" in refused.value.rules
    _said(town.teacher, family.child, relation, confirmed=True)
    assert _result(town, family) == "refuse"


def test_what_one_says_is_ones_own(town: Town, family: Family) -> None:
    _said(town.second_teacher, family.child, "parent")
    assert _result(town, family) == "permit"


def test_the_newest_word_counts(town: Town, family: Family) -> None:
    _said(town.teacher, family.child, "friend")
    _said(town.teacher, family.child, "none")
    assert _result(town, family) == "permit"


def test_what_is_said_with_the_sending_counts_for_it(town: Town, family: Family) -> None:
    _said(town.teacher, family.child, "friend", confirmed=True)
    with pytest.raises(SharingRefused):
        refer_pupil(town.teacher, ReferPupil(family.child, town.homework, CONTENT, closeness=Closeness("sibling")))


@pytest.mark.parametrize("relation", ["auntie", "", "NONE"])
def test_a_word_that_no_rule_knows_is_not_as_good_as_none(town: Town, family: Family, relation: str) -> None:
    with pytest.raises(Invalid) as invalid:
        _said(town.teacher, family.child, relation)
    assert [(one.field, one.code) for one in invalid.value.fields] == [("closeness.relation", "unknown_word")]
    with pytest.raises(Invalid):
        refer_pupil(town.teacher, ReferPupil(family.child, town.homework, CONTENT, closeness=Closeness(relation)))


def test_it_is_said_of_one_person_or_one_referral(town: Town, family: Family) -> None:
    referral = a_referral(town, family)
    for asked in (
        StateCloseness(Closeness("friend")),
        StateCloseness(Closeness("friend"), person=family.child, referral=referral),
    ):
        with pytest.raises(Invalid):
            state_closeness(town.teacher, asked)


def test_whom_one_may_not_know_is_not_there(town: Town, family: Family) -> None:
    referral = a_referral(town, family)
    for asked in (
        StateCloseness(Closeness("friend"), person=family.child),
        StateCloseness(Closeness("friend"), person=PersonId.new()),
        StateCloseness(Closeness("friend"), referral=referral),
        StateCloseness(Closeness("friend"), referral=ReferralId.new()),
    ):
        with pytest.raises(NotFound):
            state_closeness(town.librarian, asked)
        assert newest(town.house).persons == {}


def test_the_log_has_it_and_the_database_says_nothing_of_it(town: Town, family: Family) -> None:
    _said(town.teacher, family.child, "aunt_or_uncle", confirmed=True)
    event = newest(town.house)
    assert event.shape == ("state_closeness", "permitted", None)
    assert (event.said["relation"], event.said["confirmed"]) == ("aunt_or_uncle", True)
    assert event.persons.keys() == {family.child}
    with town.house.engine.connect() as connection:
        (stored,) = connection.exec_driver_sql("SELECT relation_sealed FROM said_closeness").scalars().all()
    assert b"aunt" not in bytes(stored)
