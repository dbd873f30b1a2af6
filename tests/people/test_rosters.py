"""Families on rosters: what each service sees of them, and what it never learns."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text

from audit.actor import Actor
from audit.house import House
from audit.refusals import NotInYourRole
from foundation.errors import Invalid, NotFound, Problem
from foundation.identifiers import PersonId
from people.check_protection import check_protection
from people.find_person import find_person
from people.identity_number import IdentityNumberInvalid
from people.list_persons import list_persons
from people.person import Person, ProtectionCheck, RosterEntry
from people.read_person import read_person
from people.register import CannotBeHandled, Protection, SeenByHand
from people.register_family import GuardianOf, RegisterFamily, register_family
from people.roster import Member
from tests.houses import Databases
from tests.log_reading import events, newest
from tests.set_clock import SetClock
from tests.situations import Town, a_family, a_town, protect

BORN = date(2016, 3, 14)


def _count(house: House, table: str) -> int:
    with house.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def _member(town: Town, name: str = "Sagal Æsøy", *, known: bool = True) -> Member:
    number = town.numbers.of(BORN)
    if known:
        protect(town, number, "none")
    return Member(ref="one", name=name, birth_date=BORN, identity_number=number)


def test_a_family_is_read_as_it_was_written(town: Town) -> None:
    family = a_family(town)
    view, child = read_person(town.housing_worker, family.child), family.members["child"]
    assert (view.name, view.birth_date, view.identity_number) == (child.name, child.birth_date, child.identity_number)
    assert (view.address, view.telephone, view.language, view.school) == (child.address, None, "so", child.school)
    assert [(one.name, one.kind, one.is_resident) for one in view.guardians] == [
        ("Hodan Æsøy", "joint", True),
        ("Mahad Åmot", "joint", False),
    ]
    assert view.protection_checked_at is not None
    mother = read_person(town.housing_worker, family.mother)
    assert [(one.id, one.birth_year) for one in mother.children] == [(family.child, 2016)]
    assert mother.guardians == ()


def test_the_event_names_all_that_were_shown_and_what_of_theirs(town: Town) -> None:
    family = a_family(town)
    view = read_person(town.housing_worker, family.child)
    event = newest(town.house)
    assert event.row.event_id == view.event_id
    assert event.persons[family.mother]["disclosed"] == ["roster_entry.birth_date", "roster_entry.name"]
    assert "roster_entry.telephone" not in str(event.persons[family.child]["disclosed"])  # there was none to show
    assert event.persons[family.child]["consulted"] == []


def test_registering_is_an_event_about_the_family_that_shows_nobody(town: Town) -> None:
    family = a_family(town)
    event = newest(town.house)
    assert event.shape == ("register_family", "permitted", None)
    assert event.persons == {
        person: {"disclosed": [], "consulted": []} for person in (family.child, family.mother, family.father)
    }


def test_the_same_people_are_matched_and_no_service_sees_anothers_copy(town: Town) -> None:
    family = a_family(town)
    theirs = replace(family.members["child"], name="Another spelling", address="Another address")
    again = replace(family, members={**family.members, "child": theirs})
    at_school = a_family(town, town.teacher, again=again)
    assert (at_school.child, at_school.mother) == (family.child, family.mother)
    assert _count(town.house, "person") == 3
    assert read_person(town.teacher, family.child).address == "Another address"
    assert read_person(town.housing_worker, family.child).name == family.members["child"].name


def test_registering_again_leaves_what_was_written_first(town: Town) -> None:
    family = a_family(town)
    changed = {ref: replace(member, name="Somebody Else") for ref, member in family.members.items()}
    a_family(town, again=replace(family, members=changed))
    assert read_person(town.housing_worker, family.child).name == family.members["child"].name
    assert _count(town.house, "roster_entry") == 3


def test_hidden_and_absent_are_answered_alike(town: Town) -> None:
    """Another service's person, and nobody at all: the same answer, and events of the same shape."""
    family = a_family(town)
    answers = []
    for person in (family.child, PersonId.new()):
        with pytest.raises(NotFound) as refused:
            read_person(town.teacher, person)
        event = newest(town.house)
        notes = {name for name in event.said if name not in {"asked_for", "event_id", "recorded_at"}}
        answers.append(
            (
                type(refused.value),
                refused.value.values,
                refused.value.fields,
                event.shape,
                event.persons,
                notes,
                len(event.disclosures),
            )
        )
    assert answers[0] == answers[1]
    assert answers[0][4] == {}


