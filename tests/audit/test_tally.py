import threading
from datetime import timedelta

from audit.tally import Tally
from tests.set_clock import BEGINNING


def test_the_first_is_told_at_once_and_the_rest_once_a_minute() -> None:
    tally = Tally()
    assert tally.count(BEGINNING) == 1
    for second in range(1, 60):
        assert tally.count(BEGINNING + timedelta(seconds=second)) is None
    assert tally.count(BEGINNING + timedelta(seconds=60)) == 60
    assert tally.count(BEGINNING + timedelta(seconds=61)) is None
    assert tally.count(BEGINNING + timedelta(seconds=200)) == 2


def test_nothing_is_forgotten_when_many_count_at_once() -> None:
    tally, told = Tally(), list[int]()

    def work() -> None:
        told.extend(number for number in (tally.count(BEGINNING) for _ in range(1000)) if number)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    last = tally.count(BEGINNING + timedelta(minutes=1))
    assert last is not None
    assert sum(told) + last == 8001
