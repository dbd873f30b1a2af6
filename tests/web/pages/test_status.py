"""The page that says whether Tillit works: open to everybody, about nobody, and true."""

from datetime import timedelta

import httpx2

from foundation.identifiers import EventId
from tests.a_server import a_client, a_server
from tests.situations import Town
from web.app import create_app

IN_ENGLISH = {"accept-language": "en"}


def _said(stranger: httpx2.Client) -> str:
    page = stranger.get("/status", headers=IN_ENGLISH)
    assert page.status_code == 200
    return page.text


def _waits(town: Town, minutes: int) -> None:
    town.house.evidence.looked(EventId.new(), timedelta(minutes=minutes))


def test_when_all_is_well_it_says_so_and_nothing_to_whoever_runs_it(stranger: httpx2.Client, town: Town) -> None:
    town.house.evidence.looked(None, timedelta())
    said = _said(stranger)
    assert "Everything works" in said
    assert "Up to date" in said
    assert "tillit doctor" not in said


def test_a_proof_that_is_behind_is_a_warning_and_nothing_has_stopped(stranger: httpx2.Client, town: Town) -> None:
    _waits(town, 3)
    said = _said(stranger)
    assert "Everything can be used" in said
    assert "3 minutes behind" in said
    assert "Stopped" not in said
    assert "tillit doctor" in said


def test_a_proof_that_is_too_far_behind_stops_what_shows_something(stranger: httpx2.Client, town: Town) -> None:
    _waits(town, 15)
    said = _said(stranger)
    assert "Nothing about anybody is shown" in said
    assert said.count("Stopped") == 1
    assert "15 minutes behind" in said


def test_a_log_that_stands_still_is_told_with_its_code(stranger: httpx2.Client, town: Town) -> None:
    town.house.evidence.looked(None, timedelta())
    town.house.evidence.trouble = "tree_differs"
    said = _said(stranger)
    assert "Stands still" in said
    assert "tree_differs" in said


def test_without_a_database_it_still_answers(sqlite_town: Town) -> None:
    house = sqlite_town.house
    with a_server(create_app(house)) as address, a_client(address) as stranger:
        assert "Everything works" in _said(stranger)
        house.close()
        file = house.settings.data_dir / "tillit.db"
        for one in file.parent.glob("tillit.db*"):
            one.unlink()
        file.mkdir()
        said = _said(stranger)
        assert "Nothing can be shown or recorded" in said
        assert said.count("Stopped") == 2
