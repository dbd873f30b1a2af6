"""The worked cases from practice that have a deed by now, from the form on the table to the event in the log.

The same cases are asked of the rule book alone in tests/confidentiality/cases; the numbers are theirs.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from audit.refusals import SharingRefused
from confidentiality.decision import Decision, Result
from consent.gather_facts import Closeness
from consent.read_consent import read_consent
from consent.record_consent import Explained, Flow, Heard, RecordConsent, Signed, record_consent
from consent.withdraw_consent import WithdrawConsent, withdraw_consent
from foundation.identifiers import ConsentId, PersonId, ServiceId
from people.check_protection import check_protection
from people.list_notices import list_notices
from people.register import CannotBeHandled
from people.register_family import RegisterFamily, register_family
from people.roster import Member
from referral.kinds import Content
from referral.list_referrals import list_referrals
from referral.own_referral import stop_what_hung_on
from referral.read_referral import read_referral
from referral.refer_pupil import ReferPupil, refer_pupil
from tests.log_reading import newest
from tests.set_clock import SetClock
from tests.situations import Family, Town, a_family, protect

_NEED: Content = {"academic_need": {"goal": "brøk"}, "language_need": {"level": "B1"}}


def _pupil(town: Town, age: int) -> Family:
    family = a_family(town, born=date(town.today.year - age, 2, 1))
    a_family(town, town.teacher, again=family)
    return family


def _consent(
    town: Town,
    family: Family,
    to: ServiceId,
    categories: Iterable[str],
    *,
    signed: Sequence[PersonId],
    purpose: str = "housing_follow_up",
    sender: ServiceId | None = None,
    view: str = "agrees",
) -> ConsentId:
    today = town.today
    asked = RecordConsent(
        person=family.child,
        purpose=purpose,
        flows=tuple(Flow(sender or town.school, to, category, is_explicit=False) for category in categories),
        valid_from=today,
        explained=Explained(today, "so"),
        signatures=tuple(Signed(person, today) for person in signed),
        heard=Heard(today, view),
    )
    return record_consent(town.housing_worker, asked).id


def _refer(town: Town, family: Family, content: Content, *, to: ServiceId, kind: str = "housing_support") -> None:
    refer_pupil(town.teacher, ReferPupil(family.child, to, content, kind))


def _refused(
    town: Town, family: Family, content: Content, *, to: ServiceId, kind: str = "housing_support"
) -> dict[str, Result]:
    """What the rules said to each category when the referral was refused."""
    with pytest.raises(SharingRefused) as refused:
        _refer(town, family, content, to=to, kind=kind)
    assert newest(town.house).row.outcome == "refused"
    assert isinstance(refused.value.decision, Decision)
    return {result.category: result for result in refused.value.decision.results}


def _ref(town: Town, consent: ConsentId, person: PersonId | None) -> str:
    """What a person is called among those who must sign a consent."""
    return next(one.ref for one in read_consent(town.housing_worker, consent).signers if one.person == person)


def test_1_both_guardians_signed_and_the_child_was_heard(town: Town) -> None:
    family = _pupil(town, 10)
    _consent(town, family, town.housing, _NEED, signed=family.guardians)
    _refer(town, family, _NEED, to=town.housing)
    event = newest(town.house)
    assert event.shape == ("refer_pupil", "permitted", None)
    assert event.row.rules == "NO-C-40"


def test_2_only_the_mother_signed(town: Town) -> None:
    family = _pupil(town, 10)
    consent = _consent(town, family, town.housing, _NEED, signed=[family.mother])
    for result in _refused(town, family, _NEED, to=town.housing).values():
        assert (result.result, result.missing) == ("refuse", (f"signature({_ref(town, consent, family.father)})",))


def test_4_a_no_from_a_pupil_of_thirteen_waits_for_a_decision(town: Town) -> None:
    family = _pupil(town, 13)
    _consent(town, family, town.housing, _NEED, signed=family.guardians, view="objects")
    results = _refused(town, family, _NEED, to=town.housing)
    assert {result.result for result in results.values()} == {"manual"}


def test_5_a_pupil_of_fifteen_signs_alone_for_homework_support(town: Town) -> None:
    family = _pupil(town, 15)
    _consent(town, family, town.homework, _NEED, signed=[family.child], purpose="homework_support_referral")
    _refer(town, family, _NEED, to=town.homework, kind="homework_support")
    assert newest(town.house).row.outcome == "permitted"


def test_6_a_pupil_of_fifteen_does_not_sign_alone_about_how_they_are(town: Town) -> None:
    family = _pupil(town, 15)
    content: Content = {"wellbeing_social": {"note": "mye alene"}}
    _consent(town, family, town.housing, content, signed=[family.child])
    (result,) = _refused(town, family, content, to=town.housing).values()
    assert result.result == "refuse"
    assert set(result.missing) == {"signature(guardian_1)", "signature(guardian_2)"}


def test_7_a_withdrawal_on_monday_stops_what_was_sent_on_sunday_and_is_not_opened_yet(
    town: Town, clock: SetClock
) -> None:
    clock.set(datetime(2026, 11, 22, 18, 0, tzinfo=UTC))
    family = _pupil(town, 10)
    consent = _consent(town, family, town.housing, _NEED, signed=family.guardians)
    _refer(town, family, _NEED, to=town.housing)
    (sent,) = list_referrals(town.housing_worker).items
    assert sent.state == "sent"
    clock.set(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    asked = WithdrawConsent(consent, family.mother, "oral")
    assert withdraw_consent(town.housing_worker, asked, stop=stop_what_hung_on).stopped == 1
    with pytest.raises(SharingRefused):
        read_referral(town.housing_worker, sent.id)
    assert list_referrals(town.housing_worker).items[0].state == "stopped"
    for actor in (town.teacher, town.housing_worker):
        told = [one.kind for one in list_notices(actor).items if one.referral_id == sent.id]
        assert "referral_stopped" in told


@pytest.mark.parametrize("why", ["strict", "unknown", "failed"])
def test_11_and_12_a_strict_an_unknown_and_an_unanswered_number_get_one_answer(town: Town, why: str) -> None:
    number = town.numbers.of(date(2016, 5, 5))
    if why == "strict":
        protect(town, number)
    elif why == "failed":
        town.house.settings.register_path.unlink()
    member = Member("child", "Sagal Æsøy-Åmot", date(2016, 5, 5), number)
    with pytest.raises(CannotBeHandled) as refused:
        register_family(town.teacher, RegisterFamily((member,)))
    assert (refused.value.code, refused.value.values, refused.value.fields) == ("cannot_be_handled_here", {}, ())
    event = newest(town.house)
    assert event.shape == ("register_family", "refused", "cannot_be_handled_here")
    assert event.persons == {}


def test_12_for_somebody_on_the_roster_the_status_is_what_is_lacking(town: Town, clock: SetClock) -> None:
    family = _pupil(town, 10)
    _consent(town, family, town.housing, _NEED, signed=family.guardians)
    clock.advance(timedelta(days=31))
    for result in _refused(town, family, _NEED, to=town.housing).values():
        assert "protection_status" in result.missing


def test_13_who_turned_fifteen_yesterday_confirms_it_themselves(town: Town, clock: SetClock) -> None:
    born = town.today.replace(year=town.today.year - 15) + timedelta(days=10)
    family = a_family(town, born=born)
    a_family(town, town.teacher, again=family)
    consent = _consent(town, family, town.homework, _NEED, signed=family.guardians, purpose="homework_support_referral")
    _refer(town, family, _NEED, to=town.homework, kind="homework_support")
    clock.advance(timedelta(days=11))
    check_protection(town.teacher, family.child)
    for result in _refused(town, family, _NEED, to=town.homework, kind="homework_support").values():
        assert (result.result, result.missing) == ("refuse", (f"signature({_ref(town, consent, family.child)})",))


def test_14_volunteers_never_hear_of_attendance_and_receive_the_rest(town: Town) -> None:
    family = _pupil(town, 10)
    content: Content = {"identity_contact": {"name": "Sagal"}, "attendance": {"present": "ja"}}
    _consent(town, family, town.volunteers, content, signed=family.guardians, purpose="homework_support_referral")
    results = _refused(town, family, content, to=town.volunteers, kind="homework_support")
    assert {category: result.result for category, result in results.items()} == {
        "identity_contact": "permit",
        "attendance": "refuse",
    }
    assert "B-17" in results["attendance"].rules
    assert "NO-C-42" in results["identity_contact"].rules
    _refer(town, family, {"identity_contact": {"name": "Sagal"}}, to=town.volunteers, kind="homework_support")


def test_15_an_aunt_is_warned_and_confirms(town: Town) -> None:
    family = _pupil(town, 10)
    _consent(town, family, town.housing, _NEED, signed=family.guardians)
    asked = ReferPupil(family.child, town.housing, _NEED, "housing_support", Closeness("aunt_or_uncle"))
    with pytest.raises(SharingRefused) as refused:
        refer_pupil(town.teacher, asked)
    assert "G-04" in refused.value.rules
    confirmed = Closeness("aunt_or_uncle", confirmed=True)
    refer_pupil(town.teacher, ReferPupil(family.child, town.housing, _NEED, "housing_support", confirmed))


def test_19_a_yes_from_school_to_housing_is_no_yes_the_other_way(town: Town) -> None:
    family = _pupil(town, 10)
    _consent(town, family, town.housing, ["academic_need"], signed=family.guardians, purpose="coordinated_support")
    asked = ReferPupil(family.child, town.school, {"academic_need": {"goal": "brøk"}}, "coordinated_support")
    with pytest.raises(SharingRefused) as refused:
        refer_pupil(town.housing_worker, asked)
    assert isinstance(refused.value.decision, Decision)
    (result,) = refused.value.decision.results
    assert (result.result, result.missing) == ("refuse", ("direction",))
    _consent(
        town,
        family,
        town.school,
        ["academic_need"],
        signed=family.guardians,
        purpose="coordinated_support",
        sender=town.housing,
    )
    refer_pupil(town.housing_worker, asked)
