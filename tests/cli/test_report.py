"""`tillit report`: the file and the PDF, made on the machine, with an entry that says who asked."""

import sqlite3
from pathlib import Path

import pytest

from audit.evidence.log_policy import parse_policy
from audit.evidence.report_file import parse_report, verify_report
from audit.evidence.verify_ed25519 import verify_ed25519
from foundation.identifiers import PersonId
from tests.cli.running import program, tillit


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("report") / "demo"
    assert program("demo", "--fill-only", "--data-dir", data).code == 0
    return data


def test_a_report_is_made_and_verifies(demo: Path, tmp_path: Path) -> None:
    with sqlite3.connect(demo / "tillit.db") as connection:
        (person,) = connection.execute("SELECT person_id FROM roster_entry LIMIT 1").fetchone()
    out, pdf = tmp_path / "report.tillit", tmp_path / "report.pdf"
    ran = tillit(
        *("report", "--person", person, "--asked-by", "guardian", "--out", out, "--pdf", pdf, "--language", "da"),
        *("--data-dir", demo),
    )
    assert (ran.code, ran.err) == (0, "")
    report = parse_report(out.read_bytes())
    verify_report(report, parse_policy((demo / "log-policy.json").read_bytes()), verify_ed25519)
    assert f"{len(report.entries)} entries, proved by the head of" in ran.out
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert {oct(one.stat().st_mode)[-3:] for one in (out, pdf)} == {"600"}


def test_what_is_wrong_is_said_in_one_line_and_nothing_is_written(demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.tillit"
    for told, code in (
        (("--person", PersonId.new(), "--asked-by", "self"), "not_found"),
        (("--person", "nobody", "--asked-by", "self"), "invalid"),
        (("--asked-by", "self"), "invalid"),
        (("--person", PersonId.new(), "--asked-by", "self", "--language", "fi"), "invalid"),
    ):
        ran = tillit("report", *told, "--out", out, "--data-dir", demo)
        assert ran.code == 1
        assert f"[{code}]" in ran.refusal
    assert not out.exists()
