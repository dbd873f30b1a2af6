"""What a leader may decide: a disclosure that the rules hold for exactly that, and that nothing else closes."""

from collections.abc import Collection
from dataclasses import replace

from audit.operation import Operation
from audit.refusals import SharingRefused
from confidentiality.decision import Decision
from confidentiality.vocabulary import OPEN
from consent.case import decide_case
from consent.gather_facts import NO_CLOSENESS, Closeness, Gathered, gather_case
from consent.held_case import HeldCase
from consent.on_record import SUBJECT
from foundation.errors import Conflict
from foundation.identifiers import PersonId, ServiceId

__all__ = ["NothingIsHeld", "held_by_the_rules", "refuse_unless_held"]


class NothingIsHeld(Conflict):
    """The rules wait for nobody here: what was asked about is open already."""

    code = "nothing_is_held"
    title = "Nobody has to decide this"
    do = "Go back to the referral: what you want to send is open."


def refuse_unless_held(op: Operation, row: HeldCase, closeness: Closeness) -> None:
    """Ask the rules again about a case, as of whoever acts on it now. Raises as `held_by_the_rules` does."""
    held_by_the_rules(
        op,
        person=row.person_id,
        recipient=row.to_service,
        purpose=row.purpose,
        categories=row.categories.split(),
        closeness=closeness,
    )


def held_by_the_rules(
    op: Operation,
    *,
    person: PersonId,
    recipient: ServiceId,
    purpose: str,
    categories: Collection[str],
    closeness: Closeness = NO_CLOSENESS,
) -> Gathered:
    """What the rules say to whoever acts now about sending these categories; the decision stands in the event.

    Raises:
        NothingIsHeld: one of them is open without anybody's decision.
        SharingRefused: a decision of people would not open one of them: another rule closes it.
    """
    gathered = gather_case(
        op,
        person=person,
        sender=op.service,
        recipient=recipient,
        purpose=purpose,
        categories=categories,
        closeness=closeness,
    )
    decision = gathered.decision
    rules = tuple(dict.fromkeys(rule for result in decision.results for rule in result.rules))
    op.draft.decision, op.draft.rule_book, op.draft.rules = decision.compact(), decision.rule_book, rules
    op.draft.categories.update(categories)
    if any(result.result in OPEN for result in decision.results):
        raise NothingIsHeld
    if not _would_open(gathered, categories).permits_stripped:
        raise SharingRefused(decision, rules)
    return gathered


def _would_open(gathered: Gathered, categories: Collection[str]) -> Decision:
    """The decision as if leader and second approver had decided all of it already."""
    return decide_case(replace(gathered.case, decided=frozenset((SUBJECT, category) for category in categories)))
