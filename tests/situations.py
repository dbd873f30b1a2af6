"""Named situations: a fictional town, those at work in it, and families; written as the product writes them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlalchemy import select

from audit.actions import Action, Role
from audit.actor import Actor, Strength
from audit.house import House
from audit.operation import Operation, operation
from consent.record_consent import Explained, Flow, Heard, RecordConsent, Signed, record_consent
from foundation.clock import local_date
from foundation.identifiers import ConsentId, OrganisationId, PersonId, ReferralId, ServiceId
from people.establishment import employ, open_service, register_organisation
from people.install import ADMINISTRATION
from people.organisation import Organisation
from people.register_family import GuardianOf, RegisterFamily, register_family
from people.roster import Member
from people.sign_declaration import sign_declaration
from referral.refer_pupil import ReferPupil, refer_pupil
from tests.houses import MUNICIPALITY
from tests.numbers import Numbers, organisation_number

__all__ = [
    "CONTENT",
    "Family",
    "Town",
    "a_consent",
    "a_family",
    "a_referral",
    "a_town",
    "protect",
]


@dataclass
class Town:
    """The fictional town of Fjordvik: its services, and somebody at work in each, with a signed declaration."""

    house: House
    numbers: Numbers = field(default_factory=Numbers, repr=False)
    services: dict[str, ServiceId] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def moved_to(self, house: House) -> "Town":
        """The same town in `house`, whose database is a copy of this one's."""
        actors = {key: replace(actor, house=house) for key, actor in self.actors.items()}
        return Town(house, services=dict(self.services), actors=actors)

    @property
    def today(self) -> date:
        """The local date in the town; looking at it moves its clock on."""
        return local_date(self.house.clock.now(), "NOR")

    # Its services

    @property
    def school(self) -> ServiceId:
        """Solbakken school."""
        return self.services["school"]

    @property
    def other_school(self) -> ServiceId:
        """Elvemo school, of the same municipality."""
        return self.services["other_school"]

    @property
    def housing(self) -> ServiceId:
        """The housing and neighbourhood team of the municipality."""
        return self.services["housing"]

    @property
    def nav_social(self) -> ServiceId:
        """The municipality's half of the NAV office."""
        return self.services["nav_social"]

    @property
    def nav_state(self) -> ServiceId:
        """The state's half of the NAV office."""
        return self.services["nav_state"]

    @property
    def homework(self) -> ServiceId:
        """The municipality's homework programme."""
        return self.services["homework"]

    @property
    def volunteers(self) -> ServiceId:
        """A volunteer organisation."""
        return self.services["volunteers"]

    @property
    def library(self) -> ServiceId:
        """The public library."""
        return self.services["library"]

    @property
    def child_welfare(self) -> ServiceId:
        """The child welfare service."""
        return self.services["child_welfare"]

    # Those at work

    @property
    def teacher(self) -> Actor:
        """A teacher at Solbakken school."""
        return self.actors["teacher"]

    @property
    def second_teacher(self) -> Actor:
        """Another teacher at Solbakken school."""
        return self.actors["second_teacher"]

    @property
    def school_leader(self) -> Actor:
        """The head of Solbakken school."""
        return self.actors["school_leader"]

    @property
    def other_teacher(self) -> Actor:
        """A teacher at Elvemo school."""
        return self.actors["other_teacher"]

    @property
    def housing_worker(self) -> Actor:
        """A housing worker."""
        return self.actors["housing_worker"]

    @property
    def housing_leader(self) -> Actor:
        """The leader of the housing team."""
        return self.actors["housing_leader"]

    @property
    def nav_adviser(self) -> Actor:
        """An adviser on the municipality's side of the NAV office."""
        return self.actors["nav_adviser"]

    @property
    def nav_state_adviser(self) -> Actor:
        """An adviser on the state's side of the NAV office."""
        return self.actors["nav_state_adviser"]

    @property
    def coordinator(self) -> Actor:
        """The coordinator of the homework programme."""
        return self.actors["coordinator"]

    @property
    def volunteer(self) -> Actor:
        """A volunteer."""
        return self.actors["volunteer"]

    @property
    def librarian(self) -> Actor:
        """The coordinator at the library."""
        return self.actors["librarian"]

    @property
    def child_welfare_worker(self) -> Actor:
        """Somebody at work in child welfare."""
        return self.actors["child_welfare_worker"]

    @property
    def auditor(self) -> Actor:
        """The auditor."""
        return self.actors["auditor"]

    @property
    def data_protection_officer(self) -> Actor:
        """The data protection officer."""
        return self.actors["data_protection_officer"]

    @property
    def administrator(self) -> Actor:
        """The administrator."""
        return self.actors["administrator"]


