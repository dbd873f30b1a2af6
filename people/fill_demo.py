"""Fill a fresh demonstration with Granfjord: services, staff, the families on their rosters, and the demo register."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from audit.actions import Action
from audit.actor import Actor, Strength
from audit.house import House
from audit.operation import Operation, operation
from foundation.clock import local_date
from foundation.identifiers import OrganisationId, PersonId, ServiceId
from people.demo_families import CONFIDENTIAL, FAMILIES, NEWCOMERS, STRICT, DemoFamily, DemoPerson
from people.demo_municipality import DOMAIN, GRANFJORD, ORGANISATIONS, SERVICES, STAFF
from people.establishment import employ, open_service, register_organisation
from people.identity_number import IdentityNumber, norwegian_check_digits
from people.person import name_parts
from people.register import Protection, RegisterAnswer
from people.roster import Member, put_on_roster, record_guardianship
from vault.file_custody import write_durably

__all__ = ["Granfjord", "Household", "fill_demo"]

_JURISDICTION = GRANFJORD.jurisdiction
#: Tenor, the national test register, adds 80 to the month: such a number is never anybody's.
_SYNTHETIC_MONTH = 80
_UPPER_SECONDARY = 11
#: The year in which somebody turns six is their first at school (opplæringslova § 2-2).
_STARTS_AT = 6
#: Every fifth household is known to the social services in NAV; the adults, not the children.
_NAV_KNOWS_EVERY = 5


@dataclass(frozen=True)
class Household:
    """A family as it was filled in: who they are by ref (`child1`, `guardian1` …), and their ids once written."""

    family: DemoFamily
    members: Mapping[str, Member]
    ids: dict[str, PersonId] = field(default_factory=dict)

    @property
    def guardians(self) -> tuple[PersonId, ...]:
        """Those who decide for the children, the first named first."""
        return tuple(person for ref, person in self.ids.items() if ref.startswith("guardian"))

    def child(self, number: int = 1) -> PersonId:
        """One of the children, counted from the youngest."""
        return self.ids[f"child{number}"]

    def school_year(self, number: int = 1) -> int:
        """The school year of one of the children."""
        return self.family.children[number - 1].number


@dataclass(frozen=True)
class Granfjord:
    """The municipality as it was filled: services and people at work by key, households in the order of the data."""

    services: Mapping[str, ServiceId]
    staff: Mapping[str, Actor]
    households: tuple[Household, ...]
    confidential: Household
    #: Numbers for somebody who tries things out: families that are on no roster yet, and the strictly protected child.
    newcomers: tuple[Household, ...]
    strict_number: str

    def household(self, guardian: str) -> Household:
        """The household in which somebody of this name decides."""
        return next(home for home in self.households if guardian in (person.name for person in home.family.guardians))


class _Numbers:
    """Synthetic identity numbers, each given once."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, born: date) -> str:
        """The next number of somebody born on this day; individual numbers from 500 belong to those born since 2000."""
        for individual in range(500 if born.year >= 2000 else 0, 1000):
            nine = f"{born.day:02}{born.month + _SYNTHETIC_MONTH:02}{born.year % 100:02}{individual:03}"
            checks = norwegian_check_digits(nine)
            if checks is not None and nine + checks not in self._given:
                self._given.add(nine + checks)
                return nine + checks
        raise LookupError(born)  # several hundred people would have to be born on one day


def fill_demo(house: House, municipality: OrganisationId) -> Granfjord:
    """Write Granfjord into a demonstration that holds nothing but its installation, the same every time on a day.

    Each roster is one operation, about fewer than 500 persons. Sharing and consents are no part of it.

    Args:
        house: the demonstration; its clock says on which day everybody is as old as the story says.
        municipality: the organisation that the installation made.
    """
    today = local_date(house.clock.now(), _JURISDICTION)
    numbers = _Numbers()
    households = tuple(_household(family, index, numbers, today) for index, family in enumerate(FAMILIES))
    confidential = _household(CONFIDENTIAL, len(FAMILIES), numbers, today)
    newcomers = tuple(_household(family, len(FAMILIES) + 1 + at, numbers, today) for at, family in enumerate(NEWCOMERS))
    strict = numbers.of(_born_in(_year_of_birth(STRICT, today), 77))
    _write_register(house, households, confidential, newcomers, strict)
    services, staff = _open_and_employ(house, municipality, households, today)
    _fill_rosters(house, services, (*households, confidential))
    return Granfjord(services, staff, households, confidential, newcomers, strict)


def _year_of_birth(school_year: int, today: date) -> int:
    """The year in which a child was born who is in this school year today; a school year begins in August."""
    began = today.year if today.month >= 8 else today.year - 1
    return began - _STARTS_AT - school_year + 1


def _born_in(year: int, index: int) -> date:
    """A day of the year, spread evenly and always the same for the same index."""
    return date(year, 1, 1) + timedelta(days=_spread(index))


def _born_aged(years: int, index: int, today: date) -> date:
    """The day of birth of somebody who is this old today, spread likewise."""
    return date(today.year - years, today.month, min(today.day, 28)) - timedelta(days=_spread(index) % 360)


def _spread(index: int) -> int:
    return (index * 101 + 17) % 365


