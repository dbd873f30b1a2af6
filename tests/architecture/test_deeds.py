"""Deeds and the door: one file commits, each deed names one action, and no deed is done behind another's back."""

import ast
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from audit.actions import Action

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = (
    "foundation",
    "vault",
    "audit",
    "people",
    "confidentiality",
    "consent",
    "referral",
    "web",
    "cli",
    "migrations",
)
WITH_DEEDS = ("audit", "people", "consent", "referral")

#: What makes the event of a deed: doing it, preparing it, refusing it.
DOORS = {"operation", "preparing", "refuse"}
#: What is said somewhere in a file that opens an operation; the others need not be parsed to find the deeds.
_NAMES_A_DOOR = re.compile(rf"\b({'|'.join(DOORS)})\(")

#: Signing in and invitations are told in two files, for what they share is who holds a secret.
TOLD_TOGETHER = {
    "sign_in": {"people/sign_in.py"},
    "sign_out": {"people/sign_in.py"},
    "accept_invitation": {"people/invitation.py"},
}

#: Deeds that are named in the list and not yet done anywhere; what is done leaves this list.
TO_COME: set[str] = set()

#: The edge's own refusals, which reach no deed: somebody asks faster than people do.
OF_THE_EDGE = {"ask_too_often": {"web/door.py"}}


@dataclass(frozen=True)
class Deed:
    """A function that opens an operation: where it stands and which actions it names."""

    file: str
    name: str
    actions: frozenset[str]

    @property
    def has_its_files_name(self) -> bool:
        return Path(self.file).stem == self.name


def _files(*packages: str) -> Iterator[Path]:
    for package in packages:
        yield from sorted((ROOT / package).rglob("*.py"))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _actions_in(function: ast.FunctionDef) -> frozenset[str]:
    """The actions that a function hands to the door."""
    return frozenset(
        argument.attr
        for call in _calls(function)
        if isinstance(call.func, ast.Name) and call.func.id in DOORS
        for argument in call.args
        if isinstance(argument, ast.Attribute)
        and isinstance(argument.value, ast.Name)
        and argument.value.id == "Action"
    )


def _opens_an_operation(function: ast.FunctionDef) -> bool:
    return any(isinstance(call.func, ast.Name) and call.func.id in DOORS for call in _calls(function))


def _deeds() -> list[Deed]:
    return [
        Deed(_name(path), node.name, _actions_in(node))
        for path in _files(*PRODUCT)
        if _name(path) != "audit/operation.py" and _NAMES_A_DOOR.search(path.read_text(encoding="utf-8"))
        for node in _functions(_tree(path))
        if _opens_an_operation(node)
    ]


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Functions of the module and methods of its classes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from (inner for inner in node.body if isinstance(inner, ast.FunctionDef))


DEEDS = _deeds()


def test_one_file_commits() -> None:
    found = Counter(
        _name(path) for path in _files(*PRODUCT) for call in _calls(_tree(path)) if _called(call) == "commit"
    )
    assert found == {"audit/operation.py": 1}


