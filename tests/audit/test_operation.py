"""The only door: what an operation leaves, what it refuses, and what it does when nothing can be written."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from audit.actions import Action, Role
from audit.actor import Actor
from audit.event import MAX_PERSONS, AuditEvent, AuditPending
from audit.house import House
from audit.once import StillRunning
from audit.operation import PersonNotDisclosed, operation, preparing, refuse
from audit.refusals import LogUnavailable, NotInYourRole, SharingRefused
from audit.sessions import WrittenOutside, reading
from foundation.errors import Conflict, Invalid, NotFound, Problem, Refused, Unavailable
from foundation.identifiers import ConsentId, EventId, PersonId, ReferralId
from people.notice import Notice
from people.organisation import Organisation, Service
from people.person import Guardianship, NamePrefix, Person, ProtectionCheck, RosterEntry, entry_of
from people.read_person import read_person
from people.sign_in import SignInSession
from people.staff import Declaration, Staff
from tests.log_reading import events, newest
from tests.set_clock import SetClock
from tests.situations import Town, a_family
from vault.blob import DoesNotOpen


def _count(house: House, table: str) -> int:
    with house.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def _a_person() -> Person:
    return Person(person_id=PersonId.new(), identity_hash=None, created_at=datetime(2026, 11, 22, tzinfo=UTC))


# What a deed leaves


def test_rows_event_and_place_in_the_queue_come_in_one_commit(town: Town) -> None:
    before, person = _count(town.house, "audit_event"), _a_person()
    with operation(town.housing_worker, Action.REGISTER_FAMILY, about=[person.person_id], purpose="housing") as op:
        op.add(person)
        op.flush()
        assert _count_from_outside(town.house) == (before, 0)
    assert _count(town.house, "audit_event") == before + 1
    event = newest(town.house)
    with town.house.engine.connect() as connection:
        recorded_in = connection.execute(select(Person.recorded_in)).scalar_one()
        pending = connection.execute(select(AuditPending.event_id)).scalars().all()
    assert recorded_in == event.row.event_id == op.event_id
    assert event.row.event_id in pending
    assert event.shape == ("register_family", "permitted", None)
    assert event.row.purpose == "housing"
    assert event.persons == {person.person_id: {"disclosed": [], "consulted": []}}


def _count_from_outside(house: House) -> tuple[int, int]:
    """Events and persons as another reader sees them meanwhile."""
    with reading(house) as session:
        seen = session.scalar(select(func.count()).select_from(AuditEvent)) or 0
    with house.engine.execution_options(tillit_reading=True).connect() as connection:
        return seen, connection.execute(text("SELECT count(*) FROM person")).scalar_one()


def test_the_event_says_who_did_what_when_and_for_which_service(town: Town) -> None:
    actor = town.nav_adviser
    with operation(actor, Action.LIST_PERSONS) as op:
        op.note(looked_for="something", many=[1, 2])
    row, said = newest(town.house).row, newest(town.house).said
    assert (row.staff_id, row.role, row.strength, row.service_id) == (
        actor.staff,
        "nav_adviser",
        "high",
        town.nav_social,
    )
    assert row.recorded_at == op.time
    assert row.event_id.int >> 80 == int(op.time.timestamp() * 1000)
    assert said["looked_for"] == "something"
    assert said["many"] == [1, 2]


def test_an_operation_has_one_instant_and_local_dates(house: House, clock: SetClock) -> None:
    clock.set(datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    with operation(Actor.operator(house), Action.BACK_UP) as op:
        assert op.time == op.time
        assert op.date().isoformat() == op.date("DNK").isoformat() == "2027-01-01"


def test_rows_may_be_added_in_any_order(town: Town) -> None:
    """The tables have no mapped relationships, so the order is the operation's work."""
    for _ in range(5):
        child, guardian = _a_person(), _a_person()
        bond = Guardianship(
            guardianship_id=uuid4(),
            child_id=child.person_id,
            guardian_id=guardian.person_id,
            kind="joint",
            is_resident=True,
            evidence="register",
            recorded_by=town.housing,
            recorded_at=datetime(2026, 11, 22, tzinfo=UTC),
            ended_on=None,
        )
        entry = RosterEntry(
            entry_id=uuid4(),
            person_id=child.person_id,
            service_id=town.housing,
            added_at=datetime(2026, 11, 22, tzinfo=UTC),
        )
        prefix = NamePrefix(prefix_id=uuid4(), entry_id=entry.entry_id, service_id=town.housing, hash=b"12345678")
        with operation(town.housing_worker, Action.REGISTER_FAMILY) as op:
            RosterEntry.name.seal(entry, op, "Sagal")
            RosterEntry.birth_date.seal(entry, op, "2016-03-14")
            op.add(prefix, bond, entry)
            op.add(guardian, child)
        with operation(town.housing_worker, Action.REGISTER_FAMILY) as op:
            there = op.get(RosterEntry, entry.entry_id)
            words = op.all(select(NamePrefix).where(NamePrefix.entry_id == entry.entry_id))
            assert there is not None
            op.remove(there, *words)
    assert (_count(town.house, "guardianship"), _count(town.house, "roster_entry")) == (5, 0)


