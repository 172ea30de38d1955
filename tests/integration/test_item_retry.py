"""Temporary errors of a file are retried, other errors are not."""

from __future__ import annotations

import errno
import os
import threading

import pytest

from tests.support.holding import held_by_another, retry_with
from tests.support.studio import ALL, OLD, Studio


def test_file_in_use_is_written_after_release(studio: Studio) -> None:
    with held_by_another(studio.paths[0]) as let_go:
        failures = retry_with(studio.library, let_go)
        status = studio.write()

    assert (status.status, status.counts) == ("completed", {"success": 6})
    assert len(failures) == 1
    item = studio.items(1)[studio.paths[0].name]
    [again] = item.attempts
    assert again.code == "in_use"
    assert "written by another process" in again.message
    others = [other for other in studio.items(1).values() if other.id != item.id]
    assert all(other.processed_at <= item.processed_at for other in others)


def test_file_in_use_fails_after_four_attempts(studio: Studio) -> None:
    with held_by_another(studio.paths[0]):
        failures = retry_with(studio.library, lambda: None)
        status = studio.write()

    assert (status.status, status.counts) == ("completed_with_errors", {"success": 5, "conflict": 1})
    assert len(failures) == 3
    item = studio.items(1)[studio.paths[0].name]
    assert item.code == "in_use"
    assert "There were 4 attempts" in item.message
    assert [each.code for each in item.attempts] == ["in_use"] * 3
    assert [each.file_name for each in studio.library.plan().page().items] == [studio.paths[0].name]


def test_temporary_disk_error_is_retried(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    real, failed = os.pwrite, []

    def pwrite(fd: int, data: bytes, offset: int) -> int:
        if os.readlink(f"/proc/self/fd/{fd}") == str(studio.paths[0]) and len(failed) < 2:
            failed.append(offset)
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(fd, data, offset)

    failures = retry_with(studio.library, lambda: None)
    monkeypatch.setattr(os, "pwrite", pwrite)

    assert studio.write().counts == {"success": 6}
    assert [each.code for each in studio.items(1)[studio.paths[0].name].attempts] == ["io_error"] * len(failures)


def test_failed_sync_is_not_retried(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    real, failed = os.fsync, []

    def fsync(fd: int) -> None:
        if os.readlink(f"/proc/self/fd/{fd}") == str(studio.paths[0]) and not failed:
            failed.append(fd)
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(fd)

    failures = retry_with(studio.library, lambda: None)
    monkeypatch.setattr(os, "fsync", fsync)

    assert studio.write().counts == {"success": 5, "failed": 1}
    assert failures == []
    assert studio.codes(1)[studio.paths[0].name] == ("failed", "sync_failed")
    assert studio.paths[0].read_bytes() == studio.old[studio.paths[0]]


def test_conflict_is_not_retried(studio: Studio) -> None:
    plan = studio.library.plan()
    os.utime(studio.paths[0], (OLD + 5, OLD + 5))
    failures = retry_with(studio.library, lambda: None)

    status = studio.library.write(plan, ALL).wait()

    assert status.counts == {"success": 5, "conflict": 1}
    assert failures == []
    assert "tried" not in studio.items(1)[studio.paths[0].name].message


def test_stop_keeps_retried_file_waiting(studio: Studio) -> None:
    """A file that waits for its retry at the end of the program does not fail; the next run retries it."""
    waiting = threading.Event()
    with held_by_another(studio.paths[0]):
        retry_with(studio.library, waiting.set, delay=3600.0)
        studio.library.write(studio.library.plan(), ALL)
        assert waiting.wait(20)
        studio.reopen()

    [left] = studio.library.interruptions.operations()
    assert set(left.counts) <= {"written", "not_started"}
    assert left.remaining >= 1
    assert studio.library.resume(1).wait().counts == {"success": 6}


def test_older_item_waits_for_retry_of_newer_item(studio: Studio) -> None:
    """Two writes of a file are rolled back newest first; if the newer file is in use, the older one must wait."""
    studio.write()
    studio.library.people.add(studio.paths, ["Cem Öz"])
    studio.write()
    with held_by_another(studio.paths[0]) as let_go:
        retry_with(studio.library, let_go, delay=0.5)
        status = studio.back(1, with_newer=True)

    assert status.counts == {"success": 12}
    assert studio.bytes() == studio.old