#: Its organisations beside the municipality: name, first eight digits of the number, whether public.
_ORGANISATIONS = {
    "state": ("Arbeids- og velferdsetaten, prøveavdeling Fjordvik", 31000102, True),
    "association": ("Fjordvik leksevenner", 31000203, False),
}

#: Its services: organisation, kind, name, joint office.
_SERVICES = {
    "school": ("municipality", "school", "Solbakken skole", None),
    "other_school": ("municipality", "school", "Elvemo skole", None),
    "housing": ("municipality", "housing_social", "Bo- og nærmiljøteamet", None),
    "nav_social": ("municipality", "nav_social", "NAV Fjordvik, sosiale tjenester", "NAV Fjordvik"),
    "nav_state": ("state", "nav_state", "NAV Fjordvik, statlige tjenester", "NAV Fjordvik"),
    "homework": ("municipality", "homework_municipal", "Leksehjelpen i Fjordvik", None),
    "volunteers": ("association", "volunteer_org", "Leksevennene", None),
    "library": ("municipality", "library", "Fjordvik folkebibliotek", None),
    "child_welfare": ("municipality", "child_welfare", "Barneverntjenesten i Fjordvik", None),
    "control": ("municipality", ADMINISTRATION, "Kontrollenheten i Fjordvik", None),
}

#: Those at work: service, role, name.
_STAFF = {
    "teacher": ("school", Role.TEACHER, "Tiril Lærerud"),
    "other_teacher": ("other_school", Role.TEACHER, "Odd Elvestad"),
    "housing_worker": ("housing", Role.HOUSING_WORKER, "Hilde Bostø"),
    "housing_leader": ("housing", Role.LEADER, "Leif Teigmark"),
    "nav_adviser": ("nav_social", Role.NAV_ADVISER, "Nina Veilid"),
    "nav_state_adviser": ("nav_state", Role.NAV_ADVISER, "Stein Etatvoll"),
    "coordinator": ("homework", Role.COORDINATOR, "Kari Samstad"),
    "volunteer": ("volunteers", Role.VOLUNTEER, "Frida Villung"),
    "librarian": ("library", Role.COORDINATOR, "Boye Lesnes"),
    "child_welfare_worker": ("child_welfare", Role.CHILD_WELFARE_WORKER, "Berit Vernli"),
    "school_leader": ("school", Role.LEADER, "Rikke Rektorlien"),
    "second_teacher": ("school", Role.TEACHER, "Aslak Nabosen"),
    "auditor": ("control", Role.AUDITOR, "Ragna Ettersyn"),
    "data_protection_officer": ("control", Role.DATA_PROTECTION_OFFICER, "Viljar Personvang"),
    "administrator": ("control", Role.ADMINISTRATOR, "Anders Drift"),
}


def a_town(house: House) -> Town:
    """Fjordvik, with every service open and everybody's declaration signed."""
    town = Town(house)
    with operation(Actor.operator(house), Action.FILL_DEMO) as op:
        today = op.date()
        organisations = _organisations(op)
        for key, (owner, kind, name, office) in _SERVICES.items():
            town.services[key] = open_service(
                op,
                organisations[owner],
                kind=kind,
                name=name,
                telephone="22 00 00 00",
                office=office,
                processing_basis="6(1)(e)" if owner != "association" else "6(1)(f)",
            )
        for key, (workplace, role, name) in _STAFF.items():
            service = town.services[workplace]
            staff = employ(
                op,
                service,
                role,
                name=name,
                work_email=f"{key}@fjordvik.example",
                number=None,
                valid_from=today - timedelta(days=400),
            )
            town.actors[key] = Actor(house, role, staff, service, Strength.HIGH)
    for actor in town.actors.values():
        sign_declaration(actor)
    _write_register(town, protected={}, known=[])
    return town


def _organisations(op: Operation) -> dict[str, OrganisationId]:
    municipality = op.one(select(Organisation).where(Organisation.number == MUNICIPALITY))
    assert municipality is not None
    others = {
        key: register_organisation(
            op, number=organisation_number(digits), name=name, jurisdiction="NOR", is_public=is_public
        )
        for key, (name, digits, is_public) in _ORGANISATIONS.items()
    }
    return {"municipality": municipality.organisation_id, **others}


@dataclass(frozen=True)
class Family:
    """A family on the roster of one service: two guardians and a child, and what was written down of them."""

    child: PersonId
    mother: PersonId
    father: PersonId | None
    members: dict[str, Member]

    @property
    def guardians(self) -> tuple[PersonId, ...]:
        """Those who have parental responsibility."""
        return (self.mother,) if self.father is None else (self.mother, self.father)


