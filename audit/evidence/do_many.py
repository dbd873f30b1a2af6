"""Do the same for many: one after the other here, or several at a time in processes of their own."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Final, Protocol, TypeVar

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

#: How many are handed to a process together.
AT_ONCE: Final = 16


class DoMany(Protocol):
    """Does the same for many, and gives what came of each in their order, as ``map`` does."""

    def __call__(self, do: Callable[[Asked], Answered], many: Iterable[Asked], /) -> Iterable[Answered]:
        """What ``do`` comes to for each of ``many``; with processes, both and the answer are things to be pickled."""


@contextmanager
def do_many(processes: int) -> Iterator[DoMany]:
    """For the length of the block, something that does the same for many in so many processes; in this one, for 1."""
    if processes == 1:
        yield map
        return
    with ProcessPoolExecutor(processes) as pool:
        yield partial(pool.map, chunksize=AT_ONCE)
