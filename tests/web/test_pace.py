"""Nobody asks faster than people do; who tries is told so, and written down once a minute."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.a_server import a_client, a_server
from tests.log_reading import events
from tests.set_clock import SetClock
from tests.situations import Town
from web.app import create_app
from web.pace import Pace

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_the_minute_slides() -> None:
    pace = Pace(10)
    assert [pace.allows("a", "here", NOON) for _ in range(12)] == [True] * 10 + [False] * 2
    assert pace.allows("b", "here", NOON)
    assert pace.allows("a", "elsewhere", NOON)
    assert not pace.allows("a", "here", NOON + timedelta(seconds=60))
    later = NOON + timedelta(seconds=90)
    assert [pace.allows("a", "here", later) for _ in range(7)] == [True] * 5 + [False] * 2
    assert [pace.allows("a", "here", NOON + timedelta(minutes=10)) for _ in range(11)] == [True] * 10 + [False]


def test_refusals_are_counted_and_told_once_a_minute() -> None:
    pace = Pace(10)
    told = [pace.refused("a", "here", NOON + timedelta(seconds=second)) for second in (0, 10, 20, 59, 61, 62)]
    assert told == [1, None, None, None, 4, None]


@pytest.mark.slow
def test_one_too_many_is_a_problem_and_an_event_a_minute(town: Town) -> None:
    settings = town.house.settings.model_copy(update={"requests_per_minute": 10})
    house = replace(town.house, settings=settings)
    with a_server(create_app(house)) as address, a_client(address) as client:
        staff = {"staff_id": str(town.teacher.staff)}
        token = client.post("/api/v1/demo-sign-in", json=staff).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        before = len(events(house))
        answers = [client.get("/api/v1/me") for _ in range(15)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 5
        assert answers[-1].json()["code"] == "too_many_requests"
        written = events(house)[before:]
        assert [(one.row.action, one.row.outcome, one.said["refused"]) for one in written] == [
            ("ask_too_often", "refused", 1)
        ]
        assert answers[10].headers["tillit-event"] == str(written[0].row.event_id)
        assert client.get("/livez").status_code == 200
        assert isinstance(house.clock, SetClock)
        house.clock.advance(timedelta(minutes=2))
        assert client.get("/api/v1/me").status_code == 200
    house.close()
