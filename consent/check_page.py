"""Check and rewrite an uploaded page: the program of a child process with little memory and little time.

What came in may be anything. What goes out is a PDF, PNG or JPEG that was really opened and written anew: no script, no
attachment, no place or camera in a photograph. Reads the upload on standard input; writes one line with the media type
and then the rewritten bytes. Exit code 0, or 3 for something that is no page.
"""

import io
import resource
import sys

import filetype
import pikepdf
from PIL import Image, ImageOps

__all__ = ["main"]

_MEMORY = 1024 * 1024 * 1024
_SECONDS = 20
_MOST_PIXELS = 60_000_000
_MOST_PAGES = 20
NO_PAGE = 3


def main() -> int:
    """Rewrite standard input to standard output; 0, or 3 when it is no page."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        media_type, rewritten = rewrite(sys.stdin.buffer.read())
    except Exception as error:  # noqa: BLE001  # whatever a hostile file raises, it is no page
        sys.stderr.write(f"{type(error).__name__}\n")
        return NO_PAGE
    sys.stdout.buffer.write(media_type.encode() + b"\n" + rewritten)
    return 0


def rewrite(upload: bytes) -> tuple[str, bytes]:
    """The media type and the rewritten bytes of a PDF, PNG or JPEG; raises whatever the libraries raise."""
    kind = filetype.guess(upload)
    if kind is None:
        raise ValueError("not a known kind of file")
    if kind.mime == "application/pdf":
        return kind.mime, _rewrite_pdf(upload)
    if kind.mime in {"image/png", "image/jpeg"}:
        return kind.mime, _rewrite_image(upload, kind.mime)
    raise ValueError("not a page")


def _rewrite_pdf(upload: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(upload)) as document:
        if not 1 <= len(document.pages) <= _MOST_PAGES:
            raise ValueError("too many pages, or none")
        with pikepdf.new() as clean:
            clean.pages.extend(document.pages)
            for page in clean.pages:
                for key in ("/AA", "/Annots"):
                    if key in page:
                        del page[key]
            clean.remove_unreferenced_resources()
            clean.save(out, deterministic_id=True)
    return out.getvalue()


def _rewrite_image(upload: bytes, media_type: str) -> bytes:
    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    out = io.BytesIO()
    with Image.open(io.BytesIO(upload)) as image:
        upright = ImageOps.exif_transpose(image)
        clean = upright.convert("RGB" if media_type == "image/jpeg" else upright.mode)
        clean.info.clear()
        clean.save(
            out,
            format="JPEG" if media_type == "image/jpeg" else "PNG",
            **({"quality": 85} if media_type == "image/jpeg" else {}),
        )
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
