"""Every committed event has a receipt, the same whoever asks and whenever; nothing else has one."""

from uuid import uuid4

import pytest

from audit.actions import Action
from audit.actor import Actor
from audit.event import AuditEvent
from audit.evidence.log_policy import LogKey, LogPolicy
from audit.evidence.note import ED25519, VerifierKey
from audit.evidence.receipt import WITHIN, verify_receipt
from audit.evidence.verify_ed25519 import verify_ed25519
from audit.house import House
from audit.operation import operation
from audit.receipts import Receipts, receipt_key
from audit.sessions import reading
from foundation.errors import NotFound
from tests.log_reading import newest


def policy_of(house: House) -> LogPolicy:
    origin = house.installed.origin
    log_key = LogKey(VerifierKey(origin, ED25519, bytes(32)))
    return LogPolicy(origin, (log_key,), receipts=(receipt_key(origin, house.custody),))


def test_an_event_has_a_receipt_for_what_it_committed_to(house: House) -> None:
    with operation(Actor.operator(house), Action.BACK_UP) as op:
        event_id = op.event_id
    signed = Receipts(house).of(event_id)
    assert signed is not None
    receipt = verify_receipt(signed, policy_of(house), verify_ed25519)
    row = newest(house).row
    assert (receipt.event_id, receipt.commitment) == (row.event_id, row.commitment)
    assert receipt.deadline == row.recorded_at + WITHIN


def test_another_process_gives_the_same_receipt(house: House) -> None:
    with operation(Actor.operator(house), Action.BACK_UP) as op:
        event_id = op.event_id
    here = Receipts(house).line(event_id)
    house.committed._known.clear()
    assert here is not None
    assert Receipts(house).line(event_id) == here


def test_a_refusal_has_one_too(house: House) -> None:
    with pytest.raises(NotFound) as refused, operation(Actor.operator(house), Action.BACK_UP):
        raise NotFound
    assert refused.value.event_id is not None
    signed = Receipts(house).of(refused.value.event_id)
    assert signed is not None
    assert signed.receipt.commitment == newest(house).row.commitment


def test_what_never_happened_has_none(house: House) -> None:
    assert Receipts(house).of(uuid4()) is None


def test_the_house_remembers_only_the_last_events(house: House) -> None:
    with reading(house) as session:
        row = session.query(AuditEvent).first()
    assert row is not None
    for _ in range(5000):
        house.committed.put(uuid4(), bytes(32), row.recorded_at)
    assert len(house.committed._known) == 4096
