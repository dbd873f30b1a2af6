"""What every page loads: style sheets, scripts, fonts and icons, read once at start and served from memory.

The address of each file begins with a fingerprint of them all, so that a browser may keep them for ever, a new release
is seen at once, and the addresses inside a style sheet (fonts beside it) keep working.
"""

import gzip
import mimetypes
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from foundation.errors import NotFound

__all__ = ["StaticFile", "StaticFiles"]

_FOR_EVER = "public, max-age=31536000, immutable"
_TYPES = {
    ".woff2": "font/woff2",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class StaticFile:
    """One file as it is sent: its type, its bytes, and the same bytes compressed where that is worth it."""

    media_type: str
    content: bytes
    compressed: bytes | None


class StaticFiles:
    """All files below one folder."""

    def __init__(self, folder: Path) -> None:
        fingerprint = sha256()
        self._files: dict[str, StaticFile] = {}
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name, content = path.relative_to(folder).as_posix(), path.read_bytes()
            fingerprint.update(name.encode() + b"\0" + sha256(content).digest())
            self._files[name] = _prepared(path, content)
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
        if file.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(
                file.compressed, media_type=file.media_type, headers={**headers, "content-encoding": "gzip"}
            )
        return Response(file.content, media_type=file.media_type, headers=headers)


def _prepared(path: Path, content: bytes) -> StaticFile:
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    # Fonts are compressed already. Pages themselves are never compressed: they hold the form token beside what somebody
    # typed, and the length of the compressed page would tell about it (BREACH).
    compressed = None if path.suffix == ".woff2" else gzip.compress(content, 9, mtime=0)
    return StaticFile(media_type, content, compressed)
