"""The pages over a real server, and somebody of the town at a browser."""

from collections.abc import Callable, Iterator

import pytest

from people.standing import whoami
from tests.a_server import a_server
from tests.situations import Town
from tests.web.pages.visitor import Visitor
from web.app import create_app

#: Makes somebody of the town's visitor, signed in.
At = Callable[[str], Visitor]


@pytest.fixture
def address(town: Town) -> Iterator[str]:
    """Where the pages are."""
    with a_server(create_app(town.house)) as listening:
        yield listening


@pytest.fixture
def at(address: str, town: Town) -> Iterator[At]:
    """Signs somebody of the town in at a browser of their own, in English."""
    visitors: list[Visitor] = []

    def signed_in(who: str) -> Visitor:
        visitor = Visitor(address)
        visitors.append(visitor)
        visitor.enter(whoami(town.actors[who]).name)
        return visitor

    yield signed_in
    for visitor in visitors:
        visitor.close()
