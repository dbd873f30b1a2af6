"""Somebody at a browser without script: reads pages, follows links, fills in fields and presses buttons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urlencode, urljoin

import httpx2

from tests.a_server import a_client

__all__ = ["Form", "Page", "Visitor"]

#: What is typed or chosen: a text, several boxes, or nothing (a box that is cleared).
Typed = str | Sequence[str] | None


@dataclass
class Control:
    """One field of a form: what it holds, and what may be chosen where it is a choice."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)


@dataclass
class Form:
    """A form as a browser would send it."""

    action: str
    method: str
    is_multipart: bool
    controls: dict[str, Control] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)

    def filled(self, typed: Mapping[str, Typed]) -> list[tuple[str, str]]:
        """The fields with what was typed; only what the page offers can be filled in."""
        sent: dict[str, list[str]] = {name: list(control.values) for name, control in self.controls.items()}
        for name, value in typed.items():
            assert name in self.controls, f"the form has no field {name}: {sorted(self.controls)}"
            control = self.controls[name]
            values = [] if value is None else [value] if isinstance(value, str) else list(value)
            assert control.kind not in ("radio", "checkbox", "select") or set(values) <= set(control.choices), (
                f"{name} offers {control.choices}, not {values}"
            )
            sent[name] = values
        return [(name, value) for name, values in sent.items() for value in values]


class _Reader(HTMLParser):
    """Reads headings, links and forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.heading = ""
        self.words: list[str] = []
        self._form: Form | None = None
        self._select: Control | None = None
        self._text: Control | None = None
        self._button: tuple[str, str] | None = None
        self._link: str | None = None
        self._said: list[str] = []
        self._in_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(told.get("action", ""), told.get("method", "get"), "multipart" in told.get("enctype", ""))
            self.forms.append(self._form)
        elif tag == "input":
            self._input(told)
        elif tag == "select" and self._form is not None:
            self._select = self._form.controls.setdefault(told["name"], Control(told["name"], "select"))
        elif tag == "option" and self._select is not None:
            self._select.choices.append(told.get("value", ""))
            if "selected" in told or not self._select.values:
                self._select.values = [told.get("value", "")]
        elif tag == "textarea" and self._form is not None:
            self._text = self._form.controls.setdefault(told["name"], Control(told["name"], "textarea", [""]))
        elif tag == "button":
            self._button, self._said = (told.get("name", ""), told.get("value", "")), []
        elif tag == "a":
            self._link, self._said = told.get("href", ""), []
        elif tag == "h1":
            self._in_heading = True

    def _input(self, told: Mapping[str, str]) -> None:
        if self._form is None or "name" not in told:
            return
        kind = told.get("type", "text")
        control = self._form.controls.setdefault(told["name"], Control(told["name"], kind))
        if kind in ("radio", "checkbox"):
            control.choices.append(told.get("value", "on"))
            if "checked" in told:
                control.values.append(told.get("value", "on"))
        elif kind != "file":
            control.values.append(told.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._text = None
        elif tag == "button" and self._button is not None:
            if self._form is not None:
                self._form.buttons.append((*self._button, " ".join("".join(self._said).split())))
            self._button = None
        elif tag == "a" and self._link is not None:
            self.links.append((" ".join("".join(self._said).split()), self._link))
            self._link = None
        elif tag == "h1":
            self._in_heading = False

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        self._said.append(data)
        if self._text is not None:
            self._text.values = [self._text.values[0] + data]
        if self._in_heading:
            self.heading += data


@dataclass
class Page:
    """A page that was answered."""

    visitor: "Visitor"
    response: httpx2.Response

    def __post_init__(self) -> None:
        self._read = _Reader()
        self._read.feed(self.response.text)

    @property
    def status(self) -> int:
        """Its status."""
        return self.response.status_code

    @property
    def path(self) -> str:
        """Where it is, after every redirect."""
        return self.response.url.path

    @property
    def heading(self) -> str:
        """Its first heading."""
        return " ".join(self._read.heading.split())

    @property
    def words(self) -> str:
        """Everything that is written on it, with single spaces."""
        return " ".join(" ".join(self._read.words).split())

    @property
    def receipt(self) -> str:
        """The receipt of the page's event, as its foot has it."""
        return self.response.text.partition('id="receipt"><bdi dir="ltr">')[2].partition("</bdi>")[0]

    @property
    def event(self) -> str:
        """The log event that its answer names."""
        return str(self.response.headers["tillit-event"])

    def click(self, text: str) -> "Page":
        """Follow the first link that is called so, or whose name begins so."""
        for said, href in self._read.links:
            if said.startswith(text):
                return self.visitor.open(urljoin(self.path, href))
        raise AssertionError(f"no link {text!r} among {[said for said, _ in self._read.links]}")

    def has_link(self, text: str) -> bool:
        """Whether some link's name begins so."""
        return any(said.startswith(text) for said, _ in self._read.links)

    def form(self, button: str) -> Form:
        """The first form with a button that is called so."""
        for one in self._read.forms:
            if any(said == button for _, _, said in one.buttons):
                return one
        raise AssertionError(
            f"no button {button!r} among {[said for f in self._read.forms for _, _, said in f.buttons]}"
        )

    def press(self, button: str, typed: Mapping[str, Typed] | None = None, *, file: bytes | None = None) -> "Page":
        """Fill in the fields of the form that has the button, and press it; goes where it leads."""
        form = self.form(button)
        pairs = form.filled(typed or {})
        pairs += [(name, value) for name, value, said in form.buttons if said == button and name][:1]
        to = urljoin(self.path, form.action or self.path)
        if form.method == "get":
            return self.visitor.open(f"{urldefrag(to).url}?{urlencode(pairs)}")
        return self.visitor.send(to, pairs, file=file if form.is_multipart else None)


class Visitor:
    """Somebody of the town at their browser."""

    def __init__(self, address: str, language: str = "en") -> None:
        self.client = a_client(address, accept="text/html")
        self.client.get(f"/sign-in?language={language}")

    def open(self, path: str) -> Page:
        """Go to a page, and on where it leads."""
        return Page(self, self._follow(self.client.get(path, headers={"sec-fetch-site": "same-origin"})))

    def send(self, path: str, pairs: Sequence[tuple[str, str]], *, file: bytes | None = None) -> Page:
        """Send a form, and go on where it leads."""
        headers = {"sec-fetch-site": "same-origin"}
        data: dict[str, list[str]] = {}
        for name, value in pairs:
            data.setdefault(name, []).append(value)
        files = {"page": ("scan.png", file, "image/png")} if file is not None else None
        return Page(self, self._follow(self.client.post(path, data=data, files=files, headers=headers)))

    def enter(self, name: str) -> Page:
        """Sign in with one click, by the door that bears this name."""
        page = self.open("/sign-in")
        for form in page._read.forms:
            if any(name in said for _, _, said in form.buttons):
                return self.send("/sign-in/demo", form.filled({}))
        raise AssertionError(f"no door for {name}")

    def close(self) -> None:
        """Let go of the connections."""
        self.client.close()

    def _follow(self, response: httpx2.Response) -> httpx2.Response:
        # The event of the deed itself is kept: a page after it has one of its own.
        first = response
        while response.status_code == 303:
            response = self.client.get(response.headers["location"], headers={"sec-fetch-site": "same-origin"})
        if first is not response and "tillit-event" in first.headers:
            response.headers["x-deed-event"] = first.headers["tillit-event"]
        return response
