"""The single file verifies on a computer with nothing but Python, and is the very code of the modules it is made of."""

import ast
import json
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.evidence import json_bytes
from audit.evidence.make_report import ShownEvent, make_report
from audit.evidence.note import key_fingerprint
from audit.evidence.report_file import parse_report
from audit.evidence.verifier import json_bytes as plain_json_bytes
from audit.evidence.verifier import verify_ed25519 as plain
from audit.evidence.verifier.generate import GENERATED, OLDEST_PYTHON, generate
from audit.evidence.verify_ed25519 import verify_ed25519
from tests.audit.evidence.a_log import ALog, a_log
from tests.damage import bytes_changed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> ALog:
    log = a_log(tmp_path_factory.mktemp("verified"), 20)
    log.folder.joinpath("log-policy.json").write_bytes(log.policy.encode())
    shown = [
        ShownEvent(index, b"".join(log.events[index].digests), tuple(log.events[index].disclosures[:1]))
        for index in (2, 9)
    ]
    report = make_report(log.store, log.policy, log.store.read("checkpoint"), shown)
    log.folder.joinpath("report.tillit").write_bytes(report.encode())
    return log


@pytest.fixture(scope="module")
def single_file() -> ModuleType:
    spec = spec_from_file_location("tillit_verify", GENERATED)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    # Dataclasses look up the module they are defined in.
    sys.modules["tillit_verify"] = module
    spec.loader.exec_module(module)
    return module


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """In an environment without variables, site packages or a home: ``-S`` no site, ``-I`` isolated."""
    command = [sys.executable, "-S", "-I", str(GENERATED), *arguments]
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, check=False)


def test_the_file_is_what_the_modules_make_now() -> None:
    assert GENERATED.read_text(encoding="utf-8") == generate(), "run: python -m audit.evidence.verifier.generate"


def test_the_file_asks_for_nothing_but_an_old_python() -> None:
    module = ast.parse(GENERATED.read_text(encoding="utf-8"), feature_version=OLDEST_PYTHON)
    imported = {alias.name for node in ast.walk(module) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(module) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_a_report_verifies_with_its_policy(log: ALog) -> None:
    done = run(log.folder, "--policy", "log-policy.json", "report.tillit")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Verified: 2 entries stand in the log tillit/")


def test_without_policy_it_prints_the_fingerprint_and_exits_three(log: ALog) -> None:
    done = run(log.folder, "report.tillit")
    fingerprint = key_fingerprint(log.policy.keys[0].key.public)
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.splitlines()[0] == (
        f"consistent; signed by key {fingerprint}: compare with the one printed on your consent receipt"
    )


def test_the_entries_can_be_read(log: ALog) -> None:
    done = run(log.folder, "--entries", "--policy", "log-policy.json", "report.tillit")
    lines = [json.loads(line) for line in done.stdout.splitlines()[:-1]]
    report = parse_report(log.folder.joinpath("report.tillit").read_bytes())
    [(name, value)] = report.entries[0].facts
    assert lines[:2] == [{"index": 2, "name": name, "value": value}, {"index": 2, "not_shown": 2}]


def test_a_proof_can_be_taken_out(log: ALog) -> None:
    done = run(log.folder, "--tlog-proof", "9", "--policy", "log-policy.json", "report.tillit")
    assert (done.returncode, done.stdout.splitlines()[:2]) == (0, ["c2sp.org/tlog-proof@v1", "index 9"])
    assert run(log.folder, "--tlog-proof", "8", "--policy", "log-policy.json", "report.tillit").returncode == 2


def test_a_finding_exits_one_and_names_the_place(log: ALog, tmp_path: Path) -> None:
    policy = str(log.folder / "log-policy.json")
    data = log.folder.joinpath("report.tillit").read_bytes()
    tmp_path.joinpath("changed.tillit").write_bytes(data.replace(b'"index":9', b'"index":8'))
    done = run(tmp_path, "--policy", policy, "changed.tillit")
    assert (done.returncode, done.stdout) == (1, "")
    assert "NOT VERIFIED" in done.stderr
    assert "entry 8" in done.stderr
    assert run(tmp_path, "changed.tillit").returncode == 1
    tmp_path.joinpath("nothing.tillit").write_bytes(b"")
    assert run(tmp_path, "--policy", policy, "nothing.tillit").returncode == 1


def test_wrong_use_exits_two(log: ALog, tmp_path: Path) -> None:
    tmp_path.joinpath("bad-policy.json").write_bytes(b"{}")
    report = str(log.folder / "report.tillit")
    for arguments in (
        [],
        ["--policy", "missing.json", report],
        ["--policy", "bad-policy.json", report],
        ["missing.tillit"],
        ["--unknown", report],
    ):
        done = run(tmp_path, *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr
        assert "Traceback" not in done.stderr


def test_no_changed_byte_goes_unnoticed_by_the_single_file(log: ALog, single_file: ModuleType) -> None:
    events = [ShownEvent(2, b"".join(log.events[2].digests), tuple(log.events[2].disclosures[:1]))]
    data = make_report(log.store, log.policy, log.store.read("checkpoint"), events).encode()
    policy = single_file.parse_policy(log.folder.joinpath("log-policy.json").read_bytes())
    refusals = (single_file.MalformedReport, single_file.ReportRefused)
    single_file.verify_report(single_file.parse_report(data), policy, single_file.verify_ed25519)
    unnoticed = []
    for at, changed in enumerate(bytes_changed(data)):
        try:
            single_file.verify_report(single_file.parse_report(changed), policy, single_file.verify_ed25519)
        except refusals:
            continue
        unnoticed.append(at)
    assert unnoticed == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(json_values)
def test_both_ways_to_write_json_agree(value: object) -> None:
    try:
        fast = json_bytes.encode_json(value)
    except TypeError:
        with pytest.raises(UnicodeEncodeError):
            plain_json_bytes.encode_json(value)
        return
    try:
        keys_in_one_order = all(key.isascii() for key in _keys(value))
    except AttributeError:
        keys_in_one_order = False
    if keys_in_one_order:
        assert plain_json_bytes.encode_json(value) == fast
    assert plain_json_bytes.decode_json(fast) == json_bytes.decode_json(fast) == value


def _keys(value: object) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for inner in value.values() for key in _keys(inner))]
    return [key for inner in value for key in _keys(inner)] if isinstance(value, list) else []


