"""docs/lifecycle.md: the life of a referral, as `referral.lifecycle` draws it."""

from referral.lifecycle import LIFECYCLE, Party, State, Transition, seen_by_sender

__all__ = ["lifecycle_document"]

_HEAD = """\
# The life of a referral

Generated from `referral/lifecycle.py` by `tillit docs`; do not edit by hand.

A step that is not drawn here is refused (`step_not_drawn`), and a step of the other service too (`not_your_step`).
*Rules asked* says whether the rule book is asked at that moment: it is when something is disclosed, and never when
something is stopped. *Keys taken* says whether the receiving service's keys to the referral are taken away.

## Steps

| step | from | to | who | rules asked | keys taken | who is told |
|---|---|---|---|---|---|---|
"""

_MATRIX = """
## From where to where

| from \\ to | {columns} |
|---|{rules}|
"""

_SEEN = """
## What the sending service is shown

How the receiver answered flows back only where a consent in that direction permits it.

| state | with such a consent | without |
|---|---|---|
"""

_WHO = {
    Party.SENDER: "sending service",
    Party.RECEIVER: "receiving service",
    Party.CONSENT: "nobody: the consent was withdrawn",
}


def lifecycle_document() -> str:
    """The text of the document."""
    steps = "".join(_step(row) for row in LIFECYCLE)
    reached = list(dict.fromkeys(row.to_state for row in LIFECYCLE))
    matrix = _MATRIX.format(columns=" | ".join(reached), rules="---|" * (len(reached) - 1) + "---")
    rows = "".join(f"| {state} | " + " | ".join(_leads(state, to) for to in reached) + " |\n" for state in State)
    seen = "".join(
        f"| {state} | {seen_by_sender(state, may_flow_back=True)} | {seen_by_sender(state, may_flow_back=False)} |\n"
        for state in State
        if state is not State.DRAFT
    )
    return _HEAD + steps + matrix + rows + _SEEN + seen


def _step(row: Transition) -> str:
    told = {Party.SENDER: "the sender", Party.RECEIVER: "the receiver", Party.CONSENT: "-", None: "-"}[row.tells]
    cells = (
        row.step,
        ", ".join(state for state in State if state in row.from_states),
        row.to_state,
        _WHO[row.by],
        "yes" if row.asks_again else "no",
        "yes" if row.closes_receiver else "no",
        told,
    )
    return "| " + " | ".join(cells) + " |\n"


def _leads(state: State, to: State) -> str:
    return ", ".join(row.step for row in LIFECYCLE if state in row.from_states and row.to_state is to) or "·"