def _household(family: DemoFamily, index: int, numbers: _Numbers, today: date) -> Household:
    members: dict[str, Member] = {}
    address = f"{family.home}, 9999 Granfjord" if family.home else None
    for at, person in enumerate(family.guardians, start=1):
        lives_here = at == 1 or family.bond != "apart"
        born = _born_aged(person.number, index * 7 + at, today)
        members[f"guardian{at}"] = Member(
            ref=f"guardian{at}",
            name=person.name,
            birth_date=born,
            identity_number=numbers.of(born),
            address=address if lives_here else f"Torget {index + 1}, 9999 Granfjord",
            telephone=f"00 01 {index:02} {at:02}",
            language=family.language,
        )
    for at, person in enumerate(family.children, start=1):
        born = _born_in(_year_of_birth(person.number, today), index * 7 + 4 + at)
        members[f"child{at}"] = Member(
            ref=f"child{at}",
            name=person.name,
            birth_date=born,
            identity_number=numbers.of(born),
            address=address,
            telephone=None,
            language=family.language,
            school=_school(person),
        )
    return Household(family, members)


def _school(child: DemoPerson) -> str:
    key = "upper_school" if child.number >= _UPPER_SECONDARY else "school"
    return next(service.name for service in SERVICES if service.key == key)


def _write_register(
    house: House, households: Iterable[Household], confidential: Household, newcomers: Iterable[Household], strict: str
) -> None:
    protected = dict.fromkeys(_numbers_of([confidential]), Protection.CONFIDENTIAL.value)
    document = {
        "fails": False,
        "protected": {**protected, strict: Protection.STRICT.value},
        "known": _numbers_of([*households, *newcomers]),
    }
    write_durably(house.settings.register_path, json.dumps(document, indent=1).encode("ascii"))


def _numbers_of(households: Iterable[Household]) -> list[str]:
    return [member.identity_number for home in households for member in home.members.values() if member.identity_number]


def _open_and_employ(
    house: House, municipality: OrganisationId, households: Iterable[Household], today: date
) -> tuple[dict[str, ServiceId], dict[str, Actor]]:
    parents = {member.name: member.identity_number for home in households for member in home.members.values()}
    staff: dict[str, Actor] = {}
    with operation(Actor.operator(house), Action.FILL_DEMO) as op:
        owners = {"municipality": municipality}
        for one in ORGANISATIONS:
            owners[one.key] = register_organisation(
                op, number=one.number, name=one.name, jurisdiction=_JURISDICTION, is_public=one.is_public
            )
        services = {
            one.key: open_service(
                op,
                owners[one.organisation],
                kind=one.kind,
                name=one.name,
                telephone=one.telephone,
                office=one.office,
                processing_basis=one.processing_basis,
            )
            for one in SERVICES
        }
        for person in STAFF:
            digits = parents[person.name] if person.parent else None
            employed = employ(
                op,
                services[person.service],
                person.role,
                name=person.name,
                work_email=f"{'.'.join(name_parts(person.name))}@{DOMAIN}",
                number=IdentityNumber(digits, _JURISDICTION) if digits else None,
                valid_from=today - timedelta(days=400),
            )
            staff[person.key] = Actor(house, person.role, employed, services[person.service], Strength.HIGH)
    return services, staff


def _fill_rosters(house: House, services: Mapping[str, ServiceId], households: tuple[Household, ...]) -> None:
    """Every household on the housing team's roster; pupils and guardians on their school's; some adults on NAV's."""
    protected = households[-1]
    on_housing = [(home, list(home.members)) for home in households]
    at_school = [(home, _pupils(home, range(1, _UPPER_SECONDARY))) for home in households]
    at_upper_school = [(home, _pupils(home, range(_UPPER_SECONDARY, 14))) for home in households]
    at_nav = [(home, ["guardian1"]) for home in households[::_NAV_KNOWS_EVERY]]
    for service, who in (
        ("housing", on_housing),
        ("school", at_school),
        ("upper_school", at_upper_school),
        ("nav_social", at_nav),
    ):
        with operation(Actor.operator(house), Action.FILL_DEMO) as op:
            for home, refs in who:
                status = Protection.CONFIDENTIAL if home is protected else Protection.NONE
                _put_on_roster(op, services[service], home, refs, RegisterAnswer(status, "demo"))


def _pupils(home: Household, years: range) -> list[str]:
    """The refs of the children in these school years and of their guardians; nobody where there is no such child."""
    children = [
        ref for ref, member in zip(_child_refs(home), home.family.children, strict=True) if member.number in years
    ]
    return [*(ref for ref in home.members if ref.startswith("guardian")), *children] if children else []


def _child_refs(home: Household) -> list[str]:
    return [ref for ref in home.members if ref.startswith("child")]


def _put_on_roster(op: Operation, service: ServiceId, home: Household, refs: list[str], answer: RegisterAnswer) -> None:
    for ref in refs:
        member = home.members[ref]
        number = IdentityNumber(member.identity_number or "", _JURISDICTION)
        home.ids[ref] = put_on_roster(op, service, member, number, answer)
    for child in (ref for ref in refs if ref.startswith("child")):
        for guardian in (ref for ref in refs if ref.startswith("guardian")):
            record_guardianship(
                op,
                home.ids[child],
                home.ids[guardian],
                kind="sole" if home.family.bond == "sole" else "joint",
                is_resident=guardian == "guardian1" or home.family.bond != "apart",
                evidence="register",
                service=service,
            )
