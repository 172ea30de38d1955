"""Replacement of a file on different file systems, with all its attributes."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.files.journal import OperationJournal, disk
from indexium_core.files.reader import FileReader
from indexium_core.files.swap import Replacement, content
from indexium_core.model.files.media import Extent, Rebuild
from tests.support import places, swaps
from tests.support.swapping import Failing, Place, opened
from tests.support.swaps import MTIME, NEW, OLD, REBUILD, literal_bytes

root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can do that")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place:
        yield place


# File systems


NO_LINKS = [errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK]


@pytest.mark.parametrize("number", NO_LINKS, ids=errno.errorcode.get)
def test_original_is_renamed_without_hard_links(place: Place, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(os, "link", Failing(os.link, number, sticky=True))
    kept = place.shelf / "old"
    place.do(keep=kept)
    assert (place.path.read_bytes(), kept.read_bytes()) == (NEW, OLD)
    with place.begin() as file:
        file.adopt(os.fsencode(kept))
        file.replace(reverse=None)
        file.commit()
    assert (place.path.read_bytes(), kept.read_bytes()) == (OLD, OLD)  # a copy: two files cannot share a file


def test_failed_rename_restores_original(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", Failing(os.link, errno.EPERM, sticky=True))
    monkeypatch.setattr(os, "rename", Failing(os.rename, errno.EIO, nth=2))
    with pytest.raises(errors.FileAccessError) as caught:
        place.do(keep=place.shelf / "old")
    assert caught.value.reason == "io_error"
    assert (place.judge(""), place.marks()) == ("old", ["undone"])


@pytest.mark.parametrize("call", ["link", "rename"])
def test_other_file_system_is_error(place: Place, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    monkeypatch.setattr(os, call, Failing(getattr(os, call), errno.EXDEV, sticky=True))
    with pytest.raises(errors.FileAccessError) as caught:
        place.do(keep=place.shelf / "old")
    assert caught.value.reason == "other_volume"
    assert (place.judge(""), place.marks()) == ("old", ["undone"])


def test_missing_folder_sync_is_reported(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def fsync(fd: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{fd}"):
            raise OSError(errno.EINVAL, "Invalid argument")
        real(fd)

    monkeypatch.setattr(os, "fsync", fsync)
    file = place.do()
    assert any("name" in warning for warning in file.warnings)
    assert place.path.read_bytes() == NEW


def test_missing_space_is_detected_first(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "free_bytes", lambda fd: len(NEW) + 1000)
    with pytest.raises(errors.FileAccessError) as caught:
        place.do()
    assert (caught.value.reason, place.marks()) == ("low_space", [])
    monkeypatch.setattr(disk, "free_bytes", lambda fd: None)  # unknown
    place.do()


@root
def test_full_disk_keeps_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "free_bytes", lambda fd: 2**60)
    with places.mounted("tmpfs", tmp_path, megabytes=1) as mounted, opened(mounted) as place:
        for reserves in (True, False):
            if not reserves:
                monkeypatch.setattr(disk, "reserve", lambda fd, size: False)
            with pytest.raises(errors.FileAccessError) as caught:
                place.do(Rebuild((bytes(2_000_000),)))
            assert caught.value.reason == "low_space"
            assert place.judge("") == "old"


@pytest.mark.parametrize(("free", "code"), [(1000, "low_space"), (2**40, "ffmpeg_failed")])
def test_program_error_on_full_disk_is_low_space(
    place: Place, monkeypatch: pytest.MonkeyPatch, free: int, code: str
) -> None:
    def run(path: bytes) -> None:
        monkeypatch.setattr(disk, "free_bytes", lambda fd: free)
        raise errors.FFmpegError(code="ffmpeg_failed")

    with pytest.raises(errors.MetadataError) as caught, place.begin() as file:
        file.fill(run)
    assert caught.value.reason == code
    assert place.judge("") == "old"


@pytest.mark.parametrize("kind", ["btrfs", "xfs"])
def test_blocks_are_shared_if_supported(tmp_path: Path, kind: str) -> None:
    block, data = 4096, os.urandom(8_000_000)
    edit = Rebuild((b"h" * (2 * block + 10), Extent(10, len(data) - 10)), cloned=True)

    def look(file: Replacement) -> None:
        with file.opened() as new:
            assert shared_bytes(new) > len(data) - 4 * block
        assert file.bytes_written < 5 * block

    with places.folder(kind, tmp_path) as folder, opened(folder) as place:
        place.path.write_bytes(data)
        place.do(edit, payload=(Extent(10, len(data) - 10),), look=look)
        assert place.path.read_bytes() == b"h" * (2 * block + 10) + data[10:]
        entry = place.entry()
        assert entry.old.sampled
        assert entry.reverse is not None
        assert entry.reverse.cloned
        assert literal_bytes(entry.reverse) == 10
        place.do(entry.reverse, look=lambda file: (look(file), file.expect(entry.old)))
        assert place.path.read_bytes() == data


def shared_bytes(file: FileReader) -> int:
    """Return how many bytes of a file are in blocks that another file shares, by FIEMAP."""
    room = bytearray(struct.pack("=QQIIII", 0, file.size, 1, 0, 64, 0) + bytes(64 * 56))
    fcntl.ioctl(file.fileno(), 0xC020660B, room)
    count = struct.unpack_from("=I", room, 20)[0]
    extents = [struct.unpack_from("=16xQ16xI", room, 32 + 56 * at) for at in range(count)]
    return sum(length for length, flags in extents if flags & 0x2000)


def test_unshareable_blocks_are_copied(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (errno.EOPNOTSUPP, errno.EINVAL, errno.EXDEV):
        monkeypatch.setattr(fcntl, "ioctl", Failing(fcntl.ioctl, number, sticky=True))
        monkeypatch.setattr(os, "copy_file_range", Failing(os.copy_file_range, errno.EXDEV, sticky=True))
        with place.begin() as file:
            file.build(Rebuild((Extent(0, len(OLD)), b"!"), cloned=True))
            with file.opened() as new:
                assert new.read_at(0, 99_999) == OLD + b"!"


def test_copy_has_holes_of_source(place: Place) -> None:
    with place.path.open("r+b") as file:
        file.seek(60_000)
        file.write(bytes(540_000))  # zeros outside of holes
        file.truncate(3_000_000)
        file.seek(2_900_000)
        file.write(b"end")
    data = place.path.read_bytes()
    with place.begin() as swap:
        swap.build(Rebuild((b"head", Extent(0, len(data)))))
        with swap.opened() as new:
            assert new.read_at(0, 9_999_999) == b"head" + data
            assert os.lseek(new.fileno(), 0, os.SEEK_HOLE) >= 600_004
            assert 600_004 < os.lseek(new.fileno(), 700_000, os.SEEK_DATA) <= 2_900_004
            assert os.lseek(new.fileno(), 2_900_004, os.SEEK_DATA) == 2_900_004


@pytest.mark.parametrize("cut", ["copy_file_range", "pread"])
def test_shortened_source_is_conflict(place: Place, monkeypatch: pytest.MonkeyPatch, cut: str) -> None:
    if cut == "pread":
        monkeypatch.setattr(disk, "copy", lambda *_: 0)
    monkeypatch.setattr(content, "_CHUNK", 4096)
    real = content._Writer.copy

    def copy(self: content._Writer, stretch: Extent) -> None:
        os.truncate(place.path, 20_000)
        real(self, stretch)

    monkeypatch.setattr(content._Writer, "copy", copy)
    with pytest.raises(errors.ConflictError), place.begin() as file:
        file.build(REBUILD)
    assert place.marks() == ["undone"]


# Attributes


def test_owner_mode_times_and_attributes_are_kept(place: Place) -> None:
    place.path.chmod(0o4751)
    if os.geteuid() == 0:
        os.chown(place.path, 12345, 23456)
        place.path.chmod(0o4751)
    before = place.path.stat()
    file = place.do(mtime_ns=MTIME)
    after = place.path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_mtime_ns == MTIME
    assert os.getxattr(place.path, swaps.ATTRIBUTE[0]) == swaps.ATTRIBUTE[1]
    assert file.warnings == []


ACCESS_LIST = "system.posix_acl_access"


def access_list(*entries: tuple[int, int, int]) -> bytes:
    """Return an access list in the form of the kernel; an entry is tag, permissions, id."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


