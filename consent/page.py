"""An uploaded page, checked and rewritten in a child process; two at a time, in memory, never in a file."""

import subprocess
import sys
import threading
from dataclasses import dataclass

from foundation.errors import FieldProblem, Invalid, Unavailable

__all__ = ["LARGEST", "NotAPage", "Page", "check_page"]

#: 25 MB.
LARGEST = 25_000_000
_SECONDS = 30
_TWO_AT_A_TIME = threading.BoundedSemaphore(2)


class NotAPage(Invalid):
    """The upload is too large, empty, or not a PDF, PNG or JPEG that opens."""

    code = "not_a_page"
    title = "This file cannot be used as a scanned page"
    do = "Scan or photograph the signed page as PDF, PNG or JPEG, at most 25 MB and 20 pages, and try again."


class TooManyUploads(Unavailable):
    """Two pages are being checked already."""

    code = "too_many_uploads"
    title = "Other pages are being checked right now"
    do = "Wait a little and send the page again."


@dataclass(frozen=True)
class Page:
    """A page that was really opened and written anew."""

    media_type: str
    content: bytes


def check_page(upload: bytes, field: str = "page") -> Page:
    """The page in `upload`, rewritten so that it holds nothing but what can be seen.

    Raises:
        NotAPage: it is too large, empty, of another kind, or does not open.
        TooManyUploads: two are being checked and neither was done in time.
    """
    if not 0 < len(upload) <= LARGEST:
        raise NotAPage(fields=[FieldProblem(field, "not_a_page")])
    if not _TWO_AT_A_TIME.acquire(timeout=_SECONDS):
        raise TooManyUploads
    try:
        child = subprocess.run(
            [sys.executable, "-m", "consent.check_page"],
            input=upload,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotAPage(fields=[FieldProblem(field, "not_a_page")]) from error
    finally:
        _TWO_AT_A_TIME.release()
    media_type, newline, content = child.stdout.partition(b"\n")
    if child.returncode != 0 or not newline:
        raise NotAPage(fields=[FieldProblem(field, "not_a_page")])
    return Page(media_type.decode("ascii"), content)
