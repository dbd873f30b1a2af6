"""The housing team's keys do not open what the same municipality's school sent to NAV, however they are tried."""

import itertools
from dataclasses import dataclass

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap
from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.house import House
from foundation.identifiers import ReferralId, ServiceId
from foundation.tables import Base
from referral.kinds import Content
from referral.refer_pupil import ReferPupil, refer_pupil
from tests.log_reading import keys_of
from tests.situations import Town, a_consent, a_family
from vault.blob import DoesNotOpen, open_blob
from vault.container import PartWrap, SealedPart, ServiceWrap, open_parts
from vault.keys import HPKE_SUITE, KeyPair, ServiceKey, open_key_pair

_SECRET: Content = {"academic_need": {"note": "blir hentet tidlig"}, "wellbeing_social": {"note": "sover dårlig"}}


@dataclass
class Stolen:
    """Everything about referrals and their keys that lies in the database."""

    parts: list[SealedPart]
    part_wraps: list[PartWrap]
    service_wraps: list[ServiceWrap]
    service_keys: list[ServiceKey]


def _rows(house: House, table: type[Base]) -> list[Base]:
    """Copies of the rows of a table; read beside every deed."""
    columns = table.__table__.columns
    with Session(house.engine) as session:
        found = session.execute(select(*columns)).mappings().all()
    return [table(**{column.key: row[column.key] for column in columns}) for row in found]


def _stolen(house: House) -> Stolen:
    return Stolen(*(_rows(house, table) for table in (SealedPart, PartWrap, ServiceWrap, ServiceKey)))  # type: ignore[arg-type]  # in the order of the fields


def _sent(town: Town) -> tuple[ReferralId, ReferralId]:
    """What the school sent to NAV, and what it sent about the same pupil to the housing team."""
    family = a_family(town)
    a_family(town, town.teacher, again=family)
    for to in (town.nav_social, town.housing):
        a_consent(town, family, to=to, purpose="coordinated_support", categories=_SECRET)
    to_nav, to_housing = (
        refer_pupil(town.teacher, ReferPupil(family.child, to, _SECRET, "coordinated_support")).id
        for to in (town.nav_social, town.housing)
    )
    return to_nav, to_housing


def _pair(house: House, stolen: Stolen, service: ServiceId) -> KeyPair:
    (row,) = [key for key in stolen.service_keys if key.service_id == service]
    return open_key_pair(row, house.custody)


def _keks(house: House, stolen: Stolen, pair: KeyPair) -> list[bytes]:
    """Every key-encryption key that this key pair gets out of any wrap there is, under any context there is."""
    got = []
    sets, keys = {wrap.set_id for wrap in stolen.service_wraps}, {wrap.key_id for wrap in stolen.service_wraps}
    contexts = list(itertools.product(sets, keys | {pair.key_id}))
    for wrap in stolen.service_wraps:
        own = b"tillit/sealed-set/1/wrap/" + wrap.set_id.bytes + wrap.key_id.bytes
        sealed = house.custody.unwrap(wrap.period, wrap.wrapped, own)
        for set_id, key in contexts:
            info = b"tillit/sealed-set/1/wrap/" + set_id.bytes + key.bytes
            try:
                got.append(HPKE_SUITE.decrypt(sealed, pair.kem, info=info))
            except (InvalidTag, ValueError):
                continue
    return got


def _openable(house: House, stolen: Stolen, pair: KeyPair) -> set[ReferralId]:
    """The sets of which this key pair opens a part, with every wrap, every key and every place tried."""
    keys = {value for _, value in keys_of(house).values()}
    for kek, wrap in itertools.product(_keks(house, stolen, pair), stolen.part_wraps):
        try:
            keys.add(aes_key_unwrap(kek, wrap.wrapped))  # type: ignore[arg-type]  # a data key like the others
        except InvalidUnwrap:
            continue
    opened = set()
    for key, part, place in itertools.product(keys, stolen.parts, stolen.parts):
        context = b"tillit/sealed-set/1/part/" + place.set_id.bytes + place.part_id.bytes
        try:
            open_blob(key, part.blob, context)
        except DoesNotOpen:
            continue
        opened.add(ReferralId.of(part.set_id))
    return opened


def test_what_one_service_got_no_other_service_of_the_municipality_opens(town: Town) -> None:
    to_nav, to_housing = _sent(town)
    stolen = _stolen(town.house)
    who = {
        "school": {to_nav, to_housing},
        "nav_social": {to_nav},
        "housing": {to_housing},
        "nav_state": set(),
        "child_welfare": set(),
    }
    # With what opens for the school and for NAV, trying finds the way: so not finding one means something.
    for service, expected in who.items():
        pair = _pair(town.house, stolen, town.services[service])
        assert _openable(town.house, stolen, pair) == expected, service


def test_a_wrap_that_is_given_another_name_opens_no_better(town: Town) -> None:
    """Somebody with the whole database writes the housing team's name on NAV's wraps."""
    to_nav, _ = _sent(town)
    stolen = _stolen(town.house)
    (wrap,) = [one for one in stolen.service_wraps if one.set_id == to_nav and one.service_id == town.nav_social]
    held = [
        (part, part_wrap)
        for part in stolen.parts
        for part_wrap in stolen.part_wraps
        if part.set_id == to_nav and part_wrap.part_id == part.part_id and part_wrap.service_id == town.nav_social
    ]
    custody = town.house.custody
    assert len(open_parts(wrap, held, key_pair=_pair(town.house, stolen, town.nav_social), custody=custody)) == 2
    housing = _pair(town.house, stolen, town.housing)
    with pytest.raises(DoesNotOpen):
        open_parts(wrap, held, key_pair=housing, custody=custody)
    wrap.service_id, wrap.key_id = town.housing, housing.key_id
    with pytest.raises(DoesNotOpen):
        open_parts(wrap, held, key_pair=housing, custody=custody)
