import pytest
from sqlalchemy import text

from audit.house import House
from audit.refusals import NotInYourRole, SharingRefused
from consent.record_consent import Flow, record_consent
from foundation.errors import Invalid, NotFound
from foundation.identifiers import PersonId, ServiceId
from people.check_protection import check_protection
from people.list_notices import list_notices
from referral.kinds import LONGEST_FIELD, Content
from referral.read_referral import read_referral
from referral.refer_pupil import FieldMustNotGo, ReferPupil, refer_pupil
from tests.consent.a_form import a_form
from tests.log_reading import newest
from tests.situations import CONTENT, Family, Town, a_consent, a_family, a_town, protect

_TABLES = ("referral", "referral_part", "referral_step", "sealed_part", "sealed_manifest", "service_wrap", "part_wrap")


def _pupil(town: Town) -> Family:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    return family


def _rows(town: Town) -> dict[str, int]:
    with town.house.engine.connect() as connection:
        return {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in (*_TABLES, "notice")
        }


def test_what_the_consent_covers_is_sealed_to_sender_receiver_and_archive(town: Town) -> None:
    family = _pupil(town)
    consent = a_consent(town, family)
    before = _rows(town)
    receipt = refer_pupil(town.teacher, ReferPupil(family.child, town.homework, CONTENT))
    assert (receipt.state, receipt.version) == ("sent", 1)
    grown = {table: count - before[table] for table, count in _rows(town).items()}
    # Two categories, three who hold a key: the school, the programme, the archive.
    assert grown == {
        "referral": 1,
        "referral_part": 2,
        "referral_step": 1,
        "sealed_part": 2,
        "sealed_manifest": 1,
        "service_wrap": 3,
        "part_wrap": 6,
        "notice": 1,
    }
    event = newest(town.house)
    assert event.row.event_id == receipt.event_id
    assert event.shape == ("refer_pupil", "permitted", None)
    assert (event.row.staff_id, event.row.service_id) == (town.teacher.staff, town.school)
    assert event.row.recipient_service_id == town.homework
    assert (event.row.referral_id, event.row.consent_id) == (receipt.id, consent)
    assert (event.row.purpose, event.row.basis) == ("homework_support_referral", "consent")
    assert event.row.categories == "academic_need identity_contact"
    assert event.row.rules is not None
    assert "NO-C-40" in event.row.rules.split()
    assert event.persons[family.child]["disclosed"] == ["academic_need", "identity_contact"]
    assert event.said["decision"] is not None
    digests = event.said["part_digests"]
    assert isinstance(digests, list)
    assert len(digests) == 2
    assert list_notices(town.coordinator).items[0].kind == "referral_received"


def test_without_consent_nothing_goes_and_the_answer_says_what_is_lacking(town: Town) -> None:
    family = _pupil(town)
    before = _rows(town)
    with pytest.raises(SharingRefused) as refused:
        refer_pupil(town.teacher, ReferPupil(family.child, town.homework, CONTENT))
    assert refused.value.rules == ("Z-99",)
    results = {result.category: result for result in refused.value.decision.results}
    assert set(results) == set(CONTENT)
    event = newest(town.house)
    assert event.row.event_id == refused.value.event_id
    assert event.shape == ("refer_pupil", "refused", "sharing_refused")
    assert (event.row.rules, event.row.referral_id, event.row.consent_id) == ("Z-99", None, None)
    assert event.persons[family.child]["disclosed"] == []
    assert _rows(town) == before


def test_one_closed_category_holds_back_the_whole(town: Town) -> None:
    family = _pupil(town)
    a_consent(town, family)
    before = _rows(town)
    content: Content = {**CONTENT, "attendance": {"present": "nesten alltid"}}
    with pytest.raises(SharingRefused) as refused:
        refer_pupil(town.teacher, ReferPupil(family.child, town.homework, content))
    assert {result.category: result.result for result in refused.value.decision.results} == {
        "academic_need": "permit",
        "attendance": "refuse",
        "identity_contact": "permit",
    }
    assert _rows(town) == before


