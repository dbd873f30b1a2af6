"""A person's report of who has seen their information, for programs."""

from typing import Literal

from pydantic import Field
from starlette.responses import Response

from audit.actions import Action
from audit.decide_visibility import DecideVisibility, VisibilityDecided, decide_visibility
from audit.family_visibility import Visible
from people.issue_report import IssueReport, PersonReport, issue_report
from web.api.described import gives
from web.api.exact import Instant
from web.api.router import calls_below
from web.parameters import EventIdHere, PersonIdHere
from web.sent import Sent
from web.visit import Here, does

router = calls_below(tag="The log")


class ReportAskedFor(Sent):
    """Whose report, by reference or by identity number; and who asked for it."""

    person: PersonIdHere | None = None
    identity_number: str | None = Field(default=None, max_length=20)
    asked_by: Literal["self", "guardian", "representative"]


class Decision(Sent):
    """Whether the family sees an entry, until when where it is for a time, and why."""

    visible: Visible
    until: Instant | None = None
    reason: str = Field(max_length=1000)


@router.post("/reports", **gives(PersonReport, 404))
@does(Action.ISSUE_REPORT)
def issue(here: Here, sent: ReportAskedFor) -> Response:
    """Make a person's report; `file` is the text of `report.tillit`."""
    asked = IssueReport(sent.asked_by, sent.person, sent.identity_number)
    return here.json(issue_report(here.actor, asked))


@router.post("/log/events/{event_id}/visibility", **gives(VisibilityDecided, 404))
@does(Action.DECIDE_VISIBILITY)
def decide(here: Here, event_id: EventIdHere, sent: Decision) -> Response:
    """Decide whether the family sees an entry of the log; the last decision counts."""
    return here.json(decide_visibility(here.actor, DecideVisibility(event_id, sent.visible, sent.reason, sent.until)))
