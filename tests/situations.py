"""Named situations: a fictional town with services and people at work in it, and families, written as the product writes them."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from audit.actions import Action, Role
from audit.actor import Actor, Strength
from audit.house import House
from audit.operation import Operation, operation
from foundation.clock import local_date
from foundation.identifiers import OrganisationId, PersonId, ServiceId
from people.establishment import employ, open_service, register_organisation
from people.identity_number import norwegian_check_digits
from people.register_family import GuardianOf, RegisterFamily, register_family
from people.roster import Member
from people.sign_declaration import sign_declaration

__all__ = [
    "Family",
    "Numbers",
    "Town",
    "a_family",
    "a_town",
    "organisation_number",
    "protect",
]

_SYNTHETIC_MONTH = 80


class Numbers:
    """Synthetic Norwegian identity numbers (month + 80) with valid check digits, each given once."""

    def __init__(self) -> None:
        self._given: dict[date, Iterator[int]] = {}

    def of(self, born: date) -> str:
        """The next free number of somebody born on this day."""
        for individual in self._given.setdefault(born, iter(range(100, 1000))):
            first_nine = f"{born.day:02}{born.month + _SYNTHETIC_MONTH:02}{born.year % 100:02}{individual:03}"
            checks = norwegian_check_digits(first_nine)
            if checks is not None:
                return first_nine + checks
        raise LookupError(f"nobody more can be born on {born}")


def organisation_number(first_eight: int) -> str:
    """A number with a valid check digit, from the range that starts with 2 or 3; the next one where there is none."""
    for eight in itertools.count(first_eight):
        rest = sum(weight * int(digit) for weight, digit in zip((3, 2, 7, 6, 5, 4, 3, 2), str(eight), strict=True)) % 11
        if rest != 1:
            return f"{eight}{(11 - rest) % 11}"
    raise AssertionError("counting never ends")


@dataclass
class Town:
    """The fictional town of Fjordvik: its services, and somebody at work in each, with a signed declaration."""

    house: House
    numbers: Numbers = field(default_factory=Numbers, repr=False)
    services: dict[str, ServiceId] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

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


#: Its organisations: name, first eight digits of the number, whether public.
_ORGANISATIONS = {
    "municipality": ("Fjordvik kommune", 31000001, True),
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
    "control": ("municipality", "auditor", "Kontrollenheten i Fjordvik", None),
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
                processing_basis="public_task" if owner != "association" else "legitimate_interest",
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
    return {
        key: register_organisation(
            op, number=organisation_number(digits), name=name, jurisdiction="NOR", is_public=is_public
        )
        for key, (name, digits, is_public) in _ORGANISATIONS.items()
    }


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
