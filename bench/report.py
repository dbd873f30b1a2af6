"""How long a person's report of 500 entries takes to make, to typeset and to verify offline, and how large it is.

Every entry is one event in which something of the person was shown, as an opening leaves it: a purpose, a basis, and a
decision. It is verified by the single file, with the interpreter's start and its own reading of Ed25519 (no package).
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from audit.actions import Action
from audit.actor import Actor
from audit.evidence.verifier.generate import GENERATED
from audit.house import House
from audit.operation import operation
from audit.sequence_events import settle_log
from cli.init import make_installation
from foundation.identifiers import PersonId
from foundation.settings import Settings
from foundation.texts import Texts
from people.demo_municipality import GRANFJORD
from people.issue_report import IssueReport, issue_report
from people.person import Person
from web.app import LOCALES
from web.report_pdf import report_as_pdf

__all__ = ["measure"]

ENTRIES = 500

Made = TypeVar("Made")


def measure(_seconds: float) -> dict[str, object]:
    """Seconds and bytes of one report, made several times over; the best of three."""
    with tempfile.TemporaryDirectory(prefix="tillit-bench-") as made_in:
        folder = Path(made_in)
        house, _, _ = make_installation(Settings(data_dir=folder / "data", key_file=None), GRANFJORD)
        try:
            return _measured(house, folder)
        finally:
            house.close()


def _measured(house: House, folder: Path) -> dict[str, object]:
    person, actor = _seen_often(house), Actor.operator(house)
    making, report = min(
        (_timed(lambda: issue_report(actor, IssueReport("self", person))) for _ in range(3)), key=lambda one: one[0]
    )
    typesetting, pdf = _timed(lambda: report_as_pdf(report, Texts(LOCALES).words("nb"), house))
    file = folder / "report.tillit"
    file.write_text(report.file)
    command = [sys.executable, "-I", "-S", str(GENERATED), "--policy", str(house.settings.log_policy_path), str(file)]
    verifying = min(_timed(lambda: subprocess.run(command, check=True, capture_output=True))[0] for _ in range(3))  # noqa: S603  # our own file
    return {
        "entries": len(report.entries),
        "made_s": round(making, 3),
        "typeset_s": round(typesetting, 3),
        "verified_offline_s": round(verifying, 3),
        "file_bytes": len(report.file),
        "pdf_bytes": len(pdf),
    }


def _seen_often(house: House) -> PersonId:
    """Somebody of whom something was shown five hundred times, all of it signed."""
    person = PersonId.new()
    with operation(Actor.operator(house), Action.FILL_DEMO, about=[person]) as op:
        op.add(Person(person_id=person, identity_hash=None, created_at=op.time))
    for _ in range(ENTRIES):
        with operation(Actor.operator(house), Action.FILL_DEMO, purpose="homework_support_referral") as op:
            op.keep_trace(person, "referral_part.academic_need", seen=True)
            op.draft.basis, op.draft.rules = "consent", ("NO-C-40", "NO-C-41")
            op.draft.rule_book, op.draft.decision = "0" * 64, {"at": "2026-11-22", "facts": "y" * 90}
            op.draft.categories = {"academic_need", "identity_contact"}
    settle_log(house)
    return person


def _timed(make: Callable[[], Made]) -> tuple[float, Made]:
    began = time.perf_counter()
    made = make()
    return time.perf_counter() - began, made
