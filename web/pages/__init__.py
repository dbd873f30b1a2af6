"""The pages. Each module has a `router`, and `ways` where the navigation should lead to it, in the order given here."""

from web.pages import (
    accessibility,
    closeness,
    consents,
    declaration,
    health,
    held_cases,
    help_page,
    home,
    invitation,
    log,
    persons,
    policy,
    problem_codes,
    referrals,
    reports,
    rules,
    sign_in,
    verify,
    what_if,
)

__all__ = ["PAGES"]

#: Every module of pages; a new one is added here and nowhere else.
PAGES = (
    home,
    sign_in,
    invitation,
    declaration,
    persons,
    consents,
    referrals,
    closeness,
    held_cases,
    log,
    reports,
    policy,
    help_page,
    verify,
    rules,
    what_if,
    accessibility,
    problem_codes,
    health,
)
