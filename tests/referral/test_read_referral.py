from datetime import timedelta

import pytest
from sqlalchemy import text

from audit.house import House
from audit.refusals import SharingRefused
from confidentiality.decision import Decision
from consent.record_consent import record_consent
from consent.withdraw_consent import WithdrawConsent, withdraw_consent
from foundation.errors import Invalid, NotFound
from foundation.identifiers import ReferralId
from referral.own_referral import stop_what_hung_on
from referral.read_referral import read_referral
from referral.recall_referral import recall_referral
from referral.refer_pupil import ReferPupil, refer_pupil
from tests.consent.a_form import a_form
from tests.log_reading import newest
from tests.set_clock import SetClock
from tests.situations import CONTENT, Family, Town, a_consent, a_family, a_referral, a_town
from vault.blob import DoesNotOpen


def _sent(town: Town) -> tuple[Family, ReferralId]:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family)
    return family, a_referral(town, family)


def test_the_receiver_reads_what_was_sent_and_the_first_reading_opens_it(town: Town) -> None:
    family, referral = _sent(town)
    view = read_referral(town.coordinator, referral)
    assert {part.category: part.fields for part in view.parts} == CONTENT
    assert (view.side, view.state, view.version) == ("receiver", "opened", 2)
    assert [step.step for step in view.steps] == ["send", "open"]
    assert [step.by for step in view.steps] == [None, "Kari Samstad"]
    assert view.may == ("accept", "decline")

    event = newest(town.house)
    assert event.row.event_id == view.event_id
    assert event.shape == ("read_referral", "permitted", None)
    assert (event.row.staff_id, event.row.service_id) == (town.coordinator.staff, town.homework)
    assert (event.row.referral_id, event.row.basis) == (referral, "consent")
    assert event.row.categories == "academic_need identity_contact"
    assert event.row.rules is not None
    assert "NO-C-40" in event.row.rules.split()
    assert event.persons == {
        family.child: {
            "disclosed": ["academic_need", "identity_contact", "referral"],
            "consulted": ["consent_hearing.view", "protection_check.status", "roster_entry.birth_date"],
        }
    }
    again = read_referral(town.coordinator, referral)
    assert (again.version, len(again.steps)) == (2, 2)


def test_the_sender_reads_its_own_words_and_opens_nothing(town: Town) -> None:
    family, referral = _sent(town)
    view = read_referral(town.teacher, referral)
    assert {part.category: part.fields for part in view.parts} == CONTENT
    assert (view.side, view.state, view.version, view.may) == ("sender", "sent", 1, ("recall",))
    event = newest(town.house)
    assert "NO-P-30" in (event.row.rules or "").split()
    assert event.persons[family.child]["disclosed"] == ["academic_need", "identity_contact", "referral"]


@pytest.mark.parametrize("who", ["housing_worker", "nav_adviser", "librarian", "other_teacher", "child_welfare_worker"])
def test_everybody_else_finds_nothing_whatever_they_know_of_the_family(town: Town, who: str) -> None:
    _, referral = _sent(town)
    with pytest.raises(NotFound):
        read_referral(town.actors[who], referral)
    event = newest(town.house)
    assert event.shape == ("read_referral", "not_found", "not_found")
    assert (event.persons, event.row.referral_id, event.row.rules) == ({}, None, None)


def test_asking_by_name_for_more_than_the_rules_allow_is_refused(town: Town) -> None:
    _, referral = _sent(town)
    with pytest.raises(SharingRefused) as refused:
        read_referral(town.coordinator, referral, ["academic_need", "attendance"])
    assert {result.category: result.result for result in refused.value.decision.results} == {
        "academic_need": "permit",
        "attendance": "refuse",
    }
    event = newest(town.house)
    assert event.shape == ("read_referral", "refused", "category_closed")
    assert event.row.categories == "academic_need attendance"
    assert not any(said["disclosed"] for said in event.persons.values())
    # Nothing was opened, so the referral stands where it stood.
    assert read_referral(town.teacher, referral).version == 1
    assert [part.category for part in read_referral(town.coordinator, referral, ["academic_need"]).parts] == [
        "academic_need"
    ]
    assert newest(town.house).row.categories == "academic_need"


