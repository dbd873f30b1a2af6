"""A real server on a free loopback port, for the length of a block; clients of it, and browsers that read forms."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser

import httpx2
import uvicorn
from fastapi import FastAPI

__all__ = ["Browser", "a_client", "a_server"]

#: Seconds: more than any answer takes while the machine does other things too.
_PATIENCE = 60

#: Knows no certificate authority: these clients speak to loopback only, and reading the usual ones costs each of them
#: more than most tests take.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@contextmanager
def a_server(app: FastAPI) -> Iterator[str]:
    """Serve `app`; its address, such as `http://127.0.0.1:40123`.

    It listens before the server starts, so nobody is turned away: who comes early waits.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        config = uvicorn.Config(app, log_level="critical", access_log=False, ws="none", lifespan="on")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            while not server.started:
                thread.join(0.005)
                assert thread.is_alive(), "the server ended before it had begun"
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def a_client(address: str, **headers: str) -> httpx2.Client:
    """A client of the server at `address`, which goes there straight and waits for its answers."""
    return httpx2.Client(base_url=address, headers=headers, timeout=_PATIENCE, verify=_NO_TLS, trust_env=False)


class _Fields(HTMLParser):
    """Reads the forms of a page: action and the fields that are filled in already."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms and their fields."""
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((told.get("action", ""), {}))
        elif tag == "input" and self.forms and "name" in told:
            self.forms[-1][1][told["name"]] = told.get("value", "")


class Browser:
    """Somebody's browser: keeps cookies, says where it comes from, and sends a form only as the page gave it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.client = a_client(address, accept="text/html")

    def open(self, path: str, **headers: str) -> httpx2.Response:
        """Go to a page."""
        return self.client.get(path, headers={"sec-fetch-site": "none", **headers})

    def form(self, path: str, action: str | None = None) -> dict[str, str]:
        """The fields of the form on a page that goes to `action` (left out: to the page itself)."""
        read = _Fields()
        read.feed(self.open(path).text)
        return next(fields for to, fields in read.forms if to in ((action,) if action else ("", path)))

    def send(self, path: str, fields: dict[str, str], **headers: str) -> httpx2.Response:
        """Send a form."""
        return self.client.post(path, data=fields, headers={"sec-fetch-site": "same-origin", **headers})

    def enter(self, staff_id: object) -> httpx2.Response:
        """Sign in with one click, by the door of this member of staff."""
        read = _Fields()
        read.feed(self.open("/sign-in").text)
        door = next(fields for _, fields in read.forms if fields.get("staff_id") == str(staff_id))
        return self.send("/sign-in/demo", door)

    def close(self) -> None:
        """Let go of the connections."""
        self.client.close()
