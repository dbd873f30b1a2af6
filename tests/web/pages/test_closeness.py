"""Being close to a family, at a browser: unobtrusive while nobody is, and asked for where the rules need it."""

import pytest

from tests.situations import Family, Town, a_consent, a_family, a_referral
from tests.web.pages.conftest import At


@pytest.fixture
def family(town: Town) -> Family:
    """A family whose child the teacher may refer."""
    made = a_family(town)
    a_family(town, town.teacher, again=made)
    a_consent(town, made)
    return made


def test_a_receiver_who_is_a_neighbour_confirms_and_goes_on(town: Town, at: At, family: Family) -> None:
    path = f"/referrals/{a_referral(town, family)}"
    page = at("coordinator").open(path)
    assert "matematikk" in page.words
    held = page.click("Are you close to this family?").press("Save", {"relation": "neighbour"})
    assert (held.status, "matematikk" in held.words) == (403, False)
    opened = held.press("Save", {"relation": "neighbour", "impartial": "yes"})
    assert (opened.path, "matematikk" in opened.words) == (path, True)


def test_close_family_reads_no_more(town: Town, at: At, family: Family) -> None:
    path = f"/referrals/{a_referral(town, family)}"
    page = at("coordinator").open(path).click("Are you close")
    closed = page.press("Save", {"relation": "parent", "impartial": "yes"})
    assert (closed.status, "matematikk" in closed.words) == (403, False)
    assert "Close family of the person cannot handle this." in closed.words


def test_what_a_sender_says_on_the_form_is_remembered(town: Town, at: At, family: Family) -> None:
    teacher = at("teacher")
    path = f"/referrals/new?pupil={family.child}&to={town.homework}"
    typed = {"content.academic_need.subjects": "matematikk", "relation": "friend"}
    held = teacher.open(path).press("Look it over", typed)
    assert "This is what will be shared" not in held.words
    assert "Are you close to this family?" in teacher.open(path).words
    form = held.press("Go on", {"relation": "friend", "impartial": "yes"})
    review = form.press("Look it over", {})
    assert "matematikk" in review.words
    assert review.press("Send to Leksehjelpen i Fjordvik").status == 200


def test_what_was_said_by_mistake_is_taken_back_on_the_form(town: Town, at: At, family: Family) -> None:
    path = f"/referrals/new?pupil={family.child}&to={town.homework}"
    held = at("teacher").open(path).press("Look it over", {"relation": "friend"})
    assert "Look it over" in held.press("Go on", {"relation": "none"}).words
