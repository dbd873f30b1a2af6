"""What the doctor asks of the log: how far its proof is behind, and whether database, store and signer agree."""

from dataclasses import dataclass
from datetime import timedelta

from audit.begin_log import has_begun, open_signer
from audit.evidence.log_store import DirectoryStore
from audit.house import House
from audit.sequence_events import look
from audit.sequencer import standing, trouble_of

__all__ = ["LogExamination", "examine_log"]


@dataclass(frozen=True)
class LogExamination:
    """What was found.

    Attributes:
        lag: the age of the oldest committed event that no signed head covers; None when none waits.
        size: how many entries the tree has; 0 before it begins.
        trouble: why the log cannot go on, as a code; None when all agree.
    """

    lag: timedelta | None
    size: int
    trouble: str | None


def examine_log(house: House) -> LogExamination:
    """Look at the log of `house`; nothing is changed and nothing about anybody is read."""
    look(house)
    store, size, trouble = DirectoryStore(house.settings.store_path), 0, None
    try:
        if has_begun(house, store):
            found = standing(house, store, open_signer(house, store).signed_size)
            size = 0 if found is None else found.tree.size
    except Exception as error:  # noqa: BLE001  # whatever it is, the doctor says it by its code
        trouble = trouble_of(error)
    return LogExamination(house.evidence.lag, size, trouble)