LIST = access_list((1, 6, 2**32 - 1), (2, 6, 12345), (4, 4, 2**32 - 1), (16, 6, 2**32 - 1), (32, 0, 2**32 - 1))


def set_list(path: Path, name: str) -> None:
    try:
        os.setxattr(path, name, LIST)
    except OSError as error:
        pytest.skip(f"the file system has no access lists: {error.strerror}")


def test_access_list_is_kept(place: Place) -> None:
    set_list(place.path, ACCESS_LIST)
    mode = place.path.stat().st_mode
    place.do()
    assert (os.getxattr(place.path, ACCESS_LIST), place.path.stat().st_mode) == (LIST, mode)


def test_access_list_of_folder_is_not_inherited(place: Place) -> None:
    set_list(place.folder, "system.posix_acl_default")
    place.do()
    assert ACCESS_LIST not in os.listxattr(place.path)
    assert place.path.stat().st_mode & 0o777 == swaps.MODE


def test_concurrent_attribute_changes_are_kept(place: Place) -> None:
    with place.begin() as file:
        file.build(REBUILD)
        place.path.chmod(0o600)
        os.setxattr(place.path, "user.later", b"1")
        file.replace(reverse=None)
        file.commit()
    assert place.path.stat().st_mode & 0o777 == 0o600
    assert os.getxattr(place.path, "user.later") == b"1"


