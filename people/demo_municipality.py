"""Granfjord, a municipality that does not exist: its organisations, services and people at work, as plain data.

Nothing in it can be anybody's. The municipality number is 9999. Organisation numbers begin with 3, which the register
of legal entities gives to test data only. Telephone numbers begin with 00, where no Norwegian subscriber's number
begins, and mail ends in `.example` (RFC 2606). The names were made up for this file.
"""

from dataclasses import dataclass

from audit.actions import Role
from people.install import ADMINISTRATION, Install

__all__ = [
    "DOMAIN",
    "GRANFJORD",
    "ORGANISATIONS",
    "SERVICES",
    "STAFF",
    "DemoOrganisation",
    "DemoService",
    "DemoStaff",
]

DOMAIN = "granfjord.example"

GRANFJORD = Install(
    municipality="Granfjord kommune",
    municipality_number="9999",
    jurisdiction="NOR",
    organisation_number="310000116",
    administrator_name="Ragnvald Skjelbreid",
    administrator_email=f"ragnvald.skjelbreid@{DOMAIN}",
    administration_name="Fag og utvikling",
    is_demo=True,
)


@dataclass(frozen=True)
class DemoOrganisation:
    """An organisation beside the municipality."""

    key: str
    number: str
    name: str
    is_public: bool


@dataclass(frozen=True)
class DemoService:
    """A service; `organisation` names its owner by key, `municipality` for Granfjord itself."""

    key: str
    organisation: str
    kind: str
    name: str
    telephone: str
    office: str | None = None
    processing_basis: str = "public_task"


@dataclass(frozen=True)
class DemoStaff:
    """Somebody at work: a key to call them by, their service, role and name.

    `parent` says that they are a guardian in one of the families, by the same name; Tillit then knows it is their own.
    """

    key: str
    service: str
    role: Role
    name: str
    has_signed: bool = True
    parent: bool = False


ORGANISATIONS = (
    DemoOrganisation("state", "310000221", "Arbeids- og velferdsetaten (demo)", is_public=True),
    DemoOrganisation("county", "310000337", "Vestmark fylkeskommune", is_public=True),
    DemoOrganisation("volunteers", "310000442", "Granfjord frivillige", is_public=False),
)

_NAV = "NAV Granfjord"

SERVICES = (
    DemoService("school", "municipality", "school", "Bekkestien skole", "00 00 10 10"),
    DemoService("upper_school", "county", "school", "Granfjord videregående skole", "00 00 10 20"),
    DemoService("housing", "municipality", "housing_social", "Bo- og nærmiljøteamet", "00 00 20 10"),
    DemoService("nav_social", "municipality", "nav_social", "Sosialtjenesten i NAV Granfjord", "00 00 30 10", _NAV),
    DemoService("nav_state", "state", "nav_state", "NAV Granfjord, statlig del", "00 00 30 20", _NAV),
    DemoService("library", "municipality", "library", "Granfjord bibliotek", "00 00 40 10"),
    # Run by parents of the neighbourhood together with the housing team; five afternoons a week.
    DemoService(
        "homework", "municipality", "homework_municipal", "Leksehjelpen i Elvebakken (man.–fre.)", "00 00 40 20"
    ),
    DemoService(
        "volunteers",
        "volunteers",
        "volunteer_org",
        "Frivilliggruppa på Torget",
        "00 00 50 10",
        processing_basis="legitimate_interest",
    ),
    DemoService("child_welfare", "municipality", "child_welfare", "Barnevernstjenesten i Granfjord", "00 00 60 10"),
    DemoService("audit", "municipality", "auditor", "Kommunerevisjonen i Granfjord", "00 00 70 10"),
    DemoService("privacy", "municipality", ADMINISTRATION, "Personvernombudet i Granfjord", "00 00 70 20"),
)

STAFF = (
    DemoStaff("teacher", "school", Role.TEACHER, "Synnøve Lauvtun"),
    DemoStaff("second_teacher", "school", Role.TEACHER, "Håvard Kvernmo"),
    DemoStaff("teacher_and_mother", "school", Role.TEACHER, "Agnieszka Wieczorska", parent=True),
    DemoStaff("new_teacher", "school", Role.TEACHER, "Oddbjørn Teigland", has_signed=False),
    DemoStaff("headteacher", "school", Role.LEADER, "Gunnvor Aasnes"),
    DemoStaff("upper_teacher", "upper_school", Role.TEACHER, "Torgeir Myrtveit"),
    DemoStaff("upper_head", "upper_school", Role.LEADER, "Ragnhild Storlien"),
    DemoStaff("housing_worker", "housing", Role.HOUSING_WORKER, "Ingunn Bratthaug"),
    DemoStaff("second_housing_worker", "housing", Role.HOUSING_WORKER, "Yusuf Ardalan"),
    DemoStaff("housing_leader", "housing", Role.LEADER, "Solfrid Nymoen"),
    DemoStaff("nav_adviser", "nav_social", Role.NAV_ADVISER, "Eirunn Hovland"),
    DemoStaff("nav_leader", "nav_social", Role.LEADER, "Steinar Dalehaug"),
    DemoStaff("nav_state_adviser", "nav_state", Role.NAV_ADVISER, "Vibeke Rosseland"),
    DemoStaff("librarian", "library", Role.COORDINATOR, "Audun Fossmark"),
    DemoStaff("coordinator", "homework", Role.COORDINATOR, "Hibaaq Xirsi Faarax"),
    DemoStaff("helper", "homework", Role.VOLUNTEER, "Sigve Tangerås"),
    DemoStaff("volunteer_coordinator", "volunteers", Role.COORDINATOR, "Turid Engeset"),
    DemoStaff("volunteer", "volunteers", Role.VOLUNTEER, "Jorunn Vikøren"),
    DemoStaff("child_welfare_worker", "child_welfare", Role.CHILD_WELFARE_WORKER, "Marit Selland"),
    DemoStaff("child_welfare_leader", "child_welfare", Role.LEADER, "Knut Arne Brekkhus"),
    DemoStaff("auditor", "audit", Role.AUDITOR, "Gudbrand Heimdalen"),
    DemoStaff("data_protection_officer", "privacy", Role.DATA_PROTECTION_OFFICER, "Liv Torunn Sandnæs"),
)
