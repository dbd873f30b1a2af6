from datetime import timedelta

import pytest

from audit.house import House
from consent.list_consents import list_consents
from consent.record_consent import record_consent
from foundation.errors import Invalid
from foundation.identifiers import PersonId
from tests.consent.a_form import a_form
from tests.log_reading import newest
from tests.set_clock import SetClock
from tests.situations import Town, a_consent, a_family, a_town


def test_each_service_sees_the_consents_that_name_it_and_no_other(town: Town) -> None:
    family = a_family(town)
    to_homework = a_consent(town, family)
    to_library = a_consent(town, family, to=town.library)
    seen = {
        name: [line.id for line in list_consents(town.actors[name]).items]
        for name in ("housing_worker", "teacher", "coordinator", "librarian", "nav_adviser", "other_teacher")
    }
    assert seen == {
        "housing_worker": [to_library, to_homework],
        "teacher": [to_library, to_homework],
        "coordinator": [to_homework],
        "librarian": [to_library],
        "nav_adviser": [],
        "other_teacher": [],
    }


def test_a_name_is_shown_only_where_ones_own_roster_has_it_and_the_event_says_to_whom_what_was_shown(
    town: Town,
) -> None:
    family = a_family(town)
    a_consent(town, family)
    (line,) = list_consents(town.housing_worker).items
    assert line.person_name == "Sagal Æsøy-Åmot"
    event = newest(town.house)
    assert event.shape == ("list_consents", "permitted", None)
    assert event.row.hits == 1
    assert event.persons == {family.child: {"disclosed": ["consent", "roster_entry.name"], "consulted": []}}

    (line,) = list_consents(town.coordinator).items
    assert line.person_name is None
    assert newest(town.house).persons == {family.child: {"disclosed": ["consent"], "consulted": []}}


def test_it_is_asked_for_one_person(town: Town) -> None:
    family, neighbours = a_family(town), a_family(town)
    a_consent(town, family)
    theirs = a_consent(town, neighbours)
    assert [line.id for line in list_consents(town.housing_worker, person=neighbours.child).items] == [theirs]
    assert list_consents(town.housing_worker, person=PersonId.new()).items == ()
    assert newest(town.house).persons == {}


def test_what_has_run_out_is_called_so(town: Town, clock: SetClock) -> None:
    family = a_family(town)
    receipt = record_consent(town.housing_worker, a_form(town, family, valid_to=town.today + timedelta(days=3)))
    clock.advance(timedelta(days=3))
    assert [line.state for line in list_consents(town.housing_worker).items] == ["given"]
    clock.advance(timedelta(days=1))
    assert [(line.id, line.state) for line in list_consents(town.housing_worker).items] == [(receipt.id, "expired")]


def test_a_hundred_make_a_page(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    family = a_family(town)
    made = [a_consent(town, family, categories=["academic_need"]) for _ in range(102)]
    first = list_consents(town.housing_worker)
    assert first.next is not None
    second = list_consents(town.housing_worker, page=first.next)
    assert second.next is None
    assert [line.id for line in (*first.items, *second.items)] == made[::-1]
    with pytest.raises(Invalid) as refused:
        list_consents(town.housing_worker, page="next")
    assert [one.code for one in refused.value.fields] == ["unknown_page"]
