"""Gathers the few third-party files that the service really serves into `web/static/vendor/`.

Served from there: design system (theme, components, behaviour), htmx, fonts with their style sheet, one sprite of
icons, and the licences of all of them. Nothing else of `node_modules` leaves it. The folder is made aside and then
exchanged, so that a running server never sees half of it.
"""

import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

from setup.step import ROOT, SetupStopped, Step

__all__ = ["STATIC_FILES_STEP", "draw_sprite", "list_licences", "write_font_faces"]

_MODULES = ROOT / "node_modules"
_LOCK = ROOT / "package-lock.json"
_VENDOR = ROOT / "web" / "static" / "vendor"

#: Served name and the file of the package that it is a copy of.
_COPIES = {
    "designsystemet-theme.css": "@digdir/designsystemet-css/dist/theme/designsystemet.css",
    "designsystemet.css": "@digdir/designsystemet-css/dist/src/index.css",
    "designsystemet.js": "@digdir/designsystemet-web/dist/umd/index.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
}

#: Style sheet of a font package, the faces wanted from it, and the family name that our pages know it by. The theme
#: asks for "Inter".
_FONTS = (
    (
        "@fontsource-variable/inter/index.css",
        ("inter-latin-wght", "inter-latin-ext-wght", "inter-cyrillic-wght"),
        "Inter",
    ),
    ("@fontsource/noto-sans-arabic/400.css", ("noto-sans-arabic-arabic-400",), "Noto Sans Arabic"),
    ("@fontsource/noto-sans-arabic/600.css", ("noto-sans-arabic-arabic-600",), "Noto Sans Arabic"),
)

#: Name of the symbol in the sprite and of the drawing in the icon package.
_ICONS = {
    "accept": "CheckmarkCircle",
    "calendar": "Calendar",
    "consent": "ClipboardCheckmark",
    "decline": "XMarkOctagon",
    "family": "PersonGroup",
    "information": "InformationSquare",
    "language": "Language",
    "locked": "PadlockLocked",
    "log": "ShieldCheckmark",
    "menu": "MenuHamburger",
    "person": "Person",
    "recall": "ArrowUndo",
    "referral": "Paperplane",
    "search": "MagnifyingGlass",
    "seen": "Eye",
    "service": "Buildings3",
    "sign-out": "Leave",
    "waiting": "Hourglass",
    "warning": "ExclamationmarkTriangle",
    "withdraw": "ClipboardXMark",
}

_SVG = "http://www.w3.org/2000/svg"


def draw_sprite(drawings: dict[str, str]) -> str:
    """One SVG document with a symbol for each drawing (name -> SVG text), used as `<use href="icons.svg#name">`."""
    ET.register_namespace("", _SVG)
    sprite = ET.Element(f"{{{_SVG}}}svg")
    for name, text in sorted(drawings.items()):
        drawing = ET.fromstring(text)  # noqa: S314  # a file of a package whose hash was checked, not a stranger's
        symbol = ET.SubElement(sprite, f"{{{_SVG}}}symbol", id=name, viewBox=drawing.attrib["viewBox"], fill="none")
        symbol.extend(drawing)
    return ET.tostring(sprite, encoding="unicode") + "\n"


def write_font_faces(style_sheet: str, wanted: tuple[str, ...], family: str) -> tuple[str, list[str]]:
    """The wanted faces of a font package's style sheet under our family name, and the font files that they load.

    The ranges of characters are taken over as they stand, so a browser fetches only the files whose letters are on the
    page.

    Raises:
        SetupStopped: the style sheet has no such face.
    """
    faces, files = [], []
    blocks = dict(re.findall(r"/\* (\S+)-normal \*/\s*(@font-face \{.*?\})", style_sheet, flags=re.DOTALL))
    for name in wanted:
        if name not in blocks:
            raise SetupStopped(f"the font package has no face named {name}")
        file = f"{name}-normal.woff2"
        face = re.sub(r"font-family: '[^']*'", f"font-family: '{family}'", blocks[name])
        faces.append(re.sub(r"src: [^;]*;", f"src: url(fonts/{file}) format('woff2');", face))
        files.append(file)
    return "\n".join(faces) + "\n", files


def list_licences(modules: Path, lock: str) -> str:
    """The licence of every package that may be part of what is served, in full where the package brings its text.

    `lock` is the text of package-lock.json; what it marks as a development package is never served.
    """
    packages = [
        path.removeprefix("node_modules/")
        for path, about in json.loads(lock)["packages"].items()
        if path and not about.get("dev")
    ]
    entries = []
    for package in packages:
        about = json.loads((modules / package / "package.json").read_text(encoding="utf-8"))
        entry = f"{package} {about['version']}: {about['license']}\n"
        text = modules / package / "LICENSE"
        if text.is_file():
            entry += f"\n{text.read_text(encoding='utf-8').strip()}\n"
        entries.append(entry)
    return f"\n{'-' * 80}\n\n".join(entries)


def _gather() -> None:
    aside = ROOT / "build" / "vendor"
    shutil.rmtree(aside, ignore_errors=True)
    (aside / "fonts").mkdir(parents=True)

    for served, original in _COPIES.items():
        text = (_MODULES / original).read_text(encoding="utf-8")
        # The map is not served; a browser with its tools open would ask for it and be told 404.
        (aside / served).write_text(re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", text), encoding="utf-8")

    style_sheet = ""
    for original, wanted, family in _FONTS:
        faces, files = write_font_faces((_MODULES / original).read_text(encoding="utf-8"), wanted, family)
        style_sheet += faces
        for file in files:
            shutil.copyfile((_MODULES / original).parent / "files" / file, aside / "fonts" / file)
    (aside / "fonts.css").write_text(style_sheet, encoding="utf-8")

    drawings = _MODULES / "@navikt" / "aksel-icons" / "dist" / "svg"
    sprite = draw_sprite(
        {name: (drawings / f"{file}.svg").read_text(encoding="utf-8") for name, file in _ICONS.items()}
    )
    (aside / "icons.svg").write_text(sprite, encoding="utf-8")

    (aside / "licences.txt").write_text(list_licences(_MODULES, _LOCK.read_text(encoding="utf-8")), encoding="utf-8")

    shutil.rmtree(_VENDOR, ignore_errors=True)
    _VENDOR.parent.mkdir(parents=True, exist_ok=True)
    aside.rename(_VENDOR)


STATIC_FILES_STEP = Step(
    name="static-files",
    doing="Gathering the files that are served",
    make=_gather,
    made_from=(_LOCK, Path(__file__).resolve()),
    makes=tuple(_VENDOR / name for name in (*_COPIES, "fonts.css", "fonts", "icons.svg", "licences.txt")),
)
