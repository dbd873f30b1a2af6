"""Rows that are only looked at: the same values as the mapper's, and nothing that could be changed by mistake."""

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm.exc import UnmappedInstanceError

from audit.actions import Action
from audit.look import look
from audit.operation import operation
from consent.consent import Consent, ConsentHearing
from foundation.tables import Base
from people.person import Guardianship, Person, RosterEntry
from referral.read_referral import read_referral
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
            looked = [[getattr(row, name) for name in columns] for (row,) in op.rows(query)]
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
    with pytest.raises(UnmappedInstanceError), operation(busy.housing_worker, Action.LIST_PERSONS) as op:
        ((consent,),) = op.rows(select(Consent))
        op.add(consent)
    with pytest.raises(AttributeError), operation(busy.housing_worker, Action.LIST_PERSONS) as op:
        op.rows(select(ConsentHearing))[0][0].heard_on = op.date()


def test_looking_writes_nothing(busy: Town) -> None:
    with busy.house.engine.begin() as connection, pytest.raises(TypeError):
        look(connection, insert(Person), {})  # type: ignore[arg-type]  # what nobody should hand over
