from collections.abc import Callable
from itertools import product

import pytest

from consent.withdraw_consent import WithdrawConsent, withdraw_consent
from foundation.errors import Problem
from foundation.identifiers import ConsentId, ReferralId
from people.list_notices import list_notices
from referral.accept_referral import accept_referral
from referral.decline_referral import decline_referral
from referral.lifecycle import (
    LIFECYCLE,
    NotThisParty,
    Party,
    State,
    Step,
    StepNotDrawn,
    after,
    seen_by_sender,
    transition,
)
from referral.list_referrals import list_referrals
from referral.own_referral import stop_what_hung_on
from referral.read_referral import read_referral
from referral.recall_referral import recall_referral
from tests.log_reading import newest
from tests.situations import Family, Town, a_consent, a_family, a_referral


def test_every_step_has_one_row_and_every_state_is_reached() -> None:
    assert sorted(row.step for row in LIFECYCLE) == sorted(Step)
    assert {row.to_state for row in LIFECYCLE} | {State.DRAFT} == set(State)


def test_what_is_disclosed_is_asked_about_and_what_is_stopped_never_is() -> None:
    for row in LIFECYCLE:
        assert row.asks_again == (row.step in {Step.SEND, Step.OPEN})
        assert row.closes_receiver == (row.to_state in {State.DECLINED, State.RECALLED, State.STOPPED})


@pytest.mark.parametrize(("state", "step", "by"), list(product(State, Step, Party)))
def test_a_step_is_taken_where_it_is_drawn_and_by_whom(state: State, step: Step, by: Party) -> None:
    row = transition(step)
    if by is not row.by:
        with pytest.raises(NotThisParty):
            after(state, step, by)
    elif state in row.from_states:
        assert after(state, step, by).to_state is row.to_state
    else:
        with pytest.raises(StepNotDrawn) as refused:
            after(state, step, by)
        told = seen_by_sender(state, may_flow_back=False) if by is Party.SENDER else state.value
        assert refused.value.values == {"state": told, "step": step.value}


def test_without_consent_the_sender_cannot_tell_yes_from_no() -> None:
    shown = {state: seen_by_sender(state, may_flow_back=False) for state in State}
    assert shown[State.ACCEPTED] == shown[State.DECLINED] == shown[State.OPENED] == "received"
    for state in State:
        assert seen_by_sender(state, may_flow_back=True) == state.value


# The same table, walked through the deeds ----------------------------------------------------------------------------


class Sent:
    """A referral that stands in one of the states, and everybody who could take a step with it."""

    def __init__(self, town: Town, state: State) -> None:
        self.town = town
        self.family: Family = a_family(town)
        a_family(town, town.teacher, again=self.family)
        self.consent: ConsentId = a_consent(town, self.family)
        self.id: ReferralId = a_referral(town, self.family)
        for step in _WAY_TO[state]:
            self.take(step, transition(step).by)
        assert self.state is state

    def take(self, step: Step, by: Party) -> None:
        """Take a step through its deed, on this side."""
        actor = self.town.teacher if by is Party.SENDER else self.town.coordinator
        deeds: dict[Step, Callable[[], object]] = {
            Step.OPEN: lambda: read_referral(actor, self.id),
            Step.ACCEPT: lambda: accept_referral(actor, self.id),
            Step.DECLINE: lambda: decline_referral(actor, self.id, "full"),
            Step.RECALL: lambda: recall_referral(actor, self.id),
            Step.STOP: lambda: withdraw_consent(
                self.town.housing_worker,
                WithdrawConsent(self.consent, self.family.mother, "oral"),
                stop=stop_what_hung_on,
            ),
        }
        deeds[step]()

    @property
    def state(self) -> State:
        """Where it stands, as the receiver's list says."""
        lines = list_referrals(self.town.coordinator, side="receiver").items
        return next(State(line.state) for line in lines if line.id == self.id)


_WAY_TO: dict[State, tuple[Step, ...]] = {
    State.SENT: (),
    State.OPENED: (Step.OPEN,),
    State.ACCEPTED: (Step.OPEN, Step.ACCEPT),
    State.DECLINED: (Step.DECLINE,),
    State.RECALLED: (Step.RECALL,),
    State.STOPPED: (Step.STOP,),
}
_ANSWERS = (Step.ACCEPT, Step.DECLINE, Step.RECALL)


@pytest.mark.slow
@pytest.mark.parametrize("state", _WAY_TO)
def test_every_drawn_step_is_walked_and_every_undrawn_one_refused(town: Town, state: State) -> None:
    for step, by in product(_ANSWERS, (Party.SENDER, Party.RECEIVER)):
        sent, drawn = Sent(town, state), transition(step)
        # A recall is nobody's but the sender's; the coordinator's role does not even have it.
        expected: type[Problem] | None = None
        if by is not drawn.by:
            expected = Problem
        elif state not in drawn.from_states:
            expected = StepNotDrawn
        if expected is None:
            sent.take(step, by)
            assert newest(town.house).shape == (f"{step.value}_referral", "permitted", None)
            assert sent.state is drawn.to_state
            continue
        with pytest.raises(expected) as refused:
            sent.take(step, by)
        assert refused.value.code in {"step_not_drawn", "not_your_step", "not_in_your_role"}
        assert newest(town.house).row.event_id == refused.value.event_id
        assert newest(town.house).row.outcome in {"conflict", "refused"}
        assert sent.state is state


@pytest.mark.slow
@pytest.mark.parametrize("state", _WAY_TO)
def test_a_withdrawal_stops_what_is_under_way_and_leaves_alone_what_is_over(town: Town, state: State) -> None:
    sent = Sent(town, state)
    if state is not State.STOPPED:
        sent.take(Step.STOP, Party.CONSENT)
    over = state in {State.DECLINED, State.RECALLED}
    assert sent.state is (state if over else State.STOPPED)
    told = [one.kind for one in list_notices(town.teacher).items if one.referral_id == sent.id]
    assert ("referral_stopped" in told) is not over


@pytest.mark.parametrize("state", [State.SENT, State.OPENED, State.ACCEPTED])
def test_reading_opens_what_was_sent_and_moves_nothing_else(town: Town, state: State) -> None:
    sent = Sent(town, state)
    sent.take(Step.OPEN, Party.SENDER)
    assert sent.state is state
    sent.take(Step.OPEN, Party.RECEIVER)
    assert sent.state is (State.OPENED if state is State.SENT else state)
