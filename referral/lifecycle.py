"""The life of a referral as one table: from where, to where, who may, what is asked again, and who is told how much.

Pure.

Consent is asked about again when something is disclosed, never when something is stopped. The diagram in
docs/lifecycle.md is drawn from this table, and a test walks every step that is drawn and is refused every one that is
not.
"""

from dataclasses import dataclass
from enum import StrEnum

from foundation.errors import Conflict, Refused

__all__ = [
    "LIFECYCLE",
    "NotThisParty",
    "Party",
    "State",
    "Step",
    "StepNotDrawn",
    "Transition",
    "after",
    "seen_by_sender",
    "transition",
]


class State(StrEnum):
    """Where a referral stands. *Delivered* is a time, not a state."""

    DRAFT = "draft"
    SENT = "sent"
    OPENED = "opened"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    RECALLED = "recalled"
    STOPPED = "stopped"


class Step(StrEnum):
    """What may happen to a referral."""

    SEND = "send"
    OPEN = "open"
    ACCEPT = "accept"
    DECLINE = "decline"
    RECALL = "recall"
    STOP = "stop"


class Party(StrEnum):
    """Who takes a step: the sending or the receiving service, or nobody (the consent went)."""

    SENDER = "sender"
    RECEIVER = "receiver"
    CONSENT = "consent"


@dataclass(frozen=True)
class Transition:
    """One row of the table.

    Attributes:
        step: what happens.
        from_states: where it may happen.
        to_state: where it leads.
        by: who takes it.
        asks_again: whether the rules on information are asked at that moment.
        closes_receiver: whether the receiving service's keys to the parts are taken away.
        tells: the service that is told, if any.
    """

    step: Step
    from_states: frozenset[State]
    to_state: State
    by: Party
    asks_again: bool
    closes_receiver: bool
    tells: Party | None


LIFECYCLE: tuple[Transition, ...] = (
    Transition(Step.SEND, frozenset({State.DRAFT}), State.SENT, Party.SENDER, True, False, Party.RECEIVER),
    Transition(Step.OPEN, frozenset({State.SENT}), State.OPENED, Party.RECEIVER, True, False, None),
    Transition(Step.ACCEPT, frozenset({State.OPENED}), State.ACCEPTED, Party.RECEIVER, False, False, Party.SENDER),
    Transition(
        Step.DECLINE, frozenset({State.SENT, State.OPENED}), State.DECLINED, Party.RECEIVER, False, True, Party.SENDER
    ),
    Transition(
        Step.RECALL, frozenset({State.SENT, State.OPENED}), State.RECALLED, Party.SENDER, False, True, Party.RECEIVER
    ),
    Transition(
        Step.STOP,
        frozenset({State.SENT, State.OPENED, State.ACCEPTED}),
        State.STOPPED,
        Party.CONSENT,
        False,
        True,
        Party.SENDER,
    ),
)


class StepNotDrawn(Conflict):
    """The referral stands where this step is not drawn; `state` in the values is where."""

    code = "step_not_drawn"
    title = "This cannot be done with the referral as it stands now"
    do = "Open it again and look at its state; somebody may have answered it meanwhile."


class NotThisParty(Refused):
    """The step belongs to the other service."""

    code = "not_your_step"
    title = "The other service takes this step"
    do = "The receiving service answers a referral; the sending service recalls it."


def transition(step: Step) -> Transition:
    """The row of the table for `step`."""
    return next(row for row in LIFECYCLE if row.step is step)


def after(state: State, step: Step, by: Party) -> Transition:
    """The row that leads on from `state` when `by` takes `step`.

    Raises:
        NotThisParty: the step is the other service's.
        StepNotDrawn: the step is not drawn from `state`; the sender is not told there how the receiver answered.
    """
    row = transition(step)
    if row.by is not by:
        raise NotThisParty
    if state not in row.from_states:
        seen = seen_by_sender(state, may_flow_back=False) if by is Party.SENDER else state.value
        raise StepNotDrawn(values={"state": seen, "step": step.value})
    return row


#: What the sender learns where no consent lets the answer flow back: that it came to somebody, or that it did not.
_WITHOUT_CONSENT = {
    State.DRAFT: "draft",
    State.SENT: "sent",
    State.OPENED: "received",
    State.ACCEPTED: "received",
    State.DECLINED: "received",
    State.RECALLED: "recalled",
    State.STOPPED: "stopped",
}


def seen_by_sender(state: State, *, may_flow_back: bool) -> str:
    """The state that the sending service is shown; how the receiver answered is the receiver's to tell, on consent."""
    return state.value if may_flow_back else _WITHOUT_CONSENT[state]
