"""An exhausted disk quota; quotas do not apply to root, so the system call is replaced."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from indexium_core.files.journal import disk
from tests.support.studio import Studio


def test_exhausted_quota_stops_operation_until_space_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio, real, tried = Studio(tmp_path, 12), disk.pwrite, set[int]()

    def refused(fd: int, data: bytes, offset: int) -> None:
        tried.add(os.fstat(fd).st_ino)
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    monkeypatch.setattr(disk, "pwrite", refused)
    status = studio.write()
    monkeypatch.setattr(disk, "pwrite", real)

    assert (status.status, status.counts) == ("failed", {"pending": 12})
    assert len(tried) <= studio.library.settings.metadata_max_concurrent_writes + 1  # of the files in progress
    message = studio.library.operation(1).operation.error_message
    assert message.startswith(f"Your quota on the disk of {studio.films} is exhausted")
    assert "then resume" in message
    assert studio.bytes() == studio.old
    assert studio.library.resume(1).wait().counts == {"success": 12}
    studio.library.close()
