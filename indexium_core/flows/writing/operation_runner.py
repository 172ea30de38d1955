"""
One running operation: its items, its progress and its pauses.

The order for a whole operation: items, preconditions and backup rows are in the ledger before it starts; the journal
file is created; files are edited one by one as `file_edit` describes; results and new catalog facts follow in groups.
So if a process is killed at any time, the ledger has every file that may have changed, the journal has the started
writes, and `recovery` combines both.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from indexium_core import errors, logs
from indexium_core.files import journal
from indexium_core.flows.jobs import job_log
from indexium_core.flows.writing import file_edit, protocol, recording
from indexium_core.flows.writing.blockers import Blockers, state_of_files
from indexium_core.flows.writing.file_edit import FileEditor, LocalEdits
from indexium_core.flows.writing.policy import FileProgress, WritePolicy
from indexium_core.flows.writing.protocol import EditResult
from indexium_core.flows.writing.throughput import Throughput
from indexium_core.flows.writing.workers.cluster_edits import ClusterEdits
from indexium_core.flows.writing.workers.process_edits import ProcessEdits
from indexium_core.flows.writing.workers.worker_journals import WorkerJournals
from indexium_core.jobs.cluster.client import Cluster
from indexium_core.jobs.event_bus import EventBus
from indexium_core.jobs.executors import Executor, Processes, Threads
from indexium_core.jobs.item_runner import ItemRunner, RunControl, RunEnd, RunSlots
from indexium_core.jobs.job_run import JobRun
from indexium_core.jobs.retry import Backoff
from indexium_core.jobs.ui_priority import UiPriority
from indexium_core.model.job import JobProgress
from indexium_core.model.operations.operation import FAILED_STATUSES, Attempt, OperationStatus, postpones
from indexium_core.model.operations.outcomes import UNDONE
from indexium_core.store import database, home_files
from indexium_core.store.connection import Connection
from indexium_core.store.operations import backups
from indexium_core.store.operations.ledger import Ledger
from indexium_core.store.operations.ledger_rows import Task
from indexium_core.store.plan_version import DiskRates

_FINISH_SECONDS = 5.0  # for this time, a paused operation finishes running files; then they pause, too
logger = logging.getLogger(__name__)
PAUSE_WAIT_SECONDS = 60.0  # a pause waits this time at most for a running file: its disk may never respond
_BATCH = 500  # tasks read from the ledger at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInProgress:
    """An item that is running."""

    name: str  # of its file
    progress: FileProgress

    @property
    def seconds(self) -> float:
        """Running time, without pauses."""
        return time.monotonic() - self.progress.started_at - self.progress.paused_seconds


@dataclass(slots=True, kw_only=True)
class OperationRun:
    """An operation that runs in this process."""

    operation_id: int
    job_id: int
    kind: str  # write, rollback
    started_at: datetime  # UTC
    total: int
    initial_processed: int  # items that had a result when the run started
    control: RunControl
    throughput: Throughput
    postpone: bool  # rollback: rolled-back files are postponed
    processed: int = 0  # items of this run that have a result
    active_items: dict[int, ItemInProgress] = field(default_factory=dict)  # also those that wait for a worker
    failure_reasons: dict[int, str] = field(default_factory=dict)  # by item that was not written
    on_activity: Callable[[], None] = lambda: None  # called when work advances
    attempts: dict[int, list[Attempt]] = field(default_factory=dict)  # failed attempts by item that is retried
    blocker: str = ""  # a problem of all remaining items, as a sentence
    unknown_paths: list[bytes] = field(default_factory=list)  # of files in an unknown state
    paused_at: float = 0.0  # time.monotonic() of the last pause
    is_planned: bool = False  # the operation writes a plan: one item for each file
    seconds_before: float = 0.0  # running time of earlier runs
    outcomes: Counter[str] = field(default_factory=Counter)  # items by result

    @property
    def current_file(self) -> str:
        """The name of the running file that was started first; "" if none runs."""
        return self.first_active()[0]

    def first_active(self) -> tuple[str, float | None]:
        """Return the name as `current_file`, and the finished fraction of its new file; None if no new file is made."""
        items = [item for _, item in self._edited()]
        return (items[0].name, items[0].progress.fraction) if items else ("", None)

    @property
    def eta_seconds(self) -> float | None:
        """The remaining seconds; None while there is no estimate or the operation is paused."""
        return None if self.control.is_paused else self.throughput.eta_seconds

    @property
    def seconds(self) -> float:
        """Running time of all runs of the operation, without pauses."""
        return self.seconds_before + self.throughput.seconds

    def progress(self) -> JobProgress:
        """Return the progress of the operation."""
        return JobProgress(
            job_id=self.job_id,
            current=self.initial_processed + self.processed,
            total=self.total,
            message=self.current_file,
            rate=self.throughput.rate,
            eta_seconds=self.eta_seconds,
            counters=dict(self.outcomes),
            seconds=self.seconds,
        )

    def active_seconds(self) -> dict[int, float]:
        """Return the running items, each with its running time in seconds."""
        return {item_id: item.seconds for item_id, item in self._edited()}

    def fractions(self) -> dict[int, float]:
        """Return the running items for which a new file is made, each with its finished fraction."""
        fractions = {item_id: item.progress.fraction for item_id, item in self._edited()}
        return {item_id: fraction for item_id, fraction in fractions.items() if fraction is not None}

    def _edited(self) -> list[tuple[int, ItemInProgress]]:
        return [(item_id, item) for item_id, item in tuple(self.active_items.items()) if not item.progress.is_waiting]

    def live(self, stored: OperationStatus) -> OperationStatus:
        """Return a stored progress with what only the run knows: which files are written now, and how fast."""
        current, fraction = self.first_active()
        return replace(
            stored,
            current_file=current,
            current_fraction=fraction,
            idle=stored.idle and self.control.is_idle,
            working=self.active_seconds(),
            fractions=self.fractions(),
            rate=self.throughput.rate,
            eta_seconds=self.eta_seconds,
        )

    def start_item(self, item_id: int, name: str, progress: FileProgress) -> bool:
        """Start an item, after a pause if there is one. Return False if the operation ends."""
        self.control.wait_while_paused()
        if self.is_ending():
            return False
        progress.start()
        self.active_items[item_id] = ItemInProgress(name=name, progress=progress)
        return True

    def newer_failure(self, task: Task) -> str:
        """Return why a newer write of the same file, which must come first, was not rolled back; "" if it was."""
        if task.after_item is None:
            return ""
        return self.failure_reasons.get(task.after_item, task.after_item_failure)

    def is_ending(self) -> bool:
        """Return whether the operation ends before its last file."""
        return self.control.ending is not None

    def end_item(self, item_id: int) -> None:
        """End an item."""
        self.active_items.pop(item_id, None)
        self.on_activity()

    def on_file_progress(self, progress: FileProgress) -> None:
        """Record that long work on a file advances. If the operation has been paused for some seconds, wait."""
        self.on_activity()
        if self.control.is_paused and time.monotonic() - self.paused_at > _FINISH_SECONDS:
            with progress.paused():
                self.control.wait_while_paused()
            self.on_activity()


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
            edited = file_edit.blocked_by_newer(task, newer_failure) if newer_failure else editor.edit(task, progress)
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


class OperationRuns:
    """Runs the operations of jobs, and knows those that run."""

    def __init__(
        self,
        parts: RunnerParts,
        *,
        max_concurrent: Callable[[], int],
        settings: Callable[[], Mapping[str, Any]],
    ) -> None:
        """
        `max_concurrent`: how many files are written at once, read at the start of each operation.

        `settings`: the present settings of a write, for operations that were recorded without theirs.
        """
        self.parts = parts
        self._max_concurrent = max_concurrent
        self._settings = settings
        self._running: dict[int, OperationRunner] = {}
        self._lock = threading.Lock()

    def run(self, job: JobRun) -> Mapping[str, Any]:
        """Run the operation of a job, whose items are in the ledger; return when it has ended or was stopped."""
        runner = self._runner(job)
        with self._lock:
            self._running[runner.run.operation_id] = runner
        job.operation = runner
        runner.execute()
        return {"counts": dict(runner.run.outcomes)}

    def find(self, operation_id: int) -> OperationRun | None:
        """Return the run of an operation; None if the operation does not run here."""
        runner = self._running.get(operation_id)
        return None if runner is None else runner.run

    def _forget(self, operation_id: int) -> None:
        with self._lock:
            self._running.pop(operation_id, None)

    def _runner(self, job: JobRun) -> OperationRunner:
        """Return the runner of a job, with what the ledger knows of its operation."""
        parts, operation_id = self.parts, int(job.payload["operation_id"])
        facts, counts = parts.ledger.start_facts(operation_id), parts.ledger.counts(operation_id)
        kind, options = job.job.job_type, facts.options
        first = parts.batch(operation_id, after=-1, is_planned=facts.is_planned)
        outcomes = {status: count for status, count in counts.items() if status not in ("pending", "writing")}
        run = OperationRun(
            operation_id=operation_id,
            job_id=job.job_id,
            kind=kind,
            started_at=parts.clock(),
            total=sum(counts.values()),
            initial_processed=sum(outcomes.values()),
            control=job.control,
            throughput=Throughput(self._expected_seconds(operation_id, first)),
            postpone=postpones(kind, options),
            outcomes=Counter(outcomes),
            is_planned=facts.is_planned,
            seconds_before=facts.seconds,
            on_activity=job.note_activity,
        )
        policy = WritePolicy(
            backups=parts.backups,
            pictures=parts.store.home / home_files.PICTURES,
            **self._settings_of(kind, options),
            break_links=options.get("hard_links") == "break",
            keep_backup=options.get("keep_backup", True),
            reserve_space=parts.reserve_space,
            is_cancelled=run.is_ending,
            on_progress=run.on_file_progress,
        )
        return OperationRunner(
            parts, run, job, first, policy=policy, workers=self._max_concurrent(), on_end=self._forget
        )

    def _expected_seconds(self, operation_id: int, first: Sequence[Task]) -> Mapping[bool, float]:
        """Return the estimated seconds of remaining items, in place (False) and rewritten (True); `first`: a batch."""
        if self.parts.is_full(first):
            return self.parts.ledger.expected_seconds(operation_id, self.parts.rates())
        return {kind: sum(task.expected_seconds for task in first if task.is_rewrite is kind) for kind in (False, True)}

    def _settings_of(self, kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings of a write, as they were when it was recorded. A rollback restores the former time."""
        found = dict(self._settings())
        found |= {name: options[name] for name in found if options.get(name) is not None}
        return found if kind == "write" else {**found, "preserve_mtime": False}
