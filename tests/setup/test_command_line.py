import subprocess
import sys
from pathlib import Path

from setup.step import ROOT


def test_the_second_time_nothing_is_said_and_nothing_done() -> None:
    command = [sys.executable, "-m", "setup"]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_without_a_browser_one_line_says_what_to_install(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "setup.find_browser"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "The browser tests need Chromium on PATH; on Debian and Ubuntu: apt-get install chromium"
    ]


def test_an_interpreter_that_is_too_old_is_refused_in_one_line() -> None:
    pretend = "import sys, runpy; sys.version_info = (3, 10, 13); runpy.run_module('setup', run_name='__main__')"
    result = subprocess.run([sys.executable, "-c", pretend], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("Tillit needs Python 3.11 or newer, and ")
