"""`tillit docs`: write the documents that are generated from the source.

To add one, write a module with a function that gives its text, and name it in `DOCUMENTS`; a test compares what is
checked in.
"""

from collections.abc import Callable
from typing import Annotated

import typer

from cli.document_actions import actions_document
from cli.document_glossary import glossary_document
from cli.document_lifecycle import lifecycle_document
from cli.document_settings import settings_document
from cli.options import new_app
from cli.source import source_root
from confidentiality.book import BOOK
from confidentiality.prose import book_as_markdown
from web.error_list import errors_document

__all__ = ["DOCUMENTS", "app", "stale"]

app = new_app()

#: Every generated document: its place in the source, and what gives its text.
DOCUMENTS: dict[str, Callable[[], str]] = {
    "docs/actions.md": actions_document,
    "docs/errors.md": errors_document,
    "docs/glossary.md": glossary_document,
    "docs/lifecycle.md": lifecycle_document,
    "docs/rules.md": lambda: book_as_markdown(BOOK),
    "docs/settings.md": settings_document,
}


def stale() -> list[str]:
    """The documents whose checked-in text is not what the source gives."""
    root = source_root()
    return [
        place
        for place, text in DOCUMENTS.items()
        if not (root / place).exists() or (root / place).read_text(encoding="utf-8") != text()
    ]


@app.command()
def docs(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; name what is stale.")] = False,  # noqa: FBT002  # an option of the command line
) -> None:
    """Write the documents that are generated from the source."""
    found = stale()
    for place in found:
        if not check:
            (source_root() / place).write_text(DOCUMENTS[place](), encoding="utf-8")
        print(f"{place}: {'stale' if check else 'written'}")
    if check and found:
        raise typer.Exit(1)
