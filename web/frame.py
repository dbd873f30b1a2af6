"""The frame around every page: templates in each language, the navigation, and what a template may know.

A template gets two names: `page` (this file's `Page`) and `view` (what the deed returned). Anything else is an error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from audit.actions import Action, Role
from audit.actor import Actor
from audit.house import House
from audit.receipts import Receipts
from foundation.clock import ZONES
from foundation.first_letter import large_first, small_first
from foundation.texts import Language, Texts, Words
from people.standing import Standing
from web.sent import FilledIn
from web.static_files import StaticFiles
from web.ways import Way
from web.worded import Worded
from web.wording import ROLES

__all__ = ["Frame", "Page"]

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Page:
    """What a template knows besides its view."""

    path: str
    #: What was asked for behind the question mark, in names and values.
    query: Sequence[tuple[str, str]]
    language: Language
    languages: tuple[Language, ...]
    municipality: str
    demo: bool
    actor: Actor
    me: Standing | None
    ways: tuple[Way, ...]
    csrf: str
    once: str
    event_id: UUID | None = None
    #: The receipt of that event, in one line.
    receipt: str | None = None
    problem: Worded | None = None
    filled: FilledIn | None = None

    def in_language(self, code: str) -> str:
        """The address of this page, with all that was asked for, in another language."""
        return f"{self.path}?{urlencode([*self.query, ('language', code)])}"

    def may(self, action: Action) -> bool:
        """Whether to offer this deed."""
        return self.actor.may(action)

    def error(self, field: str) -> str | None:
        """What is wrong with a field of the form that was sent, in words; None when nothing is."""
        if self.problem is not None:
            for one in self.problem.errors:
                if one.field == field:
                    return one.message
        return None

    def typed(self, field: str, otherwise: str = "") -> str:
        """What was typed in a field of the form that comes back, or what it holds at first."""
        return otherwise if self.filled is None else self.filled.text(field, otherwise)

    def chosen(self, field: str, otherwise: Sequence[str] = ()) -> Sequence[str]:
        """What was chosen in a group of boxes of the form that comes back, or what is chosen at first."""
        return otherwise if self.filled is None else self.filled.texts(field)


class Frame:
    """Everything pages are made with, put together once at start."""

    def __init__(self, house: House, texts: Texts, static: StaticFiles, ways: Sequence[Way]) -> None:
        self.house = house
        self.texts = texts
        self.static = static
        self.ways = tuple(ways)
        self.receipts = Receipts(house)
        self.csrf_key = house.custody.derived_key("csrf")
        self.is_https = (house.settings.public_url or "").startswith("https://")
        loader = FileSystemLoader(_TEMPLATES)
        zone = ZONES[house.installed.jurisdiction]
        # One environment a language, so that macros speak it without being told.
        self._environments = {
            language.code: _environment(loader, texts.words(language.code), static, zone)
            for language in texts.languages
        }

    def render(self, template: str, page: Page, view: object) -> str:
        """The page as HTML."""
        return self._environments[page.language.code].get_template(template).render(page=page, view=view)


def _environment(loader: FileSystemLoader, words: Words, static: StaticFiles, zone: Any) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]  # the i18n extension adds it
    globals_: Mapping[str, object] = {
        "static": static.address,
        "date": words.date,
        "short_date": words.short_date,
        "instant": lambda at: words.instant(at, zone),
        "number": words.number,
        "listed": words.list,
        "large_first": large_first,
        "small_first": small_first,
        "role_name": lambda role: words.gettext(ROLES[Role(role)]),
        "Action": Action,
    }
    environment.globals.update(globals_)
    return environment
