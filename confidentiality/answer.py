"""Yes, no or unknown: the three answers a question about a case can have.

The connectives are those of Kleene's strong three-valued logic: an answer is known as soon as what is known settles it.
"""

from enum import Enum
from typing import NoReturn


class Answer(Enum):
    """The answer to one question; it refuses to stand in an `if`, because unknown is neither true nor false.

    The value is the letter under which the answer is stored: `y`, `n` or `u`.
    """

    YES = "y"
    NO = "n"
    UNKNOWN = "u"

    def __bool__(self) -> NoReturn:
        raise TypeError("An Answer is yes, no or unknown: compare it with `is`, never use it as a condition.")

    def __and__(self, other: "Answer") -> "Answer":
        if self is Answer.NO or other is Answer.NO:
            return Answer.NO
        if self is Answer.YES and other is Answer.YES:
            return Answer.YES
        return Answer.UNKNOWN

    def __or__(self, other: "Answer") -> "Answer":
        if self is Answer.YES or other is Answer.YES:
            return Answer.YES
        if self is Answer.NO and other is Answer.NO:
            return Answer.NO
        return Answer.UNKNOWN

    def __invert__(self) -> "Answer":
        if self is Answer.YES:
            return Answer.NO
        if self is Answer.NO:
            return Answer.YES
        return Answer.UNKNOWN


YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


def answer(known: bool | None) -> Answer:  # noqa: FBT001  # The argument is the answer itself, not a flag.
    """The answer to a question whose truth is known, or `UNKNOWN` where nobody said (`None`)."""
    if known is None:
        return UNKNOWN
    return YES if known else NO


def all_of(*answers: Answer) -> Answer:
    """Yes when every answer is yes, no when one is no, unknown otherwise."""
    result = YES
    for each in answers:
        result &= each
    return result


def any_of(*answers: Answer) -> Answer:
    """Yes when one answer is yes, no when every one is no, unknown otherwise."""
    result = NO
    for each in answers:
        result |= each
    return result
