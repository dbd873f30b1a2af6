import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from setup.gather_static_files import STATIC_FILES_STEP, draw_sprite, list_licences, write_font_faces
from setup.step import ROOT, SetupStopped

VENDOR = ROOT / "web" / "static" / "vendor"
SVG = "{http://www.w3.org/2000/svg}"

STYLE_SHEET = """
/* inter-greek-wght-normal */
@font-face {
  font-family: 'Inter Variable';
  src: url(./files/inter-greek-wght-normal.woff2) format('woff2-variations');
  unicode-range: U+0370-0377;
}

/* inter-latin-wght-normal */
@font-face {
  font-family: 'Inter Variable';
  src: url(./files/inter-latin-wght-normal.woff2) format('woff2-variations');
  unicode-range: U+0000-00FF;
}"""


def test_only_the_wanted_faces_are_taken_and_under_our_name() -> None:
    faces, files = write_font_faces(STYLE_SHEET, ("inter-latin-wght",), "Inter")
    assert files == ["inter-latin-wght-normal.woff2"]
    assert "font-family: 'Inter';" in faces
    assert "src: url(fonts/inter-latin-wght-normal.woff2) format('woff2');" in faces
    assert "unicode-range: U+0000-00FF;" in faces
    assert "greek" not in faces


def test_a_face_that_is_not_there_stops_the_set_up() -> None:
    with pytest.raises(SetupStopped, match="no face named inter-cyrillic-wght"):
        write_font_faces(STYLE_SHEET, ("inter-cyrillic-wght",), "Inter")


def test_a_sprite_has_one_symbol_for_each_drawing() -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M0 0" fill="currentColor"/></svg>'
    sprite = ET.fromstring(draw_sprite({"seen": drawing, "locked": drawing}))  # noqa: S314  # drawn on this very line
    symbols = sprite.findall(f"{SVG}symbol")
    assert [symbol.attrib["id"] for symbol in symbols] == ["locked", "seen"]
    assert [symbol.attrib["viewBox"] for symbol in symbols] == ["0 0 24 24", "0 0 24 24"]
    assert all(symbol.find(f"{SVG}path") is not None for symbol in symbols)


def test_licences_are_listed_for_what_is_served_only(tmp_path: Path) -> None:
    for package, licence in (("served", "MIT"), ("only-developed-with", "MPL-2.0")):
        (tmp_path / package).mkdir()
        (tmp_path / package / "package.json").write_text(json.dumps({"version": "1.0.0", "license": licence}))
    (tmp_path / "served" / "LICENSE").write_text("Permission is hereby granted.")
    lock = json.dumps(
        {"packages": {"": {}, "node_modules/served": {}, "node_modules/only-developed-with": {"dev": True}}}
    )
    assert list_licences(tmp_path, lock) == "served 1.0.0: MIT\n\nPermission is hereby granted.\n"


def test_what_was_gathered_is_whole_and_loads_nothing_from_elsewhere() -> None:
    assert all(path.exists() for path in STATIC_FILES_STEP.makes)
    for style_sheet in VENDOR.glob("*.css"):
        text = style_sheet.read_text(encoding="utf-8")
        assert "@import" not in text
        assert "url(http" not in text
        assert "url(//" not in text
    fonts = {path.name for path in (VENDOR / "fonts").iterdir()}
    asked = (VENDOR / "fonts.css").read_text(encoding="utf-8")
    assert len(fonts) == asked.count("@font-face")
    assert all(f"url(fonts/{font})" in asked for font in fonts)
    assert all((VENDOR / "fonts" / font).read_bytes()[:4] == b"wOF2" for font in fonts)
    for script in VENDOR.glob("*.js"):
        assert "sourceMappingURL" not in script.read_text(encoding="utf-8")
