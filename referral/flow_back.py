"""Whether the receiver's answer may flow back to the sender: a disclosure of its own, which the rules decide."""

from sqlalchemy import bindparam, exists, select

from audit.look import Prepared
from audit.operation import Operation
from consent.consent import Consent, ConsentFlow
from consent.gather_facts import gather_case
from people.register import CannotBeHandled
from referral.lifecycle import State
from referral.referral import Referral

__all__ = ["ANSWER", "may_flow_back"]

#: The category under which it is told that somebody takes part, or does not.
ANSWER = "service_participation"

_ANSWERED = frozenset({State.ACCEPTED, State.DECLINED})
_YES_TO_IT = Prepared(
    select(
        exists().where(
            Consent.person_id == bindparam("person"),
            ConsentFlow.consent_id == Consent.consent_id,
            ConsentFlow.from_service == bindparam("receiver"),
            ConsentFlow.to_service == bindparam("sender"),
            ConsentFlow.category == ANSWER,
        )
    )
)


def may_flow_back(op: Operation, row: Referral) -> bool:
    """Whether the sender may be told how the receiver answered; what the rules said is written into the event.

    The rules are asked only where there is an answer and somebody once said yes to telling it; else the answer is no.
    """
    if State(row.state) not in _ANSWERED:
        return False
    ((asked,),) = op.rows(_YES_TO_IT, person=row.person_id, receiver=row.to_service, sender=row.from_service)
    if not asked:
        return False
    try:
        gathered = gather_case(
            op,
            person=row.person_id,
            sender=row.to_service,
            recipient=row.from_service,
            purpose=row.purpose,
            categories=[ANSWER],
        )
    except CannotBeHandled:  # one of a list has become strictly protected: the others are still shown
        return False
    op.note(**{f"flow_back/{row.referral_id}": gathered.decision.compact()})
    return gathered.decision.permits
