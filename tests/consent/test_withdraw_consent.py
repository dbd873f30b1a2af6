import pytest
from sqlalchemy import text

from audit.refusals import NotInYourRole
from consent.list_consents import list_consents
from consent.read_consent import read_consent
from consent.record_consent import Flow, record_consent
from consent.sign_consent import SignConsent, sign_consent
from consent.withdraw_consent import AlreadyEnded, WithdrawConsent, withdraw_consent
from foundation.errors import Invalid, NotFound
from foundation.identifiers import ConsentId, ReferralId, ServiceId
from people.list_notices import list_notices
from referral.own_referral import stop_what_hung_on
from tests.consent.a_form import a_form
from tests.log_reading import events, newest
from tests.situations import Family, Town, a_consent, a_family, a_referral


def _withdraw(town: Town, asked: WithdrawConsent, *, actor: str = "housing_worker") -> str:
    return withdraw_consent(town.actors[actor], asked, stop=stop_what_hung_on).state


def _referred(town: Town) -> tuple[Family, ConsentId, ReferralId]:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    consent = a_consent(town, family)
    return family, consent, a_referral(town, family)


def _wraps(town: Town, referral: ReferralId) -> dict[ServiceId, int]:
    """How many parts of a referral each service holds a key to."""
    asked = text(
        "SELECT w.service_id, count(*) FROM part_wrap w JOIN sealed_part p ON p.part_id = w.part_id"
        " WHERE p.set_id = :referral GROUP BY w.service_id"
    )
    key = referral.hex if town.house.writers else referral
    with town.house.engine.connect() as connection:
        return {ServiceId.of(str(service)): count for service, count in connection.execute(asked, {"referral": key})}


def test_a_guardian_takes_the_whole_back_and_everything_that_hung_on_it_stops(town: Town) -> None:
    family, consent, referral = _referred(town)
    assert _wraps(town, referral)[town.homework] == 2
    receipt = withdraw_consent(
        town.housing_worker, WithdrawConsent(consent, family.mother, "oral"), stop=stop_what_hung_on
    )
    assert (receipt.id, receipt.state, receipt.stopped) == (consent, "withdrawn", 1)
    after = _wraps(town, referral)
    assert town.homework not in after
    assert after[town.school] == 2

    event = newest(town.house)
    assert event.row.event_id == receipt.event_id
    assert event.shape == ("withdraw_consent", "permitted", None)
    assert (event.row.staff_id, event.row.service_id) == (town.housing_worker.staff, town.housing)
    assert event.row.consent_id == consent
    assert event.row.categories == "academic_need identity_contact"
    assert set(event.persons) == {family.child, family.mother}
    assert (event.said["scope"], event.said["channel"]) == ("whole", "oral")
    # What was taken away stands in the event, without the keys themselves.
    removed = event.said["removed"]
    assert isinstance(removed, list)
    assert [(one["table"], one["service_id"]) for one in removed if isinstance(one, dict)] == [
        ("part_wrap", str(town.homework))
    ] * 2
    assert not any("wrapped" in one for one in removed if isinstance(one, dict))


def test_both_services_are_told_and_nobody_else(town: Town) -> None:
    family, consent, referral = _referred(town)
    _withdraw(town, WithdrawConsent(consent, family.mother, "written"))
    told = {(one.kind, one.consent_id or one.referral_id) for one in list_notices(town.coordinator).items}
    assert ("consent_withdrawn", consent) in told
    assert ("referral_stopped", referral) in told
    told = {(one.kind, one.consent_id or one.referral_id) for one in list_notices(town.teacher).items}
    assert ("consent_withdrawn", consent) in told
    assert ("referral_stopped", referral) in told
    assert list_notices(town.nav_adviser).items == ()


def test_the_person_it_is_about_takes_it_back_as_well_as_those_who_signed(town: Town) -> None:
    family, consent, _ = _referred(town)
    assert _withdraw(town, WithdrawConsent(consent, family.child, "oral")) == "withdrawn"


def test_every_service_that_it_names_writes_a_withdrawal_down(town: Town) -> None:
    family, consent, _ = _referred(town)
    assert _withdraw(town, WithdrawConsent(consent, family.mother, "oral"), actor="coordinator") == "withdrawn"
    other = a_consent(town, family)
    assert _withdraw(town, WithdrawConsent(other, family.mother, "oral"), actor="teacher") == "withdrawn"


def test_who_had_no_say_withdraws_nothing(town: Town) -> None:
    _, consent, referral = _referred(town)
    stranger = a_family(town).mother
    with pytest.raises(Invalid) as refused:
        _withdraw(town, WithdrawConsent(consent, stranger, "oral"))
    assert [(one.field, one.code) for one in refused.value.fields] == [("by", "had_no_say")]
    event = newest(town.house)
    assert event.shape == ("withdraw_consent", "invalid", "invalid")
    assert "removed" not in event.said
    assert read_consent(town.housing_worker, consent).state == "given"
    assert _wraps(town, referral)[town.homework] == 2


def test_one_category_goes_and_the_other_stays(town: Town) -> None:
    family, consent, referral = _referred(town)
    asked = WithdrawConsent(consent, family.mother, "oral", "category", category="academic_need")
    receipt = withdraw_consent(town.housing_worker, asked, stop=stop_what_hung_on)
    assert (receipt.state, receipt.stopped) == ("given", 0)
    assert _wraps(town, referral)[town.homework] == 1
    assert newest(town.house).row.categories == "academic_need"
    view = read_consent(town.housing_worker, consent)
    assert {flow.category: flow.is_open for flow in view.flows} == {"academic_need": False, "identity_contact": True}
    assert "referral_part_closed" in {one.kind for one in list_notices(town.coordinator).items}


