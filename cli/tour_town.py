"""The town of the tour: a service of each kind that the story needs, somebody at work in each, and a register."""

import json
from collections.abc import Mapping
from datetime import date

from audit.actions import Action, Role
from audit.actor import Actor, Strength
from audit.operation import operation
from cli.init import make_installation
from foundation.settings import Settings
from people.establishment import employ, open_service, register_organisation
from people.identity_number import norwegian_check_digits
from people.install import Install
from people.sign_declaration import sign_declaration

__all__ = ["NUMBERS", "make_town"]

#: Kind of service, its name, the role of somebody at work there, and their name.
_AT_WORK = (
    ("school", "Solvik skole", Role.TEACHER, "Torunn Skriveli"),
    ("school", "Åsnes skole", Role.TEACHER, "Eivind Lesbakk"),
    ("housing_social", "Bo- og nærmiljøteamet", Role.HOUSING_WORKER, "Hanne Husby"),
    ("homework_municipal", "Leksehjelpen", Role.COORDINATOR, "Kjersti Samlien"),
    ("volunteer_org", "Leksevennene", Role.VOLUNTEER, "Vegard Hjelpmo"),
    ("auditor", "Kontrollenheten", Role.AUDITOR, "Ragnhild Ettersyn"),
)
_SYNTHETIC_MONTH = 80


def _synthetic(born: date, individual: int) -> str:
    """The first number of somebody born on this day from an individual number on; synthetic, month + 80."""
    while True:
        first_nine = f"{born.day:02}{born.month + _SYNTHETIC_MONTH:02}{born.year % 100:02}{individual:03}"
        checks = norwegian_check_digits(first_nine)
        if checks is not None:
            return first_nine + checks
        individual += 1


#: Of the family of the story, of somebody strictly protected, and one that the register does not know.
NUMBERS: Mapping[str, str] = {
    "child": _synthetic(date(2014, 5, 17), 500),
    "mother": _synthetic(date(1986, 2, 9), 300),
    "father": _synthetic(date(1983, 10, 30), 300),
    "strict": _synthetic(date(2013, 1, 1), 500),
    "unknown": _synthetic(date(2013, 1, 2), 500),
}


def make_town(settings: Settings) -> None:
    """Install a demonstration where `settings` point to, and open its services.

    Raises:
        NotEmpty: the directory or the database holds something already.
    """
    house, receipt, _ = make_installation(
        settings,
        Install(
            municipality="Fjordvik kommune",
            municipality_number="9999",
            jurisdiction="NOR",
            organisation_number="310000108",
            administrator_name="Anders Drift",
            administrator_email="administrator@fjordvik.example",
            is_demo=True,
        ),
    )
    known = [number for name, number in NUMBERS.items() if name != "unknown"]
    register = {"fails": False, "protected": {NUMBERS["strict"]: "strict"}, "known": known}
    settings.register_path.write_text(json.dumps(register), encoding="ascii")
    actors = []
    with operation(Actor.operator(house), Action.FILL_DEMO) as op:
        association = register_organisation(
            op, number="310000116", name="Fjordvik leksevenner", jurisdiction="NOR", is_public=False
        )
        for kind, name, role, who in _AT_WORK:
            service = open_service(
                op,
                association if kind == "volunteer_org" else receipt.organisation_id,
                kind=kind,
                name=name,
                telephone="22 00 00 00",
                processing_basis="6(1)(e)",
            )
            address = f"{who.split()[0].casefold()}@fjordvik.example"
            staff = employ(op, service, role, name=who, work_email=address, number=None, valid_from=op.date())
            actors.append(Actor(house, role, staff, service, Strength.HIGH))
    for actor in actors:
        sign_declaration(actor)
    house.close()
