"""The published heads in readable files, one unbroken line."""

import pytest

from audit.evidence.base64url import b64
from audit.evidence.checkpoint_history import (
    Earlier,
    HistoryFile,
    MalformedHistory,
    history_number,
    history_number_at,
    history_path,
    parse_history,
)
from audit.evidence.note import Checkpoint, Note, Signature
from tests.damage import bytes_changed


def head(size: int, root: int = 1, *signers: str) -> Note:
    names = signers or ("tillit/one",)
    signatures = tuple(Signature(name, b"abcd", bytes(64)) for name in names)
    return Note(Checkpoint("tillit/one", size, bytes([root]) * 32).text, signatures)


def test_a_file_is_read_as_it_was_written() -> None:
    for history in (
        HistoryFile(None, (head(1),)),
        HistoryFile(Earlier(0, bytes(32)), (head(257), head(300), head(512))),
    ):
        assert parse_history(history.encode()) == history
    text = HistoryFile(Earlier(0, bytes(32)), (head(257),)).encode().decode()
    assert text == f"previous 0 {b64(bytes(32))}\n\n" + head(257).encode().decode()


def test_a_head_belongs_to_the_window_of_its_last_leaf() -> None:
    assert [history_number(size) for size in (1, 256, 257, 512, 513)] == [0, 0, 1, 1, 2]
    assert HistoryFile(None, (head(512),)).number == 1


def test_heads_are_added_and_cosignatures_join_them() -> None:
    history = HistoryFile(None, (head(1),)).with_note(head(5)).with_note(head(256))
    assert [one.size for one in history.checkpoints] == [1, 5, 256]
    assert history.with_note(head(5)) == history
    joined = history.with_note(head(5, 1, "tillit/one", "witness"))
    assert [one.name for one in joined.notes[1].signatures] == ["tillit/one", "witness"]
    assert joined.as_earlier == history.as_earlier
    for bad in (head(5, 2), head(4), head(255), head(257)):
        with pytest.raises(MalformedHistory):
            history.with_note(bad)


def test_what_heads_say_changes_how_the_next_file_names_them() -> None:
    first = HistoryFile(None, (head(1), head(2)))
    others = [
        HistoryFile(None, (head(1), head(2, 2))),
        HistoryFile(None, (head(2),)),
        HistoryFile(Earlier(0, bytes(32)), (head(257),)),
        HistoryFile(Earlier(0, bytes(31) + b"\1"), (head(257),)),
    ]
    assert len({one.as_earlier for one in (first, *others)}) == 5


@pytest.mark.parametrize(
    ("previous", "notes"),
    [
        (None, ()),
        (None, (head(2), head(1))),
        (None, (head(2), head(2))),
        (None, (head(256), head(257))),
        (Earlier(1, bytes(32)), (head(300),)),
    ],
)
def test_a_file_is_of_one_window_and_grows(previous: Earlier | None, notes: tuple[Note, ...]) -> None:
    with pytest.raises(MalformedHistory):
        HistoryFile(previous, notes)


GOOD = HistoryFile(Earlier(0, bytes(32)), (head(257), head(300))).encode()


def test_no_changed_byte_leaves_the_same_file() -> None:
    for changed in bytes_changed(GOOD):
        try:
            assert parse_history(changed) != parse_history(GOOD)
        except MalformedHistory:
            continue


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        GOOD[:-1],
        GOOD + b"\n",
        GOOD + b"\n\n",
        GOOD.replace(b"previous 0", b"previous 00"),
        GOOD.replace(b"previous 0", b"previous"),
        GOOD.replace(b"\n\n", b"\n\n\n", 1),
        GOOD.replace(b"\n", b"\r\n"),
        b"previous none\n",
        b"previous none\n\n",
        b"\xff" + GOOD,
    ],
)
def test_other_bytes_are_no_history(data: bytes) -> None:
    with pytest.raises(MalformedHistory):
        parse_history(data)


def test_paths_have_one_spelling() -> None:
    assert history_path(1234067) == "checkpoints/x001/x234/067"
    assert history_number_at("checkpoints/x001/x234/067") == 1234067
    for path in ("checkpoints/7", "checkpoints/x000/007", "checkpoints/007.p/1", "checkpoint", "checkpoints/"):
        assert history_number_at(path) is None
