"""The judge of the mutants: too few killed is told, and each survivor that nobody explains."""

from tests.judge_mutants import judge

NAME = "confidentiality.fold.x_route__mutmut_{}"


def results(killed: int, *survived: int, status: str = "survived") -> str:
    lines = [f"    {NAME.format(number)}: killed" for number in range(1000, 1000 + killed)]
    return "\n".join([*lines, *(f"    {NAME.format(number)}: {status}" for number in survived)])


def test_all_killed_is_as_promised() -> None:
    assert list(judge(results(20), "")) == []


def test_a_survivor_is_named_until_the_page_says_why() -> None:
    told = f"{NAME.format(7)}: survived, and docs/proofs.md does not say why"
    assert list(judge(results(19, 7), "")) == [told]
    assert list(judge(results(19, 7), "| `fold.x_route__mutmut_7` | the same object |")) == []
    assert list(judge(results(19, 7), "`fold.x_route__mutmut_77`")) == [told]


def test_too_many_survivors_are_too_many_even_with_reasons() -> None:
    assert list(judge(results(18, 7), "`fold.x_route__mutmut_7`")) == [
        "18 of 19 mutants killed; at least 95 of a hundred are promised"
    ]


def test_what_was_not_tested_was_not_killed_and_what_never_ends_was() -> None:
    assert len(list(judge(results(99, 7, status="no tests"), ""))) == 1
    assert list(judge(results(19, 7, status="timeout"), "")) == []


def test_no_results_are_no_proof() -> None:
    assert len(list(judge("", ""))) == 1
