"""
The side of a worker: it runs the edit of one file, while the operation stays in the process of the library.

Only values and callbacks cross the border. The worker asks its handler to record each step in a journal, and reports
progress several times a second; the answer blocks the work during a pause, or cancels it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from indexium_core.files import journal
from indexium_core.flows.writing import file_edit
from indexium_core.flows.writing.policy import FileProgress, WritePolicy
from indexium_core.flows.writing.protocol import EditResult
from indexium_core.store.operations.ledger_rows import Task

_REPORT_SECONDS = 0.05  # between two progress reports


class JournalHandler(Protocol):
    """Records the steps of one item; those with an entry return the size of the record in bytes."""

    def begin(self, entry: journal.JournalEntry, /) -> int: ...
    def making(self, entry: journal.SwapEntry, /) -> int: ...
    def swap(self, entry: journal.SwapEntry, /) -> int: ...
    def side_files(self, entry: journal.SideFilesEntry, /) -> int: ...
    def inserted(self, item_id: int, /) -> None: ...
    def commit(self, item_id: int, /) -> None: ...
    def undone(self, item_id: int, /) -> None: ...


class EditHandler(JournalHandler, Protocol):
    """Answers the requests of a worker: the proxy of `process_edits.RequestHandler`."""

    def reserve_space(self, size: int, item_id: int, /) -> bool: ...
    def report(self, position: tuple[int, int] | None, /) -> bool: ...


def edit_in_process(handler: EditHandler, task: Task, plain: Mapping[str, Any]) -> EditResult:
    """Run one task in a worker process, whose journal is that of the operation."""
    return run_edit(handler, handler, task, plain)


def run_edit(
    handler: EditHandler,
    journal_handler: JournalHandler,
    task: Task,
    plain: Mapping[str, Any],
    reverted: journal.AnyEntry | None = None,
) -> EditResult:
    """Run one task in this worker process; `plain` and `reverted` are fields of its policy."""
    channel = ProgressChannel(handler)
    policy = WritePolicy(
        **plain,
        reverted=reverted,
        reserve_space=handler.reserve_space,
        is_cancelled=channel.is_cancelled,
        on_progress=channel.on_progress,
    )
    return file_edit.edit(task, _JournalProxy(journal_handler), policy, FileProgress(policy))


class _JournalProxy:
    """The journal for the one item of this process; it keeps the entry, so that reading it needs no request."""

    def __init__(self, handler: JournalHandler) -> None:
        self._handler = handler
        self._entry: journal.AnyEntry | None = None
        self._is_open = False
        self.inserted = handler.inserted

    def begin(self, entry: journal.JournalEntry) -> None:
        self._start(replace(entry, stored_bytes=self._handler.begin(entry)))

    def making(self, entry: journal.SwapEntry) -> None:
        self._start(replace(entry, stored_bytes=self._handler.making(entry)))

    def swap(self, entry: journal.SwapEntry) -> None:
        self._start(replace(entry, stored_bytes=self._handler.swap(entry)))

    def side_files(self, entry: journal.SideFilesEntry) -> int:
        size = self._handler.side_files(entry)
        self._start(replace(entry, stored_bytes=size))
        return size

    def commit(self, item_id: int) -> None:
        self._handler.commit(item_id)
        self._is_open = False

    def undone(self, item_id: int) -> None:
        self._handler.undone(item_id)
        self._is_open = False

    def is_open(self, item_id: int) -> bool:
        del item_id  # a process works on one item at a time
        return self._is_open

    def entry(self, item_id: int) -> journal.AnyEntry:
        if self._entry is None:
            raise KeyError(item_id)
        return self._entry

    def _start(self, entry: journal.AnyEntry) -> None:
        self._entry, self._is_open = entry, True


class ProgressChannel:
    """Sends progress to the operation and receives whether the work is cancelled."""

    def __init__(self, handler: EditHandler) -> None:
        self._handler = handler
        self._position: tuple[int, int] | None = None  # not sent yet
        self._due_at = 0.0  # time.monotonic() of the next report
        self._is_cancelled = False

    def on_progress(self, progress: FileProgress) -> None:
        self._position = progress.position
        self._report_if_due()

    def is_cancelled(self) -> bool:
        self._report_if_due()
        return self._is_cancelled

    def _report_if_due(self) -> None:
        if self._is_cancelled or time.monotonic() < self._due_at:
            return
        position, self._position = self._position, None
        self._is_cancelled = self._handler.report(position)
        self._due_at = time.monotonic() + _REPORT_SECONDS
