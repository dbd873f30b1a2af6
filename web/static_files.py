"""What every page loads: style sheets, scripts, fonts and icons, read once at start and served from memory.

The address of each file begins with a fingerprint of them all, so that a browser may keep them for ever, a new release
is seen at once, and the addresses inside a style sheet (fonts beside it) keep working.
"""

import gzip
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from foundation.errors import NotFound

__all__ = ["StaticFile", "StaticFiles"]

_FOR_EVER = "public, max-age=31536000, immutable"
#: Every kind of file there is, whatever the machine that serves it calls them.
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True)
class StaticFile:
    """One file as it is sent: its type and its bytes."""

    media_type: str
    content: bytes

    @cached_property
    def compressed(self) -> bytes | None:
        """The same bytes compressed, where that is worth it; done when somebody first asks, not at every start."""
        # Fonts are compressed already. Pages themselves are never compressed: they hold the form token beside what
        # somebody typed, and the length of the compressed page would tell about it (BREACH).
        return None if self.media_type == _TYPES[".woff2"] else gzip.compress(self.content, 9, mtime=0)


class StaticFiles:
    """All files below one folder."""

    def __init__(self, folder: Path) -> None:
        fingerprint = sha256()
        self._files: dict[str, StaticFile] = {}
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name, content = path.relative_to(folder).as_posix(), path.read_bytes()
            fingerprint.update(name.encode() + b"\0" + sha256(content).digest())
            self._files[name] = StaticFile(_TYPES[path.suffix], content)
        self.fingerprint = fingerprint.hexdigest()[:16]

    def address(self, name: str) -> str:
        """The path under which a page loads the file `name`; `KeyError` when there is no such file."""
        self._files[name]
        return f"/static/{self.fingerprint}/{name}"

    def serve(self, request: Request, fingerprint: str, name: str) -> Response:
        """The file; an older release's address gives today's file, which the browser must not keep."""
        file = self._files.get(name)
        if file is None:
            raise NotFound
        current = fingerprint == self.fingerprint
        headers = {"cache-control": _FOR_EVER if current else "no-store", "vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", "") and file.compressed is not None:
            return Response(
                file.compressed, media_type=file.media_type, headers={**headers, "content-encoding": "gzip"}
            )
        return Response(file.content, media_type=file.media_type, headers=headers)
