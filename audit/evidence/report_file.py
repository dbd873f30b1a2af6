"""The file a person takes home: what was recorded about them, and the proof that each entry stands in the log.

It is text, a line of JSON for the whole and one for each entry. The first line bears the signed head, the keys it is
signed with, the id of the policy it was made under, and the hashes that the proofs need, each once. An entry has its
index, the facts that are shown, each with its salt; the digests of those that are not; and the numbers of the hashes
that lead to the head. Changing any byte is noticed. That no entry was left out is not something such a file can prove.
Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from audit.evidence.base64url import NotBase64, b64url, parse_b64url
from audit.evidence.canonical_json import JsonValue, NotCanonical, canonical_json, parse_canonical_json
from audit.evidence.commitment import DIGEST_BYTES, MalformedDisclosure, commitment, digest, disclosure, opened
from audit.evidence.event_leaf import event_leaf
from audit.evidence.log_policy import CheckpointRefused, LogKey, LogPolicy, PolicyRefused, SignedHead, judge_checkpoint
from audit.evidence.note import (
    MalformedNote,
    VerifierKey,
    VerifyEd25519,
    key_fingerprint,
    parse_checkpoint,
    parse_note,
    parse_verifier_key,
)
from audit.evidence.proof_text import TextProof
from audit.evidence.tree import HASH_BYTES, InvalidProof, leaf_hash, split_hashes, verify_inclusion

REPORT_FORMAT: Final = "tillit-report/2"

_HEAD_FIELDS: Final = ["checkpoint", "format", "hashes", "keys", "policy"]
_ENTRY_FIELDS: Final = ["hidden", "index", "opened", "proof"]


class MalformedReport(ValueError):
    """Bytes that are not a report in its one form; the message names the line."""


class ReportRefused(ValueError):
    """The report does not hold against the policy; the message says where and why."""


@dataclass(frozen=True)
class ReportEntry:
    """An event: its index in the log, the disclosures shown, the digests of the others (in byte order), its proof."""

    index: int
    opened: tuple[bytes, ...]
    hidden: tuple[bytes, ...]
    proof: tuple[bytes, ...]

    @property
    def facts(self) -> list[tuple[str, JsonValue]]:
        """Names and values of what is shown."""
        return [opened(one) for one in self.opened]

    @property
    def leaf(self) -> bytes:
        """The leaf that these disclosures and digests make. Raises ``MalformedDisclosure`` when they cannot."""
        return event_leaf(commitment([*(digest(one) for one in self.opened), *self.hidden]))


@dataclass(frozen=True)
class Report:
    """The signed head (a note), the log's keys under it, the id of the policy, and entries by ascending index."""

    checkpoint: bytes
    keys: tuple[VerifierKey, ...]
    policy_id: str
    entries: tuple[ReportEntry, ...]

    def encode(self) -> bytes:
        """The file as bytes."""
        numbers: dict[bytes, int] = {}
        for entry in self.entries:
            for one in entry.proof:
                numbers.setdefault(one, len(numbers))
        head: JsonValue = {
            "checkpoint": self.checkpoint.decode(),
            "format": REPORT_FORMAT,
            "hashes": b64url(b"".join(numbers)),
            "keys": [key.text for key in self.keys],
            "policy": self.policy_id,
        }
        lines = [head, *(_entry_line(entry, numbers) for entry in self.entries)]
        return b"".join(canonical_json(line) + b"\n" for line in lines)


def _entry_line(entry: ReportEntry, numbers: dict[bytes, int]) -> JsonValue:
    return {
        "hidden": b64url(b"".join(entry.hidden)),
        "index": entry.index,
        "opened": [parse_canonical_json(parse_b64url(one.decode())) for one in entry.opened],
        "proof": [numbers[one] for one in entry.proof],
    }


def parse_report(data: bytes) -> Report:
    """The report in a file. Raises ``MalformedReport`` unless it encodes to exactly these bytes."""
    if not data.endswith(b"\n"):
        raise MalformedReport("the file ends within a line")
    first, *others = data[:-1].split(b"\n")
    checkpoint, keys, policy_id, hashes = _parse_head(first)
    entries = tuple(_parse_entry(line, number, hashes) for number, line in enumerate(others, start=2))
    indexes = [entry.index for entry in entries]
    if indexes != sorted(set(indexes)):
        raise MalformedReport("the entries are not in the order of the log")
    report = Report(checkpoint, keys, policy_id, entries)
    if report.encode() != data:
        raise MalformedReport("the report is not in its one form")
    return report


def _parse_head(line: bytes) -> tuple[bytes, tuple[VerifierKey, ...], str, list[bytes]]:
    said = _object(line, 1, _HEAD_FIELDS)
    checkpoint, keys, policy_id = said["checkpoint"], said["keys"], said["policy"]
    if said["format"] != REPORT_FORMAT:
        raise MalformedReport(f"line 1: the format is not {REPORT_FORMAT}")
    if not isinstance(checkpoint, str) or not isinstance(policy_id, str) or not isinstance(keys, list) or not keys:
        raise MalformedReport("line 1: a field is not what it should be")
    try:
        parsed = tuple(parse_verifier_key(key if isinstance(key, str) else "") for key in keys)
    except MalformedNote as error:
        raise MalformedReport(f"line 1: {error}") from error
    return checkpoint.encode(), parsed, policy_id, _row(said["hashes"], 1)


