"""What you may not know exists looks exactly like what does not exist: in the answer, in the log, in what is kept."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from audit.actor import Actor
from audit.event import stored_index
from audit.house import House
from consent.attach_proof import attach_proof
from consent.list_consents import list_consents
from consent.read_consent import read_consent
from consent.read_proof import read_proof
from consent.record_consent import Signed, record_consent
from consent.sign_consent import SignConsent, sign_consent
from consent.withdraw_consent import WithdrawConsent, withdraw_consent
from foundation.errors import Problem
from foundation.identifiers import ConsentId, PersonId, ReferralId
from migrations.tables import all_tables
from people.check_protection import check_protection
from people.read_person import read_person
from referral.accept_referral import accept_referral
from referral.decline_referral import decline_referral
from referral.draft_referral import DraftReferral, draft_referral
from referral.own_referral import stop_what_hung_on
from referral.read_referral import read_referral
from referral.recall_referral import recall_referral
from referral.refer_pupil import ReferPupil, refer_pupil
from tests.consent.a_form import a_form
from tests.consent.pages import a_png
from tests.log_reading import newest
from tests.situations import CONTENT, Family, Town, a_consent, a_family, a_referral


@dataclass(frozen=True)
class Things:
    """One of each thing that a deed may be asked about."""

    person: PersonId
    consent: ConsentId
    proof: UUID
    referral: ReferralId


def _hidden(town: Town) -> Things:
    """Things between other services: a family of the other school, which the actors below know nothing of."""
    family = a_family(town, town.other_teacher)
    a_family(town, town.nav_adviser, again=family)
    consent = a_consent(town, family, actor=town.other_teacher, sender=town.other_school, to=town.library)
    proof = attach_proof(town.other_teacher, consent, a_png()).id
    return Things(family.child, consent, proof, a_referral(town, family, actor=town.other_teacher, to=town.library))


_PICTURE = a_png()

#: Every deed that is given an id, as somebody asks for it who may do such a deed, about things of others.
_DEEDS: dict[str, Callable[[Town, Things, Family], object]] = {
    "read_person": lambda t, x, _: read_person(t.teacher, x.person),
    "check_protection": lambda t, x, _: check_protection(t.teacher, x.person),
    "record_consent": lambda t, x, own: record_consent(t.housing_worker, replace(a_form(t, own), person=x.person)),
    "record_consent, signer": lambda t, x, own: record_consent(
        t.housing_worker, a_form(t, own, signatures=(Signed(x.person, t.today),))
    ),
    "record_consent, replacing": lambda t, x, own: record_consent(
        t.housing_worker, a_form(t, own, supersedes=x.consent)
    ),
    "read_consent": lambda t, x, _: read_consent(t.housing_worker, x.consent),
    "sign_consent": lambda t, x, own: sign_consent(t.housing_worker, SignConsent(x.consent, own.mother, t.today)),
    "withdraw_consent": lambda t, x, own: withdraw_consent(
        t.housing_worker, WithdrawConsent(x.consent, own.mother, "oral"), stop=stop_what_hung_on
    ),
    "attach_proof": lambda t, x, _: attach_proof(t.housing_worker, x.consent, _PICTURE),
    "read_proof": lambda t, x, _: read_proof(t.housing_worker, x.consent, x.proof),
    "draft_referral": lambda t, x, _: draft_referral(t.teacher, DraftReferral(x.person, t.homework)),
    "refer_pupil": lambda t, x, _: refer_pupil(t.teacher, ReferPupil(x.person, t.homework, CONTENT)),
    "read_referral": lambda t, x, _: read_referral(t.coordinator, x.referral),
    "read_referral, a category": lambda t, x, _: read_referral(t.coordinator, x.referral, ["academic_need"]),
    "accept_referral": lambda t, x, _: accept_referral(t.coordinator, x.referral, version=1),
    "decline_referral": lambda t, x, _: decline_referral(t.coordinator, x.referral, "full"),
    "recall_referral": lambda t, x, _: recall_referral(t.teacher, x.referral),
}


@dataclass(frozen=True)
class Answer:
    """Everything that could tell one case from the other: the problem, what the log says, and what else is kept."""

    problem: tuple[object, ...]
    index: tuple[tuple[str, object], ...]
    disclosures: tuple[tuple[str, object], ...]
    sizes: tuple[int, ...]
    persons: frozenset[PersonId]
    rows: tuple[tuple[str, int], ...]


#: What differs between any two events.
_OWN = frozenset({"event_id", "recorded_at", "asked_for", "proof"})


def _rows(house: House) -> dict[str, int]:
    with house.engine.connect() as connection:
        return {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in sorted(all_tables().tables)
        }


def _asked(town: Town, deed: Callable[[], object]) -> Answer:
    before = _rows(town.house)
    with pytest.raises(Problem) as met:
        deed()
    after, event = _rows(town.house), newest(town.house)
    assert event.row.event_id == met.value.event_id
    problem = met.value
    return Answer(
        (type(problem), problem.code, problem.values, problem.fields, problem.rules, problem.args),
        tuple((name, value) for name, value in sorted(stored_index(event.row).items()) if name not in _OWN),
        tuple((name, None if name in _OWN else value) for name, value in sorted(event.said.items())),
        tuple(sorted(map(len, event.disclosures))),
        frozenset(event.persons),
        tuple((table, after[table] - before[table]) for table in before),
    )


def test_hidden_and_absent_get_the_same_answer(town: Town) -> None:
    own = a_family(town)
    a_family(town, town.teacher)
    hidden = _hidden(town)
    absent = Things(PersonId.new(), ConsentId.new(), uuid4(), ReferralId.new())
    for name, deed in _DEEDS.items():
        answers = [_asked(town, partial(deed, town, things, own)) for things in (hidden, absent)]
        assert answers[0] == answers[1], name
        assert hidden.person not in answers[0].persons


def test_a_list_about_somebody_hidden_is_the_list_about_nobody(town: Town) -> None:
    hidden = _hidden(town)
    a_family(town)

    def asked(actor: Actor, person: PersonId) -> tuple[object, ...]:
        before = _rows(town.house)
        found, event = list_consents(actor, person=person), newest(town.house)
        grown = {table: count - before[table] for table, count in _rows(town.house).items()}
        return found.items, found.next, event.persons, sorted(event.said), event.row.hits, grown

    assert asked(town.housing_worker, hidden.person) == asked(town.housing_worker, PersonId.new())


def test_the_same_things_are_there_for_those_who_may_know(town: Town) -> None:
    """Else the comparison would be one of nothing with nothing."""
    hidden = _hidden(town)
    assert read_person(town.other_teacher, hidden.person).name
    assert read_consent(town.other_teacher, hidden.consent).proofs
    assert read_proof(town.other_teacher, hidden.consent, hidden.proof).size
    assert read_referral(town.librarian, hidden.referral).parts
