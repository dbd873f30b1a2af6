from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from audit.house import House
from consent.read_consent import read_consent
from consent.record_consent import Explained, Flow, Heard, Signed, record_consent
from consent.sign_consent import SignConsent, sign_consent
from consent.views import ConsentView
from foundation.errors import Invalid, NotFound
from foundation.identifiers import ConsentId, ServiceId
from people.list_notices import list_notices
from people.register_family import GuardianOf, RegisterFamily, register_family
from tests.consent.a_form import a_form
from tests.log_reading import events, newest
from tests.situations import Town, a_family, a_town, protect


def test_a_written_consent_counts_when_both_guardians_have_signed(town: Town) -> None:
    family = a_family(town)
    receipt = record_consent(town.housing_worker, a_form(town, family))
    assert (receipt.state, receipt.missing, receipt.valid_to) == ("given", (), date(2027, 7, 31))

    event = newest(town.house)
    assert event.row.event_id == receipt.event_id
    assert event.shape == ("record_consent", "permitted", None)
    assert (event.row.staff_id, event.row.service_id) == (town.housing_worker.staff, town.housing)
    assert event.row.role == "housing_worker"
    assert event.row.consent_id == receipt.id
    assert event.row.purpose == "homework_support_referral"
    assert event.row.categories == "academic_need identity_contact"
    # Age decides who must sign, so it is consulted; nothing about anybody is shown.
    assert event.persons == {
        family.child: {"disclosed": [], "consulted": ["roster_entry.birth_date"]},
        family.mother: {"disclosed": [], "consulted": []},
        family.father: {"disclosed": [], "consulted": []},
    }


def test_what_was_recorded_is_read_again_by_the_service_that_holds_it(town: Town) -> None:
    family = a_family(town)
    form = a_form(town, family)
    receipt = record_consent(town.housing_worker, form)
    view = read_consent(town.housing_worker, receipt.id)
    assert view.is_own
    assert (view.person_name, view.language, view.interpreter, view.view) == (
        "Sagal Æsøy-Åmot",
        "so",
        "professional",
        "agrees",
    )
    assert (view.valid_from, view.valid_to, view.form) == (form.valid_from, date(2027, 7, 31), "written")
    assert {(flow.from_service, flow.to_service, flow.category, flow.is_explicit) for flow in view.flows} == {
        (town.school, town.homework, "identity_contact", True),
        (town.school, town.homework, "academic_need", True),
    }
    assert all(flow.is_open for flow in view.flows)
    assert {(signer.name, signer.answer) for signer in view.signers} == {
        ("Hodan Æsøy", "given"),
        ("Mahad Åmot", "given"),
    }


def test_one_signature_of_two_is_a_consent_that_waits_and_says_for_whom(town: Town) -> None:
    family = a_family(town)
    form = a_form(town, family, signatures=(Signed(family.mother, town.today),))
    receipt = record_consent(town.housing_worker, form)
    assert receipt.state == "asked"
    view = read_consent(town.housing_worker, receipt.id)
    (lacking,) = [signer for signer in view.signers if signer.answer is None]
    assert lacking.person == family.father
    assert receipt.missing == (f"signature({lacking.ref})",) == view.missing


def test_one_no_is_kept_and_makes_a_conflict(town: Town) -> None:
    family = a_family(town)
    assert family.father is not None
    signatures = (Signed(family.mother, town.today), Signed(family.father, town.today, "refused"))
    receipt = record_consent(town.housing_worker, a_form(town, family, signatures=signatures))
    assert receipt.state == "conflict"
    answers = {s.person: s.answer for s in read_consent(town.housing_worker, receipt.id).signatures}
    assert answers == {family.mother: "given", family.father: "refused"}


def test_both_saying_no_is_a_refusal(town: Town) -> None:
    family = a_family(town)
    no = tuple(Signed(person, town.today, "refused") for person in family.guardians)
    assert record_consent(town.housing_worker, a_form(town, family, signatures=no)).state == "refused"


def test_a_mother_with_sole_responsibility_signs_alone(town: Town) -> None:
    family = a_family(town, sole=True)
    assert record_consent(town.housing_worker, a_form(town, family)).state == "given"


