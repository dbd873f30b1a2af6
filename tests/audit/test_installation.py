from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from audit.actions import Action
from audit.actor import Actor
from audit.house import House
from audit.installation import Installation, key_check, open_house
from audit.once import StillRunning
from audit.operation import operation
from tests.set_clock import SetClock
from vault.keys import ServiceKey


def _another(house: House, row: int) -> Installation:
    installation = uuid4()
    return Installation(
        row=row,
        installation_id=installation,
        is_demo=True,
        municipality="Another",
        municipality_number="9998",
        jurisdiction="NOR",
        created_at=SetClock().now(),
        key_check=key_check(house.custody, installation),
    )


def test_a_database_holds_one_installation(house: House) -> None:
    for row, error in ((1, StillRunning), (2, IntegrityError)):
        with pytest.raises(error), operation(Actor.operator(house), Action.INSTALL) as op:
            op.add(_another(house, row))
    assert open_house(house.settings, SetClock(), house.custody).installed == house.installed


def test_the_installation_names_its_log(house: House) -> None:
    assert house.installed.origin == f"tillit/{house.installed.installation_id}"
    assert house.installed.municipality == "Fjordvik kommune"


def test_opening_a_house_waits_for_nobody_who_writes(house: House) -> None:
    with operation(Actor.operator(house), Action.BACK_UP) as op:
        op.flush()
        again = open_house(house.settings, SetClock(), house.custody)
    assert again.installed == house.installed


def test_a_service_key_is_opened_once_a_process(house: House) -> None:
    with operation(Actor.operator(house), Action.OPEN_SERVICE) as op:
        (key, *_) = op.all(select(ServiceKey))
    assert house.key_pair(key) is house.key_pair(key)
