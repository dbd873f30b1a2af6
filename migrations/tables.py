"""Every table there is, gathered: what the newest revision must amount to."""

from sqlalchemy import MetaData

import audit.event
import audit.family_visibility
import audit.installation
import audit.log_tables
import audit.once
import consent.closeness
import consent.consent
import consent.held_case
import people.invitation
import people.notice
import people.organisation
import people.person
import people.policy
import people.sign_in
import people.staff
import referral.referral
import vault.container
import vault.keys
from foundation.tables import Base

__all__ = ["all_tables", "table_meanings"]

_MODULES = (
    audit.event,
    audit.family_visibility,
    audit.installation,
    audit.log_tables,
    audit.once,
    consent.closeness,
    consent.consent,
    consent.held_case,
    people.invitation,
    people.notice,
    people.organisation,
    people.person,
    people.policy,
    people.sign_in,
    people.staff,
    referral.referral,
    vault.container,
    vault.keys,
)


def all_tables() -> MetaData:
    """The tables as the classes of `_MODULES` describe them."""
    return Base.metadata


def table_meanings() -> dict[str, str]:
    """What a row of each table is, in one sentence: the first line of its class's docstring."""
    classes = (mapper.class_ for mapper in Base.registry.mappers)
    return {one.__tablename__: (one.__doc__ or "").strip().splitlines()[0] for one in classes}
