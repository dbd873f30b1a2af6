"""Each template asks its declared view for nothing that the view does not have, and every template has one."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from jinja2 import Environment, nodes

from people.standing import Standing
from web import cannot_be_handled
from web.frame import Page
from web.pages import (
    answer_referral,
    attach_proof,
    closeness,
    consents,
    held_cases,
    help_page,
    home,
    invitation,
    log,
    persons,
    policy,
    problem_codes,
    record_consent,
    refer_pupil,
    referrals,
    reports,
    rules,
    sign_consent,
    sign_in,
    status,
    verify,
    what_if,
    withdraw_consent,
)
from web.worded import Worded

TEMPLATES = Path(__file__).parents[3] / "web" / "templates"

#: Every template with the view it is given; None where it needs none.
VIEWS: dict[str, type | None] = {
    "accessibility.html": None,
    "account_made.html": invitation.Made,
    "attach_proof.html": attach_proof.Attaching,
    "cannot_be_handled.html": cannot_be_handled.Common,
    "choose_pupil.html": refer_pupil.Pupils,
    "choose_service.html": refer_pupil.Choosing,
    "closeness.html": closeness.Saying,
    "consent.html": consents.OneConsent,
    "consents.html": consents.Consents,
    "declaration.html": None,
    "decline_referral.html": answer_referral.Declining,
    "held_case.html": held_cases.OneHeldCase,
    "held_cases.html": held_cases.HeldCases,
    "help.html": help_page.Help,
    "home.html": home.Home,
    "invitation.html": invitation.Chosen,
    "log.html": log.Log,
    "log_entry.html": log.Entry,
    "person.html": persons.OnePerson,
    "persons.html": persons.Roster,
    "policy.html": policy.PolicyPage,
    "problem.html": Worded,
    "problem_code.html": problem_codes.ProblemCode,
    "recall_referral.html": answer_referral.Recalling,
    "record_consent.html": record_consent.ConsentForm,
    "refer.html": refer_pupil.ReferralForm,
    "referral.html": referrals.OneReferral,
    "referral_passed.html": answer_referral.Passed,
    "referral_sent.html": refer_pupil.Sending,
    "referrals.html": referrals.Referrals,
    "register_family.html": persons.Family,
    "report.html": reports.Asking,
    "review_referral.html": refer_pupil.Review,
    "replay.html": log.Replayed,
    "rules.html": rules.Book,
    "sign_consent.html": sign_consent.Signing,
    "sign_in.html": sign_in.Doors,
    "status.html": status.Status,
    "verify.html": verify.Verifying,
    "submit_held_case.html": held_cases.Asking,
    "what_if.html": what_if.WhatIf,
    "withdraw_consent.html": withdraw_consent.Withdrawing,
}

#: What pages are made of, rather than pages.
NOT_PAGES = {"forms.html", "frame.html", "parts.html"}


def parsed(template: str) -> nodes.Template:
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    return environment.parse((TEMPLATES / template).read_text(encoding="utf-8"))


def asked_for(template: str, of: str) -> Iterator[str]:
    """The names that a template asks `of` (`view`, or `page`) for."""
    for node in parsed(template).find_all(nodes.Getattr):
        if isinstance(node.node, nodes.Name) and node.node.name == of:
            yield node.attr


def has(view: Any, name: str) -> bool:
    told = {field.name for field in fields(view)} if is_dataclass(view) else set(view._fields)
    return name in told or isinstance(getattr(view, name, None), (property, FunctionType))


def test_every_template_has_a_declared_view() -> None:
    assert {path.name for path in TEMPLATES.glob("*.html")} - NOT_PAGES == set(VIEWS)


@pytest.mark.parametrize("template", VIEWS)
def test_a_template_asks_its_view_for_what_it_has(template: str) -> None:
    view = VIEWS[template]
    asked = set(asked_for(template, "view"))
    assert {name for name in asked if view is None or not has(view, name)} == set()
    assert {name for name in asked_for(template, "page") if not has(Page, name)} == set()


@pytest.mark.parametrize("template", VIEWS)
def test_nothing_is_marked_as_safe(template: str) -> None:
    assert "safe" not in {node.name for node in parsed(template).find_all(nodes.Filter)}


def test_the_guard_notices_a_name_that_is_not_there() -> None:
    assert not has(Standing, "salary")
    assert has(Standing, "name")
