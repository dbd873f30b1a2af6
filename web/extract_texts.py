"""Finds the texts of the source that people read, for the translators (web/locales/README.md); used by pybabel alone.

They are what stands in `message("…")`, and `title` and `do` of each problem: plain attributes in English, translated
where they are shown.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

__all__ = ["extract_texts"]

_MARKERS = ("message", "_", "gettext")
_SAID = ("title", "do")


def extract_texts(
    file: IO[bytes],
    keywords: Sequence[str],  # noqa: ARG001  # pybabel's signature
    comment_tags: Sequence[str],  # noqa: ARG001  # as above
    options: Mapping[str, Any],  # noqa: ARG001  # as above
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Every text of a Python file that people read: (line, function, text, comments), as pybabel wants it."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _MARKERS:
            for argument in node.args[:1]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.lineno, "gettext", argument.value, []
        if isinstance(node, ast.ClassDef) and _is_problem(node):
            for statement in node.body:
                yield from _said(statement)


def _is_problem(node: ast.ClassDef) -> bool:
    """A problem says a code; nothing else in the source has both a code and a title."""
    named = {target.id for one in node.body for target in _targets(one)}
    return {"code", "title"} <= named


def _targets(statement: ast.stmt) -> list[ast.Name]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return [target for target in targets if isinstance(target, ast.Name)]


def _said(statement: ast.stmt) -> Iterator[tuple[int, str, str, list[str]]]:
    value = getattr(statement, "value", None)
    if any(target.id in _SAID for target in _targets(statement)) and isinstance(value, ast.Constant):
        yield statement.lineno, "gettext", str(value.value), []
