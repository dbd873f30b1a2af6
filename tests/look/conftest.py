"""A town to look at, its server, and one Chromium for all."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright

from foundation.texts import STAFF_LANGUAGES, Texts
from tests.a_server import Browser, a_server
from tests.look.gallery import WAYS, router
from tests.look.harness import open_chromium
from tests.situations import Town
from web.app import LOCALES, create_app


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """The browser, started once a process."""
    with sync_playwright() as playwright, open_chromium(playwright) as started:
        yield started


@pytest.fixture
def town(sqlite_town: Town) -> Town:
    """The town that is looked at."""
    return sqlite_town


@pytest.fixture
def texts(tmp_path: Path) -> Texts:
    """The catalogues, and an empty Arabic one: English words from right to left, so that the frame can be judged."""
    copytree(LOCALES, tmp_path / "locales")
    folder = tmp_path / "locales" / "ar" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, Catalog(locale="ar"))
    return Texts(tmp_path / "locales", (*STAFF_LANGUAGES, "ar"))


@pytest.fixture
def address(town: Town, texts: Texts) -> Iterator[str]:
    """Where the pages are, the gallery among them."""
    app = create_app(town.house, texts)
    app.include_router(router, include_in_schema=False)
    app.frame.ways += WAYS  # type: ignore[attr-defined]  # our own application has a frame
    with a_server(app) as listening:
        yield listening


@pytest.fixture
def session_of(address: str, town: Town) -> Callable[[str], tuple[str, str]]:
    """Signs somebody of the town in; name and value of the session's cookie."""

    def sign_in(who: str) -> tuple[str, str]:
        browser = Browser(address)
        browser.enter(town.actors[who].staff)
        token = browser.client.cookies["tillit"]
        browser.close()
        return "tillit", token

    return sign_in
