"""The log's key changes through the log: the old one vouches for the new one, whatever happens in between."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from audit.announce_key import renew_policy
from audit.begin_log import open_signer
from audit.evidence.leaf import SystemLeaf, parse_leaf
from audit.evidence.log_policy import LogKey, LogPolicy, Witness, parse_policy
from audit.evidence.note import ED25519, TIMESTAMPED_ED25519, VerifierKey, parse_note
from audit.evidence.signer import Signer
from audit.evidence.signing_key import COMPROMISED, SCHEDULED
from audit.evidence.verify_store import verify_store
from audit.house import House
from audit.log_tables import LogLeaf
from audit.sequence_events import settle_log
from audit.sequencer import Sequencer, trouble_of
from audit.sessions import reading
from tests.a_sequencer import in_order, record, sequencer_of, store_of

STEPS = ("integrate", "announce", "export", "sign", "publish", "tidy")


class _PowerLost(Exception):
    pass


def _signer(house: House) -> Signer:
    signer = open_signer(house, store_of(house))
    assert isinstance(signer, Signer)
    return signer


def _policy(house: House) -> LogPolicy:
    return parse_policy(house.settings.log_policy_path.read_bytes())


def _announced(house: House) -> list[tuple[int, str]]:
    """Where keys are announced, and why."""
    with reading(house) as session:
        rows = session.execute(
            select(LogLeaf.idx, LogLeaf.leaf).where(LogLeaf.event_id.is_(None)).order_by(LogLeaf.idx)
        )
        leaves = [(index, parse_leaf(data)) for index, data in rows]
    return [
        (index, str(leaf.fields["reason"]))
        for index, leaf in leaves
        if isinstance(leaf, SystemLeaf) and leaf.kind == "key"
    ]


def _signatures(house: House) -> int:
    return len(parse_note(store_of(house).read("checkpoint")).signatures)


def test_the_next_key_is_announced_with_the_next_entry_and_signs_from_there(house: House) -> None:
    record(house, 2)
    settle_log(house)
    before = _policy(house)
    public = _signer(house).plan_key(SCHEDULED)
    record(house)
    settle_log(house)
    size = in_order(house)
    assert _announced(house) == [(size - 1, "scheduled")]
    assert [(one.key.public, one.first, one.last) for one in _policy(house).keys] == [
        (before.keys[0].key.public, 1, None),
        (public, size, None),
    ]
    assert _policy(house).receipts == before.receipts
    assert _signatures(house) == 4
    record(house, 3)
    settle_log(house)
    assert verify_store(store_of(house), before).is_in_order


def test_an_ended_key_signs_no_more_and_the_policy_says_up_to_where(house: House) -> None:
    settle_log(house)
    before = _policy(house)
    _signer(house).plan_key(COMPROMISED)
    record(house)
    settle_log(house)
    last = _signer(house).end_keys()
    record(house)
    settle_log(house)
    assert in_order(house) == last + 1
    assert [(one.first, one.last) for one in _policy(house).keys] == [(1, last), (last, None)]
    assert _signatures(house) == 2
    assert not verify_store(store_of(house), before).is_in_order


def test_keys_follow_one_another(house: House) -> None:
    for _ in range(3):
        record(house)
        settle_log(house)
        _signer(house).plan_key(SCHEDULED)
        record(house)
        settle_log(house)
        _signer(house).end_keys()
    record(house)
    settle_log(house)
    in_order(house)
    places = [index + 1 for index, _ in _announced(house)]
    assert [one.first for one in _policy(house).keys] == [1, *places]
    assert [one.last for one in _policy(house).keys] == [*places, None]


@pytest.mark.parametrize("ended", STEPS)
def test_after_a_crash_behind_any_step_there_is_one_announcement(house: House, ended: str) -> None:
    settle_log(house)
    _signer(house).plan_key(SCHEDULED)
    record(house)
    sequencer = sequencer_of(house)
    for step in sequencer.steps[: STEPS.index(ended) + 1]:
        step()
    record(house)
    settle_log(house)
    in_order(house)
    assert len(_announced(house)) == 1
    assert len(_policy(house).keys) == 2


def _loses_power(*_: object) -> None:
    raise _PowerLost


@pytest.mark.parametrize(
    "where",
    [
        lambda patch: patch.setattr(Signer, "begin_key", _loses_power),
        lambda patch: patch.setattr(Signer, "_write_keys", _loses_power),
        lambda patch: patch.setattr("audit.sequencer.renew_policy", _loses_power),
        lambda patch: patch.setattr("audit.announce_key.replace_durably", _loses_power),
        lambda patch: patch.setattr("audit.sequencer.publish_checkpoint", _loses_power),
    ],
    ids=[
        "before the signer knows",
        "before the signer keeps it",
        "before the policy",
        "in the policy",
        "before it is known",
    ],
)
def test_a_crash_inside_a_step_leaves_one_announcement_and_a_log_in_order(
    house: House, monkeypatch: pytest.MonkeyPatch, where: Callable[[pytest.MonkeyPatch], None]
) -> None:
    settle_log(house)
    public = _signer(house).plan_key(SCHEDULED)
    record(house)
    with monkeypatch.context() as patch:
        where(patch)
        with pytest.raises(_PowerLost):
            settle_log(house)
    record(house)
    settle_log(house)
    in_order(house)
    assert len(_announced(house)) == 1
    assert [one.key.public for one in _policy(house).keys][1:] == [public]


def test_what_else_the_policy_says_stays(sqlite_house: House) -> None:
    settle_log(sqlite_house)
    policy = _policy(sqlite_house)
    [ours] = policy.keys
    lost = LogKey(VerifierKey(policy.origin, ED25519, bytes(31) + b"\1"), 1, 1)
    witness = Witness("auditor", VerifierKey("auditor.example", TIMESTAMPED_ED25519, bytes(31) + b"\2"))
    said = replace(policy, keys=(lost, ours), witnesses=(witness,), quorum="auditor")
    sqlite_house.settings.log_policy_path.write_bytes(said.encode())
    new = LogKey(VerifierKey(policy.origin, ED25519, bytes(31) + b"\3"), 7)
    renew_policy(sqlite_house, (replace(ours, last=9), new))
    assert _policy(sqlite_house) == replace(said, keys=(lost, replace(ours, last=9), new))


def test_a_policy_that_is_none_keeps_a_new_key_from_being_published(sqlite_house: House) -> None:
    settle_log(sqlite_house)
    path = sqlite_house.settings.log_policy_path
    good = path.read_bytes()
    path.write_bytes(b"{}")
    record(sqlite_house)
    settle_log(sqlite_house)  # with the key it began with, the log asks nothing of the file
    _signer(sqlite_house).plan_key(SCHEDULED)
    record(sqlite_house)
    with pytest.raises(ValueError, match="policy") as refused:
        settle_log(sqlite_house)
    assert trouble_of(refused.value) == "policy_unreadable"
    path.write_bytes(good)
    settle_log(sqlite_house)
    in_order(sqlite_house)


def test_a_sequencer_without_a_planned_key_writes_nothing_of_its_own(house: House) -> None:
    settle_log(house)
    sequencer: Sequencer = sequencer_of(house)
    before = sequencer.tree.size
    sequencer.announce()
    assert sequencer.tree.size == before
    assert _announced(house) == []


def test_the_policy_lies_where_everybody_may_read_it(sqlite_house: House) -> None:
    settle_log(sqlite_house)
    _signer(sqlite_house).plan_key(SCHEDULED)
    record(sqlite_house)
    settle_log(sqlite_house)
    path: Path = sqlite_house.settings.log_policy_path
    assert path.stat().st_mode & 0o777 == 0o644
