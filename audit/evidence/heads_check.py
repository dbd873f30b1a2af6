"""Check the published heads: each vouched for by the policy, all in one line, times never falling."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from audit.evidence.checkpoint_history import HistoryFile, MalformedHistory, history_number, history_path, parse_history
from audit.evidence.do_many import DoMany
from audit.evidence.finding import Finding
from audit.evidence.log_policy import CheckpointRefused, LogPolicy, SignedHead, judge_note
from audit.evidence.log_store import LogStore
from audit.evidence.note import MalformedNote, Note, parse_checkpoint, parse_note
from audit.evidence.publish_checkpoint import NEWEST
from audit.evidence.verify_ed25519 import verify_ed25519
from audit.evidence.window_check import read_or_find


@dataclass
class CheckedHeads:
    """The heads that the policy vouches for, by size; where each stands; what was wrong with the others."""

    heads: dict[int, SignedHead] = field(default_factory=dict)
    places: dict[int, str] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def take(self, size: int, judged: SignedHead | str, place: str) -> None:
        """Take in what was said of the head of ``size`` entries: that it is vouched for, or why it is not."""
        self.sizes.append(size)
        if isinstance(judged, str):
            self.findings.append(Finding("head_refused", place, f"the head of {size} entries: {judged}"))
        else:
            self.heads[size], self.places[size] = judged, place

    @cached_property
    def sizes_in(self) -> Mapping[int, Sequence[int]]:
        """The sizes of these heads, ascending, by the window in which their last leaf lies."""
        sizes: defaultdict[int, list[int]] = defaultdict(list)
        for size in sorted(self.heads):
            sizes[history_number(size)].append(size)
        return sizes

    @property
    def newest(self) -> SignedHead | None:
        """The newest head the policy vouches for."""
        return self.heads[max(self.heads)] if self.heads else None

    @property
    def witnessed_size(self) -> int:
        """The size of the newest head that the quorum cosigned; 0 when there is none."""
        return max((size for size, head in self.heads.items() if head.is_witnessed), default=0)


@dataclass
class _JudgedFile:
    """A history file, None where it cannot be read, and for each of its heads what the policy says, or why not."""

    history: HistoryFile | None = None
    judged: list[SignedHead | str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def check_heads(
    store: LogStore,
    policy: LogPolicy,
    newest: bytes | None,
    numbers: Iterable[int],
    *,
    from_the_first: bool,
    many: DoMany = map,
) -> CheckedHeads:
    """Check the history files ``numbers``, ascending, and that ``newest``, the file ``checkpoint``, is in them.

    ``from_the_first`` says that the files should be all there ever were.
    """
    checked = CheckedHeads()
    notes: dict[int, Note] = {}
    before: HistoryFile | None = None
    for file in many(partial(_judge, store, policy), numbers):
        checked.findings += file.findings
        if file.history is None:
            continue
        if before is not None or from_the_first:
            _check_line(file.history, before, checked.findings)
        before = file.history
        for note, said, judged in zip(before.notes, before.checkpoints, file.judged, strict=True):
            notes[said.size] = note
            checked.take(said.size, judged, history_path(before.number))
    _check_newest(newest, notes, checked.findings)
    _check_times(checked)
    if checked.heads and not checked.witnessed_size:
        reason = "no head bears the cosignatures that the policy asks for"
        checked.findings.append(Finding("not_witnessed", NEWEST, reason))
    return checked


def numbers_since(store: LogStore, newest: bytes | None, size: int) -> list[int]:
    """The history files from the one with the head of ``size`` to the newest, found by going back from the newest."""
    try:
        number = history_number(parse_checkpoint(parse_note(newest or b"").text).size)
    except MalformedNote:
        return []
    numbers: list[int] = []
    while number >= history_number(size):
        numbers.append(number)
        history = _read_history(store, number, [])
        if history is None or history.previous is None:
            break
        number = history.previous.number
    return numbers[::-1]


def _judge(store: LogStore, policy: LogPolicy, number: int) -> _JudgedFile:
    file = _JudgedFile()
    file.history = _read_history(store, number, file.findings)
    if file.history is not None:
        for note, said in zip(file.history.notes, file.history.checkpoints, strict=True):
            try:
                file.judged.append(judge_note(note, said, policy, verify_ed25519))
            except CheckpointRefused as error:
                file.judged.append(str(error))
    return file


def _read_history(store: LogStore, number: int, findings: list[Finding]) -> HistoryFile | None:
    data = read_or_find(store, history_path(number), findings)
    if data is None:
        return None
    try:
        history = parse_history(data)
    except MalformedHistory as error:
        findings.append(Finding("malformed", history_path(number), str(error)))
        return None
    if history.number != number:
        reason = f"the heads in it belong to file {history.number}"
        findings.append(Finding("malformed", history_path(number), reason))
        return None
    return history


def _check_line(history: HistoryFile, before: HistoryFile | None, findings: list[Finding]) -> None:
    if history.previous != (None if before is None else before.as_earlier):
        follows = "begin the line" if before is None else f"continue {history_path(before.number)}"
        reason = f"it does not {follows}: heads were taken out, changed or put in"
        findings.append(Finding("history_broken", history_path(history.number), reason))


def _check_newest(newest: bytes | None, notes: dict[int, Note], findings: list[Finding]) -> None:
    """The file ``checkpoint`` is written after the history: it may lag behind it, but never says anything else."""
    if newest is None:
        findings.append(Finding("missing", NEWEST, "there is no head"))
        return
    try:
        note = parse_note(newest)
        size = parse_checkpoint(note.text).size
    except MalformedNote as error:
        findings.append(Finding("malformed", NEWEST, str(error)))
        return
    published = notes.get(size)
    if published is None or published.text != note.text or not set(note.signatures) <= set(published.signatures):
        findings.append(Finding("history_broken", NEWEST, f"the head of {size} entries is not one of the history"))


def _check_times(checked: CheckedHeads) -> None:
    latest = 0
    for size in sorted(checked.heads):
        time = checked.heads[size].time
        if time < latest:
            reason = f"the head of {size} entries states an earlier time than one before it"
            checked.findings.append(Finding("time_fell", checked.places[size], reason))
        latest = max(latest, time)
