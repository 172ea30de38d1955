"""Replacement of a file on a failing disk: the old file stays, or the error reports an unknown state."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.files import journal
from indexium_core.files.journal import OperationJournal, disk
from indexium_core.files.swap import content, newfile
from tests.support.swapping import Failing, Place, opened
from tests.support.swaps import MTIME, NEW, REBUILD, Swap


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(tmp_path) as place:
        yield place


# Disks that fail


FAULTS = {errno.ENOSPC: "low_space", errno.EDQUOT: "over_quota", errno.EIO: "io_error", errno.EROFS: "read_only"}
CALLS = ["pwrite", "copy_file_range", "fsync", "fchmod", "setxattr", "utime", "link", "rename", "open", "mkdir"]


@pytest.mark.parametrize("number", FAULTS, ids=errno.errorcode.get)
@pytest.mark.parametrize("call", CALLS)
def test_disk_error_keeps_old_file_or_reports_unknown(
    place: Place, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    monkeypatch.setattr(content, "_CHUNK", 4096)
    for nth in itertools.count(1):
        failing = Failing(getattr(os, call), number, nth=nth)
        place.log.close()
        place.reset()
        for path in (place.shelf, place.backup.parent):
            shutil.rmtree(path)
        object.__setattr__(place, "log", OperationJournal.create(place.backup))
        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing)
            code = failure(place)
        if code is None:
            break
        place.log.close()
        if code == "cannot_tell":  # after the rename, or during the removal
            assert place.marks() == ["begun"]
            assert journal.recover(place.log.path)[0].outcome.is_resolved
        else:
            assert code == ("sync_failed" if (call, number) == ("fsync", errno.EIO) else FAULTS[number])
            assert place.marks() in ([], ["undone"])
        place_way = Swap(place.folder, "keep")
        assert place_way.judge(f"{call} {nth}") == ("new" if place_way.committed() else "old")
    assert failing.calls < nth
    assert nth > 1


def failure(place: Place) -> str | None:
    try:
        with place.begin(mtime_ns=MTIME + 5) as file:
            file.build(REBUILD)
            file.replace(reverse=None, keep=os.fsencode(place.shelf / "old"))
            file.commit()
    except errors.MetadataError as error:
        return error.reason
    return None


def test_failed_sync_is_not_repeated(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second sync of the new file would succeed without its bytes: the new file must be removed."""
    synced: list[str] = []
    real = os.fsync

    def fsync(fd: int) -> None:
        synced.append("folder" if os.path.isdir(f"/proc/self/fd/{fd}") else "file")
        if synced == ["file"]:
            raise OSError(errno.EIO, "Input/output error")
        real(fd)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(errors.FileAccessError):
        place.do()
    assert synced == ["file", "folder"]
    assert place.judge("") == "old"


def test_swap_steps_are_durable_in_order(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The new file is durable before its record is written.

    The bytes and the second name of the original are durable before its first name is removed.
    """
    done: list[str] = []
    names = {
        place.path.stat().st_ino: "original",
        place.shelf.stat().st_ino: "shelf",
        place.folder.stat().st_ino: "folder",
    }
    for name in ("fsync", "fdatasync"):
        real = getattr(os, name)

        def sync(fd: int, real: Callable[[int], None] = real) -> None:
            status = os.fstat(fd)
            journal = status.st_ino == place.backup.stat().st_ino
            done.append("journal" if journal else names.get(status.st_ino, "new"))
            real(fd)

        monkeypatch.setattr(os, name, sync)
    real_rename = os.rename
    monkeypatch.setattr(os, "rename", lambda *some, **named: (done.append("rename"), real_rename(*some, **named)))
    place.do(keep=place.shelf / "old")
    assert done == ["journal", "new", "journal", "original", "shelf", "rename", "folder"]


def test_rename_with_lost_reply_is_detected(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.rename

    def rename(*arguments: object, **named: object) -> None:
        real(*arguments, **named)  # type: ignore[arg-type]
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(errors.FileAccessError) as caught:
        place.do()
    assert caught.value.reason == "cannot_tell"
    place.log.close()
    assert [one.outcome.status for one in journal.recover(place.log.path)] == ["finished"]
    assert place.path.read_bytes() == NEW


def test_interruption_after_rename_is_detected(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    real = disk.rename

    def rename(*arguments: object, **named: object) -> None:
        real(*arguments, **named)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(newfile.disk, "rename", rename)
    with pytest.raises(KeyboardInterrupt):
        place.do()
    assert (place.path.read_bytes(), place.marks()) == (NEW, ["begun"])


@pytest.mark.parametrize("record", ["making", "swap", "commit"])
def test_journal_error_stops_swap(place: Place, monkeypatch: pytest.MonkeyPatch, record: str) -> None:
    real = getattr(OperationJournal, record)

    def fail(self: OperationJournal, *arguments: object) -> None:
        monkeypatch.setattr(disk, "append", Failing(disk.append, errno.ENOSPC, sticky=True))
        real(self, *arguments)

    monkeypatch.setattr(OperationJournal, record, fail)
    with pytest.raises(errors.StoreError):
        place.do()
    monkeypatch.undo()
    place.log.close()
    found = journal.recover(place.log.path)
    assert [one.outcome.status for one in found] == {"making": [], "swap": ["untouched"], "commit": ["finished"]}[
        record
    ]
    assert place.judge(record) == ("new" if record == "commit" else "old")