def test_where_it_is_shared_with_somebody_unknown_one_signature_is_not_enough(town: Town) -> None:
    family = a_family(town, sole=True)
    child, mother = (family.members[ref] for ref in ("child", "mother"))
    shared = GuardianOf("child", "mother", "joint", is_resident=True, evidence="register")
    register_family(town.housing_worker, RegisterFamily((child, mother), (shared,)))
    waiting = record_consent(town.housing_worker, a_form(town, family))
    assert (waiting.state, waiting.missing) == ("asked", ("signature(guardian_2)",))
    assert [one.person for one in read_consent(town.housing_worker, waiting.id).signers] == [family.mother]
    father = replace(mother, ref="father", name="Mahad Åmot", identity_number=town.numbers.of(mother.birth_date))
    assert father.identity_number is not None
    protect(town, father.identity_number, "none")
    bonds = (shared, replace(shared, guardian="father"))
    both = register_family(town.housing_worker, RegisterFamily((child, mother, father), bonds))
    signed = SignConsent(waiting.id, both.members[2].id, town.today)
    assert sign_consent(town.housing_worker, signed).state == "given"


@pytest.mark.parametrize(
    ("born", "state"),
    [(date(2011, 11, 22), "given"), (date(2011, 11, 23), "asked")],
    ids=["turns 15 today", "turns 15 tomorrow"],
)
def test_from_fifteen_a_pupil_signs_alone_in_matters_of_education(town: Town, born: date, state: str) -> None:
    family = a_family(town, born=born)
    own = (Signed(family.child, town.today),)
    assert record_consent(town.housing_worker, a_form(town, family, signatures=own)).state == state


def test_the_services_that_a_consent_names_are_told_and_the_one_that_holds_it_is_not(town: Town) -> None:
    family = a_family(town)
    receipt = record_consent(town.housing_worker, a_form(town, family))
    for actor in (town.teacher, town.coordinator):
        (told,) = list_notices(actor).items
        assert (told.kind, told.consent_id) == ("consent_recorded", receipt.id)
    assert list_notices(town.housing_worker).items == ()
    assert list_notices(town.nav_adviser).items == ()


def test_a_new_consent_takes_the_place_of_the_old(town: Town) -> None:
    family = a_family(town)
    old = record_consent(town.housing_worker, a_form(town, family))
    new = record_consent(town.housing_worker, a_form(town, family, supersedes=old.id))
    assert read_consent(town.housing_worker, old.id).state == "superseded"
    again = read_consent(town.housing_worker, new.id)
    assert (again.state, again.supersedes) == ("given", old.id)


def test_a_consent_of_somebody_else_is_not_replaced(town: Town) -> None:
    family, neighbours = a_family(town), a_family(town)
    theirs = record_consent(town.housing_worker, a_form(town, neighbours))
    with pytest.raises(Invalid) as refused:
        record_consent(town.housing_worker, a_form(town, family, supersedes=theirs.id))
    assert [(problem.field, problem.code) for problem in refused.value.fields] == [("supersedes", "unknown_consent")]
    assert read_consent(town.housing_worker, theirs.id).state == "given"


