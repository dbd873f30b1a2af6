"""The words of a decision: short, in four languages, without anybody in them, and the same where they must be."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from cli.rules import read_case
from confidentiality.book import BOOK
from confidentiality.decision import Decision, Result
from confidentiality.explanation import CANNOT_BE_HANDLED, FIELDS, OFFERS, decision_as_read, explanation
from confidentiality.facts import FACTS
from confidentiality.missing import CONSENT_CONDITIONS, MISSING, without_ref
from confidentiality.policy import SAFE, SWITCHES, with_switches
from confidentiality.prose import book_as_text, rule_as_read
from confidentiality.vocabulary import BASES, CATEGORIES, KINDS, PURPOSES, RESULTS, Term
from confidentiality.words import LANGUAGES, Language, Words
from consent.case import FLAGS, STATED, decide_case
from consent.case_file import KEYS
from consent.status import Party
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


def test_the_teacher_reads_the_reason_that_decided_as_a_clause() -> None:
    decided = {"decision_recorded": True, "second_approver": True}
    lifted = case(subjects=(pupil(age=13, flags=frozenset({"child_objects"})),), conditions=decided)
    assert explanation(decide_case(lifted), "en").teacher == (
        "You may share: academic need – the family has consented to the school sharing this."
    )
    asker = replace(CASE.actor, relation="aunt_or_uncle")
    waiting = explanation(decide_case(case(actor=asker)), "nb").teacher
    assert waiting.startswith("Dette venter på at mennesker avgjør det: faglig behov – den som står personen nær på ")
    same = case(recipient=CASE.sender, consents=(), conditions={"needed_for_task": True})
    lacking = explanation(decide_case(same), "en").teacher
    assert "This must be in place: the reason is written in the log." in lacking


def test_a_reason_begins_small_unless_it_begins_with_an_abbreviation() -> None:
    hidden = explanation(decide_case(case(asked=(("pupil", "protected_address"),))), "en").teacher
    assert "– a protected address is never shared here." in hidden
    ssp = case(
        jurisdiction="DNK",
        recipient=Party("ssp", "ssp", "municipality"),
        consents=(),
        policy=with_switches(SAFE, "ssp"),
        conditions={"prevention_only": True, "not_investigation": True},
    )
    assert "– SSP may share to prevent crime" in explanation(decide_case(ssp), "en").teacher


def test_five_sentences_are_the_most_that_a_teacher_reads() -> None:
    opened = decide_case(CASE)
    closed = decide_case(case(consents=())).results[0]
    waiting = decide_case(case(actor=replace(CASE.actor, relation="friend"))).results[0]
    due = decide_case(case(recipient=CHILD_WELFARE, purpose="report_concern", consents=())).results[0]
    words = explanation(replace(opened, results=(*opened.results, due, waiting, closed)), "en").teacher
    for said in ("You may share", "You must give", "This waits", "You cannot share", "This must be in place"):
        assert said in words
    assert "Instead you can" not in words


def test_what_is_lacking_is_told_once_and_apart() -> None:
    about = case(
        actor=replace(CASE.actor, declaration=False),
        recipient=replace(CASE.recipient, closed=True),
        consents=(consent(signed=frozenset({"guardian_1"}), language_ok=None),),
        asked=(("pupil", "academic_need"), ("pupil", "language_need")),
    )
    assert (
        "This must be in place: one more signature; whoever asks has signed the confidentiality declaration; "
        "the service still exists; the family had oral and written information in a language it understands."
    ) in explanation(decide_case(about), "en").teacher


def test_the_family_reads_what_may_and_what_may_not_be_given() -> None:
    decided = {"decision_recorded": True, "second_approver": True}
    about = case(
        subjects=(pupil(address="confidential"),),
        asked=(("pupil", "identity_contact"), ("pupil", "health")),
        conditions=decided,
    )
    assert explanation(decide_case(about), "en").family == (
        "School may give housing-social service this: name and contact (without address, school and telephone). "
        "The basis is consent. You can withdraw consent at any time. "
        "School may not give housing-social service this now: health. "
        "Nothing is shared without a rule that opens for it."
    )
    both = replace(
        decide_case(CASE),
        results=tuple(replace_result(decide_case(CASE).results[0], basis) for basis in ("consent", "same_body")),
    )
    assert "The basis is consent and same body." in explanation(both, "en").family


def replace_result(result: Result, basis: str) -> Result:
    """The same result on another basis."""
    return result._replace(basis=basis)


def test_the_family_is_told_nothing_where_nobody_knows_between_whom() -> None:
    for unknown in ("sender", "recipient"):
        about = case(**{unknown: Party(None, "somewhere", "municipality")})
        assert explanation(decide_case(about), "en").family == ""


def test_the_family_is_told_nothing_of_what_must_be_told_or_averted() -> None:
    refused = case(purpose="report_concern", consents=())
    averted = case(purpose="emergency", consents=())
    ordered = case(
        recipient=CHILD_WELFARE,
        consents=(),
        conditions={"written_order_reference": True, "decision_type_listed": True},
    )
    for about, result in ((refused, "refuse"), (averted, "refuse"), (ordered, "require")):
        decision = decide_case(about)
        assert decision.results[0].result == result
        assert explanation(decision, "en").family == ""


def test_the_teacher_gets_the_common_answer_where_the_duty_is_carried_by_telephone() -> None:
    report = case(recipient=CHILD_WELFARE, purpose="report_concern", consents=(), subjects=(pupil(address="strict"),))
    assert decide_case(report).results[0].result == "manual"
    assert explanation(decide_case(report), "da").teacher == CANNOT_BE_HANDLED.da


def test_the_auditor_reads_every_law_and_every_word() -> None:
    words = explanation(decide_case(case(lookup="failed")), "en").auditor
    assert "  unanswered: NO-B-10, NO-B-11, NO-B-12" in words
    closed = explanation(decide_case(case(actor=replace(CASE.actor, declaration=False))), "en").auditor
    assert (
        "  decided by G-01: Whoever shares must have signed the confidentiality declaration. "
        "(Public Administration Act 1967 § 13 c, our own policy)"
    ) in closed


def test_a_decision_as_read_is_whole() -> None:
    decision = decide_case(case(lookup="failed"))
    result = decision.results[0]
    read = decision_as_read(decision, explanation(decision, "en"))
    assert read == {
        "at": "2026-09-01",
        "rule_book": BOOK.hash,
        "policy": SAFE.version,
        "law_version": "NOR-2024-08-01",
        "results": [
            {
                "subject": "pupil",
                "category": "academic_need",
                "result": "refuse",
                "rules": list(result.rules),
                "missing": list(result.missing),
                "strip": [],
                "offers": [],
                "basis": None,
                "beaten": [],
                "unanswered": ["NO-B-10", "NO-B-11", "NO-B-12"],
                "facts": result.facts,
            }
        ],
        "explanation": {
            "teacher": CANNOT_BE_HANDLED.en,
            "family": "",
            "auditor": explanation(decision, "en").auditor,
        },
    }
    opened = decide_case(case(subjects=(pupil(address="confidential"),), asked=(("pupil", "identity_contact"),)))
    (shown,) = decision_as_read(opened, explanation(opened, "en"))["results"]
    assert shown["strip"] == list(opened.results[0].strip)
    assert shown["offers"] == list(opened.results[0].offers)
    beaten = decide_case(case(recipient=replace(CASE.recipient, closed=True)))
    assert decision_as_read(beaten, explanation(beaten, "en"))["results"][0]["beaten"] == ["NO-C-40"]


def test_a_strictly_protected_person_and_a_failed_look_up_get_the_same_words() -> None:
    strict = decide_case(case(subjects=(pupil(address="strict"),)))
    failed = decide_case(case(lookup="failed", subjects=(pupil(address="unknown"),)))
    for language in LANGUAGES:
        one, other = explanation(strict, language), explanation(failed, language)
        assert one.teacher == other.teacher == CANNOT_BE_HANDLED.to(language)
        assert one.family == other.family == ""


def test_a_failed_look_up_gets_the_same_words_in_denmark_where_no_rule_knows_strict_protection() -> None:
    failed = case(jurisdiction="DNK", lookup="failed", subjects=(pupil(address="unknown"),))
    assert explanation(decide_case(failed), "da").teacher == CANNOT_BE_HANDLED.da


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


def test_the_page_about_cases_names_every_condition_and_flag() -> None:
    page = (ROOT / "docs" / "rules-cases.md").read_text(encoding="utf-8")
    for word in (*STATED, *FLAGS, *KEYS, *SWITCHES):
        assert f"`{word}" in page or f" {word}" in page, word
