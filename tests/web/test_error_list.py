"""docs/errors.md is what the source says."""

from pathlib import Path

from foundation.errors import Problem
from web.error_list import all_problems, errors_document
from web.worded import status_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "errors.md"


def test_the_document_is_fresh() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == errors_document()


def test_every_error_has_a_code_of_its_own_a_status_and_says_what_to_do() -> None:
    errors_document()
    found = all_problems()
    assert len(found) > 30
    for code, problem in found.items():
        assert issubclass(problem, Problem)
        assert code == code.lower()
        assert problem.title[-1] != "."
        assert problem.do[-1] in ".:"
        assert 400 <= status_of(problem) <= 503


def test_no_two_errors_share_a_code() -> None:
    errors_document()

    def family(kind: type[Problem]) -> list[type[Problem]]:
        return [one for child in kind.__subclasses__() for one in (child, *family(child))]

    ours = [one for one in family(Problem) if not one.__module__.startswith("tests")]
    assert len(ours) == len({one.code for one in ours})
