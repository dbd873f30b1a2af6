"""What every test of the rules begins with."""

import pytest

from confidentiality import decision


@pytest.fixture(autouse=True)
def _nothing_is_remembered_from_before() -> None:
    """Folded routes are remembered for speed; each test folds its own."""
    decision._roads.cache_clear()
