"""The words of a decision: short, in four languages, without anybody in them, and the same where they must be."""

import re
from pathlib import Path

import pytest

from cli.rules import read_case
from confidentiality.book import BOOK
from confidentiality.decision import Decision
from confidentiality.explanation import CANNOT_BE_HANDLED, FIELDS, OFFERS, explanation
from confidentiality.facts import FACTS
from confidentiality.missing import CONSENT_CONDITIONS, MISSING, without_ref
from confidentiality.policy import SWITCHES
from confidentiality.prose import book_as_markdown, book_as_text, rule_as_read
from confidentiality.vocabulary import BASES, CATEGORIES, KINDS, PURPOSES, RESULTS, Term
from confidentiality.words import LANGUAGES, Language, Words
from consent.case import FLAGS, STATED, decide_case
from consent.case_file import KEYS
from tests.confidentiality.made_up import CASE, CHILD_WELFARE, case, consent, pupil

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def decisions() -> list[Decision]:
    return [decide_case(read_case(path)[0]) for path in CASES]


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_most_five_sentences_and_nobody_named(decisions: list[Decision], language: Language) -> None:
    for decision in decisions:
        words = explanation(decision, language)
        for text in (words.teacher, words.family):
            assert len(re.findall(r"[.!?](?:\s|$)", text)) <= 5
        everything = "\n".join((words.teacher, words.family, *words.auditor))
        assert not re.search(r"guardian_\d|\bpupil_|school_class|housing_team", everything)
        assert "{" not in everything


def test_what_is_open_and_why() -> None:
    words = explanation(decide_case(CASE), "nb")
    assert words.teacher == "Du kan dele: faglig behov – familien har samtykket til at skolen deler dette."
    assert words.family == (
        "Skole kan gi boligsosial tjeneste dette: faglig behov. Grunnlaget er samtykke. "
        "Dere kan trekke samtykket tilbake når som helst."
    )
    assert words.auditor == (
        "person 1, faglig behov: åpen",
        (
            "  avgjort av NO-C-40: Familien har samtykket til at skolen deler dette. "
            "(forvaltningsloven 1967 § 13 a (1) nr. 1)"
        ),
    )


def test_what_is_closed_why_and_what_to_do() -> None:
    words = explanation(decide_case(case(consents=(consent(signed=frozenset({"guardian_1"})),))), "en")
    assert words.teacher == (
        "You cannot share: academic need – the duty of confidentiality holds where no rule opens for sharing. "
        "This must be in place: one more signature. "
        "Instead you can: ask the family for consent; give the family a sheet to carry themselves; "
        "ask for advice so that nobody can be recognised; report if you are seriously concerned for a child."
    )
    nobody_signed = explanation(decide_case(case(consents=())), "da").teacher
    assert "2 underskrifter til" in nobody_signed


def test_a_strictly_protected_person_and_a_failed_look_up_get_the_same_words() -> None:
    strict = decide_case(case(subjects=(pupil(address="strict"),)))
    failed = decide_case(case(lookup="failed", subjects=(pupil(address="unknown"),)))
    for language in LANGUAGES:
        one, other = explanation(strict, language), explanation(failed, language)
        assert one.teacher == other.teacher == CANNOT_BE_HANDLED.to(language)
        assert one.family == other.family == ""


def test_the_family_is_told_nothing_of_a_report_by_the_system() -> None:
    report = case(recipient=CHILD_WELFARE, purpose="report_concern", consents=())
    for about in (report, case(recipient=CHILD_WELFARE, purpose="emergency", consents=())):
        words = explanation(decide_case(about), "nb")
        assert words.family == ""
        assert words.teacher.startswith("Du skal gi dette nå")


def test_a_field_that_is_left_out_is_named() -> None:
    decided = {"decision_recorded": True, "second_approver": True}
    about = case(subjects=(pupil(address="confidential"),), asked=(("pupil", "identity_contact"),), conditions=decided)
    words = explanation(decide_case(about), "nn")
    assert "namn og kontakt (utan adresse, skule og telefon)" in words.teacher
    assert any("identity_contact.address" in line for line in words.auditor)


def test_everything_that_can_be_said_has_words() -> None:
    rules = [rule for rules in BOOK.rules.values() for rule in rules]
    for rule in rules:
        assert set(rule.strip) <= set(FIELDS)
        if rule.effect in ("offer", "require") and rule.basis != "order":
            assert rule.basis in OFFERS
        assert {fact.code for fact in (*rule.needs, *rule.decided_by)} <= set(MISSING)
    assert set(CONSENT_CONDITIONS) <= set(MISSING)
    assert without_ref("signature(guardian_1)") == "signature"
    assert without_ref("direction") == "direction"


def all_words() -> list[Words]:
    terms: list[Term] = [*KINDS, *CATEGORIES, *PURPOSES, *BASES, *RESULTS]
    said = [words for term in terms for words in (term.label, term.sentence)]
    return [*said, *(fact.words for fact in FACTS), *MISSING.values(), *OFFERS.values(), *FIELDS.values()]


def test_every_text_is_there_in_all_four_languages() -> None:
    for words in all_words():
        for language in LANGUAGES:
            text = words.to(language)
            assert text
            assert text == text.strip()


def test_codes_are_told_apart() -> None:
    for terms in (KINDS, CATEGORIES, PURPOSES, BASES, RESULTS):
        codes = [term.code for term in terms]
        assert len(codes) == len(set(codes))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_book_reads_as_prose(language: Language) -> None:
    text = "\n".join(book_as_text(BOOK, language))
    for rules in BOOK.rules.values():
        for rule in rules:
            assert f"{rule.code}  {rule.because.to(language)}" in text
    assert "{" not in text


def test_a_rule_is_read_with_its_law_and_whether_it_speaks() -> None:
    read = rule_as_read(BOOK.rule("NO-P-32"), "NOR", "en", CASE.at)
    assert (read["in_force"], read["switch"], read["override"]) == (
        False,
        "no_consent_for_statutory_homework",
        "never",
    )
    assert rule_as_read(BOOK.rule("Z-99"), "NOR", "en", CASE.at)["override"] == "allowed"


def test_the_page_of_the_book_is_fresh() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page == book_as_markdown(BOOK), "docs/rules.md is stale: tillit rules --markdown > docs/rules.md"


def test_the_page_about_cases_names_every_condition_and_flag() -> None:
    page = (ROOT / "docs" / "rules-cases.md").read_text(encoding="utf-8")
    for word in (*STATED, *FLAGS, *KEYS, *SWITCHES):
        assert f"`{word}" in page or f" {word}" in page, word
