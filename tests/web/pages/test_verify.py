"""The page on checking the log: open to everybody, with the fingerprint, the verifier and the policy."""

import re

import httpx2

from audit.evidence.log_policy import LogKey, LogPolicy
from audit.evidence.note import ED25519, VerifierKey, key_fingerprint
from audit.evidence.receipt import parse_receipt, verify_receipt
from audit.evidence.verifier.generate import GENERATED
from audit.evidence.verify_ed25519 import verify_ed25519
from audit.receipts import receipt_key
from tests.situations import Town
from tests.web.pages.conftest import At

KEY = bytes(range(32))


def policy_of(town: Town) -> LogPolicy:
    origin = town.house.installed.origin
    log_key = LogKey(VerifierKey(origin, ED25519, KEY))
    return LogPolicy(origin, (log_key,), receipts=(receipt_key(origin, town.house.custody),))


def test_it_is_open_to_everybody_and_shows_the_fingerprint(stranger: httpx2.Client, town: Town) -> None:
    town.house.settings.log_policy_path.write_bytes(policy_of(town).encode())
    page = stranger.get("/verify")
    assert page.status_code == 200
    assert key_fingerprint(KEY) in page.text
    assert town.house.installed.origin in page.text
    downloaded = stranger.get("/verify/log-policy.json")
    assert downloaded.content == policy_of(town).encode()
    assert downloaded.headers["content-disposition"] == 'attachment; filename="log-policy.json"'


def test_the_verifier_is_there_as_one_file(stranger: httpx2.Client) -> None:
    downloaded = stranger.get("/verify/tillit-verify.py")
    assert downloaded.content == GENERATED.read_bytes()
    assert "attachment" in downloaded.headers["content-disposition"]


def test_without_a_policy_it_says_that_there_is_nothing_to_compare(stranger: httpx2.Client, town: Town) -> None:
    in_english = {"accept-language": "en"}
    town.house.settings.log_policy_path.unlink(missing_ok=True)
    assert "has not been signed yet" in stranger.get("/verify", headers=in_english).text
    assert stranger.get("/verify/log-policy.json").status_code == 404
    town.house.settings.log_policy_path.write_text("{}")
    assert "has not been signed yet" in stranger.get("/verify", headers=in_english).text


def test_a_page_offers_the_receipt_of_its_event(at: At, town: Town) -> None:
    page = at("teacher").open("/persons")
    offered = re.search(r'id="receipt"><bdi dir="ltr">([^<]+)<', page.response.text)
    assert offered is not None
    receipt = verify_receipt(parse_receipt(offered[1]), policy_of(town), verify_ed25519)
    assert str(receipt.event_id) == page.response.headers["tillit-event"]
    assert "tillit-receipt" not in page.response.headers