def test_a_list_is_of_ones_own_service_by_name_and_counts_its_hits(town: Town) -> None:
    a_family(town)
    register_family(town.teacher, RegisterFamily((_member(town, "Åse Only At School"),)))
    listed = list_persons(town.housing_worker)
    assert [line.name for line in listed.items] == ["Hodan Æsøy", "Mahad Åmot", "Sagal Æsøy-Åmot"]
    event = newest(town.house)
    assert event.row.hits == 3
    assert event.persons.keys() == {line.id for line in listed.items}
    assert [line.name for line in list_persons(town.teacher).items] == ["Åse Only At School"]
    assert list_persons(town.nav_adviser).items == ()


def test_a_long_list_has_pages_without_gap_or_repetition(databases: Databases) -> None:
    town = a_town(databases.house("sqlite"))
    for batch in range(11):
        members = tuple(
            replace(_member(town, f"Number {batch} {one}"), ref=str(one), identity_number=None, seen=_seen(town))
            for one in range(20)
        )
        register_family(town.housing_worker, RegisterFamily(members))
    first = list_persons(town.housing_worker)
    second = list_persons(town.housing_worker, first.next)
    assert (len(first.items), len(second.items), second.next) == (200, 20, None)
    assert len({line.id for line in (*first.items, *second.items)}) == 220
    for page in ("-1", "x", "1.5", "²"):
        with pytest.raises(Invalid):
            list_persons(town.housing_worker, page)


def _seen(town: Town) -> SeenByHand:
    return SeenByHand(Protection.NONE, "Folkeregisteret", town.today)


def test_a_person_is_found_by_name_on_ones_own_roster_only(town: Town) -> None:
    family = a_family(town)
    for words in ("sag", "ÆSØY", "aamot sagal", "A\u030amot"):
        assert family.child in [line.id for line in find_person(town.housing_worker, words).items]
    assert [line.id for line in find_person(town.housing_worker, "hodan").items] == [family.mother]
    assert find_person(town.teacher, "sagal").items == ()
    assert find_person(town.housing_worker, "gal").items == ()


def test_a_search_is_one_event_with_its_words_sealed_and_only_hits_opened(town: Town) -> None:
    family = a_family(town)
    find_person(town.housing_worker, "Hodan")
    event = newest(town.house)
    assert event.said["words"] == "Hodan"
    assert event.row.hits == 1
    assert event.persons.keys() == {family.mother}
    with town.house.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM audit_event")).all()
    assert "Hodan" not in str(rows)


def test_a_search_gives_at_most_ten(town: Town) -> None:
    members = tuple(replace(_member(town, f"Sagal {chr(97 + one) * 3}"), ref=str(one)) for one in range(12))
    register_family(town.housing_worker, RegisterFamily(members))
    assert len(find_person(town.housing_worker, "sagal").items) == 10
    assert [line.name for line in find_person(town.housing_worker, "sagal bbb").items] == ["Sagal bbb"]


@pytest.mark.parametrize("words", ["", " ", "s", "- '", "s m"])
def test_a_search_needs_two_letters(town: Town, words: str) -> None:
    with pytest.raises(Invalid):
        find_person(town.housing_worker, words)
    assert newest(town.house).shape == ("find_person", "invalid", "invalid")


# Who is not written down


