"""Every text is said in every language, with the same placeholders."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from foundation.texts import STAFF_LANGUAGES
from web.app import LOCALES
from web.wording import FIELD_CODES

ROOT = LOCALES.parent.parent
FLOORS = ("foundation", "vault", "audit", "people", "confidentiality", "consent", "referral", "web")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


@cache
def texts_of_the_source() -> set[str]:
    """Every text that people read, as pybabel finds them."""
    with (LOCALES / "babel.cfg").open(encoding="utf-8") as config:
        methods, options = parse_mapping_cfg(config)  # type: ignore[no-untyped-call]  # Babel says no types here
    found: set[str] = set()
    for floor in FLOORS:
        below = [
            (pattern.removeprefix(f"{floor}/"), method)
            for pattern, method in methods
            if pattern.startswith(f"{floor}/")
        ]
        told = {pattern.removeprefix(f"{floor}/"): option for pattern, option in options.items()}
        for _, _, message, _, _ in extract_from_dir(str(ROOT / floor), method_map=below, options_map=told):
            found.update((message,) if isinstance(message, str) else message)
    return found


@cache
def catalogue(language: str) -> Catalog:
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def forms(text: object) -> Iterator[str]:
    yield from (text,) if isinstance(text, str) else text  # type: ignore[misc]  # a plural is a tuple of texts


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_every_text_is_in_the_catalogue(language: str) -> None:
    known = {form for message in catalogue(language) for form in forms(message.id)}
    assert texts_of_the_source() - known == set()


@pytest.mark.parametrize("language", [language for language in STAFF_LANGUAGES if language != "en"])
def test_every_text_is_translated_with_its_placeholders(language: str) -> None:
    missing, broken = [], []
    for message in catalogue(language):
        if not message.id:
            continue
        said = list(forms(message.string))
        if not all(said) or message.fuzzy:
            missing.append(message.id)
        wanted = {placeholder for form in forms(message.id) for placeholder in PLACEHOLDER.findall(form)}
        kept = {placeholder for form in said for placeholder in PLACEHOLDER.findall(form)}
        if kept != wanted and all(said):
            broken.append(message.id)
    assert missing == []
    assert broken == []


def test_no_family_is_called_a_case_and_no_consent_is_deleted() -> None:
    avoided = re.compile(r"\b(slette[rt]?|klient(en|er)?|risiko|godta alle)\b", re.IGNORECASE)
    for language in ("nb", "nn", "da"):
        said = [form for message in catalogue(language) for form in forms(message.string)]
        assert [text for text in said if avoided.search(text)] == []


def test_every_code_of_a_field_has_words() -> None:
    used: set[str] = set()
    for floor in FLOORS:
        for path in Path(ROOT / floor).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "FieldProblem":
                    code = node.args[1]
                    if isinstance(code, ast.Constant):
                        used.add(str(code.value))
    assert len(used) > 10
    assert used - set(FIELD_CODES) == set()


def test_english_says_what_the_source_says() -> None:
    differing = [message.id for message in catalogue("en") if message.id and any(forms(message.string or ""))]
    assert [one for one in differing if isinstance(one, str)] == []
