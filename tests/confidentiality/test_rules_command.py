"""`tillit rules`, `tillit rules check` and `tillit rules decide`, as an operator calls them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.rules import rules_app
from confidentiality.book import BOOK
from confidentiality.prose import book_as_markdown

CASE = Path(__file__).parent / "cases" / "c08-02.yaml"
RUN = CliRunner()


def test_the_book_is_printed_in_four_languages() -> None:
    for language, heading in (("nb", "NORGE"), ("nn", "NOREG"), ("da", "DANMARK"), ("en", "NORWAY")):
        result = RUN.invoke(rules_app, ["--language", language])
        assert result.exit_code == 0
        assert heading in result.stdout


def test_the_book_as_json_has_every_rule() -> None:
    printed = json.loads(RUN.invoke(rules_app, ["--json", "--language", "nn"]).stdout)
    assert printed["rule_book"] == BOOK.hash
    assert [rule["code"] for rule in printed["rules"]] == [
        rule.code for where in ("NOR", "DNK") for rule in BOOK.rules[where]
    ]
    assert printed["rules"][0]["reason"] == "Den som skal dele, må vere logga inn på eit sikkert nivå."


def test_the_book_as_a_page() -> None:
    assert RUN.invoke(rules_app, ["--markdown"]).stdout == book_as_markdown(BOOK)


def test_an_unknown_language_is_refused() -> None:
    result = RUN.invoke(rules_app, ["--language", "no"])
    assert result.exit_code == 2
    assert "'no' is not known; choose one of nb, nn, da, en" in result.stderr


def test_the_book_is_checked() -> None:
    result = RUN.invoke(rules_app, ["check"])
    assert result.exit_code == 0
    assert result.stdout == f"NOR 42 rules, DNK 30 rules; no findings; hash {BOOK.hash}\n"


def test_what_the_check_finds_is_told_and_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.rules.findings", lambda _: iter(["NOR X-1: dead"]))
    result = RUN.invoke(rules_app, ["check"])
    assert result.exit_code == 1
    assert result.stdout.startswith("NOR X-1: dead\n")
    assert "; 1 findings; " in result.stdout


def test_a_case_is_decided_as_json() -> None:
    for arguments in (["decide", "--case", str(CASE), "--json"], ["--json", "decide", "--case", str(CASE)]):
        printed = json.loads(RUN.invoke(rules_app, arguments).stdout)
        assert {"at", "rule_book", "policy", "results", "explanation"} <= set(printed)
        assert printed["at"] == "2026-09-01"
        assert printed["results"][0] | {"facts": ""} == {
            "subject": "pupil",
            "category": "academic_need",
            "result": "refuse",
            "rules": ["Z-99"],
            "missing": ["signature(guardian_2)"],
            "strip": [],
            "offers": ["A-52", "A-50", "A-51", "NO-D-20"],
            "basis": None,
            "beaten": [],
            "unanswered": [],
            "facts": "",
        }
        assert set(printed["explanation"]) == {"teacher", "family", "auditor"}


def test_a_case_is_decided_in_words() -> None:
    result = RUN.invoke(rules_app, ["--language", "da", "decide", "--case", str(CASE)])
    assert result.stdout.startswith("pupil academic_need: refuse  (Z-99)\n")
    assert "Du kan ikke dele: fagligt behov og sprogligt behov" in result.stdout
    english = RUN.invoke(rules_app, ["decide", "--case", str(CASE), "--language", "en"]).stdout
    assert "You cannot share: academic need" in english


def test_a_case_that_cannot_be_read_is_one_line_on_the_error_stream(tmp_path: Path) -> None:
    wrong = tmp_path / "case.yaml"
    wrong.write_text("jurisdiction: NO\n", encoding="utf-8")
    result = RUN.invoke(rules_app, ["decide", "--case", str(wrong)])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"{wrong}:1: jurisdiction: ")
    assert result.stderr.count("\n") == 1
