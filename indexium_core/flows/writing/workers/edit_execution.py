"""
Run the edit of one file: on the spot, or in a worker process, while the journal and the operation stay in this process.

So there is one journal in one order for all processes, and it has an entry of every file before the file changes. If
the worker process dies during an edit, the journal recovers the file at once, as at the next start. The item is then
retried, unless its new file is already in place. Only values and callbacks cross the process boundary. Progress of long
work is sent several times a second; the answer blocks the work during a pause, or cancels it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from indexium_core.files import journal
from indexium_core.flows.writing import editing, late_results, protocol
from indexium_core.flows.writing.policy import FileProgress, WritePolicy
from indexium_core.flows.writing.protocol import EditResult
from indexium_core.jobs.executors import Executor, Processes, WorkerLostError
from indexium_core.store.operations.ledger_rows import Task

logger = logging.getLogger(__name__)

_REPORT_SECONDS = 0.05  # between two progress reports
# The fields of `WritePolicy` that can be pickled.
_PLAIN_FIELDS = ("backups", "pictures", "preserve_mtime", "faststart", "sidecar_name", "break_links", "keep_backup")
_LATE_PROOF = {"recovered": "verified before the writing process ended, according to its journal"}


def edit(
    executor: Executor,
    task: Task,
    undo_journal: journal.OperationJournal,
    policy: WritePolicy,
    progress: FileProgress,
) -> EditResult:
    """Do what `editing.edit` does, in a worker process if the executor has them."""
    if not isinstance(executor, Processes):
        return editing.edit(task, undo_journal, policy, progress)
    plain, started = plain_fields(policy), time.perf_counter()
    try:
        return executor.call_with_callbacks(RequestHandler(undo_journal, policy, progress), _edit, task, plain)
    except WorkerLostError as lost:
        logger.warning("item.process_lost", extra={"item_id": task.item_id, "error": str(lost)})
        return recover(task, undo_journal, lost, started=started)


def plain_fields(policy: WritePolicy) -> dict[str, Any]:
    """Return the fields of a policy that can be sent to another process."""
    return {name: getattr(policy, name) for name in _PLAIN_FIELDS}


# In this process.


class RequestHandler:
    """The callbacks of the worker process: the journal, and the progress of the operation."""

    def __init__(self, undo_journal: journal.OperationJournal, policy: WritePolicy, progress: FileProgress) -> None:
        self._policy, self._progress = policy, progress
        self.reserve_space, self.is_cancelled = policy.reserve_space, policy.is_cancelled
        self._journal = undo_journal
        self.inserted, self.commit, self.undone = undo_journal.inserted, undo_journal.commit, undo_journal.undone

    # Record an entry and return the size of its record in bytes: see `_JournalProxy`.

    def begin(self, entry: journal.JournalEntry) -> int:
        self._journal.begin(entry)
        return self._journal.entry(entry.item_id).stored_bytes

    def making(self, entry: journal.SwapEntry) -> int:
        self._journal.making(entry)
        return self._journal.entry(entry.item_id).stored_bytes

    def swap(self, entry: journal.SwapEntry) -> int:
        self._journal.swap(entry)
        return self._journal.entry(entry.item_id).stored_bytes

    def side_files(self, entry: journal.SideFilesEntry) -> int:
        return self._journal.side_files(entry)

    def report(self, position: tuple[int, int] | None) -> bool:
        """Store a new position and return whether the work is cancelled; block while the operation is paused."""
        if position is not None:
            self._progress.set_position(*position)
            self._policy.on_progress(self._progress)
        return self._policy.is_cancelled()


def recover(task: Task, undo_journal: journal.OperationJournal, lost: WorkerLostError, *, started: float) -> EditResult:
    """
    Let the journal recover the file of a process that has ended, and return the result.

    The result is a late success if the edit was complete, `unknown` if the file cannot be recovered now, and otherwise
    a failure with an unchanged file.
    """
    recovered = journal.recover_item(undo_journal, task.item_id)
    if recovered is None or recovered.outcome.status in {"undone", "untouched"}:
        message = f"The process that wrote the file {lost}. The file is unchanged."
        return without_success(task, "failed", "process_lost", message, started=started)
    if recovered.outcome.status == "finished":
        success = protocol.result(task, "success", started=started, proof=_LATE_PROOF)
        late = late_results.from_journal(
            recovered.entry, success, planned=task.changes if task.reverts_item is None else ()
        )
        return EditResult(task=task, record=late.record, stat=late.stat, facts=late.facts)
    return without_success(task, "unknown", recovered.outcome.code, recovered.outcome.message, started=started)


def without_success(task: Task, status: str, code: str, message: str, *, started: float) -> EditResult:
    """Return the result of a file that was not written, or whose result is unknown."""
    return EditResult.of(task, protocol.result(task, status, code, message, started=started))


# In the worker process.


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
    """The proxy of `RequestHandler`."""

    def reserve_space(self, size: int, item_id: int, /) -> bool: ...
    def report(self, position: tuple[int, int] | None, /) -> bool: ...


def _edit(handler: EditHandler, task: Task, plain: Mapping[str, Any]) -> EditResult:
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
    return editing.edit(task, _JournalProxy(journal_handler), policy, FileProgress(policy))


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
