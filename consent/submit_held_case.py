"""Ask one's leader to decide a disclosure that the rules hold: what, to whom, what for, and why."""

from dataclasses import dataclass

from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import Operation, operation
from confidentiality.vocabulary import CATEGORY, PURPOSE
from consent.gather_facts import NO_CLOSENESS, Closeness
from consent.held_by_the_rules import held_by_the_rules
from consent.held_case import HeldCase, HeldState, HeldStep, refuse_reason, take_held_step
from foundation.errors import Conflict, FieldProblem, Invalid
from foundation.identifiers import EventId, HeldCaseId, PersonId, ServiceId
from people.notice import tell
from people.organisation import Service
from people.person import entry_of

__all__ = ["AskedAlready", "HeldCaseReceipt", "SubmitHeldCase", "submit_held_case"]


class AskedAlready(Conflict):
    """The same is being decided already."""

    code = "held_case_asked_already"
    title = "This is being decided already"
    do = "Look at the cases that wait for a decision; yours is among them."


@dataclass(frozen=True)
class SubmitHeldCase:
    """About whom, to which service, what for, which categories, and why it should go all the same."""

    person: PersonId
    to_service: ServiceId
    purpose: str
    categories: tuple[str, ...]
    reason: str
    closeness: Closeness = NO_CLOSENESS


@dataclass(frozen=True)
class HeldCaseReceipt:
    """Where the case stands now."""

    id: HeldCaseId
    state: str
    version: int
    event_id: EventId


def submit_held_case(actor: Actor, asked: SubmitHeldCase) -> HeldCaseReceipt:
    """Put a held disclosure before the leader of the sending service; nothing is sent.

    Raises:
        NotFound: the actor's service does not have this person.
        Invalid: an unknown service, purpose or category, none, or a reason that says nothing.
        NothingIsHeld: one of the categories is open already.
        SharingRefused: another rule closes one of them, so that nobody can decide it.
        AskedAlready: a case about one of them is open.
    """
    with operation(actor, Action.SUBMIT_HELD_CASE, about=[asked.person]) as op:
        _refuse_nonsense(op, asked)
        op.draft.purpose, op.draft.recipient_service_id = asked.purpose, asked.to_service
        entry_of(op, asked.person, op.service)
        gathered = held_by_the_rules(
            op,
            person=asked.person,
            recipient=asked.to_service,
            purpose=asked.purpose,
            categories=asked.categories,
            closeness=asked.closeness,
        )
        _refuse_twice(op, asked)
        rules = dict.fromkeys(rule for result in gathered.decision.results for rule in result.rules)
        row = HeldCase(
            held_case_id=HeldCaseId.new(),
            person_id=asked.person,
            from_service=op.service,
            to_service=asked.to_service,
            purpose=asked.purpose,
            categories=" ".join(sorted(asked.categories)),
            rules=" ".join(rules),
            asked_at=op.time,
            state=HeldState.ASKED.value,
            version=0,
            valid_to=None,
        )
        op.add(row)
        take_held_step(op, row, HeldStep.ASK, HeldState.ASKED, asked.reason)
        op.note(held_case=str(row.held_case_id))
        tell(op, op.service, "held_case_asked")
        return op.answered(HeldCaseReceipt(row.held_case_id, row.state, row.version, op.event_id))


def _refuse_nonsense(op: Operation, asked: SubmitHeldCase) -> None:
    fields = []
    if asked.purpose not in PURPOSE:
        fields.append(FieldProblem("purpose", "unknown_word"))
    if not asked.categories:
        fields.append(FieldProblem("categories", "too_few"))
    if any(category not in CATEGORY for category in asked.categories):
        fields.append(FieldProblem("categories", "unknown_category"))
    if asked.to_service == op.service or op.get(Service, asked.to_service) is None:
        fields.append(FieldProblem("to_service", "unknown_service"))
    if fields:
        raise Invalid(fields=fields)
    refuse_reason(asked.reason)


def _refuse_twice(op: Operation, asked: SubmitHeldCase) -> None:
    open_now = op.all(
        select(HeldCase).where(
            HeldCase.person_id == asked.person,
            HeldCase.from_service == op.service,
            HeldCase.to_service == asked.to_service,
            HeldCase.purpose == asked.purpose,
            HeldCase.state.in_([HeldState.ASKED.value, HeldState.DECIDED.value]),
        )
    )
    if any(not set(asked.categories).isdisjoint(row.categories.split()) for row in open_now):
        raise AskedAlready
