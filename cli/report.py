"""`tillit report`: a person's report of who has seen their information, as a file and as a PDF."""

from pathlib import Path
from typing import Annotated

import typer

from audit.actor import Actor
from audit.evidence.log_store import replace_durably
from cli.open_installation import recording
from cli.options import DataDir, new_app, settings_for
from foundation.errors import FieldProblem, Invalid
from foundation.identifiers import PersonId
from foundation.texts import STAFF_LANGUAGES, Texts
from people.issue_report import IssueReport, issue_report
from web.app import LOCALES
from web.report_pdf import report_as_pdf

__all__ = ["app"]

app = new_app()


@app.command()
def report(  # each is an option of the command line
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file to write, such as report.tillit.")],
    asked_by: Annotated[
        str, typer.Option(help="Who asked: `self`, `guardian` or `representative`; it is written in the log.")
    ],
    person: Annotated[
        str | None, typer.Option(metavar="ID", help="The person's reference in this installation.")
    ] = None,
    number_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A file with the identity number, so that it stands in no command history."),
    ] = None,
    pdf: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as a PDF too.")] = None,
    language: Annotated[str, typer.Option(help="The language of the PDF: nb, nn, da or en.")] = "nb",
    data_dir: DataDir = None,
) -> None:
    """Make a person's report; that it was made stands in the log, as done by whoever runs the machine."""
    if language not in STAFF_LANGUAGES:
        raise Invalid(fields=[FieldProblem("language", "not_a_choice")])
    with recording(settings_for(data_dir)) as house:
        made = issue_report(
            Actor.operator(house),
            IssueReport(
                asked_by, _person(person), None if number_file is None else number_file.read_text("utf-8").strip()
            ),
        )
        replace_durably(out, made.file.encode())
        if pdf is not None:
            replace_durably(pdf, report_as_pdf(made, Texts(LOCALES).words(language), house))
    print(f"{out}: {len(made.entries)} entries, proved by the head of {made.size} entries; event {made.event_id}")
    if made.waiting:
        print(f"{made.waiting} newer entries are not signed yet, and stand in the next report")


def _person(told: str | None) -> PersonId | None:
    try:
        return None if told is None else PersonId.of(told)
    except ValueError:
        raise Invalid(fields=[FieldProblem("person", "not_an_id")]) from None
