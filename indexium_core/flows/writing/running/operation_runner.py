"""
Run one operation on the thread of its job, with a few threads for its files; store results in groups.

The order for a whole operation: items, preconditions and backup rows are in the ledger before it starts; the journal
file is created; files are edited one by one as `editing` describes; results and new catalog facts follow in groups. So
if a process is killed at any time, the ledger has every file that may have changed, the journal has the started writes,
and `recovery` combines both.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from indexium_core import errors, logs
from indexium_core.files import journal
from indexium_core.flows.jobs import job_log
from indexium_core.flows.writing import editing, protocol, recording
from indexium_core.flows.writing.local_edits import FileEditor, LocalEdits
from indexium_core.flows.writing.policy import FileProgress, WritePolicy
from indexium_core.flows.writing.protocol import EditResult
from indexium_core.flows.writing.running.blockers import Blockers, state_of_files
from indexium_core.flows.writing.running.operation_run import OperationRun
from indexium_core.flows.writing.workers.cluster_edits import ClusterEdits
from indexium_core.flows.writing.workers.process_edits import ProcessEdits
from indexium_core.flows.writing.workers.worker_journals import WorkerJournals
from indexium_core.jobs.cluster.client import Cluster
from indexium_core.jobs.event_bus import EventBus
from indexium_core.jobs.executors import Executor, Processes, Threads
from indexium_core.jobs.item_runner import ItemRunner, RunEnd, RunSlots
from indexium_core.jobs.job_run import JobRun
from indexium_core.jobs.retry import Backoff
from indexium_core.jobs.ui_priority import UiPriority
from indexium_core.model.job import JobProgress
from indexium_core.model.operations.operation import FAILED_STATUSES, Attempt
from indexium_core.model.operations.outcomes import UNDONE
from indexium_core.store import database
from indexium_core.store.connection import Connection
from indexium_core.store.operations import backups
from indexium_core.store.operations.ledger import Ledger
from indexium_core.store.operations.ledger_rows import Task
from indexium_core.store.versions.plan_version import DiskRates

logger = logging.getLogger(__name__)

PAUSE_WAIT_SECONDS = 60.0  # a pause waits this time at most for a running file: its disk may never respond
_BATCH = 500  # tasks read from the ledger at a time


@dataclass(slots=True, kw_only=True)
class RunnerParts:
    """What the runs of all operations of a home use."""

    store: database.Database
    ledger: Ledger
    events: EventBus
    backups: Path  # folder of the journals
    worker_journals: WorkerJournals
    blockers: Blockers
    clock: Callable[[], datetime]
    reserve_space: Callable[[int, int], bool] = lambda _size, _item: True  # reserve bytes for the original of an item
    ui_priority: UiPriority = field(default_factory=UiPriority)
    executor: Callable[[int, float], Executor] = lambda _files, _seconds: Threads()  # for files and estimated seconds
    rates: Callable[[], DiskRates] = DiskRates  # of estimates
    backoff: Backoff = field(default_factory=Backoff)

    def batch(self, operation_id: int, *, after: int, is_planned: bool) -> list[Task]:
        """Return the next tasks of an operation, after an item."""
        return self.ledger.pending(operation_id, after=after, count=_BATCH, is_planned=is_planned, rates=self.rates())

    def is_full(self, batch: Sequence[Task]) -> bool:
        """Return whether more tasks may follow a batch."""
        return len(batch) == _BATCH


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """How a run ended."""

    status: str  # of the operation
    message: str
    seconds: float  # running time of all its runs
    at: datetime


class OperationRunner:
    """Runs one operation; the `RunningOperation` of its job."""

    def __init__(
        self,
        parts: RunnerParts,
        run: OperationRun,
        job: JobRun,
        first: Sequence[Task],
        *,
        policy: WritePolicy,
        workers: int,
        on_end: Callable[[int], None],
    ) -> None:
        """`first`: the first batch of its tasks; `on_end` is called with the id of the operation when it has ended."""
        self.run = run
        self._parts, self._job, self._first = parts, job, first
        self._policy, self._workers, self._on_end = policy, workers, on_end
        self._end: _End | None = None
        self._unkept: list[str] = []  # journals that have no backup
        self._was_paused = self._was_idle = False
        self._checking = threading.Lock()

    # For the job: its progress, and the end of the operation.

    def progress(self) -> JobProgress:
        """Return the progress of the operation."""
        return self.run.progress()

    @property
    def has_ended(self) -> bool:
        """Whether `record_end` can store the end."""
        return self._end is not None

    def record_end(self, tx: Connection) -> None:
        """Store the end, in the transaction in which the job stores its own."""
        end, run = self._end, self.run
        assert end is not None  # `has_ended`
        if end.status != "paused":  # the pause is already stored
            self._parts.ledger.finish_within(
                tx,
                run.operation_id,
                end.status,
                kind=run.kind,
                seconds=end.seconds,
                now=end.at,
                error_message=end.message,
            )
        if not self._policy.keep_backup and end.status.startswith("completed"):
            self._unkept = backups.Backups(self._parts.store).journals_of(run.operation_id)
            backups.drop_operation(tx, run.operation_id, reason="written without a backup", now=end.at)

    def report_end(self, *, is_recorded: bool) -> None:
        """Tell that the operation has ended; its end is not recorded if the process stops before."""
        for name in self._unkept if is_recorded else ():
            (self._parts.backups / name).unlink(missing_ok=True)
        self._on_end(self.run.operation_id)
        self._emit("completed", message="" if self._end is None else self._end.status)
        self._parts.events.emit("plan:changed", operation_id=self.run.operation_id)

    # The thread of the job.

    def execute(self) -> None:
        """Run the operation until it has ended or was stopped."""
        self.run.control.on_change(self._on_control_change)
        self._on_control_change()
        status, message, operation = "failed", "", {"operation_id": self.run.operation_id}
        try:
            self._emit("started")
            with self._journal() as undo_journal:
                status = self._final_status(self._items(undo_journal).run(self._tasks()))
                message = self._message_of_stop()
        except errors.IndexiumError as error:
            message = error.message
            logger.exception("operation.failed", extra=operation)
        except OSError as error:
            message = f"The journal cannot be written: {error.strerror or error}."
            logger.exception("operation.failed", extra=operation)
        except Exception as error:
            message = f"Unexpected error: {error}"
            logger.exception("operation.failed", extra=operation)
        finally:
            self._finish(status, message)

    def _finish(self, status: str, message: str) -> None:
        self._end = _End(status=status, message=message, seconds=self.run.seconds, at=self._parts.clock())

    def _message_of_stop(self) -> str:
        """Return why the operation was stopped; "" if no problem stopped it."""
        run, job = self.run, self._job
        if run.blocker:
            return f"{run.blocker} {state_of_files(run.unknown_paths)}"
        if job.stopped_by != "timeout":
            return ""
        return (
            f"The operation made no progress for {job.kind.stall_timeout():,.0f} seconds and was interrupted. Check "
            "whether the disk of its files responds, then resume."
        )

    def _on_control_change(self) -> None:
        """Emit pauses and resumes. Running time counts until the files that were started before a pause have ended."""
        run = self.run
        with self._checking:
            is_paused, was_paused = run.control.is_paused, self._was_paused
            is_idle, was_idle = run.control.is_idle, self._was_idle
            self._was_paused, self._was_idle = is_paused, is_idle
            if is_paused and not was_paused:
                run.paused_at = time.monotonic()
            if is_idle:
                run.throughput.pause()
            else:
                run.throughput.resume()
        if is_paused and not was_paused:
            self._emit("progress", message="paused")
        elif was_paused and not is_paused:
            run.on_activity()
            self._emit("progress", message="resumed")
        if is_idle and not was_idle:  # the plan includes all results so far
            self._parts.events.emit("plan:changed", operation_id=self.run.operation_id)

    def _tasks(self) -> Iterator[Task]:
        tasks, run = self._first, self.run
        yield from tasks
        while self._parts.is_full(tasks):
            tasks = self._parts.batch(run.operation_id, after=tasks[-1].item_id, is_planned=run.is_planned)
            yield from tasks

    @contextlib.contextmanager
    def _journal(self) -> Iterator[journal.OperationJournal]:
        """
        Create the journal of this run. Each run has a file of its own, with a name that no earlier run used.

        The empty journal of an earlier run may have been moved; the new journal must not be confused with it.
        """
        parts, operation_id = self._parts, self.run.operation_id
        former = parts.ledger.journal_of_pending(operation_id) or f"{operation_id}.journal"
        number, name = int((former.split(".")[1:-1] or ["0"])[0]), former
        while (parts.backups / name).exists():
            number += 1
            name = f"{operation_id}.{number}.journal"
        if name != former:
            parts.ledger.rename_journal(operation_id, name)
        undo_journal = journal.OperationJournal.create(parts.backups / name)
        try:
            yield undo_journal
        finally:
            undo_journal.close()

    def _items(self, undo_journal: journal.OperationJournal) -> ItemRunner[Task, EditResult]:
        """Return the runner of the items."""
        executor = self._parts.executor(_files_of(self.run), self.run.throughput.ahead)
        writes = executor.max_writes(self._workers)
        editor = self._editor(executor, undo_journal, writes)
        return ItemRunner(
            logs.carry(lambda task: self._edit(editor, task)),
            logs.carry(lambda group: self._store_results(undo_journal, group)),
            workers=writes * editor.threads_per_write,
            control=self.run.control,
            key=_file_of,
            retry_delay=self._retry_delay,
        )

    def _editor(self, executor: Executor, undo_journal: journal.OperationJournal, writes: int) -> FileEditor:
        """
        Return who edits the files, `writes` of them at a time.

        Side files are not worth a journey to a worker of a cluster.
        """
        policy = self._policy
        if isinstance(executor, Cluster) and self.run.kind != "publish":
            slots = RunSlots(self.run.control, writes)
            return ClusterEdits(executor, undo_journal, policy, self._parts.worker_journals, slots)
        if isinstance(executor, Processes):
            return ProcessEdits(processes=executor, undo_journal=undo_journal, policy=policy)
        return LocalEdits(undo_journal=undo_journal, policy=policy)

    # The threads of the files.

    def _edit(self, editor: FileEditor, task: Task) -> EditResult:
        """Edit the file of a task, and return its result."""
        run, progress = self.run, FileProgress(self._policy)
        with run.control.as_waiting():
            self._parts.ui_priority.yield_to_ui()
        try:
            if not run.start_item(task.item_id, task.path.rsplit(b"/", 1)[-1].decode("utf-8", "replace"), progress):
                return protocol.still_pending(task)
            newer_failure = run.newer_failure(task)
            edited = editing.blocked_by_newer(task, newer_failure) if newer_failure else editor.edit(task, progress)
            makes_new_file = progress.fraction is not None
            return self._stop_if_blocked(edited.minus_pause(progress.paused_seconds), makes_new_file=makes_new_file)
        finally:
            run.end_item(task.item_id)

    def _stop_if_blocked(self, edited: EditResult, *, makes_new_file: bool) -> EditResult:
        """
        Stop the operation if the error of a file concerns all files, and add the earlier attempts to the result.

        `makes_new_file`: a new file was being made, which is discarded if the file has no result.
        """
        run, result, item_id = self.run, edited.record.result, edited.task.item_id
        run.failure_reasons.pop(item_id, None)
        if result.code == UNDONE:
            return edited.as_pending(self._interruption_cause(), was_started=True)
        if result.status not in FAILED_STATUSES:
            return edited.with_attempts(run.attempts.get(item_id, ()))
        if result.status == "unknown":
            run.unknown_paths.append(edited.task.path)
        blocker = self._parts.blockers.blocker_of(edited.task, result.code)
        if blocker:
            run.blocker = run.blocker or blocker
            run.control.fail()
            if result.status != "unknown":
                return edited.as_pending("blocked", was_started=makes_new_file)
        run.failure_reasons[item_id] = result.message or result.code
        return edited.with_attempts(run.attempts.get(item_id, ()))

    def _interruption_cause(self) -> str:
        """Return the cause that interrupts running files, in the words of `model.operations.interruption`."""
        if self.run.control.ending is RunEnd.CANCELLED:
            return "cancelled"
        return "blocked" if self.run.control.ending is RunEnd.FAILED else self._job.stopped_by

    def _retry_delay(self, _: Task, edited: EditResult) -> float | None:
        """Return the seconds until a file is retried; None if its result is final."""
        if not edited.is_retryable:
            return None
        run, result = self.run, edited.record.result
        attempts = run.attempts.setdefault(edited.task.item_id, [])
        attempts.append(Attempt(code=result.code, message=result.message))
        seconds = self._parts.backoff.delay_after(len(attempts))
        if seconds is not None:
            where = {"operation_id": run.operation_id, "file_path": edited.task.path.decode("utf-8", "replace")}
            logger.info("item.retried", extra={**where, "code": result.code, "tries": len(attempts)})
        return seconds

    # The thread of the results.

    def _store_results(self, undo_journal: journal.OperationJournal, group: Sequence[EditResult]) -> None:
        # The journal comes first: otherwise the ledger may list a file as written that the journal undoes after a power
        # cut.
        undo_journal.sync()
        run = self.run
        updates = [
            recording.ItemUpdate(
                record=edited.record, file=recording.scanned_file(edited.task.path, edited.stat, edited.facts)
            )
            for edited in group
        ]
        recording.record_results(
            self._parts.store,
            run.operation_id,
            updates,
            kind=run.kind,
            postpone=run.postpone,
            now=self._parts.clock(),
            since=run.started_at,
            seconds=run.seconds,
        )
        for edited in group:
            job_log.log_file(run.operation_id, edited.task.path, edited.record.result, kind=run.kind)
        finished = [edited for edited in group if edited.record.result.status != "pending"]
        run.outcomes.update(edited.record.result.status for edited in finished)
        run.processed += len(finished)
        for edited in finished:
            task, seconds = edited.task, edited.record.result.seconds
            run.throughput.record(is_rewrite=task.is_rewrite, expected=task.expected_seconds, seconds=seconds)
        self._emit("progress")

    def _final_status(self, ending: RunEnd) -> str:
        run, book = self.run, self._parts.ledger
        is_complete = run.outcomes.total() == run.total  # every item has a recorded result
        counts = run.outcomes if is_complete else book.counts(run.operation_id)
        pending = counts.get("pending")
        if run.control.ending is not None and pending:
            ending = run.control.ending  # the last files started, but were cancelled
        elif ending is RunEnd.STOPPED and not pending:
            ending = RunEnd.DONE  # the stop came after the last file was started
        if ending is RunEnd.STOPPED:
            return "paused" if run.control.was_paused else "interrupted"
        if ending is RunEnd.CANCELLED:
            book.skip_pending(run.operation_id, now=self._parts.clock())
            skipped = book.outcomes(run.operation_id, cancelled=True)
            job_log.log_outcomes(run.operation_id, run.job_id, skipped, kind=run.kind)
            return "cancelled"
        if ending is RunEnd.FAILED:
            return "failed"
        return recording.final_status(counts)

    def _emit(self, verb: str, *, message: str = "") -> None:
        run = self.run
        progress = run.progress()
        self._parts.events.emit(
            f"{run.kind}:{verb}",
            job_id=run.job_id,
            operation_id=run.operation_id,
            current=progress.current,
            total=progress.total,
            message=message or progress.message,
            rate=progress.rate,
            eta_seconds=progress.eta_seconds,
        )


def _files_of(run: OperationRun) -> int:
    """Return the number of files that count for the choice of the executor: side files are not worth a process."""
    return 0 if run.kind == "publish" else run.total - run.initial_processed


def _file_of(task: Task) -> Hashable:
    """Return what is the same for two tasks that must not run at once."""
    return (task.device, task.inode) if task.inode else task.path
