"""What is sent twice is done once, for every call that creates; of two who build on one version, one looks again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consent.consent import Consent, ConsentSignature, ConsentWithdrawal
from foundation.tables import Base
from people.person import Person, ProtectionCheck
from referral.referral import Referral, ReferralStep
from tests.log_reading import events
from tests.situations import CONTENT, Town, a_consent
from tests.web.api.conftest import Program, Story

As = Callable[[str], Program]


def rows(town: Town, table: type[Base]) -> int:
    columns = table.__table__.columns
    with Session(town.house.engine) as session:
        return session.scalar(select(func.count()).select_from(select(*columns).subquery())) or 0


@dataclass
class Creating:
    """A call that creates: who sends what where, and in which table it leaves one row."""

    who: str
    path: str
    body: dict[str, object]
    other: dict[str, object]
    table: type[Base]


def a_family_of_one(name: str) -> dict[str, object]:
    seen = {"status": "none", "where": "Folkeregisteret", "on": "2026-11-20"}
    return {"members": [{"ref": "a", "name": name, "birth_date": "1990-05-06", "seen": seen}]}


def creating(story: Story, which: str) -> Creating:
    town, family, day = story.town, story.family, story.town.today.isoformat()
    flow = {"from_service": str(town.school), "to_service": str(town.library), "category": "academic_need"}
    form: dict[str, object] = {
        "person": str(family.child), "purpose": "homework_support_referral", "flows": [flow], "valid_from": day,
        "explained": {"on": day, "language": "so"},
    }  # fmt: skip
    sent: dict[str, object] = {"pupil": str(family.child), "to_service": str(town.homework), "content": CONTENT}
    back: dict[str, object] = {"by": str(family.mother), "channel": "oral"}
    if which == "signature":
        unsigned = a_consent(town, family, to=town.library, signers=[family.mother])
        yes: dict[str, object] = {"person": str(family.father), "signed_on": day}
        where = f"/consents/{unsigned}/signatures"
        return Creating("housing_worker", where, yes, {**yes, "answer": "refused"}, ConsentSignature)
    return {
        "family": Creating("teacher", "/families", a_family_of_one("Ida By"), a_family_of_one("Ada By"), Person),
        "check": Creating("teacher", f"/persons/{family.child}/protection-checks", {}, {"seen": None}, ProtectionCheck),
        "consent": Creating("housing_worker", "/consents", form, {**form, "form": "oral"}, Consent),
        "withdrawal": Creating(
            "teacher", f"/consents/{story.consent}/withdrawals", back, {**back, "channel": "written"}, ConsentWithdrawal
        ),
        "referral": Creating(
            "teacher", "/referrals", sent, {**sent, "content": {"academic_need": {"goal": "lese"}}}, Referral
        ),
    }[which]


@pytest.mark.parametrize("which", ["family", "check", "consent", "signature", "withdrawal", "referral"])
def test_a_repetition_gets_the_first_answer_and_leaves_nothing(as_: As, story: Story, which: str) -> None:
    call = creating(story, which)
    program, before = as_(call.who), rows(story.town, call.table)
    first = program.post(call.path, call.body, key="the-very-same-key")
    assert first.status_code in (200, 201)
    counted = len(events(story.house))
    again = program.post(call.path, call.body, key="the-very-same-key")
    assert again.headers["idempotency-replayed"] == "true"
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    for name in ("tillit-event", "tillit-receipt", "location", "etag", "content-type"):
        assert again.headers.get(name) == first.headers.get(name), name
    assert rows(story.town, call.table) == before + 1
    assert len(events(story.house)) == counted

    other = program.post(call.path, call.other, key="the-very-same-key")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert rows(story.town, call.table) == before + 1


def test_a_refusal_is_not_kept_so_the_same_request_may_be_sent_again(as_: As, story: Story) -> None:
    town = story.town
    sent = {"pupil": str(story.family.child), "to_service": str(town.library), "content": CONTENT}
    teacher = as_("teacher")
    refused = teacher.post("/referrals", sent, key="once-more-later")
    assert refused.status_code == 403
    a_consent(town, story.family, to=town.library)
    assert teacher.post("/referrals", sent, key="once-more-later").status_code == 201


def test_of_eight_equal_requests_at_once_one_is_done(as_: As, story: Story) -> None:
    sent = {"pupil": str(story.family.child), "to_service": str(story.town.homework), "content": CONTENT}
    programs = [as_("teacher") for _ in range(8)]
    with ThreadPoolExecutor(8) as together:
        answers = list(together.map(lambda one: one.post("/referrals", sent, key="all-at-the-same-time"), programs))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sorted("idempotency-replayed" in answer.headers for answer in answers) == [False] + [True] * 7
    assert rows(story.town, Referral) == 2


def test_of_two_who_build_on_one_version_one_is_told_to_look_again(as_: As, story: Story) -> None:
    where = f"/referrals/{story.referral}"
    version = as_("coordinator").get(where).headers["etag"]
    programs = [as_("coordinator") for _ in range(4)]
    with ThreadPoolExecutor(4) as together:
        answers = list(together.map(lambda one: one.post(f"{where}/accept", if_match=version), programs))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    for late in (answer for answer in answers if answer.status_code == 409):
        assert (late.json()["code"], late.json()["values"]) == ("version_passed", {"version": 3, "state": "accepted"})
    assert rows(story.town, ReferralStep) == 3


def test_a_step_that_the_life_cycle_does_not_draw_is_refused(as_: As, story: Story) -> None:
    early = as_("coordinator").post(f"/referrals/{story.referral}/accept", if_match='"1"')
    assert early.status_code == 409
    theirs = as_("teacher").post(f"/referrals/{story.referral}/accept", if_match='"1"')
    assert theirs.status_code == 403
    assert rows(story.town, ReferralStep) == 1
