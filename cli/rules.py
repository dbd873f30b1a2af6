"""`tillit rules`: print the rule book, check it, and decide a case that a lawyer wrote down in a file."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from confidentiality.book import BOOK
from confidentiality.check import findings
from confidentiality.explanation import decision_as_read, explanation
from confidentiality.prose import book_as_markdown, book_as_read, book_as_text
from confidentiality.vocabulary import JURISDICTIONS
from confidentiality.words import LANGUAGES, Language
from consent.case import Case, decide_case
from consent.case_file import CaseNotUnderstood, Place, case_from, said_place

rules_app = typer.Typer(help="The rule book: print it, check it, decide a case.", no_args_is_help=False)
app = rules_app

LARGEST_FILE = 1_000_000
"""Bytes. A case is a page of text; anything much larger is the wrong file."""


class CaseFileUnreadable(ValueError):
    """A case file cannot be read; the message is one line: file, line, and what is wrong there."""


def read_case(path: Path) -> tuple[Case, dict[str, Any]]:
    """The case in a YAML or JSON file, and the file's plain data.

    Raises CaseFileUnreadable, with file, line, word and the nearest known word, when it cannot be read.
    """
    data, lines = _read(path)
    try:
        return case_from(data), data
    except CaseNotUnderstood as wrong:
        line = next(
            (lines[wrong.place[:end]] for end in range(len(wrong.place), -1, -1) if wrong.place[:end] in lines), 1
        )
        raise CaseFileUnreadable(f"{path}:{line}: {said_place(wrong.place)}: {wrong.problem}") from None


def _read(path: Path) -> tuple[dict[str, Any], dict[Place, int]]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CaseFileUnreadable(f"{path}:1: the file cannot be read: {error.strerror}") from None
    if len(raw) > LARGEST_FILE:
        raise CaseFileUnreadable(f"{path}:1: the file is larger than {LARGEST_FILE} bytes; a case is about a page")
    try:
        text = raw.decode("utf-8-sig")
        if path.suffix == ".json":
            # JSON may be indented with tabs, which YAML forbids; a tab inside a JSON string is always written \t.
            text = text.replace("\t", " ")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError:
        raise CaseFileUnreadable(f"{path}:1: the file is not UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CaseFileUnreadable(f"{path}:{line}: not YAML or JSON: {error.problem}") from None
    except yaml.YAMLError:
        raise CaseFileUnreadable(f"{path}:1: not YAML or JSON") from None
    lines: dict[Place, int] = {}
    data = _plain(path, node, (), lines) if node is not None else None
    if not isinstance(data, dict):
        raise CaseFileUnreadable(f"{path}:1: a case is a mapping of keys such as `jurisdiction:` and `asked:`")
    return data, lines


def _plain(path: Path, node: yaml.Node, place: Place, lines: dict[Place, int]) -> Any:
    """The data of a YAML node, with the line of every key and item written into `lines`."""
    line = node.start_mark.line + 1
    lines.setdefault(place, line)
    if len(place) > 12:
        raise CaseFileUnreadable(f"{path}:{line}: nested too deeply for a case")
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else ""
            key_line = key_node.start_mark.line + 1
            if key in mapping or not key:
                raise CaseFileUnreadable(f"{path}:{key_line}: the key '{key}' is there twice or is not a word")
            lines[(*place, key)] = key_line
            mapping[key] = _plain(path, value_node, (*place, key), lines)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_plain(path, item, (*place, number), lines) for number, item in enumerate(node.value)]
    try:
        value = yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError):
        raise CaseFileUnreadable(f"{path}:{line}: '{node.value}' cannot be read") from None
    return value.date() if isinstance(value, datetime) else value


def _language(language: str) -> Language:
    for known in LANGUAGES:
        if known == language:
            return known
    typer.echo(f"The language '{language}' is not known; choose one of {', '.join(LANGUAGES)}.", err=True)
    raise typer.Exit(2)


LanguageOption = Annotated[str, typer.Option("--language", help="nb, nn, da or en.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@rules_app.callback(invoke_without_command=True)
def rules(
    context: typer.Context,
    language: LanguageOption = "en",
    *,
    as_json: JsonOption = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the page docs/rules.md.")] = False,
) -> None:
    """Print the whole rule book, in one of four languages."""
    chosen = _language(language)
    if context.invoked_subcommand is not None:
        context.obj = (chosen, as_json)
        return
    if markdown:
        typer.echo(book_as_markdown(BOOK), nl=False)
    elif as_json:
        _print_json(book_as_read(BOOK, chosen, datetime.now().astimezone().date()))
    else:
        typer.echo("\n".join(book_as_text(BOOK, chosen)))


@rules_app.command()
def check() -> None:
    """Look for dead rules, contradictions and unreachable tiers; exits with 1 when something is found."""
    found = list(findings(BOOK))
    for line in found:
        typer.echo(line)
    counts = ", ".join(f"{jurisdiction} {len(BOOK.rules[jurisdiction])} rules" for jurisdiction in JURISDICTIONS)
    typer.echo(f"{counts}; {len(found) or 'no'} findings; hash {BOOK.hash}")
    raise typer.Exit(1 if found else 0)


@rules_app.command()
def decide(
    context: typer.Context,
    case: Annotated[Path, typer.Option("--case", help="A case in YAML or JSON; the format is in docs/rules-cases.md.")],
    language: LanguageOption = "",
    *,
    as_json: JsonOption = False,
) -> None:
    """Decide one case, and say in plain words what came out."""
    outer_language, outer_json = context.obj if context.obj is not None else ("en", False)
    chosen = _language(language or outer_language)
    try:
        read, _ = read_case(case)
    except CaseFileUnreadable as wrong:
        typer.echo(str(wrong), err=True)
        raise typer.Exit(2) from None
    decision = decide_case(read)
    words = explanation(decision, chosen, BOOK, read.policy)
    if as_json or outer_json:
        _print_json(decision_as_read(decision, words))
        return
    for result in decision.results:
        typer.echo(f"{result.subject} {result.category}: {result.result}  ({', '.join(result.rules)})")
    typer.echo(f"\n{words.teacher}\n")
    if words.family:
        typer.echo(f"{words.family}\n")
    typer.echo("\n".join(words.auditor))


def _print_json(data: object) -> None:
    json.dump(data, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