def test_sessions_are_made_at_the_door_and_where_no_house_is_open_yet() -> None:
    made = {
        (_name(path), _called(call))
        for path in _files(*PRODUCT)
        if any(isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy.orm" for node in ast.walk(_tree(path)))
        for call in _calls(_tree(path))
        if _called(call) in {"Session", "LedgerSession", "_ReadingSession", "sessionmaker", "scoped_session"}
    }
    assert made == {
        ("audit/operation.py", "LedgerSession"),
        ("audit/sessions.py", "_ReadingSession"),
        # Which installation this is must be known before there is a house, and so before there is an operation.
        ("audit/installation.py", "Session"),
    }


def test_only_the_audit_floor_and_the_migrations_hold_an_engine() -> None:
    """A raw connection would pass the door; only these floors have one, to look at the database itself."""
    holding = {
        _name(path).split("/")[0]
        for path in _files(*PRODUCT)
        for node in ast.walk(_tree(path))
        if (isinstance(node, ast.Attribute) and node.attr == "engine")
        or (isinstance(node, ast.Call) and _called(node) in {"make_engine", "create_engine"})
    }
    assert holding <= {"foundation", "audit", "migrations"}


def test_there_are_deeds_to_look_at() -> None:
    assert len(DEEDS) >= 25


def test_deeds_are_done_on_their_floors_only() -> None:
    elsewhere = {deed.file for deed in DEEDS if deed.file.split("/")[0] not in WITH_DEEDS}
    assert elsewhere <= {file for files in OF_THE_EDGE.values() for file in files} | {"web/visit.py"}


def test_each_deed_names_exactly_one_action() -> None:
    named = {
        f"{deed.file}:{deed.name}": sorted(deed.actions) for deed in DEEDS if deed.file.split("/")[0] in WITH_DEEDS
    }
    assert {where: actions for where, actions in named.items() if len(actions) != 1} == {}


def test_a_deed_has_a_file_of_its_name() -> None:
    together = {file for files in TOLD_TOGETHER.values() for file in files}
    misplaced = [
        f"{deed.file}:{deed.name}"
        for deed in DEEDS
        if deed.file.split("/")[0] in WITH_DEEDS and not deed.name.startswith("_")
        if not deed.has_its_files_name and deed.file not in together
    ]
    assert misplaced == []


def test_every_action_is_reached_by_one_file() -> None:
    reached: dict[str, set[str]] = defaultdict(set)
    for deed in DEEDS:
        for action in deed.actions:
            reached[Action[action].code].add(deed.file)
    assert {code: files for code, files in reached.items() if len(files) != 1} == {}
    assert {action.code for action in Action} - reached.keys() == TO_COME & {action.code for action in Action}
    for code, files in {**TOLD_TOGETHER, **OF_THE_EDGE}.items():
        assert reached[code] == files


def test_a_deed_bears_the_code_of_its_action() -> None:
    """The log says `refer_pupil` where the file says `refer_pupil`, so that a reader finds the one from the other."""
    differing = {
        Path(deed.file).stem: Action[action].code
        for deed in DEEDS
        if deed.has_its_files_name
        for action in deed.actions
        if Path(deed.file).stem != Action[action].code
    }
    # Checking somebody's protection *records* what the register said; the deed is named after what people come to do.
    assert differing == {"check_protection": "record_protection"}


def test_no_deed_calls_another() -> None:
    names = {(deed.file.removesuffix(".py").replace("/", "."), deed.name) for deed in DEEDS}
    imported = [
        f"{_name(path)} imports {alias.name}"
        for path in _files(*WITH_DEEDS)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if (node.module, alias.name) in names
    ]
    assert imported == []


def test_codes_and_sentences_are_fit_to_be_read() -> None:
    codes = [action.code for action in Action]
    assert len(set(codes)) == len(codes)
    for action in Action:
        assert action.code == action.name.lower()
        assert action.sentence[0].isupper()
        assert not action.sentence.endswith(".")
        assert action.value.roles


@pytest.mark.slow
def test_every_value_of_a_statement_made_at_import_has_a_type() -> None:
    """A column that refers to another table has no type until that table is known, and SQLite takes no bare id.

    Asked in a process of its own, where modules are imported as the server imports them.
    """
    asking = """
import sys, cli.serve
from sqlalchemy import Select
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.types import NullType
from audit.look import Prepared
for module in list(sys.modules.values()):
    for name, value in list(vars(module).items()):
        query = value.query if isinstance(value, Prepared) else value
        for one in iterate(query) if isinstance(query, Select) else ():
            if isinstance(one, BindParameter) and isinstance(one.type, NullType):
                print(module.__name__, name, one.key)
"""
    told = subprocess.run(
        [sys.executable, "-c", asking], cwd=ROOT, capture_output=True, text=True, check=True
    )  # our own words
    assert told.stdout == ""
