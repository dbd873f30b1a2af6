"""Typeset a report: the program of a child process with little memory and little time.

Reads JSON on standard input, writes a PDF on standard output: archival (PDF/A-3a) and accessible (PDF/UA-1) at once,
which typst enforces. Texts come in as data and stay text. Nothing is written to the disk. Exit code 0, or 3 when there
is no PDF.
"""

import json
import resource
import sys
from pathlib import Path

import fontpkg_noto_sans
import typst

__all__ = ["main"]

_MEMORY = 1536 * 1024 * 1024
_SECONDS = 20
_TEMPLATE = Path(__file__).with_name("report.typ")
NO_PDF = 3

#: Letters beyond these (signs, emoji, other scripts) have no shape in the font, and an archival PDF may lack none.
_LAST_LETTER = "\u052f"
_FURTHER = frozenset("–—‘’“”…•→\u2009\u202f\u2011")


def main() -> int:
    """Typeset standard input to standard output; 0, or 3 when that cannot be done."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    said = json.load(sys.stdin.buffer)
    try:
        pdf: bytes = typst.compile(  # type: ignore[misc]  # its stub cannot choose among the kinds of input
            _TEMPLATE.read_bytes(),
            sys_inputs={"data": json.dumps(_printable(said["data"])), "file": said["file"]},
            font_paths=[str(fontpkg_noto_sans.ROOT)],
            ignore_system_fonts=True,
            pdf_standards=["a-3a", "ua-1"],
        )
    except Exception as error:  # noqa: BLE001  # whatever the typesetter says may repeat what it was given
        sys.stderr.write(f"{type(error).__name__}\n")
        return NO_PDF
    sys.stdout.buffer.write(pdf)
    return 0


def _printable(value: object) -> object:
    """`value` with every letter that the font does not have replaced by a sign for it."""
    if isinstance(value, str):
        return "".join(one if " " <= one <= _LAST_LETTER or one in _FURTHER else "\ufffd" for one in value)
    if isinstance(value, list):
        return [_printable(one) for one in value]
    if isinstance(value, dict):
        return {name: _printable(one) for name, one in value.items()}
    return value


if __name__ == "__main__":
    sys.exit(main())
