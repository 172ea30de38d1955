"""
Run operations, each as a job with one thread for itself and a few for its files; store results in groups.

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
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from indexium_core import errors, logs
from indexium_core.files import journal
from indexium_core.flows.jobs import job_log
from indexium_core.flows.writing import editing, protocol, recording
from indexium_core.flows.writing.blockers import Blockers, state_of_files
from indexium_core.flows.writing.operation_run import OperationRun
from indexium_core.flows.writing.policy import FileProgress, WritePolicy
from indexium_core.flows.writing.protocol import EditResult
from indexium_core.flows.writing.throughput import Throughput
from indexium_core.flows.writing.workers import edit_execution
from indexium_core.flows.writing.workers.cluster_edit import ClusterEdits
from indexium_core.flows.writing.workers.worker_journals import WorkerJournals
from indexium_core.jobs.cluster.client import Cluster
from indexium_core.jobs.event_bus import EventBus
from indexium_core.jobs.executors import Executor, Threads
from indexium_core.jobs.item_runner import ItemRunner, RunEnd
from indexium_core.jobs.job_run import JobRun, OperationEnd
from indexium_core.jobs.retry import Backoff
from indexium_core.jobs.ui_priority import UiPriority
from indexium_core.model.operations.operation import FAILED_STATUSES, Attempt, postpones
from indexium_core.model.operations.outcomes import UNDONE
from indexium_core.store import database
from indexium_core.store.connection import Connection
from indexium_core.store.operations import backups, ledger
from indexium_core.store.operations.ledger_rows import Task
from indexium_core.store.planning.plan_version import DiskRates
from indexium_core.store.recovery import files

logger = logging.getLogger(__name__)

_BATCH = 500  # tasks read from the ledger at a time
PAUSE_WAIT_SECONDS = 60.0  # a pause waits this time at most for a running file: its disk may never respond


class Operations:
    """The operations that run in this process."""

    def __init__(
        self,
        store: database.Database,
        *,
        workers: int,
        events: EventBus,
        backups: Path,
        worker_journals: WorkerJournals,
        clock: Callable[[], datetime],
        preserve_mtime: Callable[[], bool] = lambda: False,
        faststart: str = "keep",
        sidecar_name: Callable[[], str] = lambda: "full",
        reserve_space: Callable[[int, int], bool] = lambda _size, _item: True,
        ui_priority: UiPriority | None = None,
        executor: Callable[[int, float], Executor] = lambda _files, _seconds: Threads(),
        rates: Callable[[], DiskRates] = DiskRates,
    ) -> None:
        self._store = store
        self._ledger = ledger.Ledger(store)
        self.faststart = faststart  # this and `workers` may change; changes apply to the next operation
        self.workers = workers
        self._sidecar_name = sidecar_name
        self._reserve_space = reserve_space
        self._ui_priority = ui_priority or UiPriority()
        self._backoff = Backoff()
        self._blockers = Blockers(store)
        self._executor = executor  # called for each launch, with the number of files and their estimated seconds
        self._rates = rates  # of estimates, called for each batch
        self._worker_journals = worker_journals
        self._events = events
        self._backups = backups
        self._clock = clock
        self._preserve_mtime = preserve_mtime
        self._runs: dict[int, OperationRun] = {}
        self._lock = threading.Lock()

    def launch(self, job: JobRun) -> Mapping[str, Any]:
        """Run the operation of a job, whose items are in the ledger; return when it has ended or was stopped."""
        operation_id = int(job.payload["operation_id"])
        facts, counts = self._ledger.start_facts(operation_id), self._ledger.counts(operation_id)
        kind, options = job.job.job_type, facts.options
        first = self._batch(operation_id, after=-1, is_planned=facts.is_planned)
        outcomes = {status: count for status, count in counts.items() if status not in ("pending", "writing")}
        run = OperationRun(
            operation_id=operation_id,
            job_id=job.job_id,
            kind=kind,
            started_at=self._clock(),
            total=sum(counts.values()),
            initial_processed=sum(outcomes.values()),
            control=job.control,
            throughput=Throughput(self._expected_seconds(operation_id, first)),
            preserve_mtime=self._preserves(kind, options),
            keep_backup=options.get("keep_backup", True),
            break_links=options.get("hard_links") == "break",
            postpone=postpones(kind, options),
            outcomes=Counter(outcomes),
            is_planned=facts.is_planned,
            seconds_before=facts.seconds,
            on_activity=job.note_activity,
            stopped_by=lambda: job.stopped_by,
            stalled_after=lambda: job.kind.stall_timeout() if job.stopped_by == "timeout" else None,
        )
        with self._lock:
            self._runs[operation_id] = run
        job.operation_progress = run.progress
        self._watch_pauses(run)
        self._run(run, job, first)
        return {"counts": dict(run.outcomes)}

    def _batch(self, operation_id: int, *, after: int, is_planned: bool) -> list[Task]:
        rates = self._rates()
        return self._ledger.pending(operation_id, after=after, count=_BATCH, is_planned=is_planned, rates=rates)

    def _expected_seconds(self, operation_id: int, first: Sequence[Task]) -> Mapping[bool, float]:
        """Return the estimated seconds of remaining items, in place (False) and rewritten (True); `first`: a batch."""
        if len(first) == _BATCH:
            return self._ledger.expected_seconds(operation_id, self._rates())
        return {kind: sum(task.expected_seconds for task in first if task.is_rewrite is kind) for kind in (False, True)}

    def _preserves(self, kind: str, options: Mapping[str, Any]) -> bool:
        wanted = options.get("preserve_mtime")
        return kind == "write" and (self._preserve_mtime() if wanted is None else bool(wanted))

    def _watch_pauses(self, run: OperationRun) -> None:
        """Emit pauses and resumes. Running time counts until the files that were started before a pause have ended."""
        was_paused, was_idle, checking = False, False, threading.Lock()

        def on_change() -> None:
            nonlocal was_paused, was_idle
            with checking:
                is_paused, was_paused_before = run.control.is_paused, was_paused
                is_idle, was_idle_before = run.control.is_idle, was_idle
                was_paused, was_idle = is_paused, is_idle
                if is_paused and not was_paused_before:
                    run.paused_at = time.monotonic()
                if is_idle:
                    run.throughput.pause()
                else:
                    run.throughput.resume()
            if is_paused and not was_paused_before:
                self._emit(run, "progress", message="paused")
            elif was_paused_before and not is_paused:
                run.on_activity()
                self._emit(run, "progress", message="resumed")
            if is_idle and not was_idle_before:  # the plan includes all results so far
                self._events.emit("plan:changed")

        run.control.on_change(on_change)
        on_change()

    def find(self, operation_id: int) -> OperationRun | None:
        """Return the run of an operation; None if the operation does not run here."""
        return self._runs.get(operation_id)

    def running(self) -> frozenset[int]:
        """Return the operations that run here."""
        with self._lock:
            return frozenset(self._runs)

    # The thread of one operation.

    def _run(self, run: OperationRun, job: JobRun, first: Sequence[Task]) -> None:
        status, message = "failed", ""
        try:
            self._emit(run, "started")
            with self._journal(run.operation_id) as undo_journal:
                status = self._final_status(run, self._runner(run, undo_journal).run(self._tasks(run, first)))
                message = _stall_message(run.stalled_after())
                if run.blocker:
                    message = f"{run.blocker} {state_of_files(run.unknown_paths)}"
        except errors.IndexiumError as error:
            message = error.message
            logger.exception("operation.failed", extra={"operation_id": run.operation_id})
        except OSError as error:
            message = f"The journal cannot be written: {error.strerror or error}."
            logger.exception("operation.failed", extra={"operation_id": run.operation_id})
        except Exception as error:
            message = f"Unexpected error: {error}"
            logger.exception("operation.failed", extra={"operation_id": run.operation_id})
        finally:
            self._finish(run, status, message, job)

    def _runner(self, run: OperationRun, undo_journal: journal.OperationJournal) -> ItemRunner[Task, EditResult]:
        policy = WritePolicy(
            backups=self._backups,
            pictures=self._store.home / files.PICTURES,
            preserve_mtime=run.preserve_mtime,
            faststart=self.faststart,
            sidecar_name=self._sidecar_name(),
            break_links=run.break_links,
            keep_backup=run.keep_backup,
            reserve_space=self._reserve_space,
            is_cancelled=lambda: run.control.ending is not None,
            on_progress=run.on_file_progress,
        )

        # The messages of a process cost more than the change of small files.
        number = 0 if run.kind == "publish" else run.total - run.initial_processed
        executor = self._executor(number, run.throughput.ahead)
        edit = self._edits(run.kind, executor, undo_journal, policy)

        def run_task(task: Task) -> EditResult:
            with run.control.as_waiting():
                self._ui_priority.yield_to_ui()
            progress, name = FileProgress(policy), task.path.rsplit(b"/", 1)[-1].decode("utf-8", "replace")
            try:
                if not run.start_item(task.item_id, name, progress):
                    return protocol.still_pending(task)
                newer_failure = _newer_failure(run, task)
                edited = editing.blocked_by_newer(task, newer_failure) if newer_failure else edit(task, progress)
                makes_new_file = progress.fraction is not None
                edited = edited.minus_pause(progress.paused_seconds)
                return self._stop_if_blocked(run, edited, makes_new_file=makes_new_file)
            finally:
                run.end_item(task.item_id)

        return ItemRunner(
            logs.carry(run_task),
            logs.carry(lambda group: self._store_results(run, group, undo_journal)),
            workers=executor.max_writes(self.workers),
            control=run.control,
            key=lambda task: (task.device, task.inode) if task.inode else task.path,
            retry_delay=lambda _, edited: self._retry_delay(run, edited),
        )

    def _edits(
        self, kind: str, executor: Executor, undo_journal: journal.OperationJournal, policy: WritePolicy
    ) -> Callable[[Task, FileProgress], EditResult]:
        """Return the function that writes a file. Small files are not worth a journey to a worker of a cluster."""
        if isinstance(executor, Cluster) and kind != "publish":
            return ClusterEdits(executor, undo_journal, policy, self._worker_journals).edit
        return lambda task, progress: edit_execution.edit(executor, task, undo_journal, policy, progress)

    def _stop_if_blocked(self, run: OperationRun, edited: EditResult, *, makes_new_file: bool) -> EditResult:
        """
        Stop the operation if the error of a file concerns all files, and add the earlier attempts to the result.

        `makes_new_file`: a new file was being made, which is discarded if the file has no result.
        """
        result, item_id = edited.record.result, edited.task.item_id
        run.failure_reasons.pop(item_id, None)
        if result.code == UNDONE:
            return edited.as_pending(run.interruption_cause, was_started=True)
        if result.status not in FAILED_STATUSES:
            return edited.with_attempts(run.attempts.get(item_id, ()))
        if result.status == "unknown":
            run.unknown_paths.append(edited.task.path)
        blocker = self._blockers.blocker_of(edited.task, result.code)
        if blocker:
            run.blocker = run.blocker or blocker
            run.control.fail()
            if result.status != "unknown":
                return edited.as_pending("blocked", was_started=makes_new_file)
        run.failure_reasons[item_id] = result.message or result.code
        return edited.with_attempts(run.attempts.get(item_id, ()))

    def _retry_delay(self, run: OperationRun, edited: EditResult) -> float | None:
        """Return the seconds until a file is retried; None if its result is final."""
        if not edited.is_retryable:
            return None
        result, attempts = edited.record.result, run.attempts.setdefault(edited.task.item_id, [])
        attempts.append(Attempt(code=result.code, message=result.message))
        seconds = self._backoff.delay_after(len(attempts))
        if seconds is not None:
            where = {"operation_id": run.operation_id, "file_path": edited.task.path.decode("utf-8", "replace")}
            logger.info("item.retried", extra={**where, "code": result.code, "tries": len(attempts)})
        return seconds

    def _tasks(self, run: OperationRun, first: Sequence[Task]) -> Iterator[Task]:
        tasks = first
        yield from tasks
        while len(tasks) == _BATCH:
            tasks = self._batch(run.operation_id, after=tasks[-1].item_id, is_planned=run.is_planned)
            yield from tasks

    @contextlib.contextmanager
    def _journal(self, operation_id: int) -> Iterator[journal.OperationJournal]:
        """
        Create the journal of this run. Each run has a file of its own, with a name that no earlier run used.

        The empty journal of an earlier run may have been moved; the new journal must not be confused with it.
        """
        former = self._ledger.journal_of_pending(operation_id) or f"{operation_id}.journal"
        number, name = int((former.split(".")[1:-1] or ["0"])[0]), former
        while (self._backups / name).exists():
            number += 1
            name = f"{operation_id}.{number}.journal"
        if name != former:
            self._ledger.rename_journal(operation_id, name)
        undo_journal = journal.OperationJournal.create(self._backups / name)
        try:
            yield undo_journal
        finally:
            undo_journal.close()

    def _store_results(
        self, run: OperationRun, group: Sequence[EditResult], undo_journal: journal.OperationJournal
    ) -> None:
        # The journal comes first: otherwise the ledger may list a file as written that the journal undoes after a power
        # cut.
        undo_journal.sync()
        updates = [
            recording.ItemUpdate(
                record=edited.record, file=recording.scanned_file(edited.task.path, edited.stat, edited.facts)
            )
            for edited in group
        ]
        recording.record_results(
            self._store,
            run.operation_id,
            updates,
            kind=run.kind,
            postpone=run.postpone,
            now=self._clock(),
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
        self._emit(run, "progress")

    def _final_status(self, run: OperationRun, ending: RunEnd) -> str:
        is_complete = run.outcomes.total() == run.total  # every item has a recorded result
        counts = run.outcomes if is_complete else self._ledger.counts(run.operation_id)
        pending = counts.get("pending")
        if run.control.ending is not None and pending:
            ending = run.control.ending  # the last files started, but were cancelled
        elif ending is RunEnd.STOPPED and not pending:
            ending = RunEnd.DONE  # the stop came after the last file was started
        if ending is RunEnd.STOPPED:
            return "paused" if run.control.was_paused else "interrupted"
        if ending is RunEnd.CANCELLED:
            self._ledger.skip_pending(run.operation_id, now=self._clock())
            job_log.log_outcomes(
                run.operation_id, run.job_id, self._ledger.outcomes(run.operation_id, cancelled=True), kind=run.kind
            )
            return "cancelled"
        if ending is RunEnd.FAILED:
            return "failed"
        return recording.final_status(counts)

    def _finish(self, run: OperationRun, status: str, message: str, job: JobRun) -> None:
        """Let the job record its own end and that of the operation together, and then report the end."""
        now, seconds = self._clock(), run.seconds
        is_unkept = not run.keep_backup and status.startswith("completed")
        unkept: list[str] = []  # journals without a backup

        def write(tx: Connection) -> None:
            if status != "paused":  # the pause is already stored
                self._ledger.finish_within(
                    tx, run.operation_id, status, kind=run.kind, seconds=seconds, now=now, error_message=message
                )
            if is_unkept:
                unkept[:] = backups.Backups(self._store).journals_of(run.operation_id)
                backups.drop_operation(tx, run.operation_id, reason="written without a backup", now=now)

        def report(*, is_recorded: bool) -> None:
            for name in unkept if is_recorded else ():
                (self._backups / name).unlink(missing_ok=True)
            with self._lock:
                self._runs.pop(run.operation_id, None)
            self._emit(run, "completed", message=status)
            self._events.emit("plan:changed")

        job.operation_end = OperationEnd(write=write, report=report)

    def _emit(self, run: OperationRun, verb: str, *, message: str = "") -> None:
        progress = run.progress()
        self._events.emit(
            f"{run.kind}:{verb}",
            job_id=run.job_id,
            operation_id=run.operation_id,
            current=progress.current,
            total=progress.total,
            message=message or progress.message,
            rate=progress.rate,
            eta_seconds=progress.eta_seconds,
        )


def _newer_failure(run: OperationRun, task: Task) -> str:
    """Return why a newer write of the same file, which must come first, was not rolled back; "" if nothing blocks."""
    if task.after_item is None:
        return ""
    return run.failure_reasons.get(task.after_item, task.after_item_failure)


def _stall_message(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return (
        f"The operation made no progress for {seconds:,.0f} seconds and was interrupted. Check whether the disk of its "
        "files responds, then resume."
    )