def test_what_a_consent_says_to_one_service_says_nothing_to_another(town: Town) -> None:
    family = _pupil(town)
    a_consent(town, family, to=town.library)
    with pytest.raises(SharingRefused):
        refer_pupil(town.teacher, ReferPupil(family.child, town.homework, CONTENT))
    refer_pupil(town.teacher, ReferPupil(family.child, town.library, CONTENT))


def test_a_confidential_address_strips_the_fields_that_lead_there(town: Town) -> None:
    family = _pupil(town)
    number = family.members["child"].identity_number
    assert number is not None
    a_consent(town, family)
    protect(town, number, "confidential")
    check_protection(town.teacher, family.child)
    before = _rows(town)
    content: Content = {"identity_contact": {"name": "Sagal", "school": "Solbakken skole"}}
    with pytest.raises((FieldMustNotGo, SharingRefused)) as refused:
        refer_pupil(town.teacher, ReferPupil(family.child, town.homework, content))
    assert refused.value.event_id is not None
    assert newest(town.house).row.outcome == "refused"
    assert _rows(town) == before


def test_a_pupil_of_another_service_is_not_found(town: Town) -> None:
    elsewhere = a_family(town, town.other_teacher)
    for pupil in (elsewhere.child, PersonId.new()):
        with pytest.raises(NotFound):
            refer_pupil(town.teacher, ReferPupil(pupil, town.homework, CONTENT))
        event = newest(town.house)
        assert event.shape == ("refer_pupil", "not_found", "not_found")
        assert (event.persons, event.row.rules, event.row.purpose) == ({}, None, None)


def test_only_those_who_send_send(town: Town) -> None:
    family = _pupil(town)
    a_consent(town, family)
    with pytest.raises(NotInYourRole):
        refer_pupil(town.coordinator, ReferPupil(family.child, town.homework, CONTENT))


def test_bad_input_is_named_and_nothing_is_kept(sqlite_house: House) -> None:
    town = a_town(sqlite_house)
    family = _pupil(town)
    a_consent(town, family)
    before = _rows(town)
    whole = "x" * (LONGEST_FIELD + 1)
    for asked, field, code in (
        (ReferPupil(family.child, town.homework, CONTENT, kind="gossip"), "kind", "unknown_word"),
        (ReferPupil(family.child, town.homework, {}), "content", "all_empty"),
        (
            ReferPupil(family.child, town.homework, {"academic_need": {"grade": "2"}}),
            "content.academic_need.grade",
            "unknown_field",
        ),
        (
            ReferPupil(family.child, town.homework, {"criminal_record": {"note": "x"}}),
            "content.criminal_record.note",
            "unknown_field",
        ),
        (
            ReferPupil(family.child, town.homework, {"academic_need": {"goal": whole}}),
            "content.academic_need.goal",
            "too_long",
        ),
        (
            ReferPupil(family.child, town.homework, {"academic_need": {"goal": " ", "subjects": "norsk"}}),
            "content.academic_need.goal",
            "nothing_filled_in",
        ),
        (ReferPupil(family.child, town.school, CONTENT), "to_service", "unknown_service"),
        (ReferPupil(family.child, ServiceId.new(), CONTENT), "to_service", "unknown_service"),
        (ReferPupil(family.child, town.nav_social, CONTENT), "to_service", "not_for_this_kind"),
    ):
        with pytest.raises(Invalid) as refused:
            refer_pupil(town.teacher, asked)
        assert (field, code) in [(one.field, one.code) for one in refused.value.fields]
        event = newest(town.house)
        assert event.shape == ("refer_pupil", "invalid", "invalid")
        assert event.row.event_id == refused.value.event_id
    assert _rows(town) == before


def test_each_part_says_on_which_consent_it_was_sent(town: Town) -> None:
    family = _pupil(town)
    names = record_consent(
        town.housing_worker,
        a_form(town, family, flows=(Flow(town.school, town.homework, "identity_contact"),)),
    ).id
    needs = record_consent(
        town.housing_worker, a_form(town, family, flows=(Flow(town.school, town.homework, "academic_need"),))
    ).id
    referral = refer_pupil(town.teacher, ReferPupil(family.child, town.homework, CONTENT)).id
    parts = {part.category: (part.basis, part.consent) for part in read_referral(town.coordinator, referral).parts}
    assert parts == {"academic_need": ("consent", needs), "identity_contact": ("consent", names)}
