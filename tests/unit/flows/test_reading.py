"""Prefetch: many small files at a time, few with long comments, and all of them in order."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from indexium_core.flows.scanning import reading
from indexium_core.flows.scanning.discovery import FileToRead
from indexium_core.flows.scanning.reading import ReadResult
from indexium_core.jobs.executors import Threads, WorkerLostError
from indexium_core.model.files.media import FileFacts, FileStat
from indexium_core.model.people import people_comment

STAT = FileStat(size=1, mtime_ns=1, device=1, inode=1, nlink=1, mode=0o644)


@pytest.mark.parametrize(("length", "most"), [(0, 200), (1_000_000, 8)])
def test_read_ahead_is_limited(monkeypatch: pytest.MonkeyPatch, length: int, most: int) -> None:
    turn, read, ahead = threading.Lock(), 0, 0
    comment = "x" * length

    def instead(chunk: Sequence[FileToRead], **_: object) -> list[ReadResult]:
        nonlocal read
        with turn:
            read += len(chunk)
        facts = FileFacts(state="ok", comment=comment)
        return [ReadResult(candidate, facts, people_comment.parse(None)) for candidate in chunk]

    monkeypatch.setattr(reading, "_read_chunk", instead)
    files = [FileToRead(b"%d" % number, STAT) for number in range(200)]
    got = []
    for found in reading.read_all(files, threads=2, full=False, faststart="keep"):
        ahead = max(ahead, read - len(got))
        got.append(found.path)

    assert got == [each.path for each in files]
    assert ahead <= most


def test_slow_files_are_read_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk of slow files would delay the progress and a stop."""
    seconds, sizes = {"now": 0.0}, []

    def instead(chunk: Sequence[FileToRead], **_: object) -> list[ReadResult]:
        sizes.append(len(chunk))
        seconds["now"] += sum(0.001 if int(each.path) < 2000 else 5.0 for each in chunk)
        return [ReadResult(each, FileFacts(state="ok"), people_comment.parse(None)) for each in chunk]

    monkeypatch.setattr(reading, "_read_chunk", instead)
    monkeypatch.setattr(reading.time, "monotonic", lambda: seconds["now"])
    files = [FileToRead(b"%d" % number, STAT) for number in range(2300)]
    assert len(list(reading.read_all(files, threads=1, full=False, faststart="keep"))) == 2300
    assert max(sizes) == 25
    assert sizes[-150:] == [1] * 150


class _DyingProcesses(Threads):
    """Ends the process of every call that reads the file `bad`."""

    def __init__(self, bad: bytes) -> None:
        super().__init__()
        self._bad, self.calls = bad, 0

    def call(self, function: Any, /, files: Any, **named: Any) -> Any:
        self.calls += 1
        if any(path == self._bad for path, _, _ in files):
            raise WorkerLostError("was killed by signal 9")
        return [(FileFacts(state="ok"), people_comment.parse(None)) for _ in files]


def test_file_that_ends_its_process_does_not_affect_its_chunk() -> None:
    files = [FileToRead(b"%d" % number, STAT) for number in range(100)]
    executor = _DyingProcesses(b"77")
    found = list(reading.read_all(files, threads=2, full=False, faststart="keep", executor=executor))
    assert [each.path for each in found] == [each.path for each in files]
    assert {each.path: each.facts.state for each in found if each.facts.state != "ok"} == {b"77": "corrupt"}
    assert executor.calls < 100
