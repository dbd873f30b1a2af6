"""Every error there is: for the page that explains one, and for docs/errors.md."""

import importlib
import pkgutil
from collections.abc import Iterator

from foundation.errors import Conflict, Invalid, NotFound, Problem, Refused, Unavailable
from web.worded import status_of

__all__ = ["all_problems", "errors_document", "problem_named"]

_FLOORS = ("foundation", "vault", "audit", "people", "confidentiality", "consent", "referral", "web")

_KINDS = (
    (Invalid, "What was sent is not right; nothing was done"),
    (NotFound, "There is no such thing, or it is not yours to know of"),
    (Refused, "You are known, but this is not allowed"),
    (Conflict, "Something has changed meanwhile; nothing was done"),
    (Unavailable, "Something that must be there is not, so nothing is disclosed"),
)

_HEAD = """# Errors

Written by `make docs` from the source; a test compares. Every error is answered as `application/problem+json`
(RFC 9457) below `/api/`, and as a page elsewhere, with the code in `code` and the log event, where there is one, in
`instance` and `Tillit-Event`.
"""


def all_problems() -> dict[str, type[Problem]]:
    """Every kind of problem of the floors that are loaded, by code, in alphabetical order."""
    found = [problem for problem in _family(Problem) if problem.__module__.split(".")[0] in _FLOORS]
    return {problem.code: problem for problem in sorted(found, key=lambda problem: problem.code)}


def problem_named(code: str) -> type[Problem] | None:
    """The kind of problem with this code."""
    return all_problems().get(code)


def errors_document() -> str:
    """docs/errors.md: every code of every floor, with its status, what it means and what to do."""
    for floor in _FLOORS:
        package = importlib.import_module(floor)
        for module in pkgutil.walk_packages(package.__path__, f"{floor}."):
            importlib.import_module(module.name)
    lines = [_HEAD]
    for kind, heading in _KINDS:
        lines += [f"## {heading}", "", "| code | status | says | what to do |", "|---|---|---|---|"]
        lines += [
            f"| `{problem.code}` | {status_of(problem)} | {problem.title} | {problem.do} |"
            for problem in all_problems().values()
            if issubclass(problem, kind)
        ]
        lines.append("")
    return "\n".join(lines)


def _family(kind: type[Problem]) -> Iterator[type[Problem]]:
    for child in kind.__subclasses__():
        yield child
        yield from _family(child)
