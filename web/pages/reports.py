"""Pages on a person's report of who has seen their information; for the data protection officer."""

from collections.abc import Sequence
from typing import NamedTuple

from starlette.responses import Response

from audit.actions import Action
from audit.refusals import NotInYourRole
from foundation.errors import FieldProblem, Invalid, NotFound
from foundation.identifiers import PersonId
from foundation.texts import message
from people.issue_report import IssueReport, issue_report
from web.pages.router import pages_below
from web.report_pdf import report_as_pdf
from web.sent import FilledIn
from web.visit import Filled, Here, Visit, does
from web.ways import Way

__all__ = ["Asking", "router", "ways"]

router = pages_below("/reports")

ways = (
    Way(
        "/reports",
        message("Reports"),
        Action.ISSUE_REPORT,
        "seen",
        message("Give a person the report of who has seen their information"),
    ),
)

_ASKED_BY = (
    ("self", message("The person")),
    ("guardian", message("Somebody with parental responsibility")),
    ("representative", message("A representative with a written authority")),
)


class Asking(NamedTuple):
    """The form: who may have asked and in which languages the report comes, as (code, words), and the chosen one."""

    asked_by: Sequence[tuple[str, str]]
    languages: Sequence[tuple[str, str]]
    language: str
    person: str


@router.get("")
@does(Action.ISSUE_REPORT)
def ask(here: Here) -> Response:
    """The form, for those who may make a report."""
    if not here.actor.may(Action.ISSUE_REPORT):
        raise NotInYourRole
    return here.page("report.html", _asking(here, ""))


@router.post("")
@does(Action.ISSUE_REPORT)
def issue(here: Here, filled: Filled) -> Response:
    """The report as a download: a PDF with the proof inside, or the proof alone.

    From a search by person in the log, which is posted so that who was looked for lies in no address, it is the form.
    """
    frame, form = here.frame, filled.text("form")
    if form == "open":
        return here.page("report.html", _asking(here, filled.text("person")))
    try:
        report = issue_report(here.actor, _asked(filled))
    except (Invalid, NotFound) as problem:
        return here.page("report.html", _asking(here, filled.text("person")), problem=problem, filled=filled)
    if form == "pdf":
        language = filled.text("language")
        known = {one.code for one in frame.texts.languages}
        words = frame.texts.words(language) if language in known else here.words
        content = report_as_pdf(report, words, frame.house)
        media_type, name = "application/pdf", "report.pdf"
    else:
        content, media_type, name = report.file.encode(), "application/octet-stream", "report.tillit"
    headers = {**here.named(report.event_id), "content-disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type=media_type)


def _asked(filled: FilledIn) -> IssueReport:
    person = filled.text("person")
    try:
        return IssueReport(
            asked_by=filled.text("asked_by"),
            person=PersonId.of(person) if person else None,
            identity_number=filled.text("identity_number") or None,
        )
    except ValueError:
        raise Invalid(fields=[FieldProblem("person", "not_an_id")]) from None


def _asking(here: Visit, person: str) -> Asking:
    return Asking(
        asked_by=[(code, here.words.gettext(words)) for code, words in _ASKED_BY],
        languages=[(one.code, one.name) for one in here.frame.texts.languages],
        language=here.words.language.code,
        person=person,
    )
