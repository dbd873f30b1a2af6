"""`python -m tests.judge_mutants`: whether the mutants of the rules were killed, as docs/proofs.md promises.

At least 95 of 100 are killed, and each one that survives is listed in docs/proofs.md by its name, with the reason. Run
it after `mutmut run`.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["judge"]

PAGE = Path(__file__).parents[1] / "docs" / "proofs.md"

KILLED = ("killed", "timeout", "caught by type check")
"""What mutmut calls a mutant that a test noticed; one that never ends is noticed too."""

AT_LEAST = 95
"""Of a hundred."""


def judge(results: str, page: str) -> Iterator[str]:
    """One line for everything that is not as promised; none when it is.

    Args:
        results: what `mutmut results --all true` prints: a name and a status a line.
        page: the text of docs/proofs.md.
    """
    found = dict(line.strip().split(": ", 1) for line in results.splitlines() if ": " in line)
    killed = [name for name, status in found.items() if status in KILLED]
    if not found or len(killed) * 100 < AT_LEAST * len(found):
        yield f"{len(killed)} of {len(found)} mutants killed; at least {AT_LEAST} of a hundred are promised"
    for name, status in found.items():
        if status not in KILLED and f"`{name.removeprefix('confidentiality.')}`" not in page:
            yield f"{name}: {status}, and docs/proofs.md does not say why"


def main() -> int:
    """0 when all is as promised; 1, with a line for each thing that is not, otherwise."""
    told = subprocess.run(
        [Path(sys.executable).with_name("mutmut"), "results", "--all", "true"],
        capture_output=True,
        text=True,
        check=True,
    )
    wrong = list(judge(told.stdout, PAGE.read_text(encoding="utf-8")))
    told_well = f"At least {AT_LEAST} of a hundred mutants were killed, and docs/proofs.md explains the rest."
    sys.stdout.write("\n".join(wrong or [told_well]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
