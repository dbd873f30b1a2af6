"""Rows that are only looked at: the same values as the mapper's, and nothing that could be changed by mistake."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import BindParameter, bindparam, insert, literal, select, text
from sqlalchemy.exc import DBAPIError

from audit.actions import Action
from audit.look import Prepared, look
from audit.operation import operation
from audit.refusals import LogUnavailable
from consent.consent import Consent, ConsentHearing
from foundation.identifiers import ServiceId
from foundation.tables import Base
from people.organisation import Service
from people.person import Guardianship, Person, RosterEntry
from referral.read_referral import read_referral
from tests.log_reading import newest
from tests.situations import Town, a_consent, a_family, a_referral


@pytest.fixture
def busy(town: Town) -> Town:
    """A town in which a referral was opened, so that most tables have rows."""
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family)
    read_referral(town.coordinator, a_referral(town, family))
    return town


def test_every_kind_of_row_looks_as_the_mapper_reads_it(busy: Town) -> None:
    seen = 0
    with operation(busy.auditor, Action.SEARCH_LOG) as op:
        for mapper in Base.registry.mappers:
            kind, columns = mapper.class_, mapper.column_attrs.keys()
            query = select(kind).order_by(*mapper.primary_key)
            mapped = [[getattr(row, name) for name in columns] for row in op.all(query)]
            for asked in (query, Prepared(query)):
                looked = [[getattr(row, name) for name in columns] for (row,) in op.rows(asked)]
                assert looked == mapped, kind
            seen += len(mapped)
    assert seen > 100


def test_tuples_hold_rows_columns_and_nothing_where_an_outer_join_found_none(busy: Town) -> None:
    query = (
        select(Person.person_id, Guardianship, RosterEntry)
        .join(RosterEntry, (RosterEntry.person_id == Person.person_id) & (RosterEntry.service_id == bindparam("mine")))
        .outerjoin(Guardianship, Guardianship.child_id == Person.person_id)
    )
    with operation(busy.housing_worker, Action.LIST_PERSONS) as op:
        found = op.rows(query, mine=op.service)
        names = {entry.name.open(op) for _, _, entry in found}
    assert all(entry.person_id == person for person, _, entry in found)
    assert names == {"Sagal Æsøy-Åmot", "Hodan Æsøy", "Mahad Åmot"}
    bonds = [bond for _, bond, _ in found]
    assert sorted(bond is None for bond in bonds) == [False] * 4 + [True] * 2


def test_what_was_looked_at_cannot_be_written(busy: Town) -> None:
    with pytest.raises(AttributeError), operation(busy.housing_worker, Action.LIST_PERSONS) as op:
        ((consent,),) = op.rows(select(Consent))
        op.add(consent)
    assert newest(busy.house).shape == ("list_persons", "failed", "failed")
    with pytest.raises(AttributeError), operation(busy.housing_worker, Action.LIST_PERSONS) as op:
        op.rows(select(ConsentHearing))[0][0].heard_on = op.date()


def test_looking_writes_nothing(busy: Town) -> None:
    with busy.house.engine.begin() as connection, pytest.raises(TypeError):
        look(connection, insert(Person), {})  # type: ignore[arg-type]  # what nobody should hand over
    with pytest.raises(TypeError):
        Prepared(insert(Person))  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize("many", [0, 1, 3, 100])
def test_a_prepared_select_takes_lists_of_every_length_and_nothing(busy: Town, many: int) -> None:
    ids: BindParameter[list[ServiceId]] = bindparam("ids", expanding=True)
    query = (
        select(Service.name, Service.closed_at, literal("said").label("word"))
        .where(Service.service_id.in_(ids), Service.opened_at > bindparam("since"), Service.office.is_(None))
        .order_by(Service.name)
    )
    known = [busy.homework, busy.library, busy.volunteers]
    asked = {"ids": (known + [ServiceId.new() for _ in range(many)])[:many], "since": datetime(2020, 1, 1, tzinfo=UTC)}
    names = ["Fjordvik folkebibliotek", "Leksehjelpen i Fjordvik", "Leksevennene"]
    with operation(busy.housing_worker, Action.LIST_PERSONS) as op:
        for one in (query, Prepared(query)):
            found = op.rows(one, **asked)
            assert [name for name, _, _ in found] == (names if many >= 3 else names[1 : 1 + many])
            assert {(closed, word) for _, closed, word in found} <= {(None, "said")}


def test_what_goes_wrong_in_a_prepared_select_is_told_as_of_any_other(busy: Town) -> None:
    prepared = Prepared(select(Service.name).where(Service.service_id == bindparam("id")))
    with busy.house.engine.begin() as connection:
        connection.execute(text("ALTER TABLE service RENAME TO service_away"))
    with pytest.raises((LogUnavailable, DBAPIError)), operation(busy.housing_worker, Action.LIST_PERSONS) as op:
        op.rows(prepared, id=busy.school)
