"""Prefetch: many small files at a time, few with long comments, and all of them in order."""

from __future__ import annotations

import threading

import pytest

from indexium_core.flows.scanning import reading
from indexium_core.flows.scanning.discovery import FileToRead
from indexium_core.flows.scanning.reading import ReadResult
from indexium_core.model.files.media import FileFacts, FileStat
from indexium_core.model.people import people_comment

STAT = FileStat(size=1, mtime_ns=1, device=1, inode=1, nlink=1, mode=0o644)


@pytest.mark.parametrize(("length", "most"), [(0, 200), (1_000_000, 8)])
def test_read_ahead_is_limited(monkeypatch: pytest.MonkeyPatch, length: int, most: int) -> None:
    turn, read, ahead = threading.Lock(), 0, 0
    comment = "x" * length

    def instead(candidate: FileToRead, **_: object) -> ReadResult:
        nonlocal read
        with turn:
            read += 1
        return ReadResult(candidate, FileFacts(state="ok", comment=comment), people_comment.parse(None))

    monkeypatch.setattr(reading, "_read", instead)
    files = [FileToRead(b"%d" % number, STAT) for number in range(200)]
    got = []
    for found in reading.read_all(files, threads=2, full=False, faststart="keep"):
        ahead = max(ahead, read - len(got))
        got.append(found.path)

    assert got == [each.path for each in files]
    assert ahead <= most
