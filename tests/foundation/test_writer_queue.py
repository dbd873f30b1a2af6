import threading
import time
from collections.abc import Callable

import pytest

from foundation.engine import WriterQueue


def _started(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.001)


def test_writers_are_served_in_the_order_in_which_they_came() -> None:
    queue, served = WriterQueue(), list[int]()

    def write(number: int) -> None:
        with queue.turn():
            served.append(number)

    threads = []
    with queue.turn():
        for number in range(20):
            threads.append(_started(lambda number=number: write(number)))  # type: ignore[misc]  # bound at once
            _until(lambda number=number: len(queue._waiting) == number + 1)  # type: ignore[misc]  # as above
        assert served == []
    for thread in threads:
        thread.join(60)
    assert served == list(range(20))


def test_one_writer_at_a_time() -> None:
    queue, inside, most = WriterQueue(), [0], [0]

    def write() -> None:
        for _ in range(50):
            with queue.turn():
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0)
                inside[0] -= 1

    threads = [_started(write) for _ in range(8)]
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert most == [1]


def test_a_writer_that_fails_passes_the_turn_on() -> None:
    queue = WriterQueue()
    with pytest.raises(ValueError, match="in the way"), queue.turn():
        raise ValueError("in the way")
    done = _started(lambda: queue.turn().__enter__())
    done.join(60)
    assert not done.is_alive()


def test_asking_for_two_turns_at_once_is_an_error_and_no_deadlock() -> None:
    queue = WriterQueue()
    with queue.turn(), pytest.raises(RuntimeError, match="two turns"), queue.turn():
        pass
    with queue.turn():
        pass


def test_a_writer_that_gives_up_waiting_leaves_the_line() -> None:
    queue = WriterQueue()

    class GaveUp(BaseException):
        pass

    class Impatient:
        def acquire(self) -> bool:
            raise GaveUp

    with queue.turn():
        waiting = Impatient()
        queue._waiting.append(waiting)  # type: ignore[arg-type]  # what Ctrl-C does to a lock that is waited for
        with pytest.raises(GaveUp):
            queue._wait(waiting)  # type: ignore[arg-type]  # as above
        assert not queue._waiting
    with queue.turn():
        pass