def test_what_was_sent_without_the_category_or_on_another_consent_is_left_alone(town: Town) -> None:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    names = a_consent(town, family, categories=["identity_contact"])
    needs = a_consent(town, family, categories=["academic_need", "language_need"])
    referral = a_referral(town, family)
    asked = WithdrawConsent(needs, family.mother, "oral", "category", category="language_need")
    assert withdraw_consent(town.housing_worker, asked, stop=stop_what_hung_on).stopped == 0
    assert _wraps(town, referral)[town.homework] == 2
    assert "referral_part_closed" not in {one.kind for one in list_notices(town.coordinator).items}
    asked = WithdrawConsent(names, family.mother, "oral")
    assert withdraw_consent(town.housing_worker, asked, stop=stop_what_hung_on).stopped == 0
    assert _wraps(town, referral)[town.homework] == 1


def test_one_recipient_goes_and_the_other_stays(town: Town) -> None:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    flows = tuple(
        Flow(town.school, to, c) for to in (town.homework, town.library) for c in ("identity_contact", "academic_need")
    )
    consent = record_consent(town.housing_worker, a_form(town, family, flows=flows)).id
    kept, gone = a_referral(town, family, to=town.library), a_referral(town, family)
    asked = WithdrawConsent(consent, family.mother, "oral", "recipient", to_service=town.homework)
    receipt = withdraw_consent(town.housing_worker, asked, stop=stop_what_hung_on)
    assert (receipt.state, receipt.stopped) == ("given", 1)
    assert _wraps(town, kept)[town.library] == 2
    assert town.homework not in _wraps(town, gone)
    assert [one.kind for one in list_notices(town.librarian).items] == ["referral_received", "consent_recorded"]


def test_when_every_yes_was_taken_back_one_by_one_it_is_withdrawn_wherever_it_is_shown(town: Town) -> None:
    family, consent, _ = _referred(town)
    states = [
        _withdraw(town, WithdrawConsent(consent, family.mother, "oral", "category", category=category))
        for category in ("academic_need", "identity_contact")
    ]
    assert states == ["given", "withdrawn"]
    assert read_consent(town.housing_worker, consent).state == "withdrawn"
    assert [line.state for line in list_consents(town.housing_worker).items] == ["withdrawn"]


def test_what_is_gone_is_not_taken_back_again(town: Town) -> None:
    family, consent, _ = _referred(town)
    assert family.father is not None
    _withdraw(town, WithdrawConsent(consent, family.mother, "oral"))
    for asked in (
        WithdrawConsent(consent, family.father, "oral"),
        WithdrawConsent(consent, family.mother, "oral", "category", category="academic_need"),
    ):
        with pytest.raises(AlreadyEnded):
            _withdraw(town, asked)
        assert newest(town.house).shape == ("withdraw_consent", "conflict", "consent_already_ended")


def test_what_was_sent_on_a_renewed_consent_closes_when_the_renewal_is_taken_back(town: Town) -> None:
    family, first, referral = _referred(town)
    second = record_consent(town.housing_worker, a_form(town, family, supersedes=first)).id
    third = record_consent(town.housing_worker, a_form(town, family, supersedes=second)).id
    assert _wraps(town, referral)[town.homework] == 2
    receipt = withdraw_consent(
        town.housing_worker, WithdrawConsent(third, family.mother, "oral"), stop=stop_what_hung_on
    )
    assert receipt.stopped == 1
    assert town.homework not in _wraps(town, referral)


def test_nonsense_is_named_and_changes_nothing(town: Town) -> None:
    family, consent, _ = _referred(town)
    for asked, fields in (
        (WithdrawConsent(consent, family.mother, "smoke"), ["channel"]),
        (WithdrawConsent(consent, family.mother, "oral", "half"), ["scope"]),
        (WithdrawConsent(consent, family.mother, "oral", "category"), ["category"]),
        (WithdrawConsent(consent, family.mother, "oral", "recipient"), ["to_service"]),
        (WithdrawConsent(consent, family.mother, "oral", "whole", category="academic_need"), ["category"]),
    ):
        with pytest.raises(Invalid) as refused:
            _withdraw(town, asked)
        assert [one.field for one in refused.value.fields] == fields
    assert read_consent(town.housing_worker, consent).state == "given"


def test_a_service_that_it_does_not_name_knows_of_no_consent(town: Town) -> None:
    family, consent, _ = _referred(town)
    with pytest.raises(NotFound):
        _withdraw(town, WithdrawConsent(consent, family.mother, "oral"), actor="nav_adviser")
    assert newest(town.house).row.consent_id is None


def test_an_auditor_withdraws_nothing(town: Town) -> None:
    family, consent, _ = _referred(town)
    with pytest.raises(NotInYourRole):
        _withdraw(town, WithdrawConsent(consent, family.mother, "oral"), actor="auditor")
    assert newest(town.house).shape == ("withdraw_consent", "refused", "not_in_your_role")


def test_a_consent_that_waits_for_signatures_is_taken_back_too(town: Town) -> None:
    family = a_family(town)
    assert family.father is not None
    consent = a_consent(town, family, signers=[family.mother])
    assert _withdraw(town, WithdrawConsent(consent, family.mother, "digital")) == "withdrawn"
    assert [event.shape[0] for event in events(town.house)][-1] == "withdraw_consent"
    with pytest.raises(Exception, match="consent_not_open_for_signing"):
        sign_consent(town.housing_worker, SignConsent(consent, family.father, town.today))
