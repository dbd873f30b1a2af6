"""The five kinds of answer that are not the one asked for.

Floors above subclass exactly one of them. There is no HTTP here: the edge maps the *kind* to a status once, in one
table. Each error bears a stable `code`, which docs/errors.md explains, and values that are codes, counts and dates
only: never a name, a number of identity or free text, because errors are shown, logged and read out on the telephone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

__all__ = ["Conflict", "FieldProblem", "Invalid", "NotFound", "Problem", "Refused", "Unavailable"]


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field of what was sent: where, and a code that the edge translates."""

    field: str
    code: str


class Problem(Exception):
    """An answer that is not the one asked for; `code` is stable and documented in docs/errors.md."""

    code: ClassVar[str] = "problem"
    title: ClassVar[str] = "Something is in the way"
    do: ClassVar[str] = "Try again, or ask your leader."
    #: False where the event of this answer must not tell whom it was about, lest it show that there is such a person.
    names_subjects: ClassVar[bool] = True

    def __init__(
        self,
        *,
        values: Mapping[str, str | int] | None = None,
        fields: Sequence[FieldProblem] = (),
        rules: Sequence[str] = (),
    ) -> None:
        super().__init__(self.code)
        self.values = dict(values or {})
        self.fields = tuple(fields)
        #: Codes of the rules that spoke against it; the edge adds their reasons and sources in the reader's language.
        self.rules = tuple(rules)
        #: The log event of this answer, set when it has been written.
        self.event_id: UUID | None = None


class Invalid(Problem):
    """What was sent cannot be understood or is out of bounds; nothing was done."""

    code = "invalid"
    title = "Something in what you sent is not right"
    do = "Correct the fields that are named and send it again."


class NotFound(Problem):
    """There is no such thing, or it is not yours to know of: the two are told apart by nobody."""

    code = "not_found"
    title = "Not found"
    do = "Check the address or the reference. If you followed a link, ask the one who sent it."
    names_subjects = False


class Refused(Problem):
    """You are known, but this is not allowed; the rules that spoke are named."""

    code = "refused"
    title = "This is not allowed"
    do = "Read the reasons below; each says what would have to be in place."


class Conflict(Problem):
    """What you built on has changed meanwhile; nothing was done."""

    code = "conflict"
    title = "This has changed since you opened it"
    do = "Open it again and look at the newest state before you go on."


class Unavailable(Problem):
    """Something that must be there is not, so nothing is disclosed and nothing is done."""

    code = "unavailable"
    title = "Tillit cannot do this right now"
    do = "Wait a little and try again. If it is urgent, use the telephone numbers on the help page."
