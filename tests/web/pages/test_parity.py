"""A form and a call do the same: equal rows and equal events, ids and times aside."""

from collections.abc import Callable, Iterator
from datetime import datetime

import httpx2
import pytest
from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import Session

from consent.consent import (
    Consent,
    ConsentExplanation,
    ConsentFlow,
    ConsentHearing,
    ConsentSignature,
    ConsentWithdrawal,
)
from foundation.tables import Base
from referral.referral import Referral, ReferralPart, ReferralStep
from tests.a_server import a_client
from tests.log_reading import StoredEvent, events, newest
from tests.situations import Family, Town, a_consent, a_family, a_referral
from tests.web.pages.conftest import At

TABLES: tuple[type[Base], ...] = (
    Consent,
    ConsentFlow,
    ConsentSignature,
    ConsentExplanation,
    ConsentHearing,
    ConsentWithdrawal,
    Referral,
    ReferralPart,
    ReferralStep,
)

Call = Callable[[str, str, object], httpx2.Response]


@pytest.fixture
def family(town: Town) -> Family:
    """A family on the housing team's roster and on the school's."""
    made = a_family(town)
    a_family(town, town.teacher, again=made)
    return made


@pytest.fixture
def call(address: str, town: Town) -> Iterator[Call]:
    """Posts JSON as somebody of the town."""
    with a_client(address) as client:
        keys = iter(range(100))

        def post(who: str, path: str, body: object) -> httpx2.Response:
            answer = client.post("/api/v1/demo-sign-in", json={"staff_id": str(town.actors[who].staff)})
            headers = {
                "authorization": f"Bearer {answer.json()['token']}",
                "idempotency-key": f"a-key-of-its-own-{next(keys)}",
            }
            return client.post(f"/api/v1{path}", json=body, headers=headers)

        yield post


def rows(town: Town) -> dict[str, list[dict[str, object]]]:
    """Every row of the tables, without what is fresh in each: ids of its own, times, sealed bytes, events."""
    found = {}
    with Session(town.house.engine) as session:
        for table in TABLES:
            columns = [
                column
                for column in table.__table__.columns
                if not isinstance(column.type, LargeBinary)
                and column.name
                not in ("recorded_in", "conversation_id", *(one.name for one in table.__table__.primary_key))
                and not column.name.endswith(("consent_id", "referral_id"))
            ]
            found[table.__tablename__] = [
                {name: value for name, value in row._mapping.items() if not isinstance(value, datetime)}
                for row in session.execute(select(*columns))
            ]
    return found


def added(
    before: dict[str, list[dict[str, object]]], after: dict[str, list[dict[str, object]]]
) -> dict[str, list[str]]:
    """The rows that came, in an order that does not depend on ids."""
    told = {}
    for table, there in after.items():
        left = list(there)
        for row in before[table]:
            left.remove(row)
        told[table] = sorted(repr(sorted(row.items(), key=lambda item: item[0])) for row in left)
    return told


def told(event: StoredEvent) -> object:
    """An event without its ids and its time."""
    row = event.row
    said = {
        name: value
        for name, value in event.said.items()
        if name not in ("event_id", "recorded_at", "consent_id", "referral_id", "asked_for", "part_digests", "at")
    }
    return event.shape, row.role, row.service_id, row.purpose, row.categories, row.rules, said, event.persons


def compare(town: Town, by_form: Callable[[], object], by_call: Callable[[], httpx2.Response]) -> None:
    start = rows(town)
    by_form()
    middle, form_event = rows(town), deed(town)
    answer = by_call()
    assert answer.status_code < 300, answer.text
    end, call_event = rows(town), newest(town.house)
    assert added(start, middle) == added(middle, end)
    assert any(added(start, middle).values())
    assert told(form_event) == told(call_event)


def deed(town: Town) -> StoredEvent:
    """The newest event that changed or disclosed something; a page shown afterwards leaves events of its own."""
    wanted = {"record_consent", "refer_pupil", "withdraw_consent", "sign_consent", "accept_referral"}
    return [event for event in events(town.house) if event.row.action in wanted][-1]


def test_a_consent_is_recorded_alike(town: Town, family: Family, at: At, call: Call) -> None:
    page = at("housing_worker").open(f"/consents/new?person={family.child}")
    flow = f"flow.{town.school}.{town.homework}"
    compare(
        town,
        lambda: page.press(
            "Record the consent",
            {
                f"{flow}.identity_contact": "yes",
                "informed": "yes",
                "explained.interpreter": "professional",
                "heard.view": "agrees",
                f"signed.{family.mother}": "given",
            },
        ),
        lambda: call(
            "housing_worker",
            "/consents",
            {
                "person": str(family.child),
                "purpose": "homework_support_referral",
                "flows": [
                    {
                        "from_service": str(town.school),
                        "to_service": str(town.homework),
                        "category": "identity_contact",
                    }
                ],
                "valid_from": "2026-11-22",
                "valid_to": "2027-07-31",
                "explained": {"on": "2026-11-22", "language": "so", "interpreter": "professional"},
                "heard": {"on": "2026-11-22", "view": "agrees"},
                "signatures": [{"person": str(family.mother), "signed_on": "2026-11-22", "answer": "given"}],
            },
        ),
    )


def test_a_pupil_is_referred_alike(town: Town, family: Family, at: At, call: Call) -> None:
    a_consent(town, family)
    page = at("teacher").open(f"/referrals/new?pupil={family.child}&to={town.homework}")
    fields = {name: "" for name in page.form("Look it over").controls if name.startswith("content.")}
    review = page.press("Look it over", {**fields, "content.academic_need.goal": "Lese"})
    compare(
        town,
        lambda: review.press("Send to Leksehjelpen i Fjordvik"),
        lambda: call(
            "teacher",
            "/referrals",
            {
                "pupil": str(family.child),
                "to_service": str(town.homework),
                "kind": "homework_support",
                "content": {"academic_need": {"goal": "Lese"}},
            },
        ),
    )


def test_a_consent_is_withdrawn_alike(town: Town, family: Family, at: At, call: Call) -> None:
    first, second = a_consent(town, family), a_consent(town, family)
    confirm = (
        at("housing_worker")
        .open(f"/consents/{first}/withdraw")
        .press(
            "See what will happen", {"by": str(family.mother), "what": "category:academic_need", "channel": "written"}
        )
    )
    compare(
        town,
        lambda: confirm.press("Withdraw now"),
        lambda: call(
            "housing_worker",
            f"/consents/{second}/withdrawals",
            {"by": str(family.mother), "channel": "written", "scope": "category", "category": "academic_need"},
        ),
    )


def test_a_form_sent_twice_is_done_once(town: Town, family: Family, at: At) -> None:
    a_consent(town, family)
    a_referral(town, family)
    page = at("coordinator").open("/referrals").click("Referral to homework support")
    form = page.form("Accept")
    once, twice = (page.visitor.send(form.action, form.filled({})) for _ in range(2))
    assert (once.status, once.path) == (twice.status, twice.path) == (200, page.path)
    assert once.response.headers["x-deed-event"] == twice.response.headers["x-deed-event"]
    steps = [row for row in rows(town)["referral_step"] if row["step"] == "accept"]
    assert len(steps) == 1
