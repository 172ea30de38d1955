"""
Barriers that stop work at a known point: a gate before edits, one before reads, and a file that another program locks.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from indexium_core.flows.scanning import reading
from indexium_core.flows.writing import file_edit
from indexium_core.flows.writing.writer import OperationHandle
from indexium_core.jobs.retry import Backoff
from indexium_core.library import Library
from indexium_core.model.files.scan_reports import ScanReport
from indexium_core.model.job import Job
from indexium_core.model.operations.actor import Actor
from indexium_core.model.operations.operation import WriteOptions
from tests.support.studio import ALL
from tests.support.waiting import PATIENCE


def retry_with(library: Library, at_failure: Callable[[], object], *, delay: float = 0.01) -> list[str]:
    """Retry files after a short delay, and call a function after each failure; return the number of failures."""
    failures: list[str] = []

    def chance() -> float:
        failures.append("")
        at_failure()
        return 0.0

    library._parts.writing.runs.parts.backoff = Backoff(delays=(delay,) * 3, random_value=chance)
    return failures


@contextlib.contextmanager
def held_by_another(path: Path) -> Iterator[Callable[[], None]]:
    """Lock a file like another writer; yield the function that releases it."""
    fd = os.open(path, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    try:
        yield lambda: fcntl.flock(fd, fcntl.LOCK_UN)
    finally:
        os.close(fd)


class Gate:
    """Allows a number of edits, then stops further files until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, free: int) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()
        self.held = threading.Semaphore(0)  # one for each waiting file
        self._left, self._lock, real = free, threading.Lock(), file_edit.edit

        def edit(*arguments: Any) -> Any:
            with self._lock:
                self._left -= 1
                shut = self._left < 0
            if shut:
                self.reached.set()
                self.held.release()
                assert self.opened.wait(PATIENCE)
            return real(*arguments)

        monkeypatch.setattr(file_edit, "edit", edit)

    def write(self, library: Library, options: WriteOptions = ALL, query: str = "") -> OperationHandle:
        """Start to write the plan, and return when a file waits at the gate."""
        handle = library.write(library.plan(query), options)
        assert self.reached.wait(PATIENCE)
        return handle

    def open_when_told(self, library: Library, operation_id: int) -> int:
        """Open the gate when the operation is about to pause or to end; return its job."""
        run = library._parts.writing.runs.find(operation_id)
        assert run is not None
        run.control.on_change(self.opened.set)
        return run.job_id

    def pause(self, library: Library, operation_id: int, *, by: str) -> Job:
        """Pause the operation by its job; waiting files pass, and no others start."""
        with library.acting_as(Actor("local", name=by)):
            return library.jobs.pause(self.open_when_told(library, operation_id))


def cut_off(
    library: Library, monkeypatch: pytest.MonkeyPatch, after: int, options: WriteOptions = ALL, query: str = ""
) -> OperationHandle:
    """Write file by file and stop after a number of files, until the operation must end: then one more is written."""
    library.configuration.set("metadata_max_concurrent_writes", "1")
    gate = Gate(monkeypatch, after)
    handle = gate.write(library, options, query)
    gate.open_when_told(library, handle.id)
    return handle


class HeldReading:
    """Stops scans before the first file that they read, until they may continue."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.opened, read = threading.Event(), threading.Event(), reading._read_chunk

        def held(*arguments: Any, **named: Any) -> Any:
            self.reached.set()
            assert self.opened.wait(PATIENCE)
            return read(*arguments, **named)

        monkeypatch.setattr(reading, "_read_chunk", held)


class AwaitedScan:
    """A full scan with a waiting caller, stopped before its first file until it is released."""

    def __init__(self, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reports: list[ScanReport] = []  # none until the waiting caller has one
        held = HeldReading(monkeypatch)
        self.let_go = held.opened.set
        self._waiting = threading.Thread(target=lambda: self.reports.append(library.scan(full=True)))
        self._waiting.start()
        assert held.reached.wait(PATIENCE)
        [self.job_id] = library._parts.core.queue.running_jobs("scan")

    def report(self) -> ScanReport:
        """Wait for it as well."""
        self._waiting.join(PATIENCE)
        [report] = self.reports
        return report
