"""Open one entry of the disclosure log, whole; opening it is an entry of its own."""

from audit.actions import Action
from audit.actor import Actor
from audit.family_visibility import Visible, newest_decision
from audit.log_entries import LogEntry, line_of
from audit.opened_event import open_event
from audit.operation import operation
from audit.place_in_the_log import place_of
from foundation.identifiers import EventId

__all__ = ["read_event"]


def read_event(actor: Actor, event: EventId) -> LogEntry:
    """The entry `event`: its line, its whole decision, and whom it was about.

    Raises:
        NotFound: there is no such entry. EntryDoesNotVerify: the stored disclosures are not what the commitment covers,
        or the index columns say otherwise.
    """
    with operation(actor, Action.READ_EVENT) as op:
        op.note(read=str(event))
        row, said = open_event(op, event)
        decided = newest_decision(op, event)
        return op.view(
            LogEntry(
                line=line_of(row),
                commitment=row.commitment.hex(),
                place=place_of(op, event),
                decision=said.decision,
                notes=said.notes,
                disclosed=said.disclosed,
                consulted=said.consulted,
                mentioned=tuple(said.mentioned),
                erased=said.erased,
                visible=decided.visible if decided else Visible.YES.value,
                visible_until=decided.until if decided else None,
                event_id=op.event_id,
            )
        )
