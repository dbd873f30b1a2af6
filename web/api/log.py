"""The disclosure log, for the auditor and the data protection officer; reading it is an entry of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from audit.actions import Action
from audit.log_entries import LogEntry, LogLine, LogPage
from audit.place_in_the_log import PlaceInTheLog
from audit.read_event import read_event
from audit.search_log import SearchLog, search_log
from consent.replay_decision import ReplayView, replay_decision
from foundation.identifiers import EventId, PersonId
from web.api.described import gives
from web.api.exact import Instant
from web.api.router import calls_below
from web.parameters import EventIdHere, PersonIdHere, ReferralIdHere, ServiceIdHere, StaffIdHere
from web.sent import Sent
from web.visit import Here, does

router = calls_below("/log/events", tag="The log")

Word = Annotated[str, Field(max_length=40)]


class Filters(Sent):
    """What is looked for; everything that is left out matches. `until` is not included."""

    since: Instant | None = None
    until: Instant | None = None
    action: Word | None = None
    outcome: Word | None = None
    service: ServiceIdHere | None = None
    staff: StaffIdHere | None = None
    referral: ReferralIdHere | None = None
    page: Word | None = None

    def command(self, person: PersonId | None = None) -> SearchLog:
        """As the deed takes it."""
        return SearchLog(
            since=self.since,
            until=self.until,
            action=self.action,
            outcome=self.outcome,
            service_id=self.service,
            staff_id=self.staff,
            referral_id=self.referral,
            person_id=person,
            page=self.page,
        )


class AboutPerson(Filters):
    """The same about one person; in the body, so that who was looked for lies in no address."""

    person: PersonIdHere


@dataclass(frozen=True)
class Trace:
    """What was opened of one person."""

    person: PersonId
    what: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One entry of the log, opened: its line, the whole decision, and whom it was about."""

    line: LogLine
    commitment: str
    #: Where it stands in the tree, and the size of the first checkpoint that covers it; null while it waits.
    place: PlaceInTheLog | None
    decision: Any
    notes: dict[str, Any]
    disclosed: tuple[Trace, ...]
    consulted: tuple[Trace, ...]
    mentioned: tuple[PersonId, ...]
    erased: int
    #: Whether the family sees it in its report: `yes`, `withheld`, or withheld `until` that point in time.
    visible: str
    visible_until: datetime | None
    event_id: EventId


@router.get("", **gives(LogPage))
@does(Action.SEARCH_LOG)
def several(here: Here, asked: Annotated[Filters, Query()]) -> Response:
    """Search the log, newest first; a hundred entries a page, and no person in them."""
    return here.json(search_log(here.actor, asked.command()))


@router.post("/search", **gives(LogPage))
@does(Action.SEARCH_LOG)
def about_person(here: Here, sent: AboutPerson) -> Response:
    """Search the log for what is about one person."""
    return here.json(search_log(here.actor, sent.command(sent.person)))


@router.get("/{event_id}", **gives(Entry, 404))
@does(Action.READ_EVENT)
def read(here: Here, event_id: EventIdHere) -> Response:
    """Open one entry, whole."""
    return here.json(_entry(read_event(here.actor, event_id)))


@router.get("/{event_id}/replay", **gives(ReplayView, 404))
@does(Action.REPLAY_DECISION)
def replay(here: Here, event_id: EventIdHere) -> Response:
    """Make the decision of an entry again, by the policy and the law of that day."""
    return here.json(replay_decision(here.actor, event_id))


def _entry(found: LogEntry) -> Entry:
    return Entry(
        line=found.line,
        commitment=found.commitment,
        place=found.place,
        decision=found.decision,
        notes=found.notes,
        disclosed=_traces(found.disclosed),
        consulted=_traces(found.consulted),
        mentioned=found.mentioned,
        erased=found.erased,
        visible=found.visible,
        visible_until=found.visible_until,
        event_id=found.event_id,
    )


def _traces(opened: Mapping[PersonId, tuple[str, ...]]) -> tuple[Trace, ...]:
    """A list rather than an object with ids for names, in the order of the ids."""
    return tuple(Trace(person, what) for person, what in sorted(opened.items()))
