"""What every test of the rules begins with."""

import pytest

from confidentiality import decision


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_remembered_from_before() -> None:
    """Folded routes are remembered for speed; a run of the tests folds its own."""
    decision._roads.cache_clear()
