"""
The edits of an operation in worker processes, while its journal and the operation stay in this process.

So there is one journal in one order for all processes, and it has an entry of every file before the file changes. If
the worker process dies during an edit, the journal recovers the file at once, as at the next start. The item is then
retried, unless its new file is already in place. `worker_side` is the other end.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any, ClassVar

from indexium_core.files import journal
from indexium_core.flows.writing import late_results, protocol
from indexium_core.flows.writing.policy import FileProgress, WritePolicy
from indexium_core.flows.writing.protocol import EditResult
from indexium_core.flows.writing.workers import worker_side
from indexium_core.jobs.executors import Processes, WorkerLostError
from indexium_core.store.operations.ledger_rows import Task

logger = logging.getLogger(__name__)

# The fields of `WritePolicy` that can be pickled.
_PLAIN_FIELDS = ("backups", "pictures", "preserve_mtime", "faststart", "sidecar_name", "break_links", "keep_backup")
_LATE_PROOF = {"recovered": "verified before the writing process ended, according to its journal"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessEdits:
    """The edits of one run of an operation, each in a worker process; a `FileEditor`."""

    processes: Processes
    undo_journal: journal.OperationJournal  # of the operation
    policy: WritePolicy
    threads_per_write: ClassVar[int] = 1

    def edit(self, task: Task, progress: FileProgress) -> EditResult:
        """Do what `file_edit.edit` does, in a worker process."""
        plain, started = plain_fields(self.policy), time.perf_counter()
        handler = RequestHandler(self.undo_journal, self.policy, progress)
        try:
            return self.processes.call_with_callbacks(handler, worker_side.edit_in_process, task, plain)
        except WorkerLostError as lost:
            logger.warning("item.process_lost", extra={"item_id": task.item_id, "error": str(lost)})
            return recover(task, self.undo_journal, lost, started=started)


def plain_fields(policy: WritePolicy) -> dict[str, Any]:
    """Return the fields of a policy that can be sent to another process."""
    return {name: getattr(policy, name) for name in _PLAIN_FIELDS}


class RequestHandler:
    """The callbacks of the worker process: the journal, and the progress of the operation."""

    def __init__(self, undo_journal: journal.OperationJournal, policy: WritePolicy, progress: FileProgress) -> None:
        self._policy, self._progress = policy, progress
        self.reserve_space, self.is_cancelled = policy.reserve_space, policy.is_cancelled
        self._journal = undo_journal
        self.inserted, self.commit, self.undone = undo_journal.inserted, undo_journal.commit, undo_journal.undone

    # Record an entry and return the size of its record in bytes: see `worker_side`.

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
