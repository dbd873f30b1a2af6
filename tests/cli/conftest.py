"""A PostgreSQL for commands that are programs of their own."""

from collections.abc import Iterator

import pytest

from tests.houses import PostgreSQL


@pytest.fixture
def a_postgresql(_postgresql: Iterator[PostgreSQL]) -> PostgreSQL:
    """The PostgreSQL of this process."""
    return next(_postgresql)
