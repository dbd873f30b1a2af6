"""Keep the log's tree up with what is recorded: a thread beside the server, a worker of its own, or once, to the end.

A commit of this process wakes it; what other processes commit it finds by looking. A batch begins at most every fifth
of a second, so that a busy service signs some heads a second and not hundreds.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select

from audit.begin_log import open_signer
from audit.event import AuditPending
from audit.evidence.log_store import DirectoryStore
from audit.evidence_lag import WARN_AFTER
from audit.house import House
from audit.integrate_events import LARGEST_BATCH
from audit.log_tables import LogLeaf, Watermark
from audit.look import Prepared
from audit.one_sequencer import only_sequencer
from audit.refusals import LogUnavailable
from audit.sequencer import Sequencer, trouble_of
from audit.sessions import ask
from foundation.identifiers import EventId

__all__ = ["keeping_up", "look", "sequence_events", "settle_log", "watch_log"]

#: Between the beginnings of two batches, and between two looks while nothing happens, in seconds.
BUSY: Final = 0.2
IDLE: Final = 1.0

_SIGNED = select(func.coalesce(func.max(Watermark.signed), 0)).scalar_subquery()
#: The oldest event that has no place yet, and the oldest that has one behind the last signed head.
_OLDEST = Prepared(
    select(
        select(AuditPending.event_id).order_by(AuditPending.event_id).limit(1).scalar_subquery(),
        select(LogLeaf.event_id)
        .where(LogLeaf.idx >= _SIGNED, LogLeaf.event_id.is_not(None))
        .order_by(LogLeaf.event_id)
        .limit(1)
        .scalar_subquery(),
    )
)

log = logging.getLogger("tillit.log")


@contextmanager
def keeping_up(house: House) -> Iterator[None]:
    """For the length of the block, keep the tree up in a thread, or watch how another process keeps it up.

    What waited before is signed when the block begins, what came in it when it has ended. What is wrong with the log
    stops neither.
    """
    embedded = house.settings.sequencer == "embedded"
    try:
        if embedded:
            settle_log(house)
        look(house)
    except Exception as error:  # noqa: BLE001  # whatever it is, recording goes on, and the thread tries again
        _tell(house, error)
    over = threading.Event()
    work = sequence_events if embedded else watch_log
    thread = threading.Thread(target=work, args=(house, over), name=work.__name__, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        house.evidence.committed()  # it may be waiting for a commit
        thread.join()


def settle_log(house: House) -> None:
    """Let everything that waits find its place and be signed, now; where a sequencer runs already, that one does it.

    Raises:
        Exception: what `trouble_of` knows. Nothing is lost then; the next sequencer takes it up.
    """
    with only_sequencer(house) as still:
        if still is not None:
            sequencer = _take_up(house)
            while sequencer.batch():
                pass


def sequence_events(house: House, over: threading.Event) -> None:
    """Be this log's sequencer whenever nobody else is, until `over`; what waits then is brought to its end."""
    while True:
        try:
            with only_sequencer(house) as still:
                if still is not None:
                    _sequence(house, still, over)
            look(house)
        except Exception as error:  # noqa: BLE001  # the log stands still, the thread does not: it tries again
            _tell(house, error)
            with suppress(LogUnavailable):
                look(house)
        if over.wait(IDLE):
            return


def watch_log(house: House, over: threading.Event) -> None:
    """Look once a second how far the proof is behind, where another process makes it; until `over`."""
    while not over.wait(IDLE):
        with suppress(LogUnavailable):
            look(house)


def look(house: House) -> EventId | None:
    """The oldest committed event that no signed head covers; the house is told how long it has waited.

    Raises:
        LogUnavailable: the database does not answer.
    """
    (found,) = ask(house, _OLDEST)
    oldest = min((one for one in found if one is not None), default=None)
    evidence = house.evidence
    evidence.looked(oldest, timedelta() if oldest is None else house.clock.now() - oldest.when)
    is_late = evidence.lag is not None and evidence.lag >= WARN_AFTER
    if is_late and not evidence.was_late:
        log.warning("the proof of the log is behind: entries have waited for a checkpoint for over a minute")
    elif evidence.was_late and not is_late:
        log.warning("the proof of the log has caught up")
    evidence.was_late = is_late
    return oldest


def _take_up(house: House) -> Sequencer:
    store = DirectoryStore(house.settings.store_path)
    store.prepare()
    return Sequencer(house, store, open_signer(house, store))


def _sequence(house: House, still: Callable[[], None], over: threading.Event) -> None:
    """Batch after batch, until `over` and nothing waits; raises what `trouble_of` knows."""
    sequencer, is_first = _take_up(house), True
    while True:
        began, is_last = time.monotonic(), over.is_set()
        still()
        grew = 0
        if look(house) is not None or is_first:
            grew, is_first = sequencer.batch(), False
            look(house)
            house.evidence.trouble = None
        if is_last and not grew:
            return
        if grew < LARGEST_BATCH and not is_last:
            house.evidence.await_commit(BUSY if grew else IDLE)
            over.wait(max(0.0, began + BUSY - time.monotonic()))


def _tell(house: House, error: Exception) -> None:
    """Say once what is wrong with the log; the cause is shown whole where nobody foresaw it."""
    trouble = trouble_of(error)
    if trouble != house.evidence.trouble:
        log.error("the log is not signed [%s]: %s", trouble, error, exc_info=error if trouble == "fault" else None)
    house.evidence.trouble = trouble