def test_strict_unknown_and_a_failed_look_up_get_one_answer(town: Town) -> None:
    strict, unknown, failing = _member(town), _member(town, known=False), _member(town)
    assert strict.identity_number is not None
    protect(town, strict.identity_number, "strict")
    answers = []
    for member in (strict, unknown, failing):
        if member is failing:
            town.house.settings.register_path.write_text("{}", encoding="ascii")
        with pytest.raises(CannotBeHandled) as refused:
            register_family(town.housing_worker, RegisterFamily((member,)))
        event = newest(town.house)
        said = {name: value for name, value in event.said.items() if name not in {"event_id", "recorded_at"}}
        answers.append(
            (str(refused.value), refused.value.values, refused.value.fields, event.shape, event.persons, said)
        )
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][4] == {}
    assert (_count(town.house, "person"), _count(town.house, "roster_entry")) == (0, 0)
    assert _count(town.house, "data_key") == 1  # the log's own: not even a key was made for anybody


def test_one_protected_member_keeps_the_whole_family_out(town: Town) -> None:
    one, other = _member(town), replace(_member(town), ref="other")
    assert other.identity_number is not None
    protect(town, other.identity_number, "strict")
    with pytest.raises(CannotBeHandled):
        register_family(town.housing_worker, RegisterFamily((one, other)))
    assert _count(town.house, "person") == 0


def test_a_confidential_address_is_written_down_with_its_status_sealed(town: Town) -> None:
    member = _member(town)
    assert member.identity_number is not None
    protect(town, member.identity_number, "confidential")
    receipt = register_family(town.housing_worker, RegisterFamily((member,)))
    with town.house.engine.connect() as connection:
        sealed = connection.execute(select(ProtectionCheck.status_sealed)).scalar_one()
    assert b"confidential" not in sealed
    assert read_person(town.housing_worker, receipt.id).name == member.name


def test_whoever_becomes_protected_later_is_recorded_as_such_and_refused(town: Town, clock: SetClock) -> None:
    family = a_family(town)
    number = family.members["child"].identity_number
    assert number is not None
    clock.advance(timedelta(days=1))
    check_protection(town.housing_worker, family.child)
    assert _count(town.house, "protection_check") == 4
    protect(town, number, "strict")
    with pytest.raises(CannotBeHandled):
        check_protection(town.housing_worker, family.child)
    assert _count(town.house, "protection_check") == 5
    assert newest(town.house).persons == {}
    with pytest.raises(NotFound):
        check_protection(town.teacher, family.child)


def test_real_data_takes_no_synthetic_number_and_needs_somebody_who_saw(databases: Databases) -> None:
    town = a_town(databases.house("sqlite", is_demo=False))
    with pytest.raises(IdentityNumberInvalid):
        register_family(town.housing_worker, RegisterFamily((_member(town),)))
    without = replace(_member(town), identity_number=None)
    assert _refused(town, RegisterFamily((without,))) == [("one.seen.status", "required")]
    for days in (31, -1):
        seen = SeenByHand(Protection.NONE, "there", town.today - timedelta(days=days))
        assert _refused(town, RegisterFamily((replace(without, seen=seen),))) == [("one.seen.on", "seen_too_long_ago")]
    strict = SeenByHand(Protection.STRICT, "there", town.today)
    with pytest.raises(CannotBeHandled):
        register_family(town.housing_worker, RegisterFamily((replace(without, seen=strict),)))
    register_family(town.housing_worker, RegisterFamily((replace(without, seen=_seen(town)),)))
    assert _count(town.house, "person") == 1


def test_whoever_forgets_both_number_and_what_was_seen_is_asked_for_it_whoever_it_is(town: Town) -> None:
    """What was forgotten says nothing of anybody, so it is not the one answer: what was typed is still there."""
    protected, forgotten = _member(town), replace(_member(town), ref="other", identity_number=None)
    assert protected.identity_number is not None
    protect(town, protected.identity_number, "strict")
    for other in (protected, _member(town, known=False), _member(town)):
        assert _refused(town, RegisterFamily((other, forgotten))) == [("other.seen.status", "number_or_seen")]
    register_family(town.housing_worker, RegisterFamily((replace(forgotten, seen=_seen(town)),)))
    assert _count(town.house, "person") == 1


