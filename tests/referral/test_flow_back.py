import pytest

from confidentiality.book import BOOK
from confidentiality.decision import decide_anew
from confidentiality.policy import SAFE
from consent.record_consent import Flow, record_consent
from consent.withdraw_consent import WithdrawConsent, withdraw_consent
from foundation.identifiers import ConsentId, ReferralId
from people.check_protection import check_protection
from people.register import CannotBeHandled
from referral.accept_referral import accept_referral
from referral.decline_referral import decline_referral
from referral.flow_back import ANSWER
from referral.list_referrals import list_referrals
from referral.own_referral import stop_what_hung_on
from referral.read_referral import read_referral
from tests.consent.a_form import a_form
from tests.log_reading import newest
from tests.situations import Family, Town, a_consent, a_family, a_referral, protect


def _sent(town: Town, *, back: bool) -> tuple[Family, ReferralId, ConsentId]:
    """A referral that was opened; with `back`, the family lets the answer flow back to the school."""
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    forth = tuple(Flow(town.school, town.homework, one) for one in ("identity_contact", "academic_need"))
    flows = (*forth, Flow(town.homework, town.school, ANSWER)) if back else forth
    consent = record_consent(town.housing_worker, a_form(town, family, flows=flows)).id
    referral = a_referral(town, family)
    read_referral(town.coordinator, referral)
    return family, referral, consent


def _shown(town: Town, referral: ReferralId) -> tuple[str, str]:
    """The state that the sender is shown, in the referral and in the list."""
    in_list = next(line.state for line in list_referrals(town.teacher).items if line.id == referral)
    return read_referral(town.teacher, referral).state, in_list


def test_with_a_consent_in_that_direction_the_sender_hears_the_answer(town: Town) -> None:
    _, accepted, _ = _sent(town, back=True)
    assert _shown(town, accepted) == ("received", "received")
    accept_referral(town.coordinator, accepted)
    assert _shown(town, accepted) == ("accepted", "accepted")
    view = read_referral(town.teacher, accepted)
    assert [step.step for step in view.steps] == ["send", "open", "accept"]
    # What the rules said to it stands in the event of the reading.
    decision = newest(town.house).said[f"flow_back/{accepted}"]
    assert isinstance(decision, dict)
    (result,) = decide_anew(decision, BOOK, SAFE).results
    assert (result.category, result.result, result.rules) == (ANSWER, "permit", ("NO-C-41",))

    _, declined, _ = _sent(town, back=True)
    decline_referral(town.coordinator, declined, "full")
    assert _shown(town, declined) == ("declined", "declined")
    assert read_referral(town.teacher, declined).steps[-1].reason == "full"


def test_a_yes_to_sending_is_no_yes_to_hearing_back(town: Town) -> None:
    _, referral, _ = _sent(town, back=False)
    accept_referral(town.coordinator, referral)
    assert _shown(town, referral) == ("received", "received")
    assert [step.step for step in read_referral(town.teacher, referral).steps] == ["send", "open"]


def test_a_consent_of_the_other_purpose_lets_nothing_flow_back(town: Town) -> None:
    family, referral, _ = _sent(town, back=False)
    a_consent(
        town,
        family,
        sender=town.homework,
        to=town.school,
        purpose="housing_follow_up",
        categories=[ANSWER],
    )
    accept_referral(town.coordinator, referral)
    assert _shown(town, referral) == ("received", "received")


def test_when_the_way_back_is_withdrawn_the_answer_is_not_shown_any_more(town: Town) -> None:
    family, referral, consent = _sent(town, back=True)
    accept_referral(town.coordinator, referral)
    withdraw_consent(
        town.housing_worker,
        WithdrawConsent(consent, family.mother, "oral", "recipient", to_service=town.school),
        stop=stop_what_hung_on,
    )
    assert _shown(town, referral) == ("received", "received")
    assert len(read_referral(town.coordinator, referral).parts) == 2


def test_one_child_who_became_strictly_protected_does_not_close_the_list_of_the_others(town: Town) -> None:
    family, hidden, _ = _sent(town, back=True)
    _, other, _ = _sent(town, back=True)
    for referral in (hidden, other):
        accept_referral(town.coordinator, referral)
    number = family.members["child"].identity_number
    assert number is not None
    protect(town, number)
    with pytest.raises(CannotBeHandled):
        check_protection(town.housing_worker, family.child)
    states = {line.id: line.state for line in list_referrals(town.teacher).items}
    assert states == {hidden: "received", other: "accepted"}
