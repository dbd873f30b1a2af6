"""Heads are published into an unbroken history, whatever interrupts it."""

from pathlib import Path

import pytest

from audit.evidence.checkpoint_history import MalformedHistory, parse_history
from audit.evidence.log_store import DirectoryStore
from audit.evidence.note import Checkpoint, MalformedNote, Note, Signature, parse_checkpoint
from audit.evidence.publish_checkpoint import publish_checkpoint, read_newest


def head(size: int, *cosigners: str, root: int = 1) -> bytes:
    signatures = tuple(Signature(name, b"abcd", bytes(64)) for name in ("tillit/one", *cosigners))
    return Note(Checkpoint("tillit/one", size, bytes([root]) * 32).text, signatures).encode()


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    store = DirectoryStore(tmp_path)
    store.prepare()
    return store


def line(store: DirectoryStore) -> list[int]:
    """The sizes in the history, checked to be one line."""
    files = [parse_history(store.read(path)) for path in store.paths("checkpoints")]
    for before, file in zip([None, *files], files, strict=False):
        assert file.previous == (None if before is None else before.as_earlier)
    return [one.size for file in files for one in file.checkpoints]


def test_the_newest_head_and_all_before_it(store: DirectoryStore) -> None:
    assert read_newest(store) is None
    sizes = [1, 5, 256, 257, 2000, 2001, 300_000]
    for size in sizes:
        publish_checkpoint(store, head(size))
        assert store.read("checkpoint") == head(size)
    assert line(store) == sizes
    newest = read_newest(store)
    assert newest is not None
    assert parse_checkpoint(newest.text).size == 300_000


def test_publishing_again_and_adding_cosignatures(store: DirectoryStore) -> None:
    for size in (1, 5, 700):
        publish_checkpoint(store, head(size))
    publish_checkpoint(store, head(700))
    publish_checkpoint(store, head(700, "witness"))
    publish_checkpoint(store, head(700))
    assert store.read("checkpoint") == head(700, "witness")
    publish_checkpoint(store, head(5, "witness"))
    assert store.read("checkpoint") == head(700, "witness")
    assert line(store) == [1, 5, 700]


def test_a_head_that_contradicts_the_line_is_refused(store: DirectoryStore) -> None:
    for size in (5, 700):
        publish_checkpoint(store, head(size))
    before = {path: store.read(path) for path in store.paths()}
    for bad in (head(700, root=2), head(5, root=2), head(4), head(6), head(400), head(699)):
        with pytest.raises(MalformedHistory):
            publish_checkpoint(store, bad)
    for bad in (b"", b"text\n\n", head(701).replace(b"\n701\n", b"\n0\n")):
        with pytest.raises(MalformedNote):
            publish_checkpoint(store, bad)
    assert {path: store.read(path) for path in store.paths()} == before


@pytest.mark.parametrize("lost", [6, 255, 700, 5_000])
def test_a_crash_between_history_and_newest_leaves_no_gap(
    store: DirectoryStore, lost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_checkpoint(store, head(5))

    class PowerCut(Exception):
        pass

    replace = store.replace

    def cut(path: str, data: bytes) -> None:
        if path == "checkpoint":
            raise PowerCut
        replace(path, data)

    with monkeypatch.context() as patched:
        patched.setattr(store, "replace", cut)
        with pytest.raises(PowerCut):
            publish_checkpoint(store, head(lost))
    assert store.read("checkpoint") == head(5)
    publish_checkpoint(store, head(6_000))
    assert line(store) == [5, lost, 6_000]


def test_a_crash_at_the_very_first_head_leaves_no_gap(store: DirectoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_checkpoint(store, head(3))
    (store.root / "checkpoint").unlink()
    publish_checkpoint(store, head(900))
    assert line(store) == [3, 900]
