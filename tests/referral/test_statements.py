"""How many statements the two busiest deeds send: each costs more than the cryptography, so none is added unseen."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest
from sqlalchemy import Connection, event

from audit.insert_rows import insert_rows
from audit.look import Prepared
from foundation.tables import Base
from referral.read_referral import read_referral
from referral.refer_pupil import ReferPupil, refer_pupil
from tests.situations import CONTENT, Family, Town, a_consent, a_family, a_referral

Count = Callable[[Callable[[], object]], dict[str, int]]


@pytest.fixture
def family(town: Town) -> Family:
    """A family whose child the teacher may refer."""
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family)
    return family


@pytest.fixture
def counted(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Count]:
    """Counts the statements that a deed sends, by their first word: through SQLAlchemy, and prepared ones past it."""
    words: list[str] = []
    found = Prepared.found

    def write_down(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        words.append(statement.split(maxsplit=1)[0])

    def look(asked: Prepared, connection: Connection, values: dict[str, object]) -> list[tuple[object, ...]]:
        words.append("SELECT")
        return found(asked, connection, values)

    def write(connection: Connection, kind: type[Base], rows: Sequence[Mapping[str, object]]) -> None:
        words.append("INSERT")
        insert_rows(connection, kind, rows)

    def count(deed: Callable[[], object]) -> dict[str, int]:
        words.clear()
        deed()
        return {word: words.count(word) for word in ("SELECT", "INSERT", "UPDATE", "DELETE")}

    monkeypatch.setattr(Prepared, "found", look)
    monkeypatch.setattr("audit.operation.insert_rows", write)
    event.listen(town.house.engine, "before_cursor_execute", write_down)
    yield count
    event.remove(town.house.engine, "before_cursor_execute", write_down)


def test_opening_a_referral_again_takes_so_many_statements(town: Town, family: Family, counted: Count) -> None:
    referral = a_referral(town, family)
    read_referral(town.coordinator, referral)
    sent = counted(lambda: read_referral(town.coordinator, referral))
    assert sent == {"SELECT": 12, "INSERT": 4, "UPDATE": 0, "DELETE": 0}


def test_sending_a_referral_takes_so_many_statements(town: Town, family: Family, counted: Count) -> None:
    asked = ReferPupil(pupil=family.child, to_service=town.homework, content=dict(CONTENT))
    sent = counted(lambda: refer_pupil(town.teacher, asked))
    assert sent == {"SELECT": 10, "INSERT": 12, "UPDATE": 0, "DELETE": 0}


def test_more_consents_and_signatures_take_no_more_statements(town: Town, family: Family, counted: Count) -> None:
    referral = a_referral(town, family)
    read_referral(town.coordinator, referral)
    before = counted(lambda: read_referral(town.coordinator, referral))
    for receiver in (town.library, town.volunteers, town.nav_social):
        a_consent(town, family, to=receiver)
    assert counted(lambda: read_referral(town.coordinator, referral)) == before