def test_a_change_bears_the_event_of_the_change(town: Town) -> None:
    with operation(town.administrator, Action.ADD_STAFF) as op:
        staff = op.get(Staff, town.teacher.staff)
        assert staff is not None
        earlier = staff.recorded_in
        staff.work_email = "new@fjordvik.example"
    with town.house.engine.connect() as connection:
        row = connection.execute(
            select(Staff.work_email, Staff.recorded_in).where(Staff.staff_id == town.teacher.staff)
        )
        assert row.one() == ("new@fjordvik.example", op.event_id)
    assert op.event_id != earlier


def test_what_is_removed_is_written_into_the_event(town: Town) -> None:
    family = a_family(town)
    with operation(town.housing_worker, Action.REGISTER_FAMILY) as op:
        entry = entry_of(op, family.child, op.service)
        words = op.all(select(NamePrefix).where(NamePrefix.entry_id == entry.entry_id))
        op.remove(entry, *words)
    removed = newest(town.house).said["removed"]
    assert isinstance(removed, list)
    (of_entry,) = [row for row in removed if row["table"] == "roster_entry"]
    assert of_entry["entry_id"] == str(entry.entry_id)
    assert of_entry["person_id"] == str(family.child)
    assert not [name for name in of_entry if "sealed" in str(name)]
    assert len(removed) == 1 + len(words)
    with pytest.raises(NotFound):
        read_person(town.housing_worker, family.child)


def test_notes_are_kept_in_one_normal_form(town: Town) -> None:
    with operation(town.housing_worker, Action.FIND_PERSON) as op:
        op.note(words="A\u030asa", broken="\ud800", inner=["e\u0301", {"name": "o\u0308"}])
    said = newest(town.house).said
    assert said["words"] == "\u00c5sa"
    assert said["broken"] == "?"
    assert said["inner"] == ["\u00e9", {"name": "\u00f6"}]


def test_a_note_never_speaks_in_the_place_of_an_index_column(town: Town) -> None:
    with operation(town.housing_worker, Action.FIND_PERSON) as op:
        op.note(action="something_else", outcome="refused", purpose="another")
    event = newest(town.house)
    assert (event.index["action"], event.index["outcome"]) == ("find_person", "permitted")
    assert "purpose" not in event.index


# Refusals


@pytest.mark.parametrize(
    ("problem", "outcome"),
    [
        (Invalid, "invalid"),
        (NotFound, "not_found"),
        (Refused, "refused"),
        (Conflict, "conflict"),
        (Unavailable, "failed"),
        (DoesNotOpen, "failed"),
    ],
)
def test_a_problem_undoes_everything_and_leaves_its_own_event(town: Town, problem: type[Problem], outcome: str) -> None:
    persons, before = _count(town.house, "person"), _count(town.house, "audit_event")
    with pytest.raises(problem) as refused, operation(town.housing_worker, Action.REGISTER_FAMILY) as op:
        op.add(_a_person())
        op.flush()
        raise problem(values={"why": "it had to be"})
    assert _count(town.house, "person") == persons
    assert _count(town.house, "audit_event") == before + 1
    event = newest(town.house)
    assert event.shape == ("register_family", outcome, problem.code)
    assert event.said["why"] == "it had to be"
    assert refused.value.event_id == event.row.event_id


