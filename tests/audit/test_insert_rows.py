"""Rows that are written past the mapper come back as they were, be they few or many; all of them, or none."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from audit.house import House
from audit.insert_rows import insert_rows
from audit.log_tables import LogLeaf
from audit.operation import upkeep
from audit.sessions import reading
from tests.a_sequencer import record


def leaves(house: House, count: int) -> list[dict[str, object]]:
    """So many leaves behind each other, of events and without; some of their bytes mean something to a database."""
    events = record(house, 2)
    return [
        {
            "idx": 2**40 + number,
            "event_id": events[number] if number < len(events) else None,
            "leaf": bytes(range(number, 256)) + b"\\N\t\n",
            "leaf_hash": bytes([number]) * 32,
            "is_late": number % 3 == 0,
        }
        for number in range(count)
    ]


@pytest.mark.parametrize("count", [1, 2, 99, 100, 250])
def test_rows_come_back_as_they_were_written(house: House, count: int) -> None:
    rows = leaves(house, count)
    with upkeep(house) as connection:
        insert_rows(connection, LogLeaf, rows)
    with reading(house) as session:
        found = session.scalars(select(LogLeaf).order_by(LogLeaf.idx)).all()
    assert [{name: getattr(one, name) for name in rows[0]} for one in found] == rows


@pytest.mark.parametrize("count", [2, 250])
def test_where_one_row_cannot_be_written_none_is(house: House, count: int) -> None:
    rows = leaves(house, count)
    with pytest.raises(IntegrityError), upkeep(house) as connection:
        insert_rows(connection, LogLeaf, [*rows[:-1], rows[0]])
    with pytest.raises(IntegrityError), upkeep(house) as connection:
        insert_rows(connection, LogLeaf, [*rows[:-1], {**rows[-1], "leaf_hash": b"short"}])
    with reading(house) as session:
        assert session.scalar(select(func.count()).select_from(LogLeaf)) == 0
