"""Yes, no and unknown, against truth tables."""

from itertools import product

import pytest

from confidentiality.answer import NO, UNKNOWN, YES, Answer, all_of, answer, any_of
from tests.confidentiality import oracle


@pytest.mark.parametrize("one", Answer)
def test_an_answer_refuses_to_be_a_condition(one: Answer) -> None:
    with pytest.raises(
        TypeError, match=r"^An Answer is yes, no or unknown: compare it with `is`, never use it as a condition\.$"
    ):
        bool(one)


@pytest.mark.parametrize(("one", "other"), list(product(Answer, repeat=2)))
def test_the_connectives_are_those_of_the_truth_tables(one: Answer, other: Answer) -> None:
    assert (one & other).value == oracle.AND[one.value, other.value]
    assert (one | other).value == oracle.OR[one.value, other.value]
    assert (~one).value == oracle.NOT[one.value]
    assert all_of(one, other) is one & other
    assert any_of(one, other) is one | other


def test_what_nobody_said_is_unknown() -> None:
    assert (answer(True), answer(False), answer(None)) == (YES, NO, UNKNOWN)
    assert all_of() is YES
    assert any_of() is NO