def test_a_fault_in_the_program_leaves_an_event_too(town: Town) -> None:
    with pytest.raises(ZeroDivisionError), operation(town.housing_worker, Action.REGISTER_FAMILY) as op:
        op.add(_a_person())
        op.note(share=1 // 0)
    assert newest(town.house).shape == ("register_family", "failed", "failed")
    assert _count(town.house, "person") == 0


def test_somebody_in_another_role_is_refused_before_anything_is_done(town: Town) -> None:
    entered = []
    with (
        pytest.raises(NotInYourRole) as refused,
        operation(town.volunteer, Action.REGISTER_FAMILY, purpose="what somebody typed"),
    ):
        entered.append("the block")
    assert entered == []
    event = newest(town.house)
    assert event.shape == ("register_family", "refused", "not_in_your_role")
    assert event.row.event_id == refused.value.event_id


def test_what_nobody_judged_does_not_rest_in_clear(town: Town) -> None:
    for actor, action in ((town.volunteer, Action.RECORD_CONSENT), (town.housing_worker, Action.RECORD_CONSENT)):
        with pytest.raises(Problem), operation(actor, action, purpose="Ola is ill"):
            raise Invalid
        event = newest(town.house)
        assert event.row.purpose is None
        assert event.said["purpose_as_asked"] == "Ola is ill"


def test_what_was_opened_before_a_refusal_was_shown_to_nobody(town: Town) -> None:
    family = a_family(town)
    with pytest.raises(Conflict), operation(town.housing_worker, Action.READ_PERSON) as op:
        entry_of(op, family.child, op.service).name.open(op)
        raise Conflict
    assert newest(town.house).persons == {family.child: {"disclosed": [], "consulted": ["roster_entry.name"]}}


def test_not_found_names_nobody_and_says_nothing_of_a_decision(town: Town) -> None:
    family = a_family(town)
    with pytest.raises(NotFound), operation(town.housing_worker, Action.READ_PERSON, about=[family.child]) as op:
        entry_of(op, family.child, op.service).name.consult(op)
        op.draft.referral_id, op.draft.consent_id = ReferralId.new(), ConsentId.new()
        op.draft.recipient_service_id = town.homework
        op.decided(_Permits())
        raise NotFound
    event = newest(town.house)
    assert event.persons == {}
    row = event.row
    assert (row.referral_id, row.consent_id, row.recipient_service_id, row.persons) == (None, None, None, 0)
    assert (row.rules, row.rule_book, row.categories, row.basis) == (None, None, None, None)
    assert "decision" not in event.said


@dataclass
class _Result:
    category: str
    result: str
    rules: tuple[str, ...]
    basis: str | None


class _Permits:
    permits = True
    permits_stripped = True
    rule_book = "book"
    results: tuple[_Result, ...] = (_Result("identity_contact", "permit", ("R1", "R2"), "consent"),)

    def compact(self) -> dict[str, object]:
        return {"book": "book"}


class _Forbids(_Permits):
    permits = False
    permits_stripped = False
    results = (
        _Result("identity_contact", "permit", ("R1",), "consent"),
        _Result("academic_need", "refuse", ("R9", "R1"), None),
    )


def test_a_decision_that_permits_is_written_into_the_event(town: Town) -> None:
    with operation(town.teacher, Action.REFER_PUPIL) as op:
        op.decided(_Permits(), recipient=town.homework)
    event = newest(town.house)
    row = event.row
    assert (row.rules, row.rule_book, row.categories, row.basis) == ("R1 R2", "book", "identity_contact", "consent")
    assert row.recipient_service_id == town.homework
    assert event.said["decision"] == {"book": "book"}


def test_a_decision_that_forbids_raises_and_stands_in_the_log(town: Town) -> None:
    with pytest.raises(SharingRefused) as refused, operation(town.teacher, Action.REFER_PUPIL) as op:
        op.decided(_Forbids(), recipient=town.homework)
    assert refused.value.rules == ("R1", "R9")
    event = newest(town.house)
    assert event.shape == ("refer_pupil", "refused", "category_closed")
    assert (event.row.rules, event.row.categories) == ("R1 R9", "academic_need identity_contact")
    assert event.said["decision"] == {"book": "book"}


class _Strips(_Permits):
    permits = False
    results = (_Result("identity_contact", "strip", ("R3",), "consent"),)


def test_what_must_be_stripped_goes_only_with_a_deed_that_strips(town: Town) -> None:
    with operation(town.teacher, Action.REFER_PUPIL) as op:
        op.decided(_Strips(), recipient=town.homework, stripped=True)
    assert newest(town.house).shape == ("refer_pupil", "permitted", None)
    with pytest.raises(SharingRefused), operation(town.teacher, Action.REFER_PUPIL) as op:
        op.decided(_Strips(), recipient=town.homework)
    with pytest.raises(SharingRefused), operation(town.teacher, Action.REFER_PUPIL) as op:
        op.decided(_Forbids(), recipient=town.homework, stripped=True)


def test_a_kept_refusal_keeps_what_was_written(town: Town) -> None:
    family = a_family(town)
    with pytest.raises(Refused) as refused, operation(town.housing_worker, Action.READ_PERSON) as op:
        op.add(_a_person())
        entry_of(op, family.child, op.service).name.open(op)
        op.keep_and_refuse(Refused(values={"tries": 3}))
    assert _count(town.house, "person") == 4
    event = newest(town.house)
    assert event.shape == ("read_person", "refused", "refused")
    assert event.said["tries"] == 3
    assert event.row.event_id == refused.value.event_id
    assert event.persons[family.child] == {"disclosed": [], "consulted": ["roster_entry.name"]}


def test_a_problem_while_preparing_leaves_an_event(town: Town) -> None:
    with pytest.raises(Invalid) as refused, preparing(town.housing_worker, Action.REGISTER_FAMILY):
        raise Invalid
    assert newest(town.house).shape == ("register_family", "invalid", "invalid")
    assert refused.value.event_id == newest(town.house).row.event_id
    with pytest.raises(NotInYourRole), preparing(town.volunteer, Action.REGISTER_FAMILY):
        raise AssertionError
    assert newest(town.house).shape == ("register_family", "refused", "not_in_your_role")


def test_a_refusal_before_anything_began_leaves_an_event(town: Town) -> None:
    problem = Invalid()
    refuse(town.teacher, Action.REFER_PUPIL, problem)
    assert newest(town.house).shape == ("refer_pupil", "invalid", "invalid")
    assert problem.event_id == newest(town.house).row.event_id


def test_preparing_that_succeeds_leaves_nothing_of_its_own(town: Town) -> None:
    before = _count(town.house, "audit_event")
    with preparing(town.housing_worker, Action.REGISTER_FAMILY):
        pass
    assert _count(town.house, "audit_event") == before


# When nothing can be written


def _make_unwritable(house: House) -> None:
    """From now on no event can be written: what a full disk or a lost table looks like from here."""
    with house.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_pending RENAME TO audit_away"))


def _make_writable(house: House) -> None:
    with house.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_away RENAME TO audit_pending"))


def test_without_a_log_nothing_is_done(town: Town) -> None:
    before = _count(town.house, "audit_event")
    _make_unwritable(town.house)
    with pytest.raises(LogUnavailable), operation(town.housing_worker, Action.REGISTER_FAMILY) as op:
        op.add(_a_person())
    _make_writable(town.house)
    assert (_count(town.house, "person"), _count(town.house, "audit_event")) == (0, before)


def test_without_a_log_a_refusal_becomes_log_unavailable(town: Town) -> None:
    _make_unwritable(town.house)
    with pytest.raises(LogUnavailable), operation(town.housing_worker, Action.REGISTER_FAMILY):
        raise Invalid
    with pytest.raises(LogUnavailable), operation(town.volunteer, Action.REGISTER_FAMILY):
        raise AssertionError
    with pytest.raises(LogUnavailable), preparing(town.housing_worker, Action.REGISTER_FAMILY):
        raise Invalid


def test_without_a_database_nothing_is_answered(town: Town) -> None:
    family = a_family(town)
    if town.house.writers is None:
        name = town.house.engine.url.database
        admin = town.house.engine.url.set(database="postgres")
        _end_connections(town.house, str(name), admin.render_as_string(hide_password=False))
    else:
        town.house.close()
        town.house.settings.data_dir.joinpath("tillit.db").unlink()
        for left in town.house.settings.data_dir.glob("tillit.db-*"):
            left.unlink()
    with pytest.raises(LogUnavailable):
        read_person(town.housing_worker, family.child)


def _end_connections(house: House, name: str, admin: str) -> None:
    from sqlalchemy import create_engine  # noqa: PLC0415  # only here does a test speak to the server beside the house

    house.close()
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
    engine.dispose()


def test_a_log_whose_key_does_not_open_is_not_written(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    custody = town.house.custody
    monkeypatch.setattr(custody, "_periods", {"2026-11": bytes(32)})
    with pytest.raises(LogUnavailable), operation(town.housing_worker, Action.REGISTER_FAMILY) as op:
        op.add(_a_person())
    monkeypatch.undo()
    assert _count(town.house, "person") == 0


# Nothing beside the door


def test_a_bare_session_writes_no_row(town: Town) -> None:
    with Session(town.house.engine) as session:
        person = _a_person()
        person.recorded_in = newest(town.house).row.event_id
        session.add(person)
        with pytest.raises(WrittenOutside):
            session.commit()
    with Session(town.house.engine) as session:
        session.add(AuditPending(event_id=newest(town.house).row.event_id))
        with pytest.raises(WrittenOutside):
            session.flush()
    assert _count(town.house, "person") == 0


def test_a_bare_session_changes_and_removes_no_row(town: Town) -> None:
    with Session(town.house.engine) as session:
        staff = session.get_one(Staff, town.teacher.staff)
        staff.name = "somebody else"
        with pytest.raises(WrittenOutside):
            session.commit()
        session.rollback()
        session.delete(staff)
        with pytest.raises(WrittenOutside):
            session.commit()


def test_a_bare_session_reads_no_person(town: Town) -> None:
    family = a_family(town)
    with Session(town.house.engine) as session:
        for query in (select(Person), select(RosterEntry), select(Guardianship), select(ProtectionCheck)):
            with pytest.raises(WrittenOutside):
                session.scalars(query).all()
        with pytest.raises(WrittenOutside):
            session.get(Person, family.child)


def test_a_page_about_nobody_reaches_no_table_about_persons(town: Town) -> None:
    a_family(town)
    table = RosterEntry.__table__
    with reading(town.house) as session:
        for query in (
            select(Person),
            select(Person.person_id),
            select(func.count()).select_from(Person),
            select(table.c.name_sealed),
            select(Staff).where(Staff.staff_id.in_(select(ProtectionCheck.checked_by))),
            select(Service).join(RosterEntry, RosterEntry.service_id == Service.service_id),
            select(select(RosterEntry.entry_id).subquery()),
            select(Notice),
            text("SELECT * FROM person"),
            select(text("name_sealed FROM roster_entry")),
        ):
            with pytest.raises(WrittenOutside):
                session.execute(query)
        assert len(session.scalars(select(Service)).all()) == 11
        assert session.get(Staff, town.teacher.staff) is not None
        assert session.get(SignInSession, b"nobody's") is None


def test_a_page_about_nobody_writes_nothing(town: Town) -> None:
    with reading(town.house) as session:
        staff = session.get_one(Staff, town.teacher.staff)
        staff.name = "somebody else"
        with pytest.raises(WrittenOutside):
            session.flush()
    with reading(town.house) as session:
        assert session.get_one(Staff, town.teacher.staff).name != "somebody else"


@pytest.mark.parametrize(
    "statement",
    [
        update(Staff).values(name="somebody else"),
        update(Organisation).values(number="1"),
        insert(Person).values(person_id=PersonId.new(), created_at=datetime(2026, 1, 1, tzinfo=UTC)),
        SignInSession.__table__.delete(),  # type: ignore[attr-defined]  # a mapped class's table is a Table
    ],
)
def test_many_rows_at_once_are_refused(town: Town, statement: object) -> None:
    with pytest.raises(WrittenOutside), operation(town.administrator, Action.ADD_STAFF) as op:
        op.all(statement)  # type: ignore[arg-type]  # what nobody should hand over
    assert newest(town.house).shape == ("add_staff", "failed", "failed")
    with Session(town.house.engine) as session, pytest.raises(WrittenOutside):
        session.execute(statement)  # type: ignore[call-overload]  # statements of every kind


def test_a_step_is_not_changed(town: Town) -> None:
    with pytest.raises(WrittenOutside), operation(town.teacher, Action.SIGN_DECLARATION) as op:
        op.all(select(Declaration))[0].version = "another"
    assert newest(town.house).shape == ("sign_declaration", "failed", "failed")


def test_a_row_is_removed_only_through_the_operation(town: Town) -> None:
    family = a_family(town)
    with pytest.raises(WrittenOutside), operation(town.housing_worker, Action.REGISTER_FAMILY) as op:
        op._session.delete(entry_of(op, family.child, op.service))
    assert _count(town.house, "roster_entry") == 3


def test_a_row_needs_an_event_that_exists(town: Town) -> None:
    """The belt beneath: the database itself refuses a row whose event never came, at the commit."""
    values = {"person_id": uuid4(), "created_at": datetime(2026, 11, 22, tzinfo=UTC), "recorded_in": EventId.new()}
    with pytest.raises(IntegrityError), town.house.engine.begin() as connection:
        connection.execute(insert(Person.__table__).values(values))  # type: ignore[arg-type]  # a mapped class's table
        assert connection.execute(select(func.count()).select_from(Person.__table__)).scalar_one() == 1
    with pytest.raises(IntegrityError), town.house.engine.begin() as connection:
        connection.execute(insert(Person.__table__).values({**values, "recorded_in": None}))  # type: ignore[arg-type]  # as above
    assert _count(town.house, "person") == 0


def test_a_broken_constraint_is_a_fault_and_no_conflict(town: Town) -> None:
    with pytest.raises(IntegrityError), operation(town.housing_worker, Action.REGISTER_FAMILY) as op:
        op.add(
            RosterEntry(
                entry_id=uuid4(),
                person_id=PersonId.new(),
                service_id=town.housing,
                added_at=op.time,
                name_sealed=b"",
                birth_date_sealed=b"",
            )
        )
    assert newest(town.house).shape == ("register_family", "failed", "failed")


def test_a_lost_race_is_a_conflict(town: Town) -> None:
    with operation(town.teacher, Action.SIGN_DECLARATION) as op:
        op.add(Person(person_id=PersonId.new(), identity_hash=b"the same", created_at=op.time))
    with pytest.raises(StillRunning) as refused, operation(town.teacher, Action.SIGN_DECLARATION) as op:
        op.add(Person(person_id=PersonId.new(), identity_hash=b"the same", created_at=op.time))
    assert newest(town.house).shape == ("sign_declaration", "conflict", "still_running")
    assert refused.value.event_id == newest(town.house).row.event_id
    assert _count(town.house, "person") == 1


# What may leave


@dataclass(frozen=True)
class _View:
    who: PersonId
    others: tuple[dict[str, list[PersonId]], ...] = ()


def test_a_view_may_show_only_whom_the_event_discloses(town: Town) -> None:
    family = a_family(town)
    for unnamed in (_View(family.mother), _View(family.child, ({"guardians": [family.mother]},))):
        with pytest.raises(PersonNotDisclosed), operation(town.housing_worker, Action.READ_PERSON) as op:
            entry_of(op, family.child, op.service).name.open(op)
            entry_of(op, family.mother, op.service).name.consult(op)
            op.view(unnamed)
        assert newest(town.house).shape == ("read_person", "failed", "failed")
    with operation(town.housing_worker, Action.READ_PERSON) as op:
        entry_of(op, family.child, op.service).name.open(op)
        assert op.view(_View(family.child)) == _View(family.child)


def test_counting_tells_a_number_about_nobody(town: Town) -> None:
    a_family(town)
    with operation(town.housing_worker, Action.LIST_PERSONS) as op:
        assert op.count(select(RosterEntry).where(RosterEntry.service_id == op.service)) == 3
        assert op.count(select(RosterEntry.entry_id, Service.name).join(Service)) == 3
    assert newest(town.house).persons == {}


def test_an_operation_is_about_at_most_five_hundred_persons(house: House) -> None:
    operator = Actor.operator(house)
    with operation(operator, Action.FILL_DEMO, about=[PersonId.new() for _ in range(MAX_PERSONS)]):
        pass
    assert newest(house).row.persons == MAX_PERSONS == len(newest(house).persons)
    with (
        pytest.raises(WrittenOutside),
        operation(operator, Action.FILL_DEMO, about=[PersonId.new() for _ in range(MAX_PERSONS + 1)]) as op,
    ):
        op.add(_a_person())
    event = newest(house)
    assert event.shape == ("fill_demo", "failed", "failed")
    assert event.said["too_many_persons"] == MAX_PERSONS + 1
    assert _count(house, "person") == 0


# Many at once


def _together(works: list[Callable[[], None]]) -> list[BaseException]:
    errors: list[BaseException] = []
    at_once = threading.Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        at_once.wait(60)
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # handed to the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return errors


def test_sixteen_at_once_lose_nothing(town: Town) -> None:
    each, before = 6, _count(town.house, "audit_event")
    done: list[EventId] = []

    def work() -> None:
        for number in range(each):
            if number % 3 == 2:
                with pytest.raises(Conflict) as refused, operation(town.housing_worker, Action.REGISTER_FAMILY) as op:
                    op.add(_a_person())
                    raise Conflict
                assert refused.value.event_id is not None
                done.append(EventId.of(refused.value.event_id))
            else:
                with operation(town.housing_worker, Action.REGISTER_FAMILY) as op:
                    op.add(_a_person())
                done.append(op.event_id)

    assert _together([work] * 16) == []
    assert _count(town.house, "audit_event") == before + 16 * each
    assert _count(town.house, "person") == 16 * each * 2 // 3
    stored = {event.row.event_id: event for event in events(town.house)}
    assert set(done) <= stored.keys()
    assert len(set(done)) == 16 * each
    assert all(stored[event].said for event in done)
    assert _count(town.house, "audit_pending") == len(stored)


def test_the_first_events_of_a_new_person_at_once_all_open(town: Town) -> None:
    """Two operations may each make the person's first data key; both are kept, and both events open."""
    person = PersonId.new()

    def work() -> None:
        with operation(town.housing_worker, Action.REGISTER_FAMILY, about=[person]):
            pass

    assert _together([work] * 8) == []
    assert [list(event.persons) for event in events(town.house)[-8:]] == [[person]] * 8


def test_a_rolled_back_deed_holds_nobody_up(town: Town) -> None:
    with pytest.raises(KeyboardInterrupt), operation(town.housing_worker, Action.REGISTER_FAMILY) as op:
        op.add(_a_person())
        op.flush()
        raise KeyboardInterrupt
    assert _count(town.house, "person") == 0
    with operation(town.housing_worker, Action.REGISTER_FAMILY) as op:
        op.add(_a_person())
    assert _count(town.house, "person") == 1


def test_a_deed_inside_a_deed_is_an_error_and_no_deadlock(sqlite_house: House) -> None:
    operator = Actor.operator(sqlite_house)
    with (
        pytest.raises(RuntimeError, match="two turns"),
        operation(operator, Action.BACK_UP),
        operation(operator, Action.BACK_UP),
    ):
        pass
    with operation(operator, Action.BACK_UP):
        pass


def test_each_role_may_do_what_the_list_of_actions_says(house: House) -> None:
    for role in Role:
        actor = Actor(house, role)
        for action in Action:
            assert actor.may(action) == (role in action.value.roles)


def test_an_actor_without_service_or_name_does_no_casework(house: House) -> None:
    nobody = Actor(house, Role.HOUSING_WORKER)
    for asked in ("service", "staff"):
        with pytest.raises(NotInYourRole), operation(nobody, Action.LIST_PERSONS) as op:
            getattr(op, asked)


def test_later_events_have_greater_ids(house: House, clock: SetClock) -> None:
    made = []
    for _ in range(5):
        with operation(Actor.operator(house), Action.BACK_UP) as op:
            made.append(op.event_id)
        clock.advance(timedelta(milliseconds=2))
    assert made == sorted(made)
    with house.engine.connect() as connection:
        ordered = connection.execute(select(AuditEvent.event_id).order_by(AuditEvent.event_id)).scalars().all()
    assert list(ordered)[-5:] == made


def test_the_databases_own_errors_do_not_carry_what_was_written(town: Town) -> None:
    """An error may reach a trace, and would bring every value of the statement with it."""
    with pytest.raises(DBAPIError) as refused, operation(town.housing_worker, Action.REGISTER_FAMILY) as op:
        op.add(Person(person_id=PersonId.new(), identity_hash=b"a keyed hash", created_at=None))
    assert "a keyed hash" not in str(refused.value)
    assert "INSERT INTO person" in str(refused.value)
    assert "[parameters:" not in str(refused.value)
    assert refused.value.params is None
