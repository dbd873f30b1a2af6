"""The floors of the house: the import contracts hold, each of them notices a breach, and no package escapes them."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from importlinter import api, configuration
from importlinter.application import use_cases

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SETTINGS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
PACKAGES: list[str] = SETTINGS["importlinter"]["root_packages"]
CONTRACTS: dict[str, dict[str, Any]] = {each["id"]: each for each in SETTINGS["importlinter"]["contracts"]}

#: Folders with Python in them that are not shipped and stand outside the contracts.
OUTSIDE = {"bench", "setup", "tests"}

#: Contract -> files planted in an otherwise clean house, and the lines in them that this contract alone must notice.
BREACHES = {
    "floors": {"foundation/planted.py": "import audit.actions"},
    "beside": {"confidentiality/planted.py": "import vault.blob"},
    "pure": {"consent/status.py": "import os"},
    "door": {"people/planted.py": "import foundation.engine"},
    "evidence": {"audit/evidence/planted.py": "import audit.operation"},
    "edge-frameworks": {"people/planted.py": "import fastapi"},
    "edge-database": {"web/planted.py": "import sqlalchemy"},
    "no-rings": {"referral/one.py": "import referral.other", "referral/other.py": "import referral.one"},
}


def test_every_import_contract_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    configuration.configure()
    kept = use_cases.lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None, no_logo=True)
    assert kept, capsys.readouterr().out


def test_each_contract_has_a_planted_breach() -> None:
    read = api.read_configuration(str(ROOT / "pyproject.toml"))
    assert len(read["contracts_options"]) == len(CONTRACTS)
    assert set(BREACHES) == set(CONTRACTS)


@pytest.mark.parametrize("contract", BREACHES)
def test_a_contract_notices_a_breach(contract: str, tmp_path: Path) -> None:
    broken = _broken_contracts(tmp_path, BREACHES[contract])
    assert broken == [CONTRACTS[contract]["name"]]


def test_a_clean_house_breaks_no_contract(tmp_path: Path) -> None:
    assert _broken_contracts(tmp_path, {}) == []


def _broken_contracts(house: Path, planted: dict[str, str]) -> list[str]:
    """The names of the contracts that are broken in a house of empty files, with `planted` in it."""
    shutil.copyfile(ROOT / "pyproject.toml", house / "pyproject.toml")
    named = {module for contract in CONTRACTS.values() for module in _modules_of(contract)}
    modules = {module for module in named if "." in module and module.split(".")[0] in PACKAGES}
    packages = {*PACKAGES, *(module.rpartition(".")[0] for module in modules)}
    folders = {f"{package.replace('.', '/')}/__init__.py" for package in packages}
    files = {f"{module.replace('.', '/')}.py" for module in modules - packages}
    for file in folders | files | {"audit/actions.py", "vault/blob.py"}:
        (house / file).parent.mkdir(parents=True, exist_ok=True)
        (house / file).write_text("", encoding="utf-8")
    for file, line in planted.items():
        (house / file).write_text(f"{line}\n", encoding="utf-8")
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=house,
        env={**os.environ, "PYTHONPATH": str(house), "COLUMNS": "500", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = result.stdout.splitlines()
    broken = [line.removesuffix(" BROKEN").strip() for line in lines if line.endswith(" BROKEN")]
    kept = [line for line in lines if line.endswith(" KEPT")]
    assert len(broken) + len(kept) == len(CONTRACTS), result.stdout + result.stderr
    assert result.returncode == (1 if broken else 0)
    return broken


def _modules_of(contract: dict[str, Any]) -> list[str]:
    keys = ("source_modules", "forbidden_modules", "protected_modules", "allowed_importers", "ancestors")
    return [module for key in keys for module in contract.get(key, [])]


def test_no_package_stands_outside_the_contracts() -> None:
    with_python = {path.parent.name for path in ROOT.glob("*/*.py")}
    assert with_python - OUTSIDE == set(PACKAGES)
    assert set(SETTINGS["hatch"]["build"]["targets"]["wheel"]["packages"]) == set(PACKAGES)
    assert set(SETTINGS["mypy"]["files"]) == set(PACKAGES) | OUTSIDE
    assert set(CONTRACTS["no-rings"]["ancestors"]) == set(PACKAGES)
    floors = {floor for layer in CONTRACTS["floors"]["layers"] for floor in layer.split(" | ")}
    assert floors == set(PACKAGES)


def test_pure_files_ask_neither_the_clock_nor_the_disk() -> None:
    asked = [
        f"{file.relative_to(ROOT)}:{node.lineno} {name}"
        for module in CONTRACTS["pure"]["source_modules"]
        for file in _files_of(module)
        for node, name in _calls(file)
        if name in {"now", "today", "utcnow", "open", "read_text", "read_bytes", "getenv", "input", "print"}
    ]
    assert asked == []


def test_no_import_hides_inside_a_function() -> None:
    hidden = [
        f"{file.relative_to(ROOT)}:{inner.lineno}"
        for package in PACKAGES
        for file in _files_of(package)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom) and _imports_first_party(inner)
    ]
    assert hidden == []


def _imports_first_party(node: ast.Import | ast.ImportFrom) -> bool:
    names = [name.name for name in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return any(name.split(".")[0] in PACKAGES for name in names)


def _files_of(module: str) -> list[Path]:
    path = ROOT / module.replace(".", "/")
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    assert files, f"{module} has no files"
    return files


def _calls(file: Path) -> list[tuple[ast.Call, str]]:
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            found.append((node, name))
    return found
