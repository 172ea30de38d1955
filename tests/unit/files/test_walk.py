"""The walk: candidates, and cases that must not stop or mislead it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from indexium_core.files import walk
from tests.support.cases import each_case

UNDECODABLE = b"caf\xe9.mp4"
ODD_NAMES = (
    "🎬.mp4",
    "שלום.mkv",
    'it\'s "quoted".mp4',
    "<script>alert(1)<script>.webm",
    "two\nlines.mp4",
    "ALL CAPS.MP4",
)


def found(root: Path) -> list[bytes]:
    """Return the paths of all candidates, below the root."""
    start = len(os.fsencode(root)) + 1
    return sorted(path[start:] for folder in walk.walk(os.fsencode(root)) for path, _ in folder.files)


def put(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_files_have_their_stat(tmp_path: Path) -> None:
    put(tmp_path, "a/b/film.mp4")
    os.utime(tmp_path / "a/b/film.mp4", ns=(0, 1_234_567_890_123_456_789))
    ((_, result),) = [entry for folder in walk.walk(os.fsencode(tmp_path)) for entry in folder.files]
    seen = walk.file_stat(result)
    assert (seen.size, seen.mtime_ns, seen.nlink) == (1, 1_234_567_890_123_456_789, 1)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_unusual_names_are_listed(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    assert found(tmp_path) == [os.fsencode(name)]


def test_undecodable_names_keep_bytes(tmp_path: Path) -> None:
    (Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), UNDECODABLE)))).write_bytes(b"x")
    assert found(tmp_path) == [UNDECODABLE]


@each_case(
    "name",
    [
        "notes.txt", "film.mp4.part", "film.mp4.crdownload", "film.mkv.!qB", "mp4", ".hidden.mp4", ".nfs0001.mp4",
        ".indexium/backups/x.mp4", ".Trash-1000/files/film.mp4", "@eaDir/film.mp4", "$RECYCLE.BIN/film.mp4",
        "@Recycle/old.mp4", "@Recently-Snapshot/a/film.mp4", "RECYCLER/film.mp4", "@tmp/film.mp4", "#recycle/film.mp4",
    ],
)  # fmt: skip
def test_hidden_temporary_and_system_files_are_skipped(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    assert found(tmp_path) == []


def test_fifos_sockets_and_folders_are_not_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.mp4")
    (tmp_path / "folder.mp4").mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(tmp_path)  # the name of a socket may not be long
        server.bind("socket.mp4")
        os.chdir(here)
        assert found(tmp_path) == []


def test_symlink_loops_end(tmp_path: Path) -> None:
    put(tmp_path, "a/film.mp4")
    (tmp_path / "a/loop").symlink_to(tmp_path)
    (tmp_path / "self.mp4").symlink_to("self.mp4")
    (tmp_path / "broken.mp4").symlink_to("nowhere.mp4")
    assert found(tmp_path) == [b"a/film.mp4"]


def test_symlink_target_is_listed_once(tmp_path: Path) -> None:
    put(tmp_path, "films/film.mp4", "store/object-1")
    (tmp_path / "link.mp4").symlink_to("films/film.mp4")
    (tmp_path / "named.mp4").symlink_to("store/object-1")
    (tmp_path / "again.mp4").symlink_to("store/object-1")
    assert found(tmp_path) == [b"films/film.mp4", b"store/object-1"]


def test_symlinks_out_of_root_are_counted(tmp_path: Path) -> None:
    put(tmp_path, "outside/film.mp4", "root/own.mp4", "root-too/film.mp4")
    root = tmp_path / "root"
    (root / "escape.mp4").symlink_to(tmp_path / "outside/film.mp4")
    (root / "folder").symlink_to(tmp_path / "outside")
    (root / "sibling.mp4").symlink_to(tmp_path / "root-too/film.mp4")
    assert found(root) == [b"own.mp4"]
    assert sum(folder.outside for folder in walk.walk(os.fsencode(root))) == 3


def test_hard_links_are_two_files_with_one_inode(tmp_path: Path) -> None:
    put(tmp_path, "a.mp4")
    (tmp_path / "b.mp4").hardlink_to(tmp_path / "a.mp4")
    results = [result for folder in walk.walk(os.fsencode(tmp_path)) for _, result in folder.files]
    assert {(result.st_ino, result.st_nlink) for result in results} == {((tmp_path / "a.mp4").stat().st_ino, 2)}
    assert len(results) == 2


def test_folder_with_two_mounts_is_walked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Like a bind mount: another path, the same device and inode."""
    put(tmp_path, "a/film.mp4", "b/film.mp4")
    real = os.lstat
    monkeypatch.setattr(walk.os, "lstat", lambda path: real(path[:-1] + b"a" if path.endswith(b"/b") else path))
    assert len(found(tmp_path)) == 1


def test_unreadable_folder_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "closed/film.mp4", "open/film.mp4")
    real = os.scandir

    def scandir(path: bytes | int) -> object:
        if path == os.fsencode(tmp_path / "closed"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(walk.os, "scandir", scandir)
    folders = {folder.path.rpartition(b"/")[2]: folder for folder in walk.walk(os.fsencode(tmp_path))}
    assert folders[b"closed"].problem == "permission denied"
    assert len(folders[b"open"].files) == 1


def test_vanished_folder_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "going/film.mp4", "staying/film.mp4")
    real = os.scandir

    def scandir(path: bytes | int) -> object:
        if path == os.fsencode(tmp_path / "going"):
            raise FileNotFoundError(2, "No such file or directory")
        return real(path)

    monkeypatch.setattr(walk.os, "scandir", scandir)
    assert [folder.problem for folder in walk.walk(os.fsencode(tmp_path))] == ["", "", ""]
    assert found(tmp_path) == [b"staying/film.mp4"]
