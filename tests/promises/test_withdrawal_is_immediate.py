"""Sixteen readers and one withdrawal: from the withdrawal's commit on, no opening commits, and the keys are gone."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from sqlalchemy import text

from audit.house import House
from audit.refusals import LogUnavailable
from consent.withdraw_consent import WithdrawConsent, withdraw_consent
from foundation.errors import Problem
from foundation.identifiers import ConsentId, EventId, ReferralId
from referral.own_referral import stop_what_hung_on
from referral.read_referral import read_referral
from referral.recall_referral import recall_referral
from tests.log_reading import events
from tests.promises.commit_order import CommitOrder
from tests.situations import Family, Town, a_consent, a_family, a_referral

_READERS = 16
#: After so many reads the readers have had enough; whoever still waits for their turn was held off by them.
_PATIENCE = 60 * _READERS
_CLOSED = "academic_need"


@dataclass
class Read:
    """One try to open the referral: when it began, and the event it left; `shown` is what was opened."""

    began: float
    event: UUID | None
    shown: frozenset[str]


@dataclass
class Readers:
    """Sixteen who open one referral again and again."""

    town: Town
    referral: ReferralId
    reads: list[Read] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def over(self) -> bool:
        """Whether nobody reads any more."""
        return self.stop.is_set() or bool(self.faults) or len(self.reads) >= _PATIENCE

    def run(self) -> None:
        """Open it until told to stop, or until there were enough."""
        while not self.over:
            began = time.monotonic()
            try:
                view = read_referral(self.town.coordinator, self.referral)
            except LogUnavailable as fault:
                self.faults.append(fault)
            except Problem as refused:
                self.reads.append(Read(began, refused.event_id, frozenset()))
            except BaseException as fault:  # noqa: BLE001  # a fault in a thread is shown by the test
                self.faults.append(fault)
            else:
                self.reads.append(Read(began, view.event_id, frozenset(part.category for part in view.parts)))

    def wait_for(self, more: int) -> None:
        """Wait until so many more reads have ended."""
        until = len(self.reads) + more
        while len(self.reads) < until and not self.over:
            time.sleep(0.001)


def _prepared(town: Town) -> tuple[Family, ConsentId, ReferralId]:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    return family, a_consent(town, family), a_referral(town, family)


@contextmanager
def _reading(town: Town, referral: ReferralId) -> Iterator[Readers]:
    """Let sixteen read before, during and after the block."""
    readers = Readers(town, referral)
    threads = [threading.Thread(target=readers.run) for _ in range(_READERS)]
    for thread in threads:
        thread.start()
    try:
        readers.wait_for(_READERS)
        yield readers
        readers.wait_for(2 * _READERS)
    finally:
        readers.stop.set()
        for thread in threads:
            thread.join()
    assert readers.faults == []


def _keys_of_receiver(house: House, referral: ReferralId, category: str | None) -> int:
    asked = (
        "SELECT count(*) FROM part_wrap w JOIN sealed_part p ON p.part_id = w.part_id"
        " JOIN referral r ON r.referral_id = p.set_id"
        " WHERE r.referral_id = :referral AND w.service_id = r.to_service"
    )
    values: dict[str, object] = {"referral": referral.hex if house.writers else referral}
    if category is not None:
        asked += " AND p.category = :category"
        values["category"] = category
    with house.engine.connect() as connection:
        return int(connection.execute(text(asked), values).scalar_one())


def _nothing_opens_after_the_withdrawal(town: Town, *, whole: bool) -> None:
    family, consent, referral = _prepared(town)
    order = CommitOrder(town.house)
    asked = WithdrawConsent(consent, family.mother, "oral")
    if not whole:
        asked = WithdrawConsent(consent, family.mother, "oral", "category", category=_CLOSED)
    with _reading(town, referral) as readers:
        receipt = withdraw_consent(town.housing_worker, asked, stop=stop_what_hung_on)
        answered = time.monotonic()

    place = {event: number for number, event in enumerate(order.events())}
    said = {event.row.event_id: event for event in events(town.house)}
    withdrawn_at = place[receipt.event_id]
    opened = [
        event
        for event in place
        if said[event].row.action == "read_referral"
        and said[event].row.outcome == "permitted"
        and said[event].row.referral_id == referral
        and (whole or _CLOSED in str(said[event].persons[family.child]["disclosed"]))
    ]
    # The race was one: somebody opened before, and somebody tried after.
    assert opened
    assert any(place[EventId.of(str(read.event))] > withdrawn_at for read in readers.reads if read.event)
    # In the log's order of commits, no opening comes after the withdrawal.
    assert [event for event in opened if place[event] > withdrawn_at] == []
    # Whoever began after the withdrawal was answered saw nothing of what was taken back.
    late = [read for read in readers.reads if read.began > answered]
    assert late
    assert [read for read in late if (read.shown if whole else _CLOSED in read.shown)] == []
    # What the reader saw and what the log says are the same.
    for read in readers.reads:
        assert read.event is not None
        entry = said[EventId.of(str(read.event))]
        assert bool(read.shown) == (entry.row.outcome == "permitted")
        if read.shown:
            disclosed = entry.persons[family.child]["disclosed"]
            assert isinstance(disclosed, list)
            assert read.shown <= set(disclosed)
    assert _keys_of_receiver(town.house, referral, None if whole else _CLOSED) == 0


@pytest.mark.parametrize("whole", [True, False], ids=["the whole", "one category"])
def test_no_opening_commits_after_the_withdrawal_has(town: Town, whole: bool) -> None:
    _nothing_opens_after_the_withdrawal(town, whole=whole)


def test_a_stream_of_readers_does_not_hold_a_recall_off(town: Town) -> None:
    _, _, referral = _prepared(town)
    with _reading(town, referral) as readers:
        recall_referral(town.teacher, referral)
        assert not readers.over
    assert readers.reads[-1].shown == frozenset()


@pytest.mark.prove
@pytest.mark.parametrize("whole", [True, False], ids=["the whole", "one category"])
@pytest.mark.parametrize("_round", range(25))
def test_no_opening_commits_after_the_withdrawal_has_however_often(town: Town, whole: bool, _round: int) -> None:
    _nothing_opens_after_the_withdrawal(town, whole=whole)
