"""The command line of the single-file verifier: ``python tillit-verify.py --policy log-policy.json report.tillit``."""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

from audit.evidence.canonical_json import canonical_json
from audit.evidence.log_policy import PolicyRefused, SignedHead, parse_policy
from audit.evidence.report_file import (
    MalformedReport,
    Report,
    ReportRefused,
    parse_report,
    tlog_proof,
    verify_report,
    verify_report_by_its_own_keys,
)
from audit.evidence.verify_ed25519 import verify_ed25519

VERIFIED: Final = 0
FOUND: Final = 1
USAGE: Final = 2
COMPARE: Final = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify a report and say so; returns 0 verified, 1 a finding, 2 wrong use, 3 consistent but to be compared."""
    parser = argparse.ArgumentParser(
        prog="tillit-verify.py",
        description="Verify that every entry of a report stands in the disclosure log. Needs nothing but Python.",
        epilog="Exit code 0: verified. 1: something is wrong. 2: wrong use. 3: consistent, but without --policy only "
        "the fingerprint can say whose log it is.",
    )
    parser.add_argument("report", type=Path, help="the report, as it was handed over (report.tillit)")
    parser.add_argument("--policy", type=Path, help="log-policy.json: which log and which keys you trust")
    parser.add_argument(
        "--entries", action="store_true", help="print what each entry says, a line of JSON for each fact"
    )
    parser.add_argument(
        "--tlog-proof", type=int, metavar="INDEX", help="print the proof of one entry (C2SP tlog-proof)"
    )
    asked = parser.parse_args(arguments)
    try:
        policy = None if asked.policy is None else parse_policy(asked.policy.read_bytes())
        data = asked.report.read_bytes()
    except OSError as error:
        return _say(f"{error.filename}: {error.strerror}", USAGE)
    except PolicyRefused as error:
        return _say(f"{asked.policy}: {error}", USAGE)
    try:
        report = parse_report(data)
        if policy is None:
            head, fingerprints = verify_report_by_its_own_keys(report, verify_ed25519)
        else:
            head, fingerprints = verify_report(report, policy, verify_ed25519), []
    except (MalformedReport, ReportRefused) as error:
        return _say(f"NOT VERIFIED: {asked.report}: {error}", FOUND)
    if asked.tlog_proof is not None:
        return _print_proof(report, asked.tlog_proof)
    if asked.entries:
        _print_entries(report)
    return _conclude(report, head, fingerprints)


def _conclude(report: Report, head: SignedHead, fingerprints: Sequence[str]) -> int:
    signed = datetime.fromtimestamp(head.time, timezone.utc).isoformat()  # noqa: UP017  # UTC needs Python 3.11
    where = f"the log {head.checkpoint.origin}, which had {head.checkpoint.size} entries when it was signed at {signed}"
    if not fingerprints:
        return _say(f"Verified: {len(report.entries)} entries stand in {where}.", VERIFIED)
    for fingerprint in fingerprints:
        _say(f"consistent; signed by key {fingerprint}: compare with the one printed on your consent receipt", COMPARE)
    return _say(f"The {len(report.entries)} entries stand in {where}, if the fingerprint is the same.", COMPARE)


def _print_entries(report: Report) -> None:
    for entry in report.entries:
        for name, value in entry.facts:
            sys.stdout.write(canonical_json({"index": entry.index, "name": name, "value": value}).decode() + "\n")
        hidden = {"index": entry.index, "not_shown": len(entry.hidden)}
        sys.stdout.write(canonical_json(hidden).decode() + "\n")


def _print_proof(report: Report, index: int) -> int:
    try:
        sys.stdout.write(tlog_proof(report, index).decode())
    except LookupError as error:
        return _say(str(error), USAGE)
    return VERIFIED


def _say(sentence: str, code: int) -> int:
    stream = sys.stdout if code in {VERIFIED, COMPARE} else sys.stderr
    stream.write(sentence + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
