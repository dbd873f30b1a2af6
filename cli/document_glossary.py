"""docs/glossary.md: the field's words, and what every table, purpose, kind of information and fact is called."""

from collections.abc import Iterable, Sequence

from confidentiality.facts import FACTS
from confidentiality.vocabulary import CATEGORIES, PURPOSES
from foundation.glossary import GLOSSARY, UNCHECKED
from migrations.tables import table_meanings

__all__ = ["glossary_document"]

_HEAD = """\
# Glossary

Generated from `foundation/glossary.py`, `confidentiality/` and the tables by `tillit docs`; do not edit by hand.

Code, pages and documents use these words. An asterisk marks a nynorsk word that a native reader has not checked. The
rules have their own book: [rules.md](rules.md). The deeds have their own list: [actions.md](actions.md).
"""
_LANGUAGES = ("code", "bokmål", "nynorsk", "dansk", "English")


def glossary_document() -> str:
    """The text of the document."""
    words = [
        (f"`{term.code}`", term.nb, term.nn + ("*" if term.code in UNCHECKED else ""), term.da, term.en, term.law)
        for term in GLOSSARY
    ]
    purposes = [(f"`{one.code}`", *one.label) for one in PURPOSES]
    categories = [(f"`{one.code}`", *one.label) for one in CATEGORIES]
    facts = [(f"`{one.code}`", *one.words) for one in FACTS]
    tables = [(f"`{name}`", meaning) for name, meaning in sorted(table_meanings().items())]
    return "\n".join(
        [
            _HEAD,
            *_section("Words", (*_LANGUAGES, "law"), words),
            *_section("Purposes", _LANGUAGES, purposes),
            *_section("Kinds of information", _LANGUAGES, categories),
            *_section("Facts that a rule may ask about", _LANGUAGES, facts),
            *_section("Tables", ("table", "what a row is"), tables),
        ]
    )


def _section(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"## {title}",
        "",
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
    ]
