"""Media files are opened safely and without waiting."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.files.reader import BytesReader, FileReader


def test_file_is_read_at_any_offset(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(range(100)))

    with FileReader(os.fsencode(path)) as reader:
        assert reader.size == 100
        assert reader.stat.inode == path.stat().st_ino
        assert reader.stat.mtime_ns == path.stat().st_mtime_ns
        assert reader.read_at(10, 3) == b"\x0a\x0b\x0c"
        assert reader.read_at(98, 10) == b"bc"
        assert reader.read_at(100, 10) == b""
        assert reader.read_at(1 << 80, 1 << 80) == b""


def test_claimed_length_allocates_nothing(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"short")

    with FileReader(os.fsencode(path)) as reader:
        assert reader.read_at(0, 1 << 60) == b"short"
    assert BytesReader(b"short").read_at(1, 1 << 60) == b"hort"


@pytest.mark.parametrize(("offset", "length"), [(-1, 4), (0, -4)])
def test_negative_range_raises(offset: int, length: int) -> None:
    with pytest.raises(ValueError, match="cannot read"):
        BytesReader(b"short").read_at(offset, length)


def test_later_appended_bytes_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"0123456789")

    with FileReader(os.fsencode(path)) as reader:
        with path.open("ab") as file:
            file.write(b"more")
        assert reader.read_at(8, 10) == b"89"
        os.truncate(path, 4)
        assert reader.read_at(0, 10) == b"0123"


def test_missing_file_has_its_code(tmp_path: Path) -> None:
    with pytest.raises(errors.FileAccessError, match="no longer exists") as caught:
        FileReader(os.fsencode(tmp_path / "gone.mp4"))
    assert caught.value.reason == "missing_file"


def test_undecodable_name_is_opened(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.mp4"
    with pytest.raises(errors.FileAccessError, match="caf\N{REPLACEMENT CHARACTER}"):
        FileReader(path)
    with open(path, "wb") as file:
        file.write(b"here")
    with FileReader(path) as reader:
        assert reader.read_at(0, 4) == b"here"


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.mp4")
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "real.mp4").write_bytes(b"real")
    (tmp_path / "link.mp4").symlink_to(tmp_path / "real.mp4")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.mp4"))
        for name in ("fifo", "folder", "link", "socket"):
            with pytest.raises(errors.FileAccessError, match=r"regular file|symbolic link|folder") as caught:
                FileReader(os.fsencode(tmp_path / f"{name}.mp4"))
            assert caught.value.reason == "unreadable"


def test_path_with_nul_is_refused() -> None:
    with pytest.raises(errors.FileAccessError, match="could not be read"):
        FileReader(b"film\0.mp4")


def test_descriptor_is_closed_and_not_inherited(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"x")
    with FileReader(os.fsencode(path)) as reader:
        number = reader.fileno()
        assert not os.get_inheritable(number)
    reader.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(number)


def test_disk_error_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"x" * 10)

    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    with FileReader(os.fsencode(path)) as reader:
        monkeypatch.setattr(os, "pread", fail)
        with pytest.raises(errors.FileAccessError, match="the disk reported an error"):
            reader.read_at(0, 4)


def test_short_reads_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"0123456789")
    real = os.pread

    with FileReader(os.fsencode(path)) as reader:
        monkeypatch.setattr(os, "pread", lambda fd, length, offset: real(fd, min(length, 3), offset))
        assert reader.read_at(1, 8) == b"12345678"
