"""One licence for the whole, and nothing in what runs that would force another (docs/decisions/0001-licence.md)."""

import json
import re
import tomllib
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PERMITTED = re.compile(r"\b(MIT|BSD|Apache|MPL|Mozilla|LGPL|PSF|ISC|OFL)\b")
DECIDING = re.compile(r"(?<!L)(?<!Lesser )\b(A?GPL|(Affero )?GNU General Public)\b")


def _stated_licence(package: str) -> str:
    about = metadata.metadata(package)
    classifiers = [each for each in about.get_all("Classifier") or [] if each.startswith("License ::")]
    return "; ".join(about.get_all("License-Expression") or classifiers or about.get_all("License") or [])


def test_the_licence_is_stated_once_and_its_text_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "EUPL-1.2"
    assert project["license-files"] == ["LICENSE"]
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Licensed under the EUPL" in text.split("EUROPEAN UNION PUBLIC LICENCE v. 1.2", maxsplit=1)[0]
    for article in range(1, 16):
        assert re.search(rf"^{article}\.\s?[A-Z]", text, flags=re.MULTILINE), f"article {article} is missing"
    assert "license" not in json.loads((ROOT / "package.json").read_text(encoding="utf-8"))


def test_no_package_that_runs_decides_the_licence_of_the_whole() -> None:
    requirements = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==", requirements, flags=re.MULTILINE))
    installed = {str(each.metadata["Name"]).lower().replace("_", "-") for each in metadata.distributions()}
    here = locked & installed  # some are locked for other platforms only
    assert len(here) > len(locked) * 0.9
    stated = {package: _stated_licence(package) for package in sorted(here)}
    assert {package: licence for package, licence in stated.items() if not PERMITTED.search(licence)} == {}
    assert {package: licence for package, licence in stated.items() if DECIDING.search(licence)} == {}


def test_what_the_browser_loads_comes_with_its_licence() -> None:
    served = (ROOT / "web" / "static" / "vendor" / "licences.txt").read_text(encoding="utf-8")
    for package in json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]:
        assert re.search(rf"^{re.escape(package)} \d+\.\d+\.\d+: (MIT|0BSD|OFL-1\.1)$", served, flags=re.MULTILINE)
