"""The lawyers' examples: every case file in `cases/`, decided and compared with what it expects."""

from pathlib import Path
from typing import Any

import pytest

from cli.rules import read_case
from confidentiality.book import BOOK
from confidentiality.explanation import explanation
from confidentiality.words import LANGUAGES
from consent.case import decide_case

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
NUMBERED = {f"c08-{number:02}" for number in range(1, 21)}
COMPARED = ("result", "rules", "missing", "strip", "offers", "basis")


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_a_case_comes_out_as_the_lawyers_wrote(path: Path) -> None:
    case, data = read_case(path)
    decision = decide_case(case)
    expected: list[dict[str, Any]] = data["expect"]
    assert data["title"]
    assert [(each["subject"], each["category"]) for each in expected] == list(case.asked)
    for wanted in expected:
        result = decision.result_for(wanted["subject"], wanted["category"])
        for part in COMPARED:
            if part in wanted:
                found = getattr(result, part)
                assert (list(found) if isinstance(found, tuple) else found) == wanted[part], (part, result)
    for language in LANGUAGES:
        words = explanation(decision, language, policy=case.policy)
        assert words.teacher
        assert words.auditor


def test_the_worked_cases_and_a_hundred_more_are_there() -> None:
    names = {path.stem for path in CASES}
    assert names >= NUMBERED
    assert len([name for name in names if not name.startswith("c08-")]) >= 100


def test_every_rule_decides_in_some_case() -> None:

    spoken = set()
    for path in CASES:
        case, _ = read_case(path)
        for result in decide_case(case).results:
            spoken |= {*result.rules, *result.offers}
    assert {rule.code for rules in BOOK.rules.values() for rule in rules} <= spoken