@pytest.mark.parametrize(
    ("call", "what"), [("fchown", "owner"), ("fchmod", "permissions"), ("setxattr", "user.indexium.test")]
)
@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP], ids=errno.errorcode.get)
def test_lost_attributes_are_reported(
    place: Place, monkeypatch: pytest.MonkeyPatch, call: str, what: str, number: int
) -> None:
    if call == "fchown":
        if os.geteuid() != 0:
            pytest.skip("only root can give a file away")
        os.chown(place.path, 12345, 23456)
        place.path.chmod(0o6764)
    monkeypatch.setattr(os, call, Failing(getattr(os, call), number, sticky=True))
    file = place.do()
    assert any(what in warning and os.strerror(number) in warning for warning in file.warnings)
    assert place.path.read_bytes() == NEW
    if call == "fchown":  # these cannot be set: no rights of an owner, and for our group no more than for others
        assert place.path.stat().st_mode & 0o7777 == 0o744


# Users other than root


def as_nobody(function: Callable[[], None]) -> int:
    """Run a function in a process without rights and return its exit code."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            function()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@root
def test_read_only_folder_is_refused(open_folder: Path) -> None:
    path = open_folder / "film.avi"
    path.write_bytes(OLD)
    path.chmod(0o666)
    (open_folder / "backups").mkdir(mode=0o777)
    (open_folder / "backups").chmod(0o777)
    open_folder.chmod(0o755)
    assert as_nobody(lambda: refused(path, "read_only")) == 0
    assert path.read_bytes() == OLD
    open_folder.chmod(0o1777)  # every user may create files here, and only their owner may rename them
    assert as_nobody(lambda: refused(path, "read_only")) == 0
    assert path.read_bytes() == OLD
    assert not list(open_folder.glob(".indexium*"))


def refused(path: Path, code: str) -> None:
    with (
        OperationJournal.create(path.parent / "backups" / f"{path.parent.stat().st_mode}.journal") as log,
        pytest.raises(errors.FileAccessError) as caught,
    ):
        replace_it(path, log)
    assert caught.value.reason == code


def replace_it(path: Path, log: OperationJournal) -> list[str]:
    with Replacement(os.fsencode(path), journal=log, item_id=1) as file:
        file.build(REBUILD)
        file.replace(reverse=None)
        file.commit()
    return file.warnings


@root
def test_file_of_another_owner_is_replaced_if_allowed(open_folder: Path) -> None:
    path = open_folder / "film.avi"
    path.write_bytes(OLD)
    path.chmod(0o666)
    os.chown(path, 12345, 23456)
    open_folder.chmod(0o777)

    def swap() -> None:
        with OperationJournal.create(open_folder / "1.journal") as log:
            assert [warning[:9] for warning in replace_it(path, log)] == ["The group", "The owner"]

    assert as_nobody(swap) == 0
    assert (path.read_bytes(), path.stat().st_uid, path.stat().st_mode & 0o777) == (NEW, 65534, 0o666)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users can open."""
    folder = Path(tempfile.mkdtemp(prefix="indexium-open-"))
    yield folder
    shutil.rmtree(folder)