def a_family(
    town: Town,
    actor: Actor | None = None,
    *,
    born: date = date(2016, 3, 14),
    sole: bool = False,
    again: Family | None = None,
) -> Family:
    """A pupil and the guardians, on the roster of the actor's service (the housing team's, unless told otherwise).

    Args:
        town: where they live; their numbers are known to its register.
        actor: who writes them down.
        born: the child's date of birth.
        sole: True where the mother alone has parental responsibility.
        again: a family that another service has already, to be written down by this one too: the same people.
    """
    members = again.members if again else _members(town, born, sole=sole)
    _know(town, [member.identity_number for member in members.values() if member.identity_number])
    bonds = tuple(
        GuardianOf("child", guardian, "sole" if sole else "joint", guardian == "mother", "register")
        for guardian in members
        if guardian != "child"
    )
    receipt = register_family(actor or town.housing_worker, RegisterFamily(tuple(members.values()), bonds))
    ids = {member.ref: member.id for member in receipt.members}
    return Family(ids["child"], ids["mother"], ids.get("father"), members)


def _members(town: Town, born: date, *, sole: bool) -> dict[str, Member]:
    grown, older = date(1988, 6, 2), date(1985, 11, 30)
    child = Member(
        ref="child",
        name="Sagal Æsøy-Åmot",
        birth_date=born,
        identity_number=town.numbers.of(born),
        address="Tunveien 3, 9990 Fjordvik",
        telephone=None,
        language="so",
        school="Solbakken skole",
    )
    mother = Member(
        ref="mother",
        name="Hodan Æsøy",
        birth_date=grown,
        identity_number=town.numbers.of(grown),
        address="Tunveien 3, 9990 Fjordvik",
        telephone="400 00 001",
        language="so",
    )
    father = replace(
        mother,
        ref="father",
        name="Mahad Åmot",
        birth_date=older,
        identity_number=town.numbers.of(older),
        telephone="400 00 002",
    )
    return {member.ref: member for member in ([child, mother] if sole else [child, mother, father])}


def protect(town: Town, number: str, status: str = "strict") -> None:
    """Let the town's register answer that whoever has this number is protected."""
    document = json.loads(town.house.settings.register_path.read_bytes())
    _write_register(town, protected={**document["protected"], number: status}, known=document["known"])


def _know(town: Town, numbers: list[str]) -> None:
    document = json.loads(town.house.settings.register_path.read_bytes())
    _write_register(town, protected=document["protected"], known=sorted({*document["known"], *numbers}))


def _write_register(town: Town, *, protected: dict[str, str], known: list[str]) -> None:
    document = {"fails": False, "protected": protected, "known": known}
    town.house.settings.register_path.write_text(json.dumps(document), encoding="ascii")


#: What a homework referral says, category by category, unless a test says otherwise.
CONTENT = {
    "identity_contact": {"name": "Sagal Æsøy-Åmot", "birth_year": "2016"},
    "academic_need": {"subjects": "matematikk", "goal": "brøk og prosent"},
}


def a_consent(
    town: Town,
    family: Family,
    *,
    actor: Actor | None = None,
    to: ServiceId | None = None,
    sender: ServiceId | None = None,
    purpose: str = "homework_support_referral",
    categories: Iterable[str] = tuple(CONTENT),
    signers: Iterable[PersonId] | None = None,
) -> ConsentId:
    """A written consent that counts today: the school may give the homework programme what a referral says.

    Args:
        town: where it is.
        family: whose child it is about; every guardian has signed, unless `signers` says otherwise.
        actor: who records it: the housing worker, unless told otherwise.
        to: to whom the information may go: the homework programme.
        sender: who may give it: the school.
        purpose: for what.
        categories: what, each ticked on its own.
        signers: whose signatures are on the form.
    """
    today = town.today
    receipt = record_consent(
        actor or town.housing_worker,
        RecordConsent(
            person=family.child,
            purpose=purpose,
            flows=tuple(Flow(sender or town.school, to or town.homework, category) for category in categories),
            valid_from=today,
            explained=Explained(on=today, language="so", interpreter="professional"),
            signatures=tuple(Signed(person, today) for person in (family.guardians if signers is None else signers)),
            heard=Heard(on=today, view="agrees"),
        ),
    )
    return receipt.id


def a_referral(
    town: Town,
    family: Family,
    *,
    actor: Actor | None = None,
    to: ServiceId | None = None,
    content: Mapping[str, dict[str, str]] = CONTENT,
) -> ReferralId:
    """A homework referral that the teacher has sent; the family is on the school's roster and consents to it."""
    asked = ReferPupil(pupil=family.child, to_service=to or town.homework, content=dict(content))
    return refer_pupil(actor or town.teacher, asked).id
