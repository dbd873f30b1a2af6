"""Requests that may arrive twice and are done once: what the first one was answered.

Kept for 24 hours: a keyed hash of the caller's idempotency key, a keyed hash of what was sent, and an answer of ids,
states, codes and dates. It commits together with the deed, so a request that was answered was done, and one that was
not can be sent again.
"""

from datetime import datetime

import orjson
from sqlalchemy.orm import Mapped, mapped_column

from audit.evidence.canonical_json import JsonValue
from foundation.errors import Conflict, Invalid
from foundation.identifiers import EventId
from foundation.tables import Base, Right

__all__ = ["AnsweredBefore", "IdempotencyKeyReused", "IdempotentAnswer", "StillRunning"]


class IdempotentAnswer(Right, Base):
    """What a request was answered that bore an idempotency key; its event is `recorded_in`."""

    __tablename__ = "idempotent_answer"
    of_persons = False

    key: Mapped[bytes] = mapped_column(primary_key=True)
    body: Mapped[bytes]
    answered_at: Mapped[datetime] = mapped_column(index=True)
    answer: Mapped[str]

    def again(self) -> "AnsweredBefore":
        """The same answer, to be given once more."""
        return AnsweredBefore(self.recorded_in, orjson.loads(self.answer))


class AnsweredBefore(Exception):
    """This was done already; here is what was answered then. Not an error: the edge gives the same answer again."""

    def __init__(self, event_id: EventId, answer: dict[str, JsonValue]) -> None:
        super().__init__("answered before")
        self.event_id = event_id
        self.answer = answer


class IdempotencyKeyReused(Invalid):
    """The same idempotency key came with another request."""

    code = "idempotency_key_reused"
    title = "This key was used for another request"
    do = "Use a fresh Idempotency-Key for each new request; repeat a key only to repeat the very same request."


class StillRunning(Conflict):
    """The first request with this idempotency key is still under way, or another wrote the same at the same moment."""

    code = "still_running"
    title = "The same thing is being done right now"
    do = "Wait a moment and send the same request again with the same key."
