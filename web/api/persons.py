"""Persons on the roster of one's own service."""

from typing import Annotated

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from audit.actions import Action
from people.check_protection import ProtectionReceipt, check_protection
from people.find_person import find_person
from people.list_persons import list_persons
from people.read_person import read_person
from people.views import PersonList, PersonView
from web.api.described import gives
from web.api.families import Seen
from web.api.router import calls_below
from web.parameters import PersonIdHere
from web.sent import Sent
from web.visit import Here, HereOnce, does

router = calls_below("/persons", tag="People")


class Search(Sent):
    """What the names begin with: words of at least two letters. In the body, so that no name lies in an address."""

    words: Annotated[str, Field(max_length=100)]


class Pages(Sent):
    """Where a list goes on."""

    page: str | None = None


class Check(Sent):
    """What was seen of the protection, where no register can be asked."""

    seen: Seen | None = None


@router.get("", **gives(PersonList))
@does(Action.LIST_PERSONS)
def several(here: Here, asked: Annotated[Pages, Query()]) -> Response:
    """List the persons on the roster, newest first."""
    return here.json(list_persons(here.actor, asked.page))


@router.post("/search", **gives(PersonList))
@does(Action.FIND_PERSON)
def search(here: Here, sent: Search) -> Response:
    """Find persons by the beginning of their names; ten at most."""
    return here.json(find_person(here.actor, sent.words))


@router.get("/{person_id}", **gives(PersonView, 404))
@does(Action.READ_PERSON)
def read(here: Here, person_id: PersonIdHere) -> Response:
    """Read what the roster says of one person."""
    return here.json(read_person(here.actor, person_id))


@router.post("/{person_id}/protection-checks", **gives(ProtectionReceipt, 404, once=True))
@does(Action.RECORD_PROTECTION)
def check(here: HereOnce, person_id: PersonIdHere, sent: Check) -> Response:
    """Ask the register again whether the person is protected; the answer is for the rules, and is not shown."""
    return here.json(check_protection(here.actor, person_id, sent.seen.seen() if sent.seen else None))
