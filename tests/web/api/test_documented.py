"""docs/api.md: every call is in it, and every example is so.

An example is a `sh` block with one curl command and an `http` block with the answer: status, headers, and a body. In
the answer `…` stands for any value, and `$NAME` for one that is used again: it is told by the first answer that has it.
"""

import json
import re
import shlex
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from string import Template
from typing import Any

import httpx2
import pyotp
from PIL import Image

from audit.actions import Action
from audit.actor import Actor
from audit.operation import operation
from audit.sequence_events import settle_log
from people.invitation import invite
from tests.a_server import a_client
from tests.situations import Town, protect
from tests.web.api.conftest import API, Program, every_call, method_of

DOCUMENT = Path(__file__).parents[3] / "docs" / "api.md"
EXAMPLE = re.compile(r"```sh\n(?P<command>.*?)```\n```http\n(?P<answer>.*?)```", re.DOTALL)


@dataclass
class Example:
    command: str
    status: int
    headers: dict[str, str]
    body: Any


def examples() -> Iterator[Example]:
    for found in EXAMPLE.finditer(DOCUMENT.read_text(encoding="utf-8")):
        head, _, body = found["answer"].partition("\n\n")
        status, *headers = head.strip().splitlines()
        told = dict(line.split(": ", 1) for line in headers)
        yield Example(found["command"], int(status), told, json.loads(body) if body.strip() else None)


def run(command: str, known: dict[str, str]) -> httpx2.Response:
    """Do what curl would do with this command."""
    words = shlex.split(command.replace("$(uuidgen)", uuid.uuid4().hex).replace("\\\n", " "))
    assert words.pop(0) == "curl"
    method, headers, content, address = None, {}, None, ""
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _, value = Template(words.pop(0)).substitute(known).partition(": ")
            headers[name] = value
        elif word == "--json":
            content = Template(words.pop(0)).substitute(known).encode()
            headers |= {"Content-Type": "application/json", "Accept": "application/json"}
        elif word == "--data-binary":
            content = a_png()
            assert words.pop(0) == "@page.png"
        else:
            assert not word.startswith("-"), f"an option of curl that is not known here: {word}"
            address = Template(word).substitute(known)
    method = method or ("POST" if content is not None else "GET")
    with a_client(address, **{"accept-language": "en"}) as curl:
        return curl.request(method, address, headers=headers, content=content)


def hold(said: Any, found: Any, known: dict[str, str], where: str) -> None:
    """What the document says of a value holds of the one that was found; a name without a value gets it here."""
    if said == "…":
        return
    if isinstance(said, str) and "$" in said:
        name = said.rpartition("$")[2]
        known.setdefault(name, str(found).rpartition("/")[2])
        said = Template(said).substitute(known)
    if isinstance(said, dict):
        assert isinstance(found, dict), where
        assert list(said) == list(found), where
        for name, value in said.items():
            hold(value, found[name], known, f"{where}.{name}")
    elif isinstance(said, list):
        assert isinstance(found, list), where
        assert len(found) >= len(said), where
        assert said or not found, where
        for number, value in enumerate(said):
            hold(value, found[number], known, f"{where}[{number}]")
    else:
        assert found == said, f"{where} is {found!r}, the document says {said!r}"


def a_png() -> bytes:
    made = BytesIO()
    Image.new("L", (300, 400), 250).save(made, "PNG")
    return made.getvalue()


def test_every_call_has_its_own_heading() -> None:
    headings = re.findall(r"^### `(\w+) (/\S+)`$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(set(headings)) == len(headings)
    assert set(headings) == {(method_of(call), call.path_format.removeprefix(API)) for call in every_call()}


def test_every_example_is_so(address: str, as_: Callable[[str], Program], town: Town) -> None:
    with operation(Actor.operator(town.house), Action.INVITE_STAFF) as op:
        assert town.teacher.staff is not None
        invitation = invite(op, town.teacher.staff).code
    number = town.numbers.of(town.today.replace(year=2014, month=5, day=17))
    protect(town, number, "none")  # the register knows who it is
    known = {
        "TILLIT": address,
        "INVITATION": invitation,
        "CHILD_NUMBER": number,
        "TODAY": town.today.isoformat(),
        "SCHOOL": str(town.school),
        "PROGRAMME": str(town.homework),
        **{
            name: as_(who).client.headers["authorization"].removeprefix("Bearer ")
            for name, who in (
                ("TEACHER", "teacher"),
                ("HOUSING", "housing_worker"),
                ("COORDINATOR", "coordinator"),
                ("AUDITOR", "auditor"),
                ("ADMINISTRATOR", "administrator"),
                ("OFFICER", "data_protection_officer"),
                ("LEADER", "school_leader"),
                ("COLLEAGUE", "second_teacher"),
            )
        },
    }
    count = 0
    for example in examples():
        if "$CODE" in example.command:
            known["CODE"] = pyotp.TOTP(known["SECRET"]).at(town.house.clock.now())
        if "/reports" in example.command:
            settle_log(town.house)  # a report shows what the log has signed
        answer = run(example.command, known)
        where = example.command.splitlines()[0]
        assert answer.status_code == example.status, f"{where}: {answer.text}"
        hold(example.body, answer.json() if example.body is not None else None, known, where)
        for name, value in example.headers.items():
            hold(value, answer.headers[name], known, f"{where} {name}")
        if example.status == 204:
            assert answer.content == b""
        count += 1
    assert count == len(re.findall("^```sh", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)) >= len(every_call())
