"""A person's report as a PDF in their language, with the file that proves it inside."""

import json
import subprocess
import sys
import threading
from typing import Any

from audit.actions import Role
from audit.house import House
from foundation.clock import ZONES
from foundation.errors import Unavailable
from foundation.first_letter import large_first
from foundation.texts import Words, message
from people.issue_report import PersonReport, SeenEntry, Seer
from web.terms import Terms
from web.wording import DEEDS, ROLES

__all__ = ["ReportNotTypeset", "report_as_pdf"]

_SECONDS = 30
_TWO_AT_A_TIME = threading.BoundedSemaphore(2)

_TITLE = message("Who has seen my information")
_LEAD = message(
    "This is what the disclosure log of %(municipality)s says about you: every time something about you was shown to "
    "somebody who works with families here, with what it was for and on what legal basis. Staff are named by their "
    "role and service."
)
_MADE, _SIGNED, _LOG = message("Made on"), message("As the log was signed"), message("The log's name")
_COUNT = message("Entries")
_WAITING = message("%(number)s newer entries are not signed yet, and stand in the next report.")
_ENTRIES = message("The entries, oldest first")
_NONE = message("Nothing about you has been shown to anybody.")
_COLUMNS = (message("When"), message("Who"), message("What"), message("What for"))
_TO = message("to %(service)s")
_NO_PURPOSE = message("Work within the service itself")
_REFERENCE = message("Reference in the disclosure log: %(event)s")

_SECTIONS = (
    (
        message("What you can do"),
        (
            message(
                "Ask whoever works with you what an entry was about. If something was shown that should not have been, "
                "tell the data protection officer of the municipality. You may also complain to the supervisory "
                "authority for data protection."
            ),
            message(
                "You may have wrong information corrected, and take a consent back at any time: whole, or for one "
                "service. You get the same help."
            ),
        ),
    ),
    (
        message("What this report proves, and what it does not"),
        (
            message(
                "Each entry stands in the log exactly as it is here, and nobody has changed it since it was signed, "
                "not even those who run the system. What concerns other people in the same entry is not shown; it is "
                "in the file as a row of digits that says nothing."
            ),
            message(
                "That there are no further entries is checked by the municipality's auditor, who sees the whole log. "
                "In some cases the law says that an entry must not be shown; that is decided by somebody who is "
                "responsible for it, and you may complain about it too. This sentence stands in every report."
            ),
        ),
    ),
    (
        message("How to check it yourself"),
        (
            message(
                "The file report.tillit lies inside this PDF as an attachment. Save it, together with the verifier and "
                "the log policy from the page “Check the disclosure log yourself”, and write: "
                "python tillit-verify.py --policy log-policy.json report.tillit"
            ),
            message(
                "Compare these characters, which belong to the key that signs the log, with those on your consent "
                "receipt:"
            ),
        ),
    ),
)


class ReportNotTypeset(Unavailable):
    """The report was made, and could not be put on paper."""

    code = "report_not_typeset"
    title = "The report could not be made into a PDF"
    do = "Ask for the file instead, or try again in a little while. The entry that it was made stands in the log."


def report_as_pdf(report: PersonReport, words: Words, house: House) -> bytes:
    """The report as a PDF/A-3 with `report.tillit` inside; the same report in the same language gives the same bytes.

    Raises:
        ReportNotTypeset: the typesetter did not come to its end.
    """
    said = {"data": _data(report, words, house), "file": report.file}
    if not _TWO_AT_A_TIME.acquire(timeout=_SECONDS):
        raise ReportNotTypeset
    try:
        child = subprocess.run(
            [sys.executable, "-m", "web.typeset_report"],
            input=json.dumps(said).encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ReportNotTypeset from error
    finally:
        _TWO_AT_A_TIME.release()
    if child.returncode != 0:
        raise ReportNotTypeset
    return child.stdout


def _data(report: PersonReport, words: Words, house: House) -> dict[str, Any]:
    """Everything that is printed, in the reader's words."""
    gettext, zone, terms = words.gettext, ZONES[house.installed.jurisdiction], Terms.of(house, words)
    made = report.made_at.astimezone(zone).date()
    facts = [
        (_MADE, words.date(made)),
        (_SIGNED, words.instant(report.signed_at, zone)),
        (_COUNT, words.number(len(report.entries))),
        (_LOG, report.origin),
    ]
    told = [[f"{gettext(name)}:", value] for name, value in facts]
    if report.waiting:
        told.append(["", gettext(_WAITING) % {"number": words.number(report.waiting)}])
    return {
        "lang": words.language.code,
        "title": gettext(_TITLE),
        "author": house.installed.municipality,
        "made": [made.year, made.month, made.day],
        "reference": gettext(_REFERENCE) % {"event": report.event_id},
        "lead": gettext(_LEAD) % {"municipality": house.installed.municipality},
        "facts": told,
        "entries_title": gettext(_ENTRIES),
        "none": gettext(_NONE),
        "columns": [gettext(one) for one in _COLUMNS],
        "entries": [[words.instant(one.recorded_at, zone), *_cells(one, terms)] for one in report.entries],
        "sections": [{"title": gettext(title), "texts": [gettext(one) for one in texts]} for title, texts in _SECTIONS],
        "fingerprints": list(report.fingerprints),
    }


def _cells(entry: SeenEntry, terms: Terms) -> list[str]:
    """Who, and of which service; what, and which information; what for, and on what basis."""
    gettext = terms.words.gettext
    did = gettext(DEEDS[entry.action][0]) if entry.action in DEEDS else entry.action
    if entry.recipient is not None:
        did = f"{did} {gettext(_TO) % {'service': _named(entry.recipient)}}"
    shown = list(dict.fromkeys([*(terms.category(one) for one in entry.categories), *terms.traces(entry.seen)]))
    return [
        gettext(ROLES[Role(entry.role)]),
        _named(entry.service) if entry.service else "",
        large_first(did),
        terms.words.list(shown),
        terms.purpose(entry.purpose) or gettext(_NO_PURPOSE),
        terms.words.list([terms.basis(one) for one in (entry.basis or "").split()]),
    ]


def _named(service: Seer) -> str:
    return service.name if service.name == service.organisation else f"{service.name}, {service.organisation}"
