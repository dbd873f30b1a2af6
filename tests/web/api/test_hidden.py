"""What one may not know looks exactly like what does not exist: status, headers and body, byte for byte."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import httpx2
import pytest

from people.check_protection import check_protection
from people.register import CannotBeHandled
from tests.log_reading import events
from tests.set_clock import SetClock
from tests.situations import CONTENT, a_family, protect
from tests.web.api.conftest import Program, Story

As = Callable[[str], Program]

KEY = {"idempotency-key": "one-for-both"}
STEP = {"if-match": '"1"'}


def blanked(answer: httpx2.Response) -> tuple[int, list[tuple[str, str]], str]:
    """The answer without event id and date, and without the receipt of that event but for its length."""
    event, receipt = answer.headers["tillit-event"], answer.headers["tillit-receipt"]
    assert event in receipt
    headers = [
        (name, value.replace(receipt, f"{len(receipt)}").replace(event, "-"))
        for name, value in answer.headers.multi_items()
        if name != "date"
    ]
    return answer.status_code, headers, answer.text.replace(event, "-")


def hidden_places(story: Story) -> dict[str, tuple[str, str, str, dict[str, object]]]:
    """Who asks how for something of others: role, method, address with the id left open, and what is sent."""
    day, person = story.town.today.isoformat(), str(story.family.mother)
    return {
        "referral": ("other_teacher", "GET", "/referrals/{}", {}),
        "referral by category": ("other_teacher", "GET", "/referrals/{}?category=academic_need", {}),
        "accept": ("librarian", "POST", "/referrals/{}/accept", {"headers": STEP}),
        "decline": ("librarian", "POST", "/referrals/{}/decline", {"headers": STEP, "json": {"reason": "full"}}),
        "recall": ("other_teacher", "POST", "/referrals/{}/recall", {"headers": STEP}),
        "consent": ("other_teacher", "GET", "/consents/{}", {}),
        "signature": (
            "teacher", "POST", "/consents/{}/signatures",
            {"headers": KEY, "json": {"person": person, "signed_on": day}},
        ),
        "withdrawal": (
            "other_teacher", "POST", "/consents/{}/withdrawals",
            {"headers": KEY, "json": {"by": person, "channel": "oral"}},
        ),
        "person": ("other_teacher", "GET", "/persons/{}", {}),
        "protection": ("other_teacher", "POST", "/persons/{}/protection-checks", {"headers": KEY, "json": {}}),
    }  # fmt: skip


PLACES = (
    "referral", "referral by category", "accept", "decline", "recall", "consent", "signature", "withdrawal", "person",
    "protection",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_hidden_and_absent_are_the_same(as_: As, story: Story, place: str) -> None:
    who, method, path, sent = hidden_places(story)[place]
    there = {"referrals": story.referral, "consents": story.consent, "persons": story.family.child}[path.split("/")[1]]
    client = as_(who).client
    hidden, absent = (
        client.request(method, f"/api/v1{path.format(which)}", **sent)  # type: ignore[arg-type]  # as listed above
        for which in (there, uuid4())
    )
    assert hidden.status_code == 404
    assert blanked(hidden) == blanked(absent)
    of_hidden, of_absent = events(story.house)[-2:]
    assert (of_hidden.shape, of_hidden.persons) == (of_absent.shape, {})
    assert of_absent.persons == {}
    for name in ("consent_id", "referral_id", "recipient_service_id", "categories", "rules", "purpose"):
        assert getattr(of_hidden.row, name) == getattr(of_absent.row, name), name


def test_an_id_that_is_none_is_absent_too(as_: As, story: Story) -> None:
    client = as_("teacher").client
    none = client.get("/api/v1/referrals/not-an-id")
    absent = client.get(f"/api/v1/referrals/{uuid4()}")
    assert blanked(none) == blanked(absent)


def test_the_proof_of_another_service_is_absent(as_: As, story: Story) -> None:
    teacher = as_("teacher").client
    hidden = teacher.get(f"/api/v1/consents/{story.consent}/proofs/{uuid4()}")
    absent = teacher.get(f"/api/v1/consents/{uuid4()}/proofs/{uuid4()}")
    assert hidden.status_code == 404
    assert blanked(hidden) == blanked(absent)


def test_protected_unknown_and_failed_are_the_same(as_: As, story: Story) -> None:
    town = story.town
    client = as_("teacher").client

    def typed(number: str) -> httpx2.Response:
        member = {"ref": "a", "name": "Noen Annen", "birth_date": "2013-01-01", "identity_number": number}
        return client.post("/api/v1/families", json={"members": [member]}, headers={"idempotency-key": f"of-{number}"})

    strict, unknown = town.numbers.of(town.today.replace(year=2013)), town.numbers.of(town.today.replace(year=2013))
    protect(town, strict)
    of_strict, of_unknown = typed(strict), typed(unknown)
    town.house.settings.register_path.unlink()
    failed = typed(unknown)
    assert (of_strict.status_code, of_strict.json()["code"]) == (403, "cannot_be_handled_here")
    assert blanked(of_strict) == blanked(of_unknown) == blanked(failed)
    assert [event.persons for event in events(story.house)[-3:]] == [{}, {}, {}]


def test_strict_and_too_old_are_the_same_before_during_and_after_a_referral(as_: As, story: Story) -> None:
    """A pupil became strictly protected, of another the newest look is too old: a program is told the same."""
    town = story.town
    assert isinstance(town.house.clock, SetClock)
    town.house.clock.advance(timedelta(days=31))
    strict = a_family(town, town.teacher)
    protect(town, strict.members["child"].identity_number or "")
    with pytest.raises(CannotBeHandled):
        check_protection(town.teacher, strict.child)
    client, answers = as_("teacher").client, []
    for child in (strict.child, story.family.child):
        asked = {"pupil": str(child), "to_service": str(town.homework)}
        draft = client.post("/api/v1/referrals/drafts", json=asked)
        sent = client.post(
            "/api/v1/referrals", json={**asked, "content": dict(CONTENT)}, headers={"idempotency-key": f"of-{child}"}
        )
        assert (draft.status_code, draft.json()["code"]) == (403, "cannot_be_handled_here")
        answers.append((blanked(draft), blanked(sent)))
    assert answers[0] == answers[1]
    assert answers[0][0] == answers[0][1]
    opened = client.get(f"/api/v1/referrals/{story.referral}")
    assert opened.json()["code"] == "cannot_be_handled_here"


def test_another_service_having_a_person_is_not_seen(as_: As, story: Story) -> None:
    a_family(story.town, story.town.other_teacher, again=story.family)
    mine = as_("teacher").get(f"/persons/{story.family.child}").json()
    theirs = as_("other_teacher").get(f"/persons/{story.family.child}").json()
    told = ("event_id", "protection_checked_at")  # when one's own service asked the register, and nobody else's
    assert {name: value for name, value in mine.items() if name not in told} == {
        name: value for name, value in theirs.items() if name not in told
    }
