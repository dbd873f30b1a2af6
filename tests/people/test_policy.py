"""The policy in force: what installing leaves, and that a decision names it."""

import json

from audit.actions import Action
from audit.actor import Actor
from audit.house import House
from audit.operation import operation
from confidentiality.policy import SAFE, Policy
from people.policy import document_of, policy_in_force, policy_of, policy_today
from referral.draft_referral import DraftReferral, draft_referral
from tests.log_reading import newest
from tests.situations import Town, a_family


def test_installing_puts_the_safe_policy_in_force(house: House) -> None:
    actor = Actor.operator(house)
    with operation(actor, Action.FILL_DEMO) as op:
        found = policy_in_force(op)
    assert (found, found.number) == (SAFE, 1)
    assert policy_today(actor) is found


def test_a_stored_policy_comes_back_whole() -> None:
    chosen = Policy(
        form="oral_minuted",
        guardians="resident_holder",
        switches=frozenset({"same_body_pairs", "ssp"}),
        pairs=frozenset({("one", "other", "coordinated_support")}),
        consent_reminders_days=(14, 3, 1),
        number=7,
    )
    again = policy_of(7, document_of(chosen))
    assert (again, again.number, again.version) == (chosen, 7, chosen.version)


def test_a_document_that_is_older_than_a_setting_is_as_safe_as_can_be() -> None:
    older = {name: value for name, value in SAFE.as_data().items() if name != "child_objection_from_age"}
    assert policy_of(3, json.dumps(older)) == SAFE


def test_a_decision_in_the_log_names_the_policy_and_its_number(town: Town) -> None:
    family = a_family(town, town.teacher)
    draft_referral(town.teacher, DraftReferral(family.child, town.homework))
    decision = newest(town.house).said["decision"]
    assert isinstance(decision, dict)
    assert (decision["policy"], decision["policy_number"]) == (SAFE.version, 1)
