import json
from datetime import date, timedelta

import pytest

from audit.actions import Action, Role
from audit.actor import Actor, Strength
from audit.house import House
from audit.operation import operation
from audit.refusals import SharingRefused
from confidentiality.decision import Decision
from consent.gather_facts import Closeness
from consent.record_consent import Heard, record_consent
from foundation.identifiers import ServiceId
from people.check_protection import check_protection
from people.establishment import employ
from people.identity_number import IdentityNumber
from people.register import CannotBeHandled
from people.roster import record_guardianship
from people.sign_declaration import sign_declaration
from referral.draft_referral import DraftReferral, draft_referral
from referral.read_referral import read_referral
from referral.refer_pupil import ReferPupil, refer_pupil
from tests.consent.a_form import a_form
from tests.log_reading import newest
from tests.set_clock import SetClock
from tests.situations import CONTENT, Family, Town, a_consent, a_family, a_referral, a_town, protect


def _family(town: Town, *, born: date = date(2016, 3, 14), consents: bool = True) -> Family:
    family = a_family(town, born=born)
    a_family(town, town.teacher, again=family)
    if consents:
        a_consent(town, family)
    return family


def _employed(town: Town, service: ServiceId, *, number: str | None = None, declared: bool = True) -> Actor:
    """A new teacher, perhaps one whose identity number is known as somebody's in the town."""
    with operation(Actor.operator(town.house), Action.ADD_STAFF) as op:
        staff = employ(
            op,
            service,
            Role.TEACHER,
            name="Vikar Nyvang",
            work_email="vikar@fjordvik.example",
            number=IdentityNumber(number, "NOR") if number else None,
            valid_from=op.date(),
        )
    actor = Actor(town.house, Role.TEACHER, staff, service, Strength.HIGH)
    if declared:
        sign_declaration(actor)
    return actor


def _number(family: Family, who: str) -> str:
    number = family.members[who].identity_number
    assert number is not None
    return number


def _send(town: Town, family: Family, actor: Actor | None = None, closeness: Closeness | None = None) -> None:
    asked = ReferPupil(family.child, town.homework, CONTENT, closeness=closeness or Closeness())
    refer_pupil(actor or town.teacher, asked)


def _refusal(
    town: Town, family: Family, actor: Actor | None = None, closeness: Closeness | None = None
) -> SharingRefused:
    """The refusal that sending meets; it stands in the log, with its rules and with nobody disclosed."""
    with pytest.raises(SharingRefused) as refused:
        _send(town, family, actor, closeness)
    event = newest(town.house)
    assert event.row.event_id == refused.value.event_id
    assert event.shape == ("refer_pupil", "refused", "sharing_refused")
    assert event.row.rules == " ".join(refused.value.rules)
    assert event.row.referral_id is None
    assert not any(said["disclosed"] for said in event.persons.values())
    return refused.value


def _lacking(refusal: SharingRefused) -> set[str]:
    """What the rules lacked, of any category."""
    assert isinstance(refusal.decision, Decision)
    return {lacking for result in refusal.decision.results for lacking in result.missing}


@pytest.mark.parametrize("who", ["mother", "child"])
def test_nobody_handles_their_own_family(town: Town, who: str) -> None:
    """Forvaltningsloven § 6: a parent of the pupil, and the pupil, are known by their identity number."""
    family = _family(town)
    relative = _employed(town, town.school, number=_number(family, who))
    refusal = _refusal(town, family, relative)
    assert "NO-G-03" in refusal.rules
    # Somebody else at the same school may; so may the relative about others.
    _send(town, family)
    _send(town, _family(town), relative)


def test_a_relative_is_refused_whatever_they_say_of_themselves(town: Town) -> None:
    family = _family(town)
    relative = _employed(town, town.school, number=_number(family, "father"))
    assert "NO-G-03" in _refusal(town, family, relative, Closeness("none", confirmed=True)).rules


def test_a_sibling_is_known_by_the_parents_they_share(town: Town) -> None:
    family = _family(town)
    grown = _family(town, born=date(2004, 5, 1), consents=False)
    with operation(Actor.operator(town.house), Action.FILL_DEMO) as op:
        # The grown-up sibling has the same mother.
        record_guardianship(
            op, grown.child, family.mother, kind="joint", is_resident=False, evidence="register", service=town.housing
        )
    sibling = _employed(town, town.school, number=_number(grown, "child"))
    assert "NO-G-03" in _refusal(town, family, sibling).rules


