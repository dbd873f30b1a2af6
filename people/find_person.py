"""Find a person on one's own roster by the beginning of their name."""

from sqlalchemy import func, select

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from foundation.errors import FieldProblem, Invalid
from people.person import NamePrefix, RosterEntry, name_hashes, name_parts
from people.views import PersonList, person_line

__all__ = ["find_person"]

_MOST_HITS = 10


def find_person(actor: Actor, words: str) -> PersonList:
    """The first ten persons of the actor's service one of whose names begins with each of `words`.

    Only hits are opened; the event keeps the words, sealed, and the number of hits. Names longer than six letters match
    by their first six.

    Raises:
        Invalid: no word of at least two letters.
    """
    with operation(actor, Action.FIND_PERSON) as op:
        op.note(words=words[:100])
        hashes = name_hashes(op.house.custody, op.service, name_parts(words[:100]), prefixes=False)
        if not hashes:
            raise Invalid(fields=[FieldProblem("words", "too_few_letters")])
        matching = (
            select(NamePrefix.entry_id)
            .where(NamePrefix.service_id == op.service, NamePrefix.hash.in_(hashes))
            .group_by(NamePrefix.entry_id)
            .having(func.count(NamePrefix.hash.distinct()) == len(hashes))
        )
        found = op.all(
            select(RosterEntry)
            .where(RosterEntry.entry_id.in_(matching))
            .order_by(RosterEntry.added_at, RosterEntry.entry_id)
            .limit(_MOST_HITS)
        )
        op.load_keys(entry.person_id for entry in found)
        op.draft.hits = len(found)
        hits = sorted((person_line(op, entry) for entry in found), key=lambda line: name_parts(line.name))
        return op.view(PersonList(tuple(hits), None, op.event_id))
