"""Granfjord cannot be anybody, and everybody in it is as old as the story says."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from audit.event import MAX_PERSONS
from audit.house import House
from audit.sessions import reading
from foundation.clock import local_date
from people.demo_families import CONFIDENTIAL, FAMILIES, NEWCOMERS
from people.demo_municipality import DOMAIN, GRANFJORD, ORGANISATIONS, SERVICES, STAFF
from people.fill_demo import Granfjord, fill_demo
from people.identity_number import parse_identity_number
from people.organisation import Organisation, is_organisation_number
from people.register import DemoRegister, Protection
from tests.houses import Databases
from tests.set_clock import SetClock

pytestmark = pytest.mark.slow

EVERYBODY = (*FAMILIES, CONFIDENTIAL, *NEWCOMERS)


def _filled(databases: Databases, at: datetime) -> tuple[House, Granfjord]:
    house = databases.house("sqlite", clock=SetClock(at), name=f"granfjord-{at:%Y-%m-%H-%M}")
    with reading(house) as session:
        municipality = session.scalars(select(Organisation.organisation_id)).first()
    assert municipality is not None
    return house, fill_demo(house, municipality)


def test_organisation_numbers_are_valid_and_never_issued() -> None:
    numbers = [GRANFJORD.organisation_number, *(one.number for one in ORGANISATIONS)]
    assert all(is_organisation_number(number) for number in numbers)
    assert all(number.startswith("3") for number in numbers)
    assert GRANFJORD.municipality_number == "9999"
    assert DOMAIN.endswith(".example")
    assert all(service.telephone.startswith("00") for service in SERVICES)


def test_there_is_somebody_for_every_part() -> None:
    assert 55 <= len(FAMILIES) + 1 <= 65
    assert {family.language for family in FAMILIES} == {"nb", "so", "ar", "pl", "uk"}
    assert {family.bond for family in FAMILIES} == {"joint", "apart", "sole"}
    assert {child.number for family in FAMILIES for child in family.children} == set(range(1, 14))
    assert sum(service.kind == "school" for service in SERVICES) == 2
    assert {service.kind for service in SERVICES} >= {
        "housing_social", "nav_social", "nav_state", "library", "homework_municipal", "volunteer_org", "child_welfare",
        "auditor",
    }  # fmt: skip
    assert len({service.office for service in SERVICES if service.kind.startswith("nav_")}) == 1
    assert {person.service for person in STAFF} == {service.key for service in SERVICES}


def test_nobody_bears_the_name_of_another() -> None:
    names = [person.name for family in EVERYBODY for person in (*family.guardians, *family.children)]
    assert len(set(names)) == len(names)


def test_every_bond_has_the_guardians_it_says() -> None:
    assert all(len(family.guardians) == (1 if family.bond == "sole" else 2) for family in EVERYBODY)


@pytest.mark.parametrize("at", [datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2027, 7, 31, 9, tzinfo=UTC)])
def test_ages_fit_on_whatever_day_it_is_filled(databases: Databases, at: datetime) -> None:
    house, town = _filled(databases, at)
    today = local_date(at, "NOR")
    began = today.year if today.month >= 8 else today.year - 1
    for home in (*town.households, town.confidential, *town.newcomers):
        born = {ref: member.birth_date for ref, member in home.members.items()}
        for number, child in enumerate(home.family.children, start=1):
            assert began - born[f"child{number}"].year == child.number + 5
        for number, guardian in enumerate(home.family.guardians, start=1):
            assert _age(born[f"guardian{number}"], today) == guardian.number
            assert all(born[ref].year - born[f"guardian{number}"].year >= 18 for ref in born if ref.startswith("child"))
    house.close()


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def test_every_number_is_synthetic_and_in_the_register(databases: Databases) -> None:
    house, town = _filled(databases, datetime(2026, 11, 22, 9, tzinfo=UTC))
    register, today = DemoRegister(house.settings.register_path), date(2026, 11, 22)
    for home in (*town.households, *town.newcomers):
        for member in home.members.values():
            number = parse_identity_number(member.identity_number or "", country="NOR", synthetic=True)
            assert number.digits[4:6] == f"{member.birth_date:%y}"
            assert register.look_up(number, None, today).status is Protection.NONE
    for member in town.confidential.members.values():
        number = parse_identity_number(member.identity_number or "", country="NOR", synthetic=True)
        assert register.look_up(number, None, today).status is Protection.CONFIDENTIAL
        assert member.address is None
    strict = parse_identity_number(town.strict_number, country="NOR", synthetic=True)
    assert register.look_up(strict, None, today).status is Protection.STRICT


def test_it_is_the_same_every_time_on_a_day(databases: Databases) -> None:
    at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    (_, one), (_, two) = _filled(databases, at), _filled(databases, at.replace(minute=1))
    assert [home.members for home in one.households] == [home.members for home in two.households]
    assert one.strict_number == two.strict_number


def test_no_operation_is_about_more_than_the_log_bears() -> None:
    assert sum(len(family.guardians) + len(family.children) for family in EVERYBODY) <= MAX_PERSONS
