"""What is generated is checked in, and is what the source gives today."""

from pathlib import Path

from audit.actions import Action
from audit.evidence.finding import FINDINGS
from cli.docs import DOCUMENTS, stale
from confidentiality.facts import FACTS
from confidentiality.vocabulary import CATEGORIES, PURPOSES
from foundation.glossary import GLOSSARY, UNCHECKED
from migrations.tables import all_tables

ROOT = Path(__file__).resolve().parents[2]


def test_no_generated_document_is_stale() -> None:
    assert stale() == []


def test_every_table_purpose_category_and_fact_is_in_the_glossary() -> None:
    text = DOCUMENTS["docs/glossary.md"]()
    codes = [
        *all_tables().tables,
        *(purpose.code for purpose in PURPOSES),
        *(category.code for category in CATEGORIES),
        *(fact.code for fact in FACTS),
    ]
    assert [code for code in codes if f"| `{code}` |" not in text] == []


def test_every_action_is_in_its_document() -> None:
    text = DOCUMENTS["docs/actions.md"]()
    assert [action.code for action in Action if f"`{action.code}`" not in text] == []


def test_every_finding_is_explained_where_people_learn_to_verify() -> None:
    text = (ROOT / "docs" / "verifying.md").read_text(encoding="utf-8")
    assert [code for code, meaning in FINDINGS.items() if f"| `{code}` | {meaning} |" not in text] == []


def test_every_word_is_said_in_norwegian_and_english_and_once() -> None:
    codes = [term.code for term in GLOSSARY]
    assert len(set(codes)) == len(codes)
    assert [term.code for term in GLOSSARY if not (term.nb and term.nn and term.en)] == []
    assert set(codes) >= UNCHECKED