def test_a_category_that_does_not_exist_is_named(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    _, referral = _sent(town)
    with pytest.raises(Invalid) as refused:
        read_referral(town.coordinator, referral, ["shoe_size"])
    assert [one.field for one in refused.value.fields] == ["categories"]


def test_after_the_withdrawal_of_a_category_the_view_names_it_and_says_why_it_is_closed(town: Town) -> None:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    consent = a_consent(town, family)
    referral = a_referral(town, family)
    withdraw_consent(
        town.housing_worker,
        WithdrawConsent(consent, family.mother, "oral", "category", category="academic_need"),
        stop=stop_what_hung_on,
    )
    view = read_referral(town.coordinator, referral)
    assert [part.category for part in view.parts] == ["identity_contact"]
    assert [(answer.category, answer.result, answer.missing) for answer in view.closed] == [
        ("academic_need", "refuse", ("not_withdrawn",))
    ]
    assert newest(town.house).persons[family.child]["disclosed"] == ["identity_contact", "referral"]


def test_after_a_whole_withdrawal_the_receiver_is_refused_with_its_reason(town: Town) -> None:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    consent = a_consent(town, family)
    referral = a_referral(town, family)
    read_referral(town.coordinator, referral)
    withdraw_consent(town.housing_worker, WithdrawConsent(consent, family.mother, "oral"), stop=stop_what_hung_on)
    with pytest.raises(SharingRefused) as refused:
        read_referral(town.coordinator, referral)
    assert refused.value.rules == ("Z-99",)
    assert newest(town.house).shape == ("read_referral", "refused", "sharing_refused")
    view = read_referral(town.teacher, referral)
    assert (view.state, [step.reason for step in view.steps][-1]) == ("stopped", "consent_withdrawn")


def test_after_a_recall_there_is_nothing_left_to_open(town: Town) -> None:
    family, referral = _sent(town)
    recall_referral(town.teacher, referral)
    view = read_referral(town.coordinator, referral)
    assert (view.state, view.parts, view.may) == ("recalled", (), ())
    assert newest(town.house).persons[family.child]["disclosed"] == ["referral"]


def test_when_the_consent_runs_out_so_does_the_reading(town: Town, clock: SetClock) -> None:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    record_consent(town.housing_worker, a_form(town, family, valid_to=town.today + timedelta(days=2)))
    referral = a_referral(town, family)
    clock.advance(timedelta(days=2))
    assert len(read_referral(town.coordinator, referral).parts) == 2
    clock.advance(timedelta(days=1))
    with pytest.raises(SharingRefused) as refused:
        read_referral(town.coordinator, referral)
    assert isinstance(refused.value.decision, Decision)
    assert {lacking for result in refused.value.decision.results for lacking in result.missing} == {"not_expired"}


def test_a_referral_that_was_changed_in_the_database_does_not_open(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    _, referral = _sent(town)
    with town.house.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER sealed_part_no_update"))
        connection.execute(text("UPDATE sealed_part SET category = 'attendance' WHERE category = 'academic_need'"))
    with pytest.raises((DoesNotOpen, SharingRefused)) as refused:
        read_referral(town.coordinator, referral, ["identity_contact"])
    assert refused.value.code == "sealed_value_does_not_open"
    assert not any(said["disclosed"] for said in newest(town.house).persons.values())


def test_another_services_words_under_the_senders_name_do_not_open(sqlite_house: House) -> None:
    """The manifest must be signed by the service that the referral says it comes from."""
    town = a_town(sqlite_house)
    family, referral = _sent(town)
    a_family(town, town.other_teacher, again=family)
    a_consent(town, family, sender=town.other_school)
    forged = refer_pupil(town.other_teacher, ReferPupil(family.child, town.homework, CONTENT)).id
    with town.house.engine.begin() as connection:
        # Somebody with the whole database makes it look as if the first school had sent it.
        connection.execute(
            text(
                "UPDATE referral SET from_service = (SELECT from_service FROM referral WHERE referral_id = :real),"
                " recorded_in = (SELECT recorded_in FROM notice LIMIT 1) WHERE referral_id = :forged"
            ),
            {"real": referral.hex, "forged": forged.hex},
        )
    with pytest.raises(DoesNotOpen):
        read_referral(town.coordinator, forged)
