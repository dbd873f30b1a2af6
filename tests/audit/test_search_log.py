from datetime import timedelta

import pytest

from audit.actions import Action
from audit.operation import operation
from audit.refusals import NotInYourRole
from audit.search_log import SearchLog, search_log
from foundation.errors import Invalid
from foundation.identifiers import EventId, PersonId, ReferralId
from people.read_person import read_person
from tests.log_reading import events, newest
from tests.set_clock import SetClock
from tests.situations import Town, a_consent, a_family, a_referral


def test_a_search_gives_the_newest_first_and_names_nobody(town: Town) -> None:
    family = a_family(town)
    read_person(town.housing_worker, family.child)
    page = search_log(town.auditor, SearchLog())
    assert [line.action for line in page.items[:2]] == ["read_person", "register_family"]
    assert [line.id for line in page.items] == sorted((line.id for line in page.items), reverse=True)
    assert str(family.child) not in str(page)
    assert page.next is None
    assert page.items[0].persons == 3


def test_a_search_is_an_entry_with_criterion_and_number_of_hits(town: Town) -> None:
    a_family(town)
    page = search_log(town.auditor, SearchLog(action="register_family", service_id=town.housing))
    event = newest(town.house)
    assert event.row.event_id == page.event_id
    assert event.shape == ("search_log", "permitted", None)
    assert event.row.hits == len(page.items) == 1
    assert event.said["criterion"] == {"action": "register_family", "service_id": str(town.housing)}
    assert event.persons == {}


def test_each_criterion_narrows(town: Town, clock: SetClock) -> None:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family)
    referral = a_referral(town, family)
    clock.advance(timedelta(days=1))
    middle = clock.now()
    clock.advance(timedelta(days=1))
    with pytest.raises(Invalid), operation(town.teacher, Action.REFER_PUPIL):
        raise Invalid

    def found(asked: SearchLog) -> set[str]:
        return {line.action for line in search_log(town.auditor, asked).items}

    assert found(SearchLog(referral_id=referral)) == {"refer_pupil"}
    assert found(SearchLog(staff_id=town.teacher.staff)) == {"register_family", "refer_pupil", "sign_declaration"}
    assert found(SearchLog(service_id=town.school, outcome="invalid")) == {"refer_pupil"}
    assert found(SearchLog(since=middle, service_id=town.school)) == {"refer_pupil"}
    assert found(SearchLog(until=middle, outcome="invalid")) == set()
    assert found(SearchLog(action="refer_pupil")) == {"refer_pupil"}
    assert found(SearchLog(action="recall_referral")) == set()
    assert found(SearchLog(referral_id=ReferralId.new())) == set()


def test_the_end_of_a_range_is_not_included(town: Town) -> None:
    at = newest(town.house).row.recorded_at
    inside = search_log(town.auditor, SearchLog(since=at, until=at + timedelta(microseconds=1)))
    assert len(inside.items) == 1
    assert len(search_log(town.auditor, SearchLog(since=at - timedelta(days=1), until=at)).items) > 1
    assert at not in {line.recorded_at for line in search_log(town.auditor, SearchLog(until=at)).items}


def test_a_search_by_person_finds_their_events_and_names_them(town: Town) -> None:
    family, other = a_family(town), a_family(town)
    read_person(town.housing_worker, family.child)
    read_person(town.housing_worker, other.child)
    page = search_log(town.auditor, SearchLog(person_id=family.child))
    assert {line.id for line in page.items} == {
        event.row.event_id
        for event in events(town.house)
        if family.child in event.persons and event.row.event_id != page.event_id
    }
    assert len(page.items) == 2
    assert newest(town.house).persons.keys() == {family.child}
    assert search_log(town.auditor, SearchLog(person_id=PersonId.new())).items == ()


def test_pages_follow_each_other_without_gap_or_repetition(town: Town) -> None:
    for _ in range(230):
        with operation(town.teacher, Action.SIGN_OUT):
            pass
    asked, seen, page = SearchLog(action="sign_out"), list[EventId](), None
    for size in (100, 100, 30):
        page = search_log(town.auditor, asked)
        assert len(page.items) == size
        seen += [line.id for line in page.items]
        asked = SearchLog(action="sign_out", page=page.next)
    assert page is not None
    assert page.next is None
    assert len(set(seen)) == 230
    assert seen == sorted(seen, reverse=True)


def test_a_page_that_is_none_a_range_that_ends_first_and_a_word_the_log_does_not_use_are_refused(town: Town) -> None:
    at = newest(town.house).row.recorded_at
    for asked in (
        SearchLog(page="2"),
        SearchLog(since=at, until=at),
        SearchLog(since=at, until=at - timedelta(days=1)),
        SearchLog(action="refer_a_pupil"),
        SearchLog(action="\0"),  # PostgreSQL would not even take it as a text
        SearchLog(kind="refused"),
        SearchLog(outcome="done"),
    ):
        with pytest.raises(Invalid):
            search_log(town.auditor, asked)
        assert newest(town.house).shape == ("search_log", "invalid", "invalid")


def test_only_those_who_review_the_log_search_it(town: Town) -> None:
    search_log(town.data_protection_officer, SearchLog())
    for actor in (town.teacher, town.administrator, town.housing_leader):
        with pytest.raises(NotInYourRole):
            search_log(actor, SearchLog())
        assert newest(town.house).shape == ("search_log", "refused", "not_in_your_role")