def test_an_aunt_confirms_that_she_is_impartial_before_she_sends(town: Town) -> None:
    family = _family(town)
    refusal = _refusal(town, family, closeness=Closeness("aunt_or_uncle"))
    assert "G-04" in refusal.rules
    _send(town, family, closeness=Closeness("aunt_or_uncle", confirmed=True))


def test_without_a_signed_declaration_nothing_goes(town: Town) -> None:
    family = _family(town)
    new = _employed(town, town.school, declared=False)
    assert "G-01" in _refusal(town, family, new).rules
    sign_declaration(new)
    _send(town, family, new)


def test_with_a_weak_sign_in_nothing_goes(town: Town) -> None:
    family = _family(town)
    weak = Actor(town.house, Role.TEACHER, town.teacher.staff, town.school, Strength.LOW)
    assert "G-00" in _refusal(town, family, weak).rules


def test_volunteers_receive_only_when_each_of_them_has_declared(town: Town) -> None:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family, to=town.volunteers, categories=["identity_contact"])
    content = {"identity_contact": {"name": "Sagal"}}
    refer_pupil(town.teacher, ReferPupil(family.child, town.volunteers, content))
    undeclared = _employed(town, town.volunteers, declared=False)
    with pytest.raises(SharingRefused) as refused:
        refer_pupil(town.teacher, ReferPupil(family.child, town.volunteers, content))
    assert refused.value.decision.results[0].result == "refuse"
    sign_declaration(undeclared)
    refer_pupil(town.teacher, ReferPupil(family.child, town.volunteers, content))


def test_a_register_answer_older_than_thirty_days_is_as_good_as_none(town: Town, clock: SetClock) -> None:
    family = _family(town)
    clock.advance(timedelta(days=30))
    refusal = _refusal(town, family)
    assert "protection_status" in _lacking(refusal)
    check_protection(town.teacher, family.child)
    _send(town, family)


def test_a_register_that_fails_closes_what_was_open(town: Town) -> None:
    family = _family(town)
    _send(town, family)
    document = json.loads(town.house.settings.register_path.read_bytes())
    town.house.settings.register_path.write_text(json.dumps({**document, "fails": True}), encoding="ascii")
    with pytest.raises(CannotBeHandled):
        check_protection(town.teacher, family.child)
    refusal = _refusal(town, family)
    assert "protection_status" in _lacking(refusal)


def test_who_becomes_strictly_protected_cannot_be_handled_anywhere_any_more(town: Town) -> None:
    family = _family(town)
    referral = a_referral(town, family)
    protect(town, _number(family, "child"))
    with pytest.raises(CannotBeHandled):
        check_protection(town.housing_worker, family.child)
    for deed, action in (
        (lambda: _send(town, family), "refer_pupil"),
        (lambda: draft_referral(town.teacher, DraftReferral(family.child, town.homework)), "draft_referral"),
        (lambda: read_referral(town.coordinator, referral), "read_referral"),
        (lambda: read_referral(town.teacher, referral), "read_referral"),
    ):
        with pytest.raises(CannotBeHandled):
            deed()
        event = newest(town.house)
        assert event.shape == (action, "refused", "cannot_be_handled_here")
        # The common answer: nobody is named, and nothing shows that the rules were asked about anybody.
        assert event.persons == {}
        assert (event.row.rules, event.row.purpose, event.row.referral_id, event.row.consent_id) == (None,) * 4


def test_a_child_who_was_never_heard_is_heard_first(town: Town) -> None:
    family = _family(town, consents=False)
    record_consent(town.housing_worker, a_form(town, family, heard=None))
    refusal = _refusal(town, family)
    assert "child_voice" in _lacking(refusal)


def test_a_no_from_a_child_of_thirteen_holds_it(town: Town) -> None:
    family = _family(town, born=date(2013, 3, 14), consents=False)
    record_consent(town.housing_worker, a_form(town, family, heard=Heard(town.today, "objects")))
    results = {result.result for result in _refusal(town, family).decision.results}
    assert results == {"manual"}


def test_the_birth_date_the_childs_view_and_the_protection_are_consulted_and_never_shown(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    family = _family(town)
    _send(town, family)
    assert newest(town.house).persons == {
        family.child: {
            "disclosed": ["academic_need", "identity_contact"],
            "consulted": ["consent_hearing.view", "protection_check.status", "roster_entry.birth_date"],
        }
    }
