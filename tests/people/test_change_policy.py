"""Proposing and approving a policy: two people, at once everywhere, and never out of bounds."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from audit.actor import Actor
from audit.house import House
from audit.refusals import NotInYourRole, SharingRefused
from confidentiality.policy import SAFE, Policy
from foundation.errors import Invalid, NotFound
from people.approve_policy import OwnProposal, approve_policy
from people.policy import PolicyPassed, policy_today
from people.policy_history import policy_history
from people.propose_policy import ProposePolicy, propose_policy
from referral.draft_referral import DraftReferral, draft_referral
from referral.refer_pupil import ReferPupil, refer_pupil
from tests.log_reading import newest
from tests.set_clock import SetClock
from tests.situations import CONTENT, Family, Town, a_consent, a_family

_ALONE = {"guardians": "resident_holder"}


def _proposed(actor: Actor, choices: Mapping[str, Any], builds_on: int = 1) -> UUID:
    return propose_policy(actor, ProposePolicy(builds_on, choices)).id


def _changed(town: Town, choices: Mapping[str, Any], builds_on: int = 1) -> None:
    approve_policy(town.data_protection_officer, _proposed(town.administrator, choices, builds_on))


def _signed_by_the_mother_alone(town: Town) -> Family:
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    a_consent(town, family, signers=[family.mother])
    return family


def test_a_change_decides_at_once_and_says_so(town: Town) -> None:
    family = _signed_by_the_mother_alone(town)
    referral = ReferPupil(family.child, town.homework, CONTENT)
    with pytest.raises(SharingRefused):
        refer_pupil(town.teacher, referral)
    proposal = _proposed(town.administrator, _ALONE)
    with pytest.raises(SharingRefused):
        refer_pupil(town.teacher, referral)
    assert approve_policy(town.data_protection_officer, proposal).number == 2
    refer_pupil(town.teacher, referral)
    decision = newest(town.house).said["decision"]
    assert isinstance(decision, dict)
    assert (decision["policy_number"], decision["policy"]) == (2, Policy(guardians="resident_holder").version)


def test_a_change_decides_at_once_in_another_process(town: Town) -> None:
    """A second house over the same database, as another process has one, with everything it remembers of its own."""
    family = _signed_by_the_mother_alone(town)
    here = town.house
    beside = House(here.settings, SetClock(here.clock.now()), here.custody, here.installed)
    try:
        teacher = replace(town.teacher, house=beside)
        asked = DraftReferral(family.child, town.homework, categories=("academic_need",))
        assert draft_referral(teacher, asked).categories[0].result == "refuse"
        _changed(town, _ALONE)
        assert draft_referral(teacher, asked).categories[0].result == "permit"
    finally:
        beside.close()


def test_a_look_up_of_protection_grows_old_by_the_policy(town: Town, clock: SetClock) -> None:
    family = a_family(town, town.teacher)
    clock.advance(timedelta(days=3))
    asked = DraftReferral(family.child, town.homework, categories=("academic_need",))
    assert "B-13" not in draft_referral(town.teacher, asked).categories[0].rules
    _changed(town, {"protection_status_days": 2})
    assert "B-13" in draft_referral(town.teacher, asked).categories[0].rules


def test_nobody_approves_their_own_proposal(town: Town) -> None:
    proposal = _proposed(town.data_protection_officer, _ALONE)
    with pytest.raises(OwnProposal):
        approve_policy(town.data_protection_officer, proposal)
    assert newest(town.house).shape == ("approve_policy", "refused", "own_proposal")
    assert policy_today(town.administrator) == SAFE
    approve_policy(town.administrator, proposal)
    assert policy_today(town.administrator) == Policy(guardians="resident_holder")


@pytest.mark.parametrize("who", ["teacher", "housing_leader", "auditor"])
def test_others_neither_propose_nor_approve(town: Town, who: str) -> None:
    with pytest.raises(NotInYourRole):
        propose_policy(town.actors[who], ProposePolicy(1, _ALONE))
    with pytest.raises(NotInYourRole):
        approve_policy(town.actors[who], _proposed(town.administrator, _ALONE))


def test_a_newer_proposal_takes_the_place_of_one_that_waits(town: Town) -> None:
    first = _proposed(town.administrator, _ALONE)
    second = _proposed(town.administrator, {"consent_at_most_months": 6})
    with pytest.raises(PolicyPassed):
        approve_policy(town.data_protection_officer, first)
    approve_policy(town.data_protection_officer, second)
    with pytest.raises(PolicyPassed):
        approve_policy(town.data_protection_officer, second)
    assert policy_today(town.administrator) == Policy(consent_at_most_months=6)


def test_a_proposal_builds_on_what_its_maker_saw(town: Town) -> None:
    _changed(town, _ALONE)
    with pytest.raises(PolicyPassed) as passed:
        propose_policy(town.administrator, ProposePolicy(1, {"form": "oral_minuted"}))
    assert passed.value.values == {"number": 2}


def test_there_is_no_such_proposal(town: Town) -> None:
    with pytest.raises(NotFound):
        approve_policy(town.administrator, uuid4())


@pytest.mark.parametrize(
    ("choices", "field", "code"),
    [
        ({"nobody_signs": True}, "nobody_signs", "unknown_field"),
        ({"override_hours": 48}, "override_hours", "unknown_field"),
        ({"form": "by_nodding"}, "form", "not_a_choice"),
        ({"form": ["written"]}, "form", "not_a_choice"),
        ({"consent_at_most_months": 13}, "consent_at_most_months", "too_large"),
        ({"consent_at_most_months": 0}, "consent_at_most_months", "too_small"),
        ({"consent_at_most_months": "6"}, "consent_at_most_months", "not_a_number"),
        ({"consent_at_most_months": True}, "consent_at_most_months", "not_a_number"),
        ({"child_objection_from_age": 15}, "child_objection_from_age", "too_large"),
        ({"protection_status_days": 31}, "protection_status_days", "too_large"),
        (
            {"custody_holders_with_youth_for_sensitivity_3": "no"},
            "custody_holders_with_youth_for_sensitivity_3",
            "not_yes_or_no",
        ),
        ({"switches": ["everything"]}, "switches", "not_a_choice"),
        ({"switches": "ssp"}, "switches", "not_a_choice"),
        ({"switches": [["ssp"]]}, "switches", "not_a_choice"),
        ({"pairs": [["one", "other"]]}, "pairs", "wrong_type"),
        ({"pairs": "all"}, "pairs", "wrong_type"),
        ({"pairs": [["one", "one", "coordinated_support"]]}, "pairs", "same_service"),
        ({"pairs": [["one", "other", "curiosity"]]}, "pairs", "unknown_word"),
        ({"pairs": [["one", "other", "coordinated_support"]]}, "pairs", "not_an_id"),
        ({"entered": {"NO-FVL-1967": "2027-01-01"}}, "entered.NO-FVL-1967", "unknown_field"),
        ({"entered": {"NO-FVL-2025": "1.1.2027"}}, "entered.NO-FVL-2025", "not_a_date"),
        ({"entered": {"NO-FVL-2025": "20270101"}}, "entered.NO-FVL-2025", "not_a_date"),
        ({"entered": ["NO-FVL-2025"]}, "entered", "wrong_type"),
        ({"form": "written"}, "choices", "nothing_changed"),
        ({}, "choices", "nothing_changed"),
    ],
)
def test_what_cannot_be_chosen_is_named(town: Town, choices: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(Invalid) as invalid:
        propose_policy(town.administrator, ProposePolicy(1, choices))
    assert [(one.field, one.code) for one in invalid.value.fields] == [(field, code)]
    assert policy_history(town.administrator).proposal is None


def test_a_pair_names_services_that_are_open(town: Town) -> None:
    pair = (str(town.school), str(uuid4()), "coordinated_support")
    with pytest.raises(Invalid) as invalid:
        propose_policy(town.administrator, ProposePolicy(1, {"pairs": [pair]}))
    assert [(one.field, one.code) for one in invalid.value.fields] == [("pairs", "unknown_service")]
    _changed(town, {"pairs": [(str(town.school), str(town.housing), "coordinated_support")], "switches": ["ssp"]})
    chosen = policy_today(town.administrator)
    assert chosen.pairs == {(str(town.school), str(town.housing), "coordinated_support")}
    assert chosen.switches == {"ssp"}


def test_an_act_enters_into_force_and_may_be_taken_back(town: Town) -> None:
    _changed(town, {"entered": {"NO-FVL-2025": "2027-01-01"}})
    assert policy_today(town.administrator).as_data()["entered"] == {"NO-FVL-2025": "2027-01-01"}
    _changed(town, {"entered": {"NO-FVL-2025": None}}, builds_on=2)
    assert policy_today(town.administrator) == SAFE


def test_the_history_names_who_proposed_and_who_approved(town: Town) -> None:
    _changed(town, _ALONE)
    proposal = _proposed(town.data_protection_officer, {"form": "oral_minuted"}, builds_on=2)
    seen = policy_history(town.teacher)
    now, before = seen.in_force, seen.earlier
    assert (now.number, now.proposed_by, now.approved_by) == (2, "Anders Drift", "Viljar Personvang")
    assert now.policy["guardians"] == "resident_holder"
    assert [(one.number, one.proposed_by, one.approved_by) for one in before] == [(1, None, None)]
    assert seen.proposal is not None
    assert (seen.proposal.id, seen.proposal.is_own) == (proposal, False)
    assert (seen.proposal.policy["form"], seen.proposal.policy["guardians"]) == ("oral_minuted", "resident_holder")
    assert seen.defaults == SAFE.as_data()


def test_the_log_says_what_was_to_change(town: Town) -> None:
    _proposed(town.administrator, {"consent_at_most_months": 6, "form": "written"})
    said = newest(town.house).said
    assert said["changed"] == {"consent_at_most_months": [12, 6]}
    assert said["builds_on"] == 1
