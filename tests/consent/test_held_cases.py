"""Held cases: three people, one disclosure, a last day; and nothing beyond what was decided."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from audit.actor import Actor
from audit.refusals import CategoryClosed, NotInYourRole, SharingRefused
from consent.approve_held_case import ApproveHeldCase, approve_held_case
from consent.decide_held_case import DecideHeldCase, decide_held_case
from consent.held_by_the_rules import NothingIsHeld
from consent.held_case import MOST_DAYS, USUAL_DAYS, HeldCasePassed, NotAlone
from consent.list_held_cases import list_held_cases
from consent.read_held_case import read_held_case
from consent.record_consent import Heard, record_consent
from consent.submit_held_case import AskedAlready, SubmitHeldCase, submit_held_case
from consent.withdraw_consent import WithdrawConsent, withdraw_consent
from foundation.errors import Invalid, NotFound
from foundation.identifiers import ConsentId, HeldCaseId, ServiceId
from people.check_protection import check_protection
from people.list_notices import list_notices
from referral.draft_referral import DraftReferral, draft_referral
from referral.own_referral import stop_what_hung_on
from referral.read_referral import read_referral
from referral.refer_pupil import FieldMustNotGo, ReferPupil, refer_pupil
from tests.consent.a_form import a_form
from tests.log_reading import events, newest
from tests.set_clock import SetClock
from tests.situations import CONTENT, Family, Town, a_family, protect

WHY = "Eleven trenger hjelp før prøven, og har snakket med oss om det."
PURPOSE = "homework_support_referral"


@dataclass
class Held:
    """A pupil of thirteen who has said no; the guardians have signed."""

    town: Town
    family: Family
    consent: ConsentId

    def asked(
        self,
        by: Actor | None = None,
        *,
        categories: tuple[str, ...] = tuple(CONTENT),
        to: ServiceId | None = None,
        reason: str = WHY,
    ) -> HeldCaseId:
        asked = SubmitHeldCase(self.family.child, to or self.town.homework, PURPOSE, categories, reason)
        return submit_held_case(by or self.town.teacher, asked).id

    def decided(self, *, valid_to: date | None = None, categories: tuple[str, ...] = tuple(CONTENT)) -> HeldCaseId:
        case = self.asked(categories=categories)
        decide_held_case(self.town.school_leader, DecideHeldCase(case, permits=True, reason=WHY, valid_to=valid_to))
        return case

    def permitted(self, *, valid_to: date | None = None, categories: tuple[str, ...] = tuple(CONTENT)) -> HeldCaseId:
        case = self.decided(valid_to=valid_to, categories=categories)
        approve_held_case(self.town.second_teacher, ApproveHeldCase(case, permits=True, reason=WHY))
        return case

    def results(self, to: ServiceId | None = None) -> dict[str, str]:
        asked = DraftReferral(self.family.child, to or self.town.homework, categories=tuple(CONTENT))
        return {one.category: one.result for one in draft_referral(self.town.teacher, asked).categories}


ALL_HELD = dict.fromkeys(CONTENT, "manual")
ALL_OPEN = dict.fromkeys(CONTENT, "permit")


@pytest.fixture
def held(town: Town) -> Held:
    family = a_family(town, born=date(2013, 3, 14))
    a_family(town, town.teacher, again=family)
    form = a_form(town, family, heard=Heard(town.today, "objects"))
    return Held(town, family, record_consent(town.housing_worker, form).id)


def test_exactly_what_was_decided_may_be_sent(town: Town, held: Held) -> None:
    assert held.results() == ALL_HELD
    case = held.permitted(categories=("academic_need",))
    assert held.results() == {**ALL_HELD, "academic_need": "permit"}
    with pytest.raises(CategoryClosed):
        refer_pupil(town.teacher, ReferPupil(held.family.child, town.homework, CONTENT))
    only = {"academic_need": CONTENT["academic_need"]}
    sent = refer_pupil(town.teacher, ReferPupil(held.family.child, town.homework, only))
    event = newest(town.house)
    assert event.said["held_cases"] == [str(case)]
    assert event.row.rules is not None
    assert "B-18" in event.row.rules.split()
    opened = read_referral(town.coordinator, sent.id)
    assert [(part.category, part.fields) for part in opened.parts] == [("academic_need", CONTENT["academic_need"])]
    assert len(read_referral(town.teacher, sent.id).parts) == 1


def test_it_opens_nothing_to_another_service_or_about_another(town: Town, held: Held) -> None:
    held.permitted()
    assert "permit" not in held.results(town.library).values()
    other = Held(town, a_family(town, born=date(2013, 5, 1)), held.consent)
    a_family(town, town.teacher, again=other.family)
    record_consent(town.housing_worker, a_form(town, other.family, heard=Heard(town.today, "objects")))
    assert other.results() == ALL_HELD
    assert held.results() == ALL_OPEN


def test_a_yes_of_the_leader_alone_opens_nothing(town: Town, held: Held) -> None:
    held.decided()
    assert held.results() == ALL_HELD


def test_three_different_people_stand_behind_it(town: Town, held: Held) -> None:
    case = held.decided()
    for who in (town.teacher, town.school_leader):
        with pytest.raises(NotAlone):
            approve_held_case(who, ApproveHeldCase(case, permits=True, reason=WHY))
    assert newest(town.house).shape == ("approve_held_case", "refused", "not_alone")
    assert held.results() == ALL_HELD


def test_a_leader_does_not_decide_what_they_asked_for_themselves(town: Town, held: Held) -> None:
    """Somebody who is teacher and leader in one service acts in one role at a time, and stays one person."""
    both = replace(town.teacher, role=town.school_leader.role)
    case = held.asked()
    with pytest.raises(NotAlone):
        decide_held_case(both, DecideHeldCase(case, permits=True, reason=WHY))


@pytest.mark.parametrize("who", ["teacher", "second_teacher", "auditor", "administrator"])
def test_only_a_leader_decides(town: Town, held: Held, who: str) -> None:
    with pytest.raises(NotInYourRole):
        decide_held_case(town.actors[who], DecideHeldCase(held.asked(), permits=True, reason=WHY))


def test_another_service_cannot_tell_that_there_is_a_case(town: Town, held: Held) -> None:
    case = held.asked()
    for deed in (
        lambda: read_held_case(town.housing_leader, case),
        lambda: decide_held_case(town.housing_leader, DecideHeldCase(case, permits=True, reason=WHY)),
        lambda: approve_held_case(town.housing_worker, ApproveHeldCase(case, permits=True, reason=WHY)),
        lambda: read_held_case(town.housing_leader, HeldCaseId.new()),
    ):
        with pytest.raises(NotFound):
            deed()
        assert newest(town.house).persons == {}
    assert list_held_cases(town.housing_leader).items == ()


def test_a_no_is_recorded_with_its_reason_and_opens_nothing(town: Town, held: Held) -> None:
    case = held.asked()
    said = "Barnets nei veier tyngst her; vi spør igjen til våren."
    receipt = decide_held_case(town.school_leader, DecideHeldCase(case, permits=False, reason=said))
    assert (receipt.state, receipt.version) == ("refused", 2)
    view = read_held_case(town.teacher, case)
    assert [(step.step, step.by, step.reason) for step in view.steps] == [
        ("ask", "Tiril Lærerud", WHY),
        ("refuse", "Rikke Rektorlien", said),
    ]
    assert held.results() == ALL_HELD
    with pytest.raises(HeldCasePassed):
        approve_held_case(town.second_teacher, ApproveHeldCase(case, permits=True, reason=WHY))
    with pytest.raises(HeldCasePassed):
        decide_held_case(town.school_leader, DecideHeldCase(case, permits=True, reason=WHY))


def test_the_second_person_may_say_no(town: Town, held: Held) -> None:
    case = held.decided()
    assert approve_held_case(town.second_teacher, ApproveHeldCase(case, permits=False, reason=WHY)).state == "refused"
    assert held.results() == ALL_HELD


def test_a_leader_takes_back_what_was_permitted(town: Town, held: Held) -> None:
    case = held.permitted()
    sent = refer_pupil(town.teacher, ReferPupil(held.family.child, town.homework, CONTENT)).id
    read_referral(town.coordinator, sent)
    assert decide_held_case(town.school_leader, DecideHeldCase(case, permits=False, reason=WHY)).state == "refused"
    assert held.results() == ALL_HELD
    with pytest.raises(SharingRefused):
        read_referral(town.coordinator, sent)


def test_a_decision_ends_with_its_last_day(town: Town, held: Held, clock: SetClock) -> None:
    case = held.permitted(valid_to=town.today + timedelta(days=2))
    clock.advance(timedelta(days=2))
    assert held.results() == ALL_OPEN
    clock.advance(timedelta(days=1))
    assert held.results() == ALL_HELD
    assert read_held_case(town.teacher, case).state == "lapsed"
    assert [line.state for line in list_held_cases(town.teacher).items] == ["lapsed"]


def test_a_decision_lasts_for_a_while_and_never_for_long(town: Town, held: Held) -> None:
    case = held.asked()
    leader, today = town.school_leader, town.today
    for last, code in ((-1, "ends_before_it_begins"), (MOST_DAYS + 1, "counts_too_long")):
        with pytest.raises(Invalid) as invalid:
            decide_held_case(
                leader, DecideHeldCase(case, permits=True, reason=WHY, valid_to=today + timedelta(days=last))
            )
        assert [(one.field, one.code) for one in invalid.value.fields] == [("valid_to", code)]
    decide_held_case(leader, DecideHeldCase(case, permits=True, reason=WHY))
    assert read_held_case(leader, case).valid_to == today + timedelta(days=USUAL_DAYS)


def test_withdrawing_is_stronger_than_what_was_decided(town: Town, held: Held) -> None:
    held.permitted()
    withdraw_consent(
        town.housing_worker, WithdrawConsent(held.consent, held.family.mother, "oral"), stop=stop_what_hung_on
    )
    assert set(held.results().values()) == {"refuse"}


def test_a_case_is_put_only_where_people_can_decide_it(town: Town, held: Held) -> None:
    """What another rule closes, no leader opens; and what is open needs nobody."""
    with pytest.raises(SharingRefused):
        held.asked(categories=("academic_need", "attendance"))
    assert newest(town.house).row.rules is not None
    held.permitted(categories=("academic_need",))
    with pytest.raises(NothingIsHeld):
        held.asked(categories=("academic_need",))
    held.asked(categories=("identity_contact",))
    with pytest.raises(AskedAlready):
        held.asked(categories=("identity_contact",))


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"reason": "  fordi   "}, "reason", "not_a_sentence"),
        ({"reason": "å" * 2001}, "reason", "too_long"),
        ({"categories": ()}, "categories", "too_few"),
        ({"categories": ("gossip",)}, "categories", "unknown_category"),
        ({"purpose": "curiosity"}, "purpose", "unknown_word"),
        ({"to_service": ServiceId.new()}, "to_service", "unknown_service"),
    ],
)
def test_what_cannot_be_asked_is_named(
    town: Town, held: Held, changed: dict[str, object], field: str, code: str
) -> None:
    asked = SubmitHeldCase(held.family.child, town.homework, PURPOSE, tuple(CONTENT), WHY)
    with pytest.raises(Invalid) as invalid:
        submit_held_case(town.teacher, replace(asked, **changed))  # type: ignore[arg-type]  # one field at a time
    assert [(one.field, one.code) for one in invalid.value.fields] == [(field, code)]


def test_a_pupil_of_another_service_is_not_there(town: Town, held: Held) -> None:
    with pytest.raises(NotFound):
        held.asked(town.other_teacher)


def test_a_step_builds_on_the_newest_version(town: Town, held: Held) -> None:
    case = held.asked()
    with pytest.raises(HeldCasePassed) as passed:
        decide_held_case(town.school_leader, DecideHeldCase(case, permits=True, reason=WHY, version=7))
    assert passed.value.values == {"version": 1, "state": "asked"}
    assert decide_held_case(town.school_leader, DecideHeldCase(case, permits=True, reason=WHY, version=1)).version == 2


def test_everybody_sees_what_they_may_do_next(town: Town, held: Held) -> None:
    case = held.asked()
    may = {who: read_held_case(town.actors[who], case).may for who in ("teacher", "school_leader", "second_teacher")}
    assert may == {"teacher": (), "school_leader": ("decide", "refuse"), "second_teacher": ()}
    decide_held_case(town.school_leader, DecideHeldCase(case, permits=True, reason=WHY))
    may = {who: read_held_case(town.actors[who], case).may for who in ("teacher", "school_leader", "second_teacher")}
    assert may == {"teacher": (), "school_leader": ("refuse",), "second_teacher": ("approve",)}


def test_the_service_is_told_and_the_log_has_every_step(town: Town, held: Held) -> None:
    held.permitted()
    told = [line.kind for line in list_notices(town.teacher).items]
    assert told[:3] == ["held_case_permitted", "held_case_decided", "held_case_asked"]
    steps = [one for one in events(town.house) if one.row.action.endswith("_held_case")]
    assert [one.row.action for one in steps] == ["submit_held_case", "decide_held_case", "approve_held_case"]
    assert {one.row.outcome for one in steps} == {"permitted"}
    assert all(held.family.child in one.persons and "decision" in one.said for one in steps)


def test_a_reason_about_the_child_never_rests_in_clear(town: Town, held: Held) -> None:
    held.permitted()
    with town.house.engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT reason_sealed FROM held_case_step").scalars().all()
    assert len(stored) == 3
    assert all(WHY.encode()[:20] not in bytes(blob) for blob in stored)


def test_a_protected_address_goes_never_and_the_rest_once_decided(town: Town) -> None:
    """NO-B-11: a confidential address holds everything, and address, school and telephone never go."""
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    consent = record_consent(town.housing_worker, a_form(town, family)).id
    number = family.members["child"].identity_number
    assert number is not None
    protect(town, number, "confidential")
    check_protection(town.teacher, family.child)
    held = Held(town, family, consent)
    assert held.results() == ALL_HELD
    held.permitted()
    assert held.results() == {"academic_need": "permit", "identity_contact": "strip"}
    with pytest.raises(FieldMustNotGo):
        refer_pupil(
            town.teacher, ReferPupil(family.child, town.homework, {"identity_contact": {"school": "Solbakken skole"}})
        )
    sent = refer_pupil(town.teacher, ReferPupil(family.child, town.homework, CONTENT)).id
    opened = read_referral(town.coordinator, sent)
    assert {part.category: part.fields for part in opened.parts} == CONTENT


def test_what_was_sent_before_the_protection_is_opened_without_its_fields(town: Town) -> None:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    consent = record_consent(town.housing_worker, a_form(town, family)).id
    content = {**CONTENT, "identity_contact": {"name": "Sagal", "school": "Solbakken skole", "phone": "400 00 001"}}
    sent = refer_pupil(town.teacher, ReferPupil(family.child, town.homework, content)).id
    number = family.members["child"].identity_number
    assert number is not None
    protect(town, number, "confidential")
    check_protection(town.teacher, family.child)
    with pytest.raises(SharingRefused):
        read_referral(town.coordinator, sent)
    Held(town, family, consent).permitted()
    parts = {part.category: part.fields for part in read_referral(town.coordinator, sent).parts}
    assert parts["identity_contact"] == {"name": "Sagal"}
