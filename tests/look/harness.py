"""Looks at pages as people see them: a real Chromium, in each language, by day and by night, wide and narrow.

For every view of a page: axe-core finds nothing (WCAG 2.2 A and AA and best practice), nothing reaches outside the
width, the console is silent (no breach of the Content-Security-Policy among other things), and the contrast of the
colours that are really drawn is enough. A page that is found wrong has its picture in `build/screenshots/`; with
`PICTURES=all` in the environment every page has, to be looked at by eye.
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright

from setup.find_browser import find_browser

__all__ = ["ALL_VIEWS", "DESKTOP", "FEW_VIEWS", "PHONE", "View", "look_at", "open_chromium", "told"]

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "build" / "screenshots"

_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_AXE = """
async (rules) => (await axe.run(document, {runOnly: rules})).violations.map(
  (one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`)
"""

_TOO_WIDE = """
() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return ["the page as a whole", ...document.querySelectorAll("body *")].filter((one) => {
    if (one.className === undefined) return true;
    const box = one.getBoundingClientRect();
    return box.right > width + 1 || box.left < -1;
  }).map((one) => one.tagName ? `${one.tagName.toLowerCase()}.${one.className}` : one);
}
"""

#: Every text whose colour is too near the colour behind it (WCAG 2.2, 1.4.3): axe cannot see through the design
#: system's colour functions, so each colour is drawn on a canvas and read back.
_CONTRAST = """
() => {
  const pen = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const known = new Map();
  const drawn = (color, on) => {
    const key = `${color} on ${on}`;
    if (!known.has(key)) known.set(key, draw(color, on));
    return known.get(key);
  };
  const draw = (color, on) => {
    pen.fillStyle = `rgb(${on.join(" ")})`; pen.fillRect(0, 0, 1, 1);
    pen.fillStyle = color; pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const behind = (one) => {
    const layers = [];
    for (let at = one; at; at = at.parentElement) layers.push(getComputedStyle(at).backgroundColor);
    return layers.reverse().reduce((on, color) => drawn(color, on), [255, 255, 255]);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const one of document.querySelectorAll("body *")) {
    const says = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    if (!says || style.visibility === "hidden" || box.width < 2 || one.closest("[disabled]")) continue;
    const on = behind(one), ink = drawn(style.color, on);
    const [high, low] = [light(ink), light(on)].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < (large ? 3 : 4.5)) {
      const words = one.textContent.trim().slice(0, 30);
      found.push(`${one.tagName.toLowerCase()}.${one.className} "${words}" ${ratio.toFixed(2)}`);
    }
  }
  return found;
}
"""


@dataclass(frozen=True)
class View:
    """One way to look at a page."""

    language: str
    scheme: str
    width: int

    @property
    def name(self) -> str:
        """How the picture is named."""
        return f"{self.language}-{self.scheme}-{self.width}"


DESKTOP, PHONE = 1280, 320

#: Bokmål and English, light and dark, wide and narrow.
ALL_VIEWS = tuple(
    View(language, scheme, width)
    for language in ("nb", "en")
    for scheme in ("light", "dark")
    for width in (DESKTOP, PHONE)
)


#: Enough to see each language, scheme, width and direction once; the rest is looked at in the long proof.
FEW_VIEWS = (View("nb", "light", DESKTOP), View("en", "dark", PHONE), View("ar", "light", PHONE))


@dataclass
class _Looking:
    """A window onto the pages, and what its console has said."""

    context: BrowserContext
    page: Page
    said: list[str] = field(default_factory=list)


@contextmanager
def open_chromium(playwright: Playwright) -> Iterator[Chromium]:
    """The Chromium of this machine; without one the tests stop and say so."""
    path = find_browser()
    assert path is not None, "The browser tests need Chromium on PATH; on Debian and Ubuntu: apt-get install chromium"
    chromium = playwright.chromium.launch(executable_path=path, args=_FLAGS)
    try:
        yield chromium
    finally:
        chromium.close()


def look_at(
    chromium: Chromium,
    address: str,
    pages: Sequence[tuple[str, str]],
    view: View,
    cookies: Sequence[tuple[str, str]] = (),
    *,
    answer: str | None = None,
) -> dict[str, list[str]]:
    """Open each page (name, path) in one view, and tell what is wrong with it.

    Args:
        chromium: the browser.
        address: where the server listens.
        pages: names for the pictures, and paths.
        view: how to look.
        cookies: name and value, such as the session's.
        answer: HTML to be looked at instead of what a server would answer.
    """
    looking = _open(chromium, address, view, cookies)
    if answer is not None:
        looking.page.route("**/*", lambda route: route.fulfill(body=answer, content_type="text/html"))
    wrong = {}
    for name, path in pages:
        looking.said.clear()
        came = looking.page.goto(f"{address}{path}", wait_until="load")
        assert came is not None
        found = _judge(looking, is_error=came.status >= 400)
        _picture(looking.page, f"{name}-{view.name}", found)
        if found:
            wrong[f"{name} {view.name}"] = found
    looking.context.close()
    return wrong


def _open(chromium: Chromium, address: str, view: View, cookies: Sequence[tuple[str, str]]) -> _Looking:
    context = chromium.new_context(
        reduced_motion="reduce",  # what still moves cannot be judged
        viewport={"width": view.width, "height": 900},
        color_scheme="dark" if view.scheme == "dark" else "light",
        locale=view.language,
    )
    for name, value in (*cookies, ("tillit-language", view.language)):
        context.add_cookies([{"name": name, "value": value, "url": address}])
    context.add_init_script(path=ROOT / "node_modules" / "axe-core" / "axe.min.js")
    looking = _Looking(context, context.new_page())

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            looking.said.append(f"console: {message.text}")

    looking.page.on("console", hear)
    looking.page.on("pageerror", lambda error: looking.said.append(f"script: {error}"))
    return looking


def _judge(looking: _Looking, *, is_error: bool) -> list[str]:
    page = looking.page
    page.evaluate("document.fonts.ready")
    found = [f"axe: {one}" for one in page.evaluate(_AXE, _RULES)]
    found += [f"too wide: {one}" for one in page.evaluate(_TOO_WIDE)]
    found += [f"contrast: {one}" for one in page.evaluate(_CONTRAST)]
    # A page about an error is an error to the browser's console too; that line is not a fault of the page.
    found += [one for one in looking.said if not (is_error and "Failed to load resource" in one)]
    return found


def _picture(page: Page, name: str, found: list[str]) -> None:
    """Take a picture, which lasts as long as judging the page, where somebody will look at it."""
    if not found and os.environ.get("PICTURES") != "all":
        return
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def told(wrong: dict[str, list[str]]) -> str:
    """What is wrong, page by page, to be read in a failed test."""
    return json.dumps(wrong, indent=1, ensure_ascii=False)


@dataclass
class Window:
    """A window onto pages that one comes to by filling in forms."""

    looking: _Looking
    address: str
    view: View

    @property
    def page(self) -> Page:
        """What the window shows."""
        return self.looking.page

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(f"{self.address}{path}", wait_until="load")

    def judge(self, name: str) -> dict[str, list[str]]:
        """Tell what is wrong with what the window shows."""
        self.page.wait_for_load_state("load")
        found = _judge(self.looking, is_error=True)
        _picture(self.page, f"{name}-{self.view.name}", found)
        self.looking.said.clear()
        return {f"{name} {self.view.name}": found} if found else {}


@contextmanager
def a_window(chromium: Chromium, address: str, view: View, cookies: Sequence[tuple[str, str]] = ()) -> Iterator[Window]:
    """A window in one view, with the session's cookie if there is one."""
    looking = _open(chromium, address, view, cookies)
    try:
        yield Window(looking, address, view)
    finally:
        looking.context.close()