def test_without_a_day_it_counts_to_the_end_of_the_school_year(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    family = a_family(town)
    # Less than sixty days before the summer, to the next one, but never more than twelve months.
    town.house.clock.set(town.house.clock.now().replace(year=2027, month=6, day=14))  # type: ignore[attr-defined]  # the tests' clock is set
    receipt = record_consent(town.housing_worker, a_form(town, family))
    assert receipt.valid_to == date(2028, 6, 13)


_DAY = timedelta(days=1)


def _problems(town: Town, **otherwise: Any) -> list[tuple[str, str]]:
    """What is wrong with a form, field by field; nothing of it was kept, and the log says so."""
    before = len(events(town.house))
    form = a_form(town, a_family(town), **otherwise)
    with pytest.raises(Invalid) as refused:
        record_consent(town.housing_worker, form)
    log = events(town.house)
    assert len(log) == before + 2
    assert log[-1].shape == ("record_consent", "invalid", "invalid")
    assert log[-1].row.event_id == refused.value.event_id
    assert log[-1].row.consent_id is None
    with town.house.engine.connect() as connection:
        for table in ("consent", "consent_flow", "consent_signature", "consent_explanation", "notice"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0
    return [(problem.field, problem.code) for problem in refused.value.fields]


def test_bad_input_is_named_field_by_field_and_nothing_is_kept(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    today = town.today
    flow = Flow(town.school, town.homework, "identity_contact")
    for otherwise, expected in (
        ({"purpose": "curiosity"}, [("purpose", "unknown_word")]),
        ({"form": "telepathy"}, [("form", "unknown_word")]),
        ({"flows": ()}, [("flows", "flows_empty_or_twice")]),
        ({"flows": (flow, flow)}, [("flows", "flows_empty_or_twice")]),
        ({"flows": (Flow(town.school, town.school, "academic_need"),)}, [("flows", "same_service")]),
        ({"flows": (Flow(town.school, ServiceId.new(), "academic_need"),)}, [("flows", "unknown_service")]),
        ({"flows": (Flow(town.school, town.homework, "shoe_size"),)}, [("flows", "unknown_category")]),
        # Nobody is ever asked for these: they are not to be written down (GDPR article 9; folkeregisterloven § 10-4).
        ({"flows": (Flow(town.school, town.homework, "protected_address"),)}, [("flows", "unknown_category")]),
        ({"flows": (Flow(town.school, town.homework, "ethnicity_religion"),)}, [("flows", "unknown_category")]),
        ({"valid_to": today - _DAY}, [("valid_to", "ends_before_it_begins")]),
        ({"valid_to": date(2027, 11, 22)}, [("valid_to", "counts_too_long")]),
        (
            {"valid_from": today - 20 * _DAY, "valid_to": today - 10 * _DAY},
            [("valid_to", "ends_before_it_begins")],
        ),
        ({"heard": Heard(today + _DAY, "agrees")}, [("heard.on", "day_to_come")]),
        ({"heard": Heard(today, "shrugs")}, [("heard.view", "unknown_word")]),
        ({"explained": Explained(today, "so", "child")}, [("explained.interpreter", "unknown_word")]),
        ({"explained": Explained(today, "x")}, [("explained.language", "unknown_word")]),
    ):
        assert _problems(town, **otherwise) == expected, otherwise
    explained_late = {"explained": Explained(today + _DAY, "so")}
    assert _problems(town, **explained_late) == [
        ("explained.on", "day_to_come"),
        ("signatures", "signed_before_explained"),
    ]


def test_signatures_are_refused_that_cannot_be(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    family, today = a_family(town), town.today
    for signatures, code in (
        ((Signed(family.mother, today), Signed(family.mother, today)), "signed_twice"),
        ((Signed(family.mother, today + _DAY),), "day_to_come"),
        ((Signed(family.mother, today - _DAY),), "signed_before_explained"),
        ((Signed(family.mother, today, "perhaps"),), "unknown_word"),
    ):
        with pytest.raises(Invalid) as refused:
            record_consent(town.housing_worker, a_form(town, family, signatures=signatures))
        assert [(one.field, one.code) for one in refused.value.fields] == [("signatures", code)]


def test_who_is_on_no_roster_of_ones_own_neither_signs_nor_is_signed_for(town: Town) -> None:
    family, elsewhere = a_family(town), a_family(town, town.other_teacher)
    for form in (
        a_form(town, elsewhere),
        a_form(town, family, signatures=(Signed(elsewhere.mother, town.today),)),
        a_form(town, family, person=elsewhere.child),
    ):
        with pytest.raises(NotFound):
            record_consent(town.housing_worker, form)
        event = newest(town.house)
        assert event.shape == ("record_consent", "not_found", "not_found")
        assert event.persons == {}


def test_the_language_and_the_childs_view_rest_sealed(town: Town) -> None:
    family = a_family(town)
    record_consent(town.housing_worker, a_form(town, family, heard=Heard(town.today, "objects")))
    with town.house.engine.connect() as connection:
        (view,) = connection.execute(text("SELECT view_sealed FROM consent_hearing")).one()
        (language,) = connection.execute(text("SELECT language_sealed FROM consent_explanation")).one()
    assert b"objects" not in bytes(view)
    assert b"so" not in bytes(language)[16:18]


def test_the_same_form_sent_twice_without_a_key_makes_two_consents(town: Town) -> None:
    family = a_family(town)
    form = a_form(town, family)
    first, second = (record_consent(town.housing_worker, form) for _ in range(2))
    assert first.id != second.id
    views: list[ConsentView] = [read_consent(town.housing_worker, one.id) for one in (first, second)]
    assert [view.state for view in views] == ["given", "given"]
    assert isinstance(first.id, ConsentId)
