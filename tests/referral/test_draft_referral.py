import pytest
from sqlalchemy import text

from audit.house import House
from foundation.errors import Invalid, NotFound
from foundation.identifiers import ServiceId
from referral.draft_referral import DraftReferral, draft_referral
from tests.log_reading import newest
from tests.situations import Family, Town, a_consent, a_family, a_town


def _pupil(town: Town) -> Family:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    return family


def test_it_says_what_is_open_on_which_consent_and_fills_in_what_the_roster_knows(town: Town) -> None:
    family = _pupil(town)
    consent = a_consent(town, family)
    view = draft_referral(town.teacher, DraftReferral(family.child, town.homework))
    assert view.may_send
    assert (view.person_name, view.to_service_name) == ("Sagal Æsøy-Åmot", "Leksehjelpen i Fjordvik")
    answers = {answer.category: answer for answer in view.categories}
    assert {category: answer.result for category, answer in answers.items()} == {
        "identity_contact": "permit",
        "academic_need": "permit",
        "language_need": "refuse",
        "service_participation": "refuse",
        "attendance": "refuse",
        "wellbeing_social": "refuse",
    }
    assert (answers["academic_need"].consent, answers["academic_need"].basis) == (consent, "consent")
    assert str(answers["academic_need"].valid_to) == "2027-07-31"
    assert answers["attendance"].missing == ("category",)
    assert answers["attendance"].consent is None
    assert view.known == {
        "identity_contact.name": "Sagal Æsøy-Åmot",
        "identity_contact.birth_year": "2016",
        "identity_contact.school": "Solbakken skole",
    }
    event = newest(town.house)
    assert event.row.event_id == view.event_id
    assert event.shape == ("draft_referral", "permitted", None)
    assert (event.row.recipient_service_id, event.row.referral_id) == (town.homework, None)
    assert event.persons[family.child]["disclosed"] == [
        "roster_entry.birth_date",
        "roster_entry.name",
        "roster_entry.school",
    ]


def test_without_consent_it_names_the_signatures_and_the_other_ways(town: Town) -> None:
    family = _pupil(town)
    view = draft_referral(town.teacher, DraftReferral(family.child, town.homework))
    assert not view.may_send
    assert view.known == {}
    for answer in view.categories:
        assert answer.result == "refuse"
        assert set(answer.missing) == {"signature(guardian_1)", "signature(guardian_2)"}
        assert answer.offers
    assert newest(town.house).persons[family.child]["disclosed"] == ["roster_entry.name"]


def test_nothing_is_sent_by_asking(town: Town) -> None:
    family = _pupil(town)
    a_consent(town, family)
    draft_referral(town.teacher, DraftReferral(family.child, town.homework, categories=("academic_need",)))
    with town.house.engine.connect() as connection:
        for table in ("referral", "sealed_part", "part_wrap"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0


def test_bad_input_is_named(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    family = _pupil(town)
    for asked, field in (
        (DraftReferral(family.child, town.homework, kind="gossip"), "kind"),
        (DraftReferral(family.child, town.homework, categories=("shoe_size",)), "categories"),
        (DraftReferral(family.child, ServiceId.new()), "to_service"),
        (DraftReferral(family.child, town.nav_state), "to_service"),
    ):
        with pytest.raises(Invalid) as refused:
            draft_referral(town.teacher, asked)
        assert [one.field for one in refused.value.fields] == [field]
        assert newest(town.house).shape == ("draft_referral", "invalid", "invalid")


def test_a_pupil_of_another_service_is_not_found(town: Town) -> None:
    elsewhere = a_family(town, town.other_teacher)
    with pytest.raises(NotFound):
        draft_referral(town.teacher, DraftReferral(elsewhere.child, town.homework))
    assert newest(town.house).persons == {}
