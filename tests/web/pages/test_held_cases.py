"""A held case at a browser: the teacher asks, the head decides, a colleague approves, and the teacher sends."""

from datetime import date

import pytest

from consent.record_consent import Heard, record_consent
from tests.consent.a_form import a_form
from tests.situations import Family, Town, a_family
from tests.web.pages.conftest import At

WHY = "Eleven vil ha hjelp, men ikke at broren får vite det."


@pytest.fixture
def family(town: Town) -> Family:
    """A pupil of thirteen who has said no, on the rosters of the school and the housing team."""
    made = a_family(town, born=date(2013, 3, 14))
    a_family(town, town.teacher, again=made)
    record_consent(town.housing_worker, a_form(town, made, heard=Heard(town.today, "objects")))
    return made


def test_three_people_decide_and_the_teacher_sends(town: Town, at: At, family: Family) -> None:
    teacher = at("teacher")
    form = teacher.open(f"/referrals/new?pupil={family.child}&to={town.homework}")
    asking = form.click("Ask your leader to decide")
    assert "The child has said no" in asking.words
    empty = asking.press("Ask for a decision", {"reason": ""})
    assert (empty.status, "Choose at least one" in empty.words) == (422, True)
    asked = asking.press("Ask for a decision", {"categories": ["academic_need"], "reason": WHY})
    assert "Waits for the leader" in asked.words
    assert WHY in asked.words

    leader = at("school_leader").open("/held-cases").click("Sagal")
    unsaid = leader.press("Record the decision", {"reason": WHY})
    assert unsaid.status == 422
    decided = leader.press("Record the decision", {"answer": "yes", "reason": "Hjelpen haster, og er liten."})
    assert "Waits for a second person" in decided.words

    second = at("second_teacher").open(asked.path)
    approved = second.press("Record what I say", {"answer": "yes", "reason": "Jeg kjenner eleven, og er enig."})
    assert "May be sent" in approved.words

    referral = teacher.open(asked.path).click("Go to the referral")
    review = referral.press("Look it over", {"content.academic_need.subjects": "matematikk"})
    assert "matematikk" in review.press("Send to Leksehjelpen i Fjordvik").click("See the referral").words


def test_the_leader_takes_a_yes_back(town: Town, at: At, family: Family) -> None:
    asking = at("teacher").open(f"/held-cases/new?pupil={family.child}&to={town.homework}&kind=homework_support")
    asked = asking.press("Ask for a decision", {"categories": ["academic_need"], "reason": WHY})
    leader = at("school_leader").open(asked.path)
    leader.press("Record the decision", {"answer": "yes", "reason": WHY})
    back = leader.visitor.open(asked.path).press("Take it back", {"reason": "Eleven har ombestemt seg."})
    assert "Not to be sent" in back.words
    assert "Your decision as leader" not in back.words


def test_where_nothing_is_held_nobody_is_asked(town: Town, at: At, family: Family) -> None:
    page = at("teacher").open(f"/held-cases/new?pupil={family.child}&to={town.library}&kind=homework_support")
    assert (page.status, "Nobody has to decide this" in page.words) == (409, True)
