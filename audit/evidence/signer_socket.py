"""The signer as a process of its own, behind a Unix socket: the account that runs the service has no key.

One line of JSON is asked, one answered, each at most 64 KiB; the connection may be kept. The signer believes nothing
that is said to it: a size is all it is told, and it reads the store itself.

    {"ask": "state"}                     {"origin": …, "signed": 4711, "policy": {…}, "next": {…} or null}
    {"ask": "sign", "size": 4800}        {"note": "…"}
    {"ask": "begin_key", "first": 4712}  {"begun": 4712}
    any                                  {"refused": "…", "findings": […]}  it will not sign: `SignerRefused`
                                         {"unusable": "…"}                  it cannot, or it did not understand
"""

import json
import os
import socket
import socketserver
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from audit.evidence.base64url import b64url, parse_b64url
from audit.evidence.finding import Finding
from audit.evidence.log_policy import LogPolicy, PolicyRefused, parse_policy
from audit.evidence.own_file import SignerUnusable
from audit.evidence.signer import Signer, SignerRefused
from audit.evidence.signing_key import NextKey

LONGEST_LINE: Final = 65_536
#: A signer that reads a large store anew takes its time.
PATIENCE: Final = 120.0


class SignerClient:
    """Asks a signer behind a socket; the same interface as the signer itself (``HeadSigner``)."""

    def __init__(self, path: Path, origin: str) -> None:
        self._path = path
        self._origin = origin

    @property
    def signed_size(self) -> int:
        """See ``HeadSigner.signed_size``."""
        return int(self._state()["signed"])

    def sign(self, size: int) -> bytes:
        """See ``HeadSigner.sign``."""
        return str(self._ask({"ask": "sign", "size": size})["note"]).encode()

    def sign_again(self) -> bytes | None:
        """See ``HeadSigner.sign_again``."""
        size = self.signed_size
        return self.sign(size) if size else None

    def policy(self) -> LogPolicy:
        """See ``HeadSigner.policy``."""
        try:
            return parse_policy(json.dumps(self._state()["policy"]).encode())
        except (KeyError, PolicyRefused) as error:
            raise SignerUnusable(f"the signer's policy: {error}") from error

    @property
    def next_key(self) -> NextKey | None:
        """See ``HeadSigner.next_key``."""
        said = self._state()["next"]
        return None if said is None else NextKey(parse_b64url(said["key"]), said["reason"], said["first"])

    def begin_key(self, first: int) -> None:
        """See ``HeadSigner.begin_key``."""
        self._ask({"ask": "begin_key", "first": first})

    def _state(self) -> Mapping[str, Any]:
        state = self._ask({"ask": "state"})
        if state.get("origin") != self._origin:
            raise SignerUnusable("the signer signs another log")
        return state

    def _ask(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(PATIENCE)
                connection.connect(str(self._path))
                connection.sendall(json.dumps(asked).encode() + b"\n")
                with connection.makefile("rb") as lines:
                    answer = json.loads(lines.readline(LONGEST_LINE))
        except (OSError, ValueError) as error:
            raise SignerUnusable(f"the signer does not answer: {error}") from error
        if "refused" in answer:
            raise SignerRefused(answer["refused"], [Finding(**one) for one in answer["findings"]])
        if "unusable" in answer:
            raise SignerUnusable(answer["unusable"])
        return answer  # type: ignore[no-any-return]  # an object, or the two questions above had failed


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    signer: Signer


class _Conversation(socketserver.StreamRequestHandler):
    """One connection; each line is a question."""

    server: _Server

    def handle(self) -> None:
        """Answer until the other side has no more questions."""
        while line := self.rfile.readline(LONGEST_LINE):
            self.wfile.write(json.dumps(_answer(self.server.signer, line)).encode() + b"\n")


@contextmanager
def signer_at(path: Path, signer: Signer) -> Iterator[socketserver.BaseServer]:
    """A server that signs at the socket ``path`` (mode 0660: owner and group may ask), to be run by the caller.

    A socket that a crash left behind is replaced.
    """
    with suppress(FileNotFoundError):
        path.unlink()
    before = os.umask(0o117)
    try:
        server = _Server(str(path), _Conversation)
    finally:
        os.umask(before)
    with server:
        server.signer = signer
        try:
            yield server
        finally:
            path.unlink(missing_ok=True)


def _answer(signer: Signer, line: bytes) -> dict[str, Any]:
    try:
        match json.loads(line):
            case {"ask": "state"}:
                return {
                    "origin": signer.origin,
                    "signed": signer.signed_size,
                    "policy": signer.policy().as_json,
                    "next": _said_of(signer.next_key),
                }
            case {"ask": "sign", "size": int(size)}:
                return {"note": signer.sign(size).decode()}
            case {"ask": "begin_key", "first": int(first)}:
                signer.begin_key(first)
                return {"begun": first}
    except SignerRefused as error:
        return {"refused": error.reason, "findings": [asdict(one) for one in error.findings]}
    except SignerUnusable as error:
        return {"unusable": str(error)}
    except ValueError:
        pass
    return {"unusable": "the question was not understood"}


def _said_of(key: NextKey | None) -> dict[str, Any] | None:
    return None if key is None else {"key": b64url(key.public), "reason": key.reason, "first": key.first}
