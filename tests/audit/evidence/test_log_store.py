"""The directory store keeps what it was given, once and for all, and clears up after an interruption."""

import os
from functools import partial
from pathlib import Path

import pytest

from audit.evidence.log_store import DirectoryStore, NotInStore, StoredDifferently, replace_durably


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    store = DirectoryStore(tmp_path / "log")
    store.prepare()
    return store


def test_what_was_put_can_be_read(store: DirectoryStore) -> None:
    files = {"tile/0/x001/000": b"abc", "tile/0/x001/000.p/7": b"", "sealed/000": os.urandom(3_000_000)}
    store.put(files)
    assert {path: store.read(path) for path in store.paths()} == files
    assert list(store.paths("tile/0")) == ["tile/0/x001/000", "tile/0/x001/000.p/7"]
    assert list(store.paths("tile/9")) == []
    for missing in ("tile/0/x001/001", "tile/0/x001/000/below", "checkpoint"):
        with pytest.raises(NotInStore):
            store.read(missing)


def test_putting_the_same_again_changes_nothing_and_other_content_is_refused(store: DirectoryStore) -> None:
    store.put({"tile/0/000": b"abc"})
    before = (store.root / "tile/0/000").stat().st_ino
    store.put({"tile/0/000": b"abc", "tile/0/001": b"d"})
    assert (store.root / "tile/0/000").stat().st_ino == before
    with pytest.raises(StoredDifferently, match="tile/0/000"):
        store.put({"tile/0/002": b"x", "tile/0/000": b"abd"})
    assert store.read("tile/0/000") == b"abc"
    with pytest.raises(NotInStore):
        store.read("tile/0/002")


def test_replacing_is_one_step(store: DirectoryStore) -> None:
    store.replace("checkpoint", b"one")
    with open(store.root / "checkpoint", "rb") as reader:  # noqa: PTH123  # an open handle, as a reader has it
        store.replace("checkpoint", b"two")
        assert reader.read() == b"one"
    assert store.read("checkpoint") == b"two"


def test_removing_takes_empty_folders_of_partial_files_along(store: DirectoryStore) -> None:
    store.put({"tile/0/000.p/1": b"a", "tile/0/000.p/2": b"b", "tile/0/000": b"c"})
    store.remove(["tile/0/000.p/1", "tile/0/000.p/3"])
    assert list(store.paths()) == ["tile/0/000", "tile/0/000.p/2"]
    store.remove(["tile/0/000.p/2"])
    assert not (store.root / "tile/0/000.p").exists()


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "../out", "tile/../../out", "tile//0", "a/", ".hidden", "å", "a\n"]
)
def test_nothing_is_written_outside_the_store(store: DirectoryStore, path: str) -> None:
    for write in (partial(store.replace, path, b"x"), partial(store.put, {path: b"x"}), partial(store.remove, [path])):
        with pytest.raises((ValueError, IsADirectoryError)):
            write()
    assert list(store.paths()) == []
    assert [entry.name for entry in store.root.parent.iterdir()] == ["log"]


def test_an_interrupted_write_leaves_the_old_state_and_is_cleared_away(
    store: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.replace("checkpoint", b"one")

    def cut(_path: Path, _target: Path) -> Path:
        raise OSError(5, "power cut")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", cut)
        with pytest.raises(OSError, match="power cut"):
            store.replace("checkpoint", b"two")
    assert store.read("checkpoint") == b"one"
    assert list(store.paths()) == ["checkpoint"]
    assert len(list((store.root / "unfinished").iterdir())) == 1
    (store.root / "unfinished/stranger").write_bytes(b"")
    DirectoryStore(store.root).prepare()
    assert [entry.name for entry in (store.root / "unfinished").iterdir()] == ["stranger"]
    assert list(store.paths()) == ["checkpoint", "unfinished/stranger"]


def test_content_is_flushed_before_its_name_and_the_folder_after(
    store: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def flushed(handle: int) -> None:
        done.append(f"flush {Path(f'/proc/self/fd/{handle}').readlink().relative_to(store.root.parent).parts[:2]}")
        fsync(handle)

    def renamed(path: Path, target: Path) -> Path:
        done.append(f"rename to {target.name}")
        return rename(path, target)

    store.put({"tile/0/000": b"a"})
    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "rename", renamed)
    store.put({"tile/0/001": b"b"})
    assert done == ["flush ('log', 'unfinished')", "rename to 001", "flush ('log', 'tile')"]
    # Done again after a crash between rename and flush: nothing is written, the folder is flushed all the same.
    done.clear()
    store.put({"tile/0/001": b"b"})
    assert done == ["flush ('log', 'tile')"]


def test_whatever_lies_in_the_store_is_listed(store: DirectoryStore) -> None:
    (store.root / "stranger").symlink_to("/nonexistent")
    (store.root / "folder").mkdir()
    (store.root / "folder" / "with space.txt").write_bytes(b"")
    os.close(os.open(os.fsencode(store.root) + b"/\xff", os.O_CREAT | os.O_WRONLY))
    assert set(store.paths()) == {"stranger", "folder/with space.txt", "\udcff"}


def test_a_file_outside_a_store_is_replaced_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.json"
    replace_durably(path, b"one")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"one", 0o600)

    def cut(_handle: int) -> None:
        raise OSError(28, "disk full")

    monkeypatch.setattr(os, "fsync", cut)
    with pytest.raises(OSError, match="disk full"):
        replace_durably(path, b"two")
    assert [entry.name for entry in tmp_path.iterdir()] == ["state.json"]
    assert path.read_bytes() == b"one"