# RFC 8032, section 7.1: secret key, public key, message, signature.
RFC_8032 = (
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)


@pytest.mark.parametrize(("secret", "public", "message", "signature"), RFC_8032)
def test_the_signatures_of_rfc_8032_hold(secret: str, public: str, message: str, signature: str) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    assert key.public_key().public_bytes_raw().hex() == public
    assert plain.verify_ed25519(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 64 * 8 - 1), st.integers(0, 255))
def test_the_plain_check_agrees_with_the_library(seed: bytes, message: bytes, bit: int, key_bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert plain.verify_ed25519(public, message, signature)
    for some_public, some_message, some_signature in (
        (public, message, flipped(signature, bit)),
        (flipped(public, key_bit), message, signature),
        (public, message + b"\0", signature),
        (public, message, signature[:-1]),
        (public[:-1], message, signature),
    ):
        expected = verify_ed25519(some_public, some_message, some_signature)
        assert plain.verify_ed25519(some_public, some_message, some_signature) == expected
        assert not expected


def flipped(data: bytes, bit: int) -> bytes:
    return bytes(byte ^ (1 << bit % 8 if at == bit // 8 else 0) for at, byte in enumerate(data))


def test_encodings_that_are_not_canonical_are_refused() -> None:
    public, message, signature = (bytes.fromhex(one) for one in RFC_8032[1][1:])
    scalar = int.from_bytes(signature[32:], "little") + plain.ORDER
    assert not plain.verify_ed25519(public, message, signature[:32] + scalar.to_bytes(32, "little"))
    for encoded in ((1 | 1 << 255).to_bytes(32, "little"), (plain.PRIME + 1).to_bytes(32, "little"), b"\xff" * 32):
        assert not plain.verify_ed25519(encoded, message, signature)
        assert not plain.verify_ed25519(public, message, encoded + signature[32:])