def _refused(town: Town, asked: RegisterFamily) -> list[tuple[str, str]]:
    """The fields and codes of a refused family."""
    with pytest.raises(Invalid) as refused:
        register_family(town.housing_worker, asked)
    assert newest(town.house).row.outcome == "invalid"
    return [(problem.field, problem.code) for problem in refused.value.fields]


# Nonsense


def test_nonsense_is_refused_with_the_field_and_nothing_is_kept(town: Town) -> None:
    good = _member(town)
    other = replace(_member(town), ref="other")
    bond = GuardianOf("one", "other", "joint", is_resident=True, evidence="register")
    tried: list[tuple[RegisterFamily, str, str]] = [
        (RegisterFamily(()), "members", "members_count"),
        (RegisterFamily((good, good)), "members", "members_count"),
        (RegisterFamily((good, replace(good, ref="other"))), "members", "identity_number_twice"),
        (RegisterFamily((replace(good, name=" "),)), "one.name", "name_length"),
        (RegisterFamily((replace(good, name="x" * 201),)), "one.name", "name_length"),
        (RegisterFamily((replace(good, birth_date=date(2027, 1, 1)),)), "one.birth_date", "birth_date_impossible"),
        (RegisterFamily((replace(good, birth_date=date(1899, 1, 1)),)), "one.birth_date", "birth_date_impossible"),
        (RegisterFamily((replace(good, identity_number="1"),)), "one.identity_number", "identity_number_invalid"),
        (RegisterFamily((good, other), (replace(bond, guardian="nobody"),)), "guardianships.0", "unknown_member"),
        (RegisterFamily((good, other), (replace(bond, guardian="one"),)), "guardianships.0", "unknown_member"),
        (RegisterFamily((good, other), (replace(bond, kind="half"),)), "guardianships.0", "unknown_word"),
        (RegisterFamily((good, other), (replace(bond, evidence="heard"),)), "guardianships.0", "unknown_word"),
        (RegisterFamily((good, other), (bond, bond)), "guardianships", "guardianship_twice"),
    ]
    for asked, field, code in tried:
        assert _refused(town, asked) == [(field, code)]
    assert _count(town.house, "person") == 0


def test_only_those_who_work_with_families_reach_them(town: Town) -> None:
    family = a_family(town)
    deeds = (
        lambda actor: read_person(actor, family.child),
        lambda actor: find_person(actor, "sagal"),
        list_persons,
        lambda actor: register_family(actor, RegisterFamily((_member(town),))),
    )
    for actor in (town.volunteer, town.auditor, town.administrator, Actor.stranger(town.house)):
        for deed in deeds:
            with pytest.raises(NotInYourRole):
                deed(actor)


def test_a_guardianship_is_brought_up_to_date(town: Town) -> None:
    family = a_family(town)
    child, mother = family.members["child"], family.members["mother"]
    bond = GuardianOf("child", "mother", "sole", is_resident=True, evidence="document_seen")
    register_family(town.housing_worker, RegisterFamily((child, mother), (bond,)))
    guardians = read_person(town.housing_worker, family.child).guardians
    assert {one.id: one.kind for one in guardians} == {family.mother: "sole", family.father: "joint"}


def test_everything_a_refusal_touched_is_gone(town: Town) -> None:
    before = len(events(town.house))
    with pytest.raises(Problem):
        register_family(town.housing_worker, RegisterFamily((_member(town, known=False),)))
    assert len(events(town.house)) == before + 1
    with town.house.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(Person.__table__)).scalar_one() == 0
        assert connection.execute(select(func.count()).select_from(RosterEntry.__table__)).scalar_one() == 0
