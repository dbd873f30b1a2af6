from datetime import timedelta

import pytest

from consent.read_consent import read_consent
from consent.record_consent import Signed, record_consent
from consent.sign_consent import HasAnswered, SignConsent, TermsLocked, sign_consent
from consent.withdraw_consent import WithdrawConsent, withdraw_consent
from foundation.errors import Invalid, NotFound
from foundation.identifiers import ConsentId
from people.list_notices import list_notices
from referral.own_referral import stop_what_hung_on
from tests.consent.a_form import a_form
from tests.log_reading import newest
from tests.situations import Family, Town, a_consent, a_family


def _half_signed(town: Town) -> tuple[Family, ConsentId]:
    family = a_family(town)
    return family, a_consent(town, family, signers=[family.mother])


def test_the_last_signature_makes_it_count(town: Town) -> None:
    family, consent = _half_signed(town)
    assert family.father is not None
    receipt = sign_consent(town.housing_worker, SignConsent(consent, family.father, town.today))
    assert (receipt.id, receipt.state, receipt.missing) == (consent, "given", ())

    event = newest(town.house)
    assert event.row.event_id == receipt.event_id
    assert event.shape == ("sign_consent", "permitted", None)
    assert (event.row.staff_id, event.row.consent_id) == (town.housing_worker.staff, consent)
    assert event.row.purpose == "homework_support_referral"
    assert set(event.persons) == {family.child, family.father}
    assert event.persons[family.child] == {"disclosed": [], "consulted": ["roster_entry.birth_date"]}
    assert [notice.kind for notice in list_notices(town.coordinator).items] == ["consent_recorded"] * 2


def test_a_no_is_recorded_as_well_as_a_yes(town: Town) -> None:
    family, consent = _half_signed(town)
    assert family.father is not None
    receipt = sign_consent(town.housing_worker, SignConsent(consent, family.father, town.today, "refused"))
    assert receipt.state == "conflict"
    assert read_consent(town.housing_worker, consent).state == "conflict"


def test_nobody_answers_twice(town: Town) -> None:
    family, consent = _half_signed(town)
    with pytest.raises(HasAnswered):
        sign_consent(town.housing_worker, SignConsent(consent, family.mother, town.today, "refused"))
    assert newest(town.house).shape == ("sign_consent", "conflict", "signer_has_answered")
    assert len(read_consent(town.housing_worker, consent).signatures) == 1


def test_a_consent_that_is_over_takes_no_signature(town: Town) -> None:
    family, consent = _half_signed(town)
    assert family.father is not None
    withdraw_consent(town.housing_worker, WithdrawConsent(consent, family.mother, "oral"), stop=stop_what_hung_on)
    with pytest.raises(TermsLocked) as locked:
        sign_consent(town.housing_worker, SignConsent(consent, family.father, town.today))
    assert locked.value.values == {"state": "withdrawn"}


def test_a_replaced_consent_takes_no_signature(town: Town) -> None:
    family, consent = _half_signed(town)
    assert family.father is not None
    record_consent(town.housing_worker, a_form(town, family, supersedes=consent))
    with pytest.raises(TermsLocked):
        sign_consent(town.housing_worker, SignConsent(consent, family.father, town.today))


def test_only_the_service_that_holds_it_records_signatures(town: Town) -> None:
    family, consent = _half_signed(town)
    a_family(town, town.teacher, again=family)
    assert family.father is not None
    for actor, which in ((town.teacher, consent), (town.housing_worker, ConsentId.new())):
        with pytest.raises(NotFound):
            sign_consent(actor, SignConsent(which, family.father, town.today))
        assert newest(town.house).persons == {}


def test_a_stranger_to_the_roster_does_not_sign(town: Town) -> None:
    _, consent = _half_signed(town)
    elsewhere = a_family(town, town.other_teacher)
    with pytest.raises(NotFound):
        sign_consent(town.housing_worker, SignConsent(consent, elsewhere.mother, town.today))


def test_dates_and_words_are_checked(town: Town) -> None:
    family, consent = _half_signed(town)
    assert family.father is not None
    for day in (town.today - timedelta(days=1), town.today + timedelta(days=1)):
        with pytest.raises(Invalid) as refused:
            sign_consent(town.housing_worker, SignConsent(consent, family.father, day))
        assert [problem.field for problem in refused.value.fields] == ["signed_on"]
    with pytest.raises(Invalid):
        sign_consent(town.housing_worker, SignConsent(consent, family.father, town.today, "perhaps"))
    assert len(read_consent(town.housing_worker, consent).signatures) == 1


def test_a_pupil_of_fifteen_adds_their_own_signature_to_what_is_not_about_education(town: Town) -> None:
    family = a_family(town, born=town.today.replace(year=2011, month=1))
    form = a_form(
        town, family, purpose="housing_follow_up", signatures=tuple(Signed(p, town.today) for p in family.guardians)
    )
    consent = record_consent(town.housing_worker, form)
    assert (consent.state, consent.missing) == ("asked", ("signature(subject)",))
    assert sign_consent(town.housing_worker, SignConsent(consent.id, family.child, town.today)).state == "given"