def _parse_entry(line: bytes, number: int, hashes: Sequence[bytes]) -> ReportEntry:
    said = _object(line, number, _ENTRY_FIELDS)
    index, shown, path = said["index"], said["opened"], said["proof"]
    if type(index) is not int or index < 0 or not isinstance(shown, list) or not isinstance(path, list):
        raise MalformedReport(f"line {number}: a field is not what it should be")
    if not all(type(one) is int and 0 <= one < len(hashes) for one in path):
        raise MalformedReport(f"line {number}: the proof names a hash that is not there")
    hidden = _row(said["hidden"], number)
    if hidden != sorted(set(hidden)):
        raise MalformedReport(f"line {number}: the hidden digests are not in byte order")
    disclosures = tuple(_disclosure(one, number) for one in shown)
    return ReportEntry(index, disclosures, tuple(hidden), tuple(hashes[one] for one in path))


def _disclosure(said: JsonValue, number: int) -> bytes:
    try:
        salt, name, value = said if isinstance(said, list) and len(said) == 3 else ("", "", None)
        if not isinstance(salt, str) or not isinstance(name, str):
            raise MalformedReport(f"line {number}: a fact is a salt, a name and a value")
        return disclosure(name, value, parse_b64url(salt))
    except (NotBase64, MalformedDisclosure) as error:
        raise MalformedReport(f"line {number}: {error}") from error


def _object(line: bytes, number: int, fields: list[str]) -> dict[str, JsonValue]:
    try:
        said = parse_canonical_json(line)
    except NotCanonical as error:
        raise MalformedReport(f"line {number}: {error}") from error
    if not isinstance(said, dict) or sorted(said) != fields:
        raise MalformedReport(f"line {number}: the fields are not {', '.join(fields)}")
    return said


def _row(said: JsonValue, number: int) -> list[bytes]:
    try:
        joined = parse_b64url(said if isinstance(said, str) else "!")
    except NotBase64 as error:
        raise MalformedReport(f"line {number}: {error}") from error
    if len(joined) % DIGEST_BYTES:
        raise MalformedReport(f"line {number}: a hash is {HASH_BYTES} bytes")
    return split_hashes(joined)


def verify_report(report: Report, policy: LogPolicy, verify_ed25519: VerifyEd25519) -> SignedHead:
    """The signed head in which every entry of the report stands.

    Raises ``ReportRefused``, naming the entry, when one does not; when the policy does not vouch for the head or asks
    for cosignatures that it does not bear; and when the report was made under another policy.
    """
    if report.policy_id != policy.policy_id:
        raise ReportRefused("the report was made under another policy than the one given")
    head = _verify_entries(report, policy, verify_ed25519)
    expected = {one.key for one in policy.keys if one.signs(head.checkpoint.size)}
    if set(report.keys) != expected or len(report.keys) != len(expected):
        raise ReportRefused("the keys named in the report are not those of the policy")
    if not head.is_witnessed:
        raise ReportRefused("the head does not bear the cosignatures that the policy asks for")
    return head


def verify_report_by_its_own_keys(report: Report, verify_ed25519: VerifyEd25519) -> tuple[SignedHead, list[str]]:
    """The head in which every entry stands, and the fingerprints of the keys that signed it: to be compared by people.

    Whoever made the file could have made the keys too; only the comparison says that they are those of the log. Raises
    ``ReportRefused`` when the report contradicts itself.
    """
    try:
        origin = parse_checkpoint(parse_note(report.checkpoint).text).origin
        policy = LogPolicy(origin, tuple(LogKey(key) for key in report.keys))
    except (MalformedNote, PolicyRefused) as error:
        raise ReportRefused(str(error)) from error
    head = _verify_entries(report, policy, verify_ed25519)
    return head, [key_fingerprint(key.public) for key in report.keys]


def _verify_entries(report: Report, policy: LogPolicy, verify_ed25519: VerifyEd25519) -> SignedHead:
    try:
        head = judge_checkpoint(report.checkpoint, policy, verify_ed25519)
    except CheckpointRefused as error:
        raise ReportRefused(f"the signed head: {error}") from error
    size, root = head.checkpoint.size, head.checkpoint.root
    for entry in report.entries:
        try:
            verify_inclusion(entry.index, size, leaf_hash(entry.leaf), entry.proof, root)
        except (InvalidProof, MalformedDisclosure) as error:
            raise ReportRefused(f"entry {entry.index}: {error}") from error
    return head


def tlog_proof(report: Report, index: int) -> bytes:
    """The proof of one entry in the form of c2sp.org/tlog-proof.

    Raises ``LookupError`` when it is not in the report.
    """
    for entry in report.entries:
        if entry.index == index:
            return TextProof(index, entry.proof, parse_note(report.checkpoint)).encode()
    raise LookupError(f"entry {index} is not in the report")
