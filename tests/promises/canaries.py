"""Words that must not be found: planted in everything about a family, and looked for in every form bytes can take."""

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import quote

from people.person import name_parts

__all__ = ["Canaries", "Found", "find", "forms"]


@dataclass(frozen=True)
class Canaries:
    """One unmistakable word for each kind of thing that never rests in clear."""

    child: str = "Zqøxwelyn Bråkjødsdatter"
    mother: str = "Vjølmhild Qæstgardsvik"
    father: str = "Xåmbrjot Pfnøyslett"
    child_number: str = ""
    mother_number: str = ""
    father_number: str = ""
    child_born: str = "2014-07-19"
    mother_born: str = "1983-04-27"
    address: str = "Kjwøttlyveien 8317, 9990 Fjordvik"
    telephone: str = "73 91 58 42 06"
    language: str = "qaa-qwzjxkv"
    school: str = "Wjøgzaskogen qskole"
    free_text: str = "gjrør seg fjwmåls med brøzkregning"
    where_seen: str = "skjxermbilde fra Yqregisteret"
    search: str = "zqøxw"
    too_short: str = "ẇ"
    unknown_word: str = "vqlandlxord"
    file_name: str = "samtykke-qzfamilien-bxråk.pdf"
    path: str = "pjathæz-kqwanari"

    def values(self) -> dict[str, str]:
        """Each canary under its name."""
        return {one.name: getattr(self, one.name) for one in fields(self) if len(getattr(self, one.name)) > 3}


#: Space that a database keeps ready; no text has so many zero bytes.
_NOTHING = re.compile(b"\0{64,}")

#: Bytes of a form by which its places are found before the whole is compared.
_BEGINNING = 4


@dataclass(frozen=True)
class Found:
    """A canary that was found: which, in what form, in which file."""

    canary: str
    form: str
    file: str


def forms(text: str) -> Iterator[tuple[str, bytes]]:
    """The forms of a text in bytes; letters of ASCII are in lower case, as are the files they are looked for in."""
    spellings = {
        "as written": text,
        "folded": text.casefold(),
        "capitals": text.upper(),
        "reversed": text[::-1],
        "without spaces": text.replace(" ", "").replace("-", ""),
        "compared": " ".join(name_parts(text)),
    }
    for name, spelling in spellings.items():
        if len(spelling) < 4:
            continue
        for encoding in ("utf-8", "latin-1"):
            yield f"{name}, {encoding}", spelling.encode(encoding, errors="replace").lower()
        # Without the last byte, which is zero, it is the same in either order of bytes.
        yield f"{name}, utf-16", spelling.encode("utf-16-le").lower().removesuffix(b"\0")
        yield f"{name}, escaped", spelling.encode("ascii", errors="backslashreplace").lower()
        yield f"{name}, percent-encoded", quote(spelling).encode().lower()
        yield f"{name}, hexadecimal", spelling.encode().hex().encode()
        for shift in range(3):
            # What stays the same of a text in base64 wherever it begins; lower case, as everything here.
            coded = base64.b64encode(b"\0" * shift + spelling.encode())
            begin = -(-shift * 8 // 6)
            end = len(coded) - 4
            if end - begin >= 8:
                yield f"{name}, base64 from {shift}", coded[begin:end].lower()


def find(files: Iterable[Path], canaries: dict[str, str]) -> list[Found]:
    """Every canary that lies in one of the files, in any of the forms."""
    needles = {form: (canary, name) for canary, text in canaries.items() for name, form in forms(text)}
    by_beginning: dict[bytes, list[bytes]] = {}
    for needle in needles:
        by_beginning.setdefault(needle[:_BEGINNING], []).append(needle)
    beginnings = re.compile(_one_of(by_beginning))
    found = set[Found]()
    for file in files:
        try:
            content = _NOTHING.sub(b"", file.read_bytes()).lower()
        except FileNotFoundError:  # the database has done away with it meanwhile
            continue
        for place in (match.start() for match in beginnings.finditer(content)):
            for needle in by_beginning[content[place : place + _BEGINNING]]:
                if content.startswith(needle, place):
                    found.add(Found(*needles[needle], file.name))
    return sorted(found, key=lambda one: (one.file, one.canary, one.form))


def _one_of(beginnings: Iterable[bytes]) -> bytes:
    """A pattern that stops at each of the beginnings, also where they overlap; faster than a search for each word."""
    after: dict[bytes, set[bytes]] = {}
    for beginning in beginnings:
        after.setdefault(beginning[:1], set()).add(re.escape(beginning[1:]))
    return b"|".join(
        re.escape(first) + b"(?=" + b"|".join(sorted(rest)) + b")" for first, rest in sorted(after.items())
    )
