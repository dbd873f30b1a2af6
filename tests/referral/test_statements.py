"""How many statements the two busiest deeds send: each costs more than the cryptography, so none is added unseen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from audit.house import House
from referral.read_referral import read_referral
from referral.refer_pupil import ReferPupil, refer_pupil
from tests.situations import CONTENT, Family, Town, a_consent, a_family, a_referral


@pytest.fixture
def family(town: Town) -> Family:
    """A family whose child the teacher may refer."""
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family)
    return family


@contextmanager
def _sent(house: House) -> Iterator[list[str]]:
    """The statements that the house sends meanwhile, each by its first word."""
    words: list[str] = []

    def write_down(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        words.append(statement.split(maxsplit=1)[0])

    event.listen(house.engine, "before_cursor_execute", write_down)
    try:
        yield words
    finally:
        event.remove(house.engine, "before_cursor_execute", write_down)


def _counted(house: House, deed: Callable[[], object]) -> dict[str, int]:
    with _sent(house) as words:
        deed()
    return {word: words.count(word) for word in ("SELECT", "INSERT", "UPDATE", "DELETE")}


def test_opening_a_referral_again_takes_so_many_statements(town: Town, family: Family) -> None:
    referral = a_referral(town, family)
    read_referral(town.coordinator, referral)
    counted = _counted(town.house, lambda: read_referral(town.coordinator, referral))
    assert counted == {"SELECT": 12, "INSERT": 4, "UPDATE": 0, "DELETE": 0}


def test_sending_a_referral_takes_so_many_statements(town: Town, family: Family) -> None:
    asked = ReferPupil(pupil=family.child, to_service=town.homework, content=dict(CONTENT))
    counted = _counted(town.house, lambda: refer_pupil(town.teacher, asked))
    assert counted == {"SELECT": 10, "INSERT": 12, "UPDATE": 0, "DELETE": 0}


def test_more_consents_and_signatures_take_no_more_statements(town: Town, family: Family) -> None:
    referral = a_referral(town, family)
    read_referral(town.coordinator, referral)
    before = _counted(town.house, lambda: read_referral(town.coordinator, referral))
    for receiver in (town.library, town.volunteers, town.nav_social):
        a_consent(town, family, to=receiver)
    assert _counted(town.house, lambda: read_referral(town.coordinator, referral)) == before
