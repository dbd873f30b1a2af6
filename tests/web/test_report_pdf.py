"""The report as a PDF: in each language, with the file inside, the same bytes each time, and user text stays text."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pikepdf
import pytest

from audit.house import House
from foundation.identifiers import EventId, PersonId
from foundation.texts import STAFF_LANGUAGES, Texts
from people.issue_report import PersonReport, SeenEntry, Seer
from web.app import LOCALES
from web.report_pdf import report_as_pdf

pytestmark = pytest.mark.slow

TEXTS = Texts(LOCALES)
AT = datetime(2026, 11, 22, 8, 15, tzinfo=UTC)


def an_entry(index: int, service: str = "Leksehjelpen") -> SeenEntry:
    return SeenEntry(
        index=index,
        event_id=EventId.new(),
        recorded_at=AT,
        action="read_referral",
        role="coordinator",
        service=Seer(service, "Fjordvik kommune"),
        recipient=None,
        purpose="homework_support",
        basis="consent",
        categories=("academic_need",),
        seen=("referral_part.name_sealed",),
    )


def a_report(*entries: SeenEntry) -> PersonReport:
    return PersonReport(
        person=PersonId.new(),
        origin="tillit/00000000-0000-4000-8000-000000000001",
        entries=entries,
        waiting=2,
        size=900,
        signed_at=AT,
        fingerprints=("0746 abaa 93ec b47a 79c7 37e0 8c96 7548",),
        file='{"format":"tillit-report/2"}\n',
        made_at=AT,
        event_id=EventId.new(),
    )


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_it_is_an_archival_document_with_the_file_inside(sqlite_house: House, language: str) -> None:
    report = a_report(an_entry(1), an_entry(7))
    made = report_as_pdf(report, TEXTS.words(language), sqlite_house)
    with pikepdf.open(io.BytesIO(made)) as document:
        assert document.attachments["report.tillit"].get_file().read_bytes() == report.file.encode()
        metadata = document.open_metadata()
        assert metadata["pdfaid:part"] == "3"
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == TEXTS.words(language).gettext("Who has seen my information")
        assert str(document.Root.Lang).startswith(language)


def test_the_same_report_gives_the_same_bytes(sqlite_house: House) -> None:
    report, words = a_report(an_entry(1)), TEXTS.words("nb")
    assert report_as_pdf(report, words, sqlite_house) == report_as_pdf(report, words, sqlite_house)
    assert report_as_pdf(report, words, sqlite_house) != report_as_pdf(
        replace(report, size=1, waiting=0), words, sqlite_house
    )


@pytest.mark.parametrize("name", ['#read("/etc/passwd")', "$x$ #panic()", "😀 日本 \u0000", "*_`", "\u202e"])
def test_what_somebody_typed_stays_text(sqlite_house: House, name: str) -> None:
    made = report_as_pdf(a_report(an_entry(1, name)), TEXTS.words("nb"), sqlite_house)
    assert made.startswith(b"%PDF-")
    assert b"root:" not in made


def test_nothing_seen_and_much_seen_fit(sqlite_house: House) -> None:
    words = TEXTS.words("nn")
    for count in (0, 500):
        with pikepdf.open(
            io.BytesIO(report_as_pdf(a_report(*map(an_entry, range(count))), words, sqlite_house))
        ) as document:
            assert len(document.pages) == 1 if count == 0 else len(document.pages) > 10
