"""List the persons on one's own roster, newest first; by name where the list fits a page."""

from sqlalchemy import select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from foundation.errors import FieldProblem, Invalid
from people.person import RosterEntry, name_parts
from people.views import PersonList, person_line

__all__ = ["list_persons"]

_PAGE = 200


def list_persons(actor: Actor, page: str | None = None) -> PersonList:
    """One page of at most 200 persons of the actor's service.

    Args:
        actor: whose service's roster it is.
        page: the `next` of the page before; None for the first.

    Raises:
        Invalid: `page` is no such token.
    """
    with operation(actor, Action.LIST_PERSONS) as op:
        if page is not None and not page.isdecimal():
            raise Invalid(fields=[FieldProblem("page", "unknown_page")])
        offset = int(page or 0)
        found = op.all(
            select(RosterEntry)
            .where(RosterEntry.service_id == op.service)
            .order_by(RosterEntry.added_at.desc(), RosterEntry.entry_id)
            .offset(offset)
            .limit(_PAGE + 1)
        )
        shown = found[:_PAGE]
        op.load_keys(entry.person_id for entry in shown)
        lines = [person_line(op, entry) for entry in shown]
        if offset == 0 and len(found) <= _PAGE:
            lines.sort(key=lambda line: name_parts(line.name))
        op.draft.hits = len(lines)
        following = str(offset + _PAGE) if len(found) > _PAGE else None
        return op.view(PersonList(tuple(lines), following, op.event_id))
