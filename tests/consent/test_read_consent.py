import pytest

from consent.read_consent import read_consent
from foundation.errors import NotFound
from foundation.identifiers import ConsentId
from tests.log_reading import newest
from tests.situations import Town, a_consent, a_family


def test_the_service_that_holds_it_reads_everything(town: Town) -> None:
    family = a_family(town)
    assert family.father is not None
    consent = a_consent(town, family)
    view = read_consent(town.housing_worker, consent)
    assert (view.state, view.is_own, view.language, view.view) == ("given", True, "so", "agrees")
    assert {signature.name for signature in view.signatures} == {"Hodan Æsøy", "Mahad Åmot"}

    event = newest(town.house)
    assert event.shape == ("read_consent", "permitted", None)
    assert event.row.event_id == view.event_id
    assert (event.row.consent_id, event.row.purpose) == (consent, "homework_support_referral")
    assert event.persons == {
        family.child: {
            "disclosed": ["consent", "consent_explanation.language", "consent_hearing.view", "roster_entry.name"],
            "consulted": ["roster_entry.birth_date"],
        },
        family.mother: {"disclosed": ["consent", "roster_entry.name"], "consulted": []},
        family.father: {"disclosed": ["consent", "roster_entry.name"], "consulted": []},
    }


def test_a_service_that_it_names_reads_the_terms_but_not_how_the_child_was_heard(town: Town) -> None:
    family = a_family(town)
    consent = a_consent(town, family)
    for actor in (town.teacher, town.coordinator):
        view = read_consent(actor, consent)
        assert not view.is_own
        assert (view.language, view.interpreter, view.view, view.proofs, view.person_name) == (
            None,
            None,
            None,
            (),
            None,
        )
        assert {signer.name for signer in view.signers} == {None}
        assert {flow.category for flow in view.flows} == {"identity_contact", "academic_need"}
        disclosed = {person: said["disclosed"] for person, said in newest(town.house).persons.items()}
        assert disclosed == {key: ["consent"] for key in (family.child, *family.guardians)}


def test_a_service_that_it_does_not_name_finds_nothing(town: Town) -> None:
    consent = a_consent(town, a_family(town))
    for actor, which in (
        (town.nav_adviser, consent),
        (town.librarian, consent),
        (town.housing_worker, ConsentId.new()),
    ):
        with pytest.raises(NotFound):
            read_consent(actor, which)
        event = newest(town.house)
        assert event.shape == ("read_consent", "not_found", "not_found")
        assert (event.persons, event.row.consent_id, event.row.purpose) == ({}, None, None)
        assert event.said["asked_for"] == str(which)
