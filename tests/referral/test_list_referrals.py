import pytest

from audit.house import House
from foundation.errors import Invalid
from referral.list_referrals import list_referrals
from referral.read_referral import read_referral
from tests.log_reading import newest
from tests.situations import Town, a_consent, a_family, a_referral, a_town


def test_each_side_sees_its_own_and_a_name_only_where_it_has_the_person(town: Town) -> None:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family)
    referral = a_referral(town, family)
    (sent,) = list_referrals(town.teacher).items
    assert (sent.id, sent.side, sent.state, sent.person_name) == (referral, "sender", "sent", "Sagal Æsøy-Åmot")
    assert sent.other_service_name == "Leksehjelpen i Fjordvik"
    event = newest(town.house)
    assert event.shape == ("list_referrals", "permitted", None)
    assert event.row.hits == 1
    assert event.persons == {family.child: {"disclosed": ["roster_entry.name"], "consulted": []}}

    (came,) = list_referrals(town.coordinator).items
    assert (came.id, came.side, came.state, came.person_name) == (referral, "receiver", "sent", None)
    # Codes, times and ids: the coordinator learnt of nobody.
    assert newest(town.house).persons == {}
    for actor in (town.housing_worker, town.librarian, town.nav_adviser):
        assert list_referrals(actor).items == ()


def test_it_is_narrowed_by_side_and_state(town: Town) -> None:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family)
    opened, waiting = a_referral(town, family), a_referral(town, family)
    read_referral(town.coordinator, opened)
    assert [line.id for line in list_referrals(town.coordinator).items] == [waiting, opened]
    assert [line.id for line in list_referrals(town.coordinator, state="opened").items] == [opened]
    assert [line.id for line in list_referrals(town.coordinator, side="sender").items] == []
    assert [line.id for line in list_referrals(town.teacher, side="sender").items] == [waiting, opened]
    # By state only what one receives: otherwise the list would tell a sender how it was answered.
    assert list_referrals(town.teacher, state="opened").items == ()


def test_bad_input_is_named(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    for asked, field in (
        ({"side": "both"}, "side"),
        ({"state": "lost"}, "state"),
        ({"page": "next"}, "page"),
    ):
        with pytest.raises(Invalid) as refused:
            list_referrals(town.teacher, **asked)
        assert [one.field for one in refused.value.fields] == [field]


def test_a_hundred_make_a_page(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family)
    made = [a_referral(town, family) for _ in range(101)]
    first = list_referrals(town.teacher)
    second = list_referrals(town.teacher, page=first.next)
    assert [line.id for line in (*first.items, *second.items)] == made[::-1]
    assert (len(first.items), second.next) == (100, None)
