"""What may lie in the repository: nothing of others, no trace of a machine or an index, no bare suppression."""

import io
import itertools
import json
import re
import subprocess
import tokenize
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: Hosts of package indexes and of their files, written apart so that this file does not name them either.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
        ("debian", "org"),
    )
]

MACHINE_PATH = re.compile(r"(?<![\w.}])/(?:root|home|Users|work|tmp|opt)/\w|\b[A-Z]:\\Users\\")

# How lines are broken is no rule of the linter: `fmt: skip` keeps a table a table and needs no reason.
SUPPRESSION = re.compile(
    r"#\s*(noqa|type:\s*ignore|mypy:|ruff:|pyright:|pylint:|nosec|isort:|pragma:|flake8:)", re.IGNORECASE
)
RULE = r"[A-Z]{1,4}\d{3,4}"
WITH_REASON = re.compile(
    rf"# (?:(?:ruff: )?noqa: {RULE}(?:, {RULE})*|type: ignore\[[a-z-]+(?:, ?[a-z-]+)*\]|pragma: no mutate)"
    r"\s+# \S+\s+\S",
    re.ASCII,
)


@cache
def _committed() -> list[Path]:
    """Every file that is committed, or would be by the next `git add`."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [ROOT / name for name in listing.stdout.decode().split("\0") if name]
    files = [path for path in paths if path.is_file()]
    assert files
    return files


@cache
def _text(path: Path) -> str:
    """The text of a file; of a picture or another binary file, the readable part of it."""
    return path.read_text(encoding="utf-8", errors="ignore")


def _lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in _committed()
        if pattern.search(_text(path))
        for number, line in enumerate(_text(path).splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_the_host_of_a_package_index() -> None:
    assert _lines_with(re.compile("|".join(map(re.escape, REGISTRIES)), re.IGNORECASE)) == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert _lines_with(MACHINE_PATH) == []


@pytest.mark.parametrize("path", ["/root" + "/x", "see /home" + "/kari", "C:" + "\\Users\\kari"])
def test_a_path_of_a_machine_is_recognised(path: str) -> None:
    assert MACHINE_PATH.search(path)


def test_nothing_of_others_is_committed() -> None:
    foreign = [
        str(path.relative_to(ROOT))
        for path in _committed()
        if path.suffix in {".woff", ".woff2", ".ttf", ".otf", ".whl", ".mo", ".pyc"}
        or path.name.endswith((".min.js", ".min.css"))
        or {"node_modules", "vendor", ".venv"} & set(path.relative_to(ROOT).parts)
    ]
    assert foreign == []
    assert ROOT / "uv.lock" not in _committed()


def _comments() -> list[tuple[str, str]]:
    """Every comment of the files in which anything is suppressed."""
    found = [
        (f"{path.relative_to(ROOT)}:{token.start[0]}", token.string)
        for path in _committed()
        if path.suffix == ".py" and SUPPRESSION.search(_text(path))
        for token in tokenize.generate_tokens(io.StringIO(_text(path)).readline)
        if token.type == tokenize.COMMENT
    ]
    assert found
    return found


def test_every_suppression_names_its_rule_and_its_reason() -> None:
    bare = [
        f"{place}: {comment}"
        for place, comment in _comments()
        if SUPPRESSION.search(comment) and not WITH_REASON.search(comment)
    ]
    assert bare == []


@pytest.mark.parametrize(
    ("comment", "enough"),
    [
        ("# noqa: S603  # the commands are ours", True),
        ("# type: ignore[arg-type]  # the driver's stubs are wrong", True),
        ("# noqa", False),
        ("# noqa: S603", False),
        ("# noqa: S603  # why", False),
        ("# noqa: S603 the commands are ours", False),
        ("# type: ignore", False),
        ("# type: ignore[arg-type]", False),
        ("# ruff: noqa  # the whole file at once", False),
        ("# pragma: no cover  # cannot be reached here", False),
    ],
)
def test_a_bare_suppression_is_recognised(comment: str, enough: bool) -> None:
    assert SUPPRESSION.search(comment)
    assert bool(WITH_REASON.search(comment)) is enough


def test_every_relaxation_of_the_settings_has_its_reason() -> None:
    """Each rule of ruff that is switched off, and each exception of mypy, is followed or led by a comment."""
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    bare = [line for line in lines if re.match(r'\s+"[A-Z]+\d*",', line) and not re.search(r"# \S+ \S+", line)]
    led = [after for line, after in itertools.pairwise(lines) if line == "[[tool.mypy.overrides]]"]
    assert bare == []
    assert led
    assert all(after.startswith("# ") for after in led)


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    avoided = re.compile(r"pytest\.(?:mark\.)?(?:skip|xfail|importorskip)|unittest\.skip")
    assert [line for line in _lines_with(avoided) if Path(__file__).name not in line] == []


def test_front_end_packages_are_locked_by_hash_and_name_no_source() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {path: about for path, about in lock["packages"].items() if path}
    assert packages
    assert [path for path, about in packages.items() if "resolved" in about] == []
    assert [path for path, about in packages.items() if not about.get("integrity", "").startswith("sha512-")] == []
    asked = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    for version in (asked["dependencies"] | asked["devDependencies"]).values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert lock["packages"][""]["dependencies"] == asked["dependencies"]
    assert lock["packages"][""]["devDependencies"] == asked["devDependencies"]
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text(encoding="utf-8").splitlines()


def _pins(file: str) -> dict[str, list[str]]:
    """Package -> what is installed of it, hashes included; several entries where platforms differ."""
    text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"\s+# .*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).strip())
    pins: dict[str, list[str]] = {}
    for entry in entries:
        pins.setdefault(re.split(r"[=\s;\[]", entry, maxsplit=1)[0], []).append(entry)
    return pins


@pytest.mark.parametrize("file", ["run.txt", "dev.txt", "uv.txt"])
def test_requirements_are_exact_hashed_and_name_no_index(file: str) -> None:
    for entry in itertools.chain.from_iterable(_pins(file).values()):
        assert re.match(r"[a-z0-9-]+(\[[a-z,-]+\])?==\S+", entry)
        assert "--hash=sha256:" in entry
        assert "://" not in entry
        assert not re.search(r"--(?!hash=)\w", entry)


def test_what_is_developed_with_is_what_runs() -> None:
    run, dev = _pins("run.txt"), _pins("dev.txt")
    assert {name: dev.get(name) for name in run} == run


def test_requirements_hold_everything_that_the_project_asks_for() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {re.split(r"[^\w-]", each, maxsplit=1)[0].lower() for each in settings["project"]["dependencies"]}
    groups = settings["dependency-groups"]
    included = [each["include-group"] for each in groups["dev"]]
    tools = {re.split(r"[^\w-]", each, maxsplit=1)[0].lower() for group in included for each in groups[group]}
    assert asked <= set(_pins("run.txt"))
    assert asked | tools <= set(_pins("dev.txt"))
    assert set(_pins("uv.txt")) == {"uv"}


def test_the_makefile_explains_each_of_its_targets() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", text, flags=re.MULTILINE))
    assert {"help", "setup", "demo", "test", "check", "prove", "migrate", "docs", "bench"} <= targets
    assert targets == set(re.findall(r"^([a-z]+):.* ## \S", text, flags=re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.*)$", text, flags=re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == targets


def test_continuous_integration_runs_what_a_person_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    commands = [line for line in script.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert commands[-1] == "exec make test </dev/null"
    assert all(line.startswith(("set ", "cd ", "exec ")) for line in commands)
