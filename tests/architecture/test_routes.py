"""Routes: each one reaches the deed that it says it does, or is on the list of those that are about nobody."""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.routing import APIRoute

from audit.actions import Action, EventKind
from tests.architecture.test_deeds import DEEDS
from web.api import CALLS
from web.pages import PAGES

#: Routes that name no deed: help, the rule book, health, the way in, the directory of services, the policy, and ways
#: back to a page.
ABOUT_NOBODY = {
    "GET /sign-in",
    "GET /help",
    "GET /rules",
    "GET /rules/what-if",
    "GET /accessibility",
    "GET /verify",
    "GET /verify/tillit-verify.py",
    "GET /verify/log-policy.json",
    "GET /problems/{code}",
    "GET /status",
    "GET /livez",
    "GET /readyz",
    "GET /invitation/{code}",
    "GET /declaration",
    "GET /persons/{person_id}/protection",
    "GET /referrals/{referral_id}/accept",
    "GET /api/v1/demo-doors",
    "GET /api/v1/me",
    "GET /api/v1/services",
    "GET /policy",
    "GET /closeness",
    "GET /api/v1/policy",
    "GET /api/v1/rules",
    "POST /api/v1/rules/decide",
}

#: The first page is made of lists, each a deed with an event of its own.
MADE_OF_LISTS = {"GET /"}

_ACTION_OF = {
    (deed.file.removesuffix(".py").replace("/", "."), deed.name): {Action[name] for name in deed.actions}
    for deed in DEEDS
}


#: Opening a referral discloses it, and is looking all the same; sending one discloses too, and is not.
_LOOKING = {EventKind.READ, EventKind.SEARCH, EventKind.LOG_READ, EventKind.DISCLOSE}


@dataclass(frozen=True)
class Route:
    """One route: how it is asked for, what answers it, and which deed it says it reaches."""

    asked: str
    endpoint: Callable[..., object]
    action: Action | None

    @property
    def reached(self) -> set[Action]:
        """The actions of the deeds that the endpoint, and what it calls in its own file, may do."""
        return _reached(self.endpoint)


def _routes() -> Iterator[Route]:
    for module in (*PAGES, *CALLS):
        for route in module.router.routes:
            assert isinstance(route, APIRoute), f"{route} is no route of ours"
            for method in sorted(route.methods or ()):
                yield Route(f"{method} {route.path}", route.endpoint, getattr(route.endpoint, "action", None))


ROUTES = list(_routes())


def _reached(function: Callable[..., Any]) -> set[Action]:
    namespace, found, seen = vars(sys.modules[function.__module__]), set[Action](), set[str]()
    waiting: list[Callable[..., Any]] = [function]
    while waiting:
        one = inspect.unwrap(waiting.pop())
        if one.__qualname__ in seen:
            continue
        seen.add(one.__qualname__)
        for node in ast.walk(ast.parse(inspect.cleandoc("\n" + inspect.getsource(one)))):
            named = namespace.get(node.id) if isinstance(node, ast.Name) else None
            if not inspect.isfunction(named):
                continue
            found |= _ACTION_OF.get((named.__module__, named.__name__), set())
            if named.__module__ == function.__module__:
                waiting.append(named)
    return found


def test_there_are_routes_to_look_at() -> None:
    assert len(ROUTES) >= 60
    assert len({route.asked for route in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.action], ids=lambda route: route.asked)
def test_a_route_reaches_the_deed_that_it_says(route: Route) -> None:
    if route.asked.startswith("GET ") and route.action not in route.reached:
        # The form of a deed: what it sends, to the same path, reaches the deed.
        sent = [one for one in ROUTES if one.asked == route.asked.replace("GET ", "POST ")]
        assert [one.action for one in sent] == [route.action]
        assert route.action in sent[0].reached
    else:
        assert route.action in route.reached


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.asked.startswith("GET ")], ids=lambda one: one.asked
)
def test_looking_changes_nothing(route: Route) -> None:
    """A browser, a search engine or a link in a mail may follow any address."""
    assert {action for action in route.reached if action.kind not in _LOOKING or action is Action.REFER_PUPIL} == set()


def test_a_route_without_a_deed_is_on_the_list_of_those_about_nobody() -> None:
    silent = {route.asked for route in ROUTES if route.action is None}
    assert silent == ABOUT_NOBODY | MADE_OF_LISTS


def test_what_is_about_nobody_reaches_no_deed() -> None:
    assert {route.asked: route.reached for route in ROUTES if route.asked in ABOUT_NOBODY and route.reached} == {}


def test_the_first_page_reaches_lists_only() -> None:
    (first,) = [route for route in ROUTES if route.asked in MADE_OF_LISTS]
    assert first.reached
    assert {action for action in first.reached if not action.code.startswith("list_")} == set()


def test_every_deed_that_staff_do_is_reached_by_page_and_program() -> None:
    """Two skins over the same deeds: what a page can do a program can, and the other way round."""
    pages = {route.action for route in ROUTES if "/api/" not in route.asked and route.action}
    pages |= {action for route in ROUTES if route.asked in MADE_OF_LISTS for action in route.reached}
    calls = {route.action for route in ROUTES if "/api/" in route.asked}
    assert pages == calls - {None}
