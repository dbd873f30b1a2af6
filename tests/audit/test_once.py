import threading
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor, Once
from audit.once import AnsweredBefore, IdempotencyKeyReused, IdempotentAnswer, StillRunning
from audit.operation import operation
from foundation.errors import Conflict
from foundation.identifiers import EventId, PersonId
from people.person import Person
from people.register_family import RegisterFamily, register_family
from people.roster import Member
from tests.log_reading import events, newest
from tests.set_clock import SetClock
from tests.situations import Town, a_family

ONCE, SAME_KEY_OTHER_BODY = Once(b"key", b"body"), Once(b"key", b"another body")


@dataclass(frozen=True)
class _Receipt:
    id: PersonId
    on: date
    event_id: EventId


def _make(actor: Actor) -> _Receipt:
    with operation(actor, Action.REGISTER_FAMILY) as op:
        person = Person(person_id=PersonId.new(), identity_hash=None, created_at=op.time)
        op.add(person)
        return op.answered(_Receipt(person.person_id, op.date(), op.event_id))


def _persons(town: Town) -> int:
    with town.house.engine.connect() as connection:
        return len(connection.execute(select(Person.person_id)).all())


def test_the_same_request_again_gets_the_same_answer_and_does_nothing(town: Town) -> None:
    actor = town.housing_worker.doing_once(ONCE)
    first, before = _make(actor), len(events(town.house))
    for _ in range(2):
        with pytest.raises(AnsweredBefore) as again:
            _make(actor)
        assert again.value.event_id == first.event_id
        assert again.value.answer == {"id": str(first.id), "on": "2026-11-22", "event_id": str(first.event_id)}
    assert _persons(town) == 1
    assert len(events(town.house)) == before


def test_the_same_key_for_another_request_is_refused(town: Town) -> None:
    _make(town.housing_worker.doing_once(ONCE))
    with pytest.raises(IdempotencyKeyReused):
        _make(town.housing_worker.doing_once(SAME_KEY_OTHER_BODY))
    assert newest(town.house).shape == ("register_family", "invalid", "idempotency_key_reused")
    assert _persons(town) == 1


def test_without_a_key_every_request_counts(town: Town) -> None:
    _make(town.housing_worker)
    _make(town.housing_worker)
    assert _persons(town) == 2


def test_a_request_that_was_refused_may_be_sent_again(town: Town) -> None:
    actor = town.housing_worker.doing_once(ONCE)
    with pytest.raises(Conflict), operation(actor, Action.REGISTER_FAMILY):
        raise Conflict
    _make(actor)
    assert _persons(town) == 1


def test_after_a_day_the_key_is_free_again(town: Town, clock: SetClock) -> None:
    actor = town.housing_worker.doing_once(ONCE)
    _make(actor)
    clock.advance(timedelta(hours=23, minutes=59))
    with pytest.raises(AnsweredBefore):
        _make(actor)
    clock.advance(timedelta(minutes=2))
    second = _make(actor)
    assert _persons(town) == 2
    with pytest.raises(AnsweredBefore) as again:
        _make(actor)
    assert again.value.event_id == second.event_id


def test_somebody_in_another_role_learns_nothing_of_the_answer(town: Town) -> None:
    _make(town.housing_worker.doing_once(ONCE))
    with pytest.raises(Exception, match="not_in_your_role"):
        _make(town.volunteer.doing_once(ONCE))


def test_what_is_kept_is_ids_and_dates_only(town: Town) -> None:
    family = a_family(town)
    member = family.members["child"]
    actor = town.housing_worker.doing_once(Once(uuid4().bytes, b"body"))
    receipt = register_family(
        actor, RegisterFamily((Member("one", member.name, member.birth_date, member.identity_number),))
    )
    with town.house.engine.connect() as connection:
        kept = connection.execute(select(IdempotentAnswer.answer)).scalar_one()
    assert orjson.loads(kept)["id"] == str(receipt.id) == str(family.child)
    assert member.name not in kept
    assert str(member.birth_date) not in kept


def test_eight_at_once_with_one_key_are_done_once(town: Town) -> None:
    actor, at_once = town.housing_worker.doing_once(ONCE), threading.Barrier(8)
    made: list[_Receipt] = []
    others: list[Exception] = []

    def work() -> None:
        at_once.wait(60)
        try:
            made.append(_make(actor))
        except (AnsweredBefore, StillRunning) as answer:
            others.append(answer)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(made) == 1
    assert len(others) == 7
    assert _persons(town) == 1
    for answer in others:
        if isinstance(answer, AnsweredBefore):
            assert answer.event_id == made[0].event_id
    with pytest.raises(AnsweredBefore) as again:
        _make(actor)
    assert again.value.event_id == made[0].event_id
