"""The JSON API below `/api/v1`. Each module has a `router`."""

from web.api import (
    closeness,
    consents,
    families,
    held_cases,
    invitations,
    log,
    notices,
    persons,
    policy,
    referrals,
    reports,
    rules,
    services,
    sign_in,
)

__all__ = ["CALLS"]

#: Every module of calls; a new one is added here and nowhere else.
CALLS = (
    sign_in,
    invitations,
    services,
    families,
    persons,
    consents,
    referrals,
    closeness,
    held_cases,
    notices,
    log,
    reports,
    policy,
    rules,
)
