"""
The dispatcher: starts due jobs and watches them until they end.

One thread starts the jobs, emits their progress and writes heartbeats. Each job runs on a thread of its own.
"""

from __future__ import annotations

import functools
import logging
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from indexium_core import errors, logs
from indexium_core.jobs.executors import Executor
from indexium_core.jobs.item_runner import RunEnd
from indexium_core.jobs.job_events import JobEvents
from indexium_core.jobs.job_run import JobKind, JobRun
from indexium_core.jobs.retry import Backoff, retry_delay
from indexium_core.jobs.scheduler import Scheduler
from indexium_core.jobs.store import JobStore
from indexium_core.model.job import Job, JobProgress, UnrecordedResults
from indexium_core.model.operations.actor import acting_as, whole_home

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.5  # seconds between two progress reports of a job
HEARTBEAT_SECONDS = 5.0  # seconds between two heartbeats
_RECENT_SECONDS = 3600.0  # how long somebody may still ask for a job that has ended
LOOK_SECONDS = 60.0  # longest sleep before a look at the clock, because the system clock may be changed meanwhile
STOP_SECONDS = 5.0  # longest wait of `stop` for jobs that never change a media file


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnd:
    """How the run of a job ended."""

    status: str
    message: str = ""
    error_stack: str = ""
    summary: Mapping[str, Any] | None = None
    retry_seconds: float | None = None  # until the job runs again; None: it does not


class Dispatcher:
    """Runs the jobs of one instance. It may be used from any thread, but not inside a transaction."""

    def __init__(
        self,
        store: JobStore,
        kinds: Mapping[str, JobKind],
        *,
        owner: str,
        job_events: JobEvents,
        clock: Callable[[], datetime],
        executor: Executor,
        backoff: Backoff,
        scheduler: Scheduler | None = None,
    ) -> None:
        """
        Create a dispatcher that is not started yet.

        `kinds` has the registered kinds by name; more may be registered later. Only the jobs of the instance `owner`
        are started. `backoff` has the delays before a retry. `scheduler` adds jobs when they are due.
        """
        self.condition = threading.Condition(threading.RLock())  # held while a job starts, ends or changes state
        self._store, self._kinds, self._owner, self._job_events = store, kinds, owner, job_events
        self._clock, self._executor, self._backoff = clock, executor, backoff
        self._scheduler = scheduler
        self._runs: dict[int, JobRun] = {}
        self._ends: dict[int, float] = {}  # monotonic seconds of the jobs that have ended a short time ago
        self._has_work = False  # a job may be due
        self._next_due_at: datetime | None = None
        self._thread: threading.Thread | None = None
        self._is_stopping = False  # other jobs do not start any more
        self._progress_lock = (
            threading.Lock()
        )  # held while progress is stored, so that no progress follows the final result
        self._heartbeat_at = 0.0

    @property
    def is_running(self) -> bool:
        """Whether jobs are started."""
        return self._thread is not None

    def find_run(self, job_id: int) -> JobRun | None:
        """Return the run of a running job; None if the job is not running."""
        return self._runs.get(job_id)

    def unrecorded_results(self) -> list[UnrecordedResults]:
        """Return the jobs that have ended but whose result cannot be stored."""
        with self.condition:
            results = [run.unrecorded for run in self._runs.values()]
        return [each for each in results if each is not None]

    def running_jobs(self, kind: str) -> list[int]:
        """Return the ids of the running jobs of one kind."""
        with self.condition:
            return [job_id for job_id, run in self._runs.items() if run.kind.name == kind]

    def recent_ends(self) -> list[int]:
        """Return the ids of the jobs that have ended here within an hour, whatever the clock of the machine says."""
        with self.condition:
            since = time.monotonic() - _RECENT_SECONDS
            self._ends = {job_id: seconds for job_id, seconds in self._ends.items() if seconds > since}
            return list(self._ends)

    def start(self) -> None:
        """Start jobs from now on."""
        with self.condition:
            self._has_work, self._is_stopping = True, False
            self._thread = threading.Thread(target=self._loop, name="indexium-queue", daemon=True)
            self._thread.start()

    def begin_stop(self, *, by: str) -> None:
        """Stop starting jobs and ask the running ones to end, without waiting. `by` is the cause: stop, person."""
        with self.condition:
            self._is_stopping = True
            for run in self._runs.values():
                run.begin_stop(by=by)

    def stop(self, *, by: str) -> None:
        """Stop starting jobs, ask the running ones to end, and wait for them. For `by`, see `begin_stop`."""
        with self.condition:
            thread, self._thread = self._thread, None
            self.begin_stop(by=by)
            self.condition.notify_all()
        if thread is None:
            return
        until = time.monotonic() + STOP_SECONDS
        with self.condition:
            # Jobs that change media files finish their current files; the time for that is not limited.
            self.condition.wait_for(
                lambda: not any(run.kind.is_operation or run.kind.is_awaited for run in self._runs.values())
            )
            self.condition.wait_for(lambda: not self._runs, max(0.0, until - time.monotonic()))
        if thread is not threading.current_thread():
            thread.join()

    def wake(self) -> None:
        """Check for due jobs now."""
        with self.condition:
            self._has_work = True
            self.condition.notify_all()

    # The dispatcher thread.

    def _loop(self) -> None:
        """Start jobs, emit progress and write heartbeats until the dispatcher stops."""
        while self._is_current_thread():
            try:
                if self._scheduler is not None and not self._is_stopping:
                    self._scheduler.add_due()
                if self._has_work or self._is_due():
                    self._has_work = False
                    self._start_due_jobs()
                self._stop_stalled_jobs()  # first, because it does not use the store
                self._report_progress()
                self._send_heartbeats()
            except errors.StoreError as error:  # the database may recover; running jobs handle it themselves
                if error.reason == errors.HOME_CLOSED:
                    return
                logger.exception("queue.store_failed")
                self._has_work = True
                time.sleep(TICK_SECONDS)
            with self.condition:
                if self._is_current_thread() and not self._has_work:
                    self.condition.wait(self._wait_seconds())

    def _is_current_thread(self) -> bool:
        return self._thread is threading.current_thread()

    def _wait_seconds(self) -> float | None:
        """Return the seconds that the thread may sleep; None: until it is woken."""
        left = [] if self._next_due_at is None else [(self._next_due_at - self._clock()).total_seconds()]
        if self._scheduler is not None and (seconds := self._scheduler.seconds_left()) is not None:
            left.append(seconds)
        if self._runs:
            left.append(TICK_SECONDS)
        return min(max(min(left), 0.01), LOOK_SECONDS) if left else None

    def _is_due(self) -> bool:
        return self._next_due_at is not None and self._clock() >= self._next_due_at

    def _start_due_jobs(self) -> None:
        while (run := self._claim()) is not None:
            self._job_events.job_started(run)
            self._executor.start(f"indexium-job-{run.job_id}", functools.partial(self._run_job, run))
        self._next_due_at = self._store.next_due(owner=self._owner, now=self._clock())

    def _claim(self) -> JobRun | None:
        with self.condition:
            kinds = [kind.name for kind in self._kinds.values() if self._has_capacity(kind)]
            if not kinds or self._is_stopping or not self._is_current_thread():
                return None
            job = self._store.claim(kinds, owner=self._owner, now=self._clock())
            if job is None:
                return None
            if not self._runs:
                self._heartbeat_at = time.monotonic()  # the start of a job is its first heartbeat
            kind, actor = self._kinds[job.job_type], self._store.actor(job.id)
            run = self._runs[job.id] = JobRun(job, kind, self._store, actor=actor, clock=self._clock)
            return run

    def _has_capacity(self, kind: JobKind) -> bool:
        return kind.max_concurrent is None or len(self.running_jobs(kind.name)) < kind.max_concurrent

    def _report_progress(self) -> None:
        with self._progress_lock:
            running_jobs = [run for run in list(self._runs.values()) if not run.is_over]
            runs = [(run, progress) for run in running_jobs if (progress := run.report()) is not None]
            if runs:
                self._store.save_progress([progress for _, progress in runs], now=self._clock())
        for run, progress in runs:
            self._job_events.job_progress(run, progress)

    def _send_heartbeats(self) -> None:
        now = time.monotonic()
        if not self._runs or now - self._heartbeat_at < HEARTBEAT_SECONDS:
            return
        self._heartbeat_at = now
        self._store.save_heartbeats(list(self._runs), now=self._clock())

    def _stop_stalled_jobs(self) -> None:
        for run in list(self._runs.values()):
            if run.stalled_seconds > run.kind.stall_timeout() and run.control.ending is None:
                run.stopped_by = "timeout"
                logger.warning("job.stalled", extra={"job_id": run.job_id, "seconds": run.stalled_seconds})
                run.control.stop()

    # One run, on its own thread.

    def _run_job(self, run: JobRun) -> None:
        run.thread = threading.current_thread()
        end = JobEnd(status="failed")
        with acting_as(run.actor), whole_home():  # what it may do was checked when it was added
            try:
                with logs.job(run.job_id):
                    logger.info("job.started", extra={"job_kind": run.kind.name, "title": run.job.title})
                    end = self._end_of_handler(run)
            finally:
                self._record_end(run, end)

    def _end_of_handler(self, run: JobRun) -> JobEnd:
        """Run the handler of a job until it ends."""
        try:
            summary = dict(run.kind.handler(run))
            status = self._final_status(run, summary)
        except errors.IndexiumError as error:
            logger.exception("job.failed")
            seconds = None if run.control.ending else retry_delay(run.job, error, self._backoff)
            return JobEnd(status="failed", message=error.message, retry_seconds=seconds)
        except Exception as error:
            logger.exception("job.failed")
            return JobEnd(status="failed", message=f"Unexpected error: {error}", error_stack=traceback.format_exc())
        message = ""
        if status == "interrupted" and run.stopped_by == "timeout" and not run.kind.is_operation:
            message = f"The job made no progress for {run.kind.stall_timeout():.0f} seconds and was stopped."
        return JobEnd(status=status, message=message, summary=summary)

    def _final_status(self, run: JobRun, summary: Mapping[str, Any]) -> str:
        if run.saw_stop and run.control.ending is RunEnd.CANCELLED:
            return "cancelled"
        if run.saw_stop and run.control.ending is RunEnd.STOPPED:
            return "paused" if run.control.was_paused and run.stopped_by != "timeout" else "interrupted"
        return "completed_with_errors" if run.kind.counts_errors and _has_errors(summary) else "completed"

    def _record_end(self, run: JobRun, end: JobEnd) -> None:
        with self._progress_lock:
            run.is_over = True
        with self.condition:
            self._ends[run.job_id] = time.monotonic()
        progress, now = run.report(is_forced=True), self._clock()
        is_recorded = False
        try:
            is_recorded = run.retry_until_stored(lambda: self._store_end(run, end, progress, now=now))
        finally:
            try:  # first, because the home may be closed after the run is removed
                if run.ended_operation is not None:
                    run.ended_operation.report_end(is_recorded=is_recorded)
                self._report_end(run, progress, end.status)
            finally:
                with self.condition:
                    self._runs.pop(run.job_id, None)
                    self._has_work = True
                    self.condition.notify_all()
                run.control.close()

    def _store_end(self, run: JobRun, end: JobEnd, progress: JobProgress | None, *, now: datetime) -> None:
        """Store the end of a job, and that of its operation with it."""
        if run.kind.is_operation:
            operation = run.ended_operation
            self._store.finish_operation_run(
                run.job_id,
                stopped_by=run.stopped_by if run.control.ending else "",
                now=now,
                summary=end.summary,
                progress=progress,
                finish=None if operation is None else operation.record_end,
            )
            return
        if progress is not None:
            self._store.save_progress([progress], now=now)
        if end.retry_seconds is not None:
            self._store.requeue(
                run.job,
                owner=self._owner,
                retry_count=self._get_job(run.job_id).retry_count + 1,  # a checkpoint resets the count
                not_before=now + timedelta(seconds=end.retry_seconds),
                error_message=end.message,
            )
        elif end.status != "paused":  # the pause is already stored
            self._store.finish(
                run.job_id,
                end.status,
                now=now,
                stopped_by=run.stopped_by if end.status == "interrupted" else "",
                error_message=end.message,
                error_stack=end.error_stack,
                summary=end.summary,
            )

    def _report_end(self, run: JobRun, progress: JobProgress | None, status: str) -> None:
        try:
            if progress is not None:
                self._job_events.job_progress(run, progress, is_last=True)
            job = self._get_job(run.job_id)
            if self._scheduler is not None:
                self._scheduler.job_ended(job)
            self._job_events.job_ended(run, job)
        except errors.StoreError:
            logger.exception("job.end_not_reported", extra={"job_id": run.job_id, "status": status})

    def _get_job(self, job_id: int) -> Job:
        job = self._store.find(job_id, now=self._clock())
        assert job is not None  # a running job is never removed
        return job


def _has_errors(summary: Mapping[str, Any]) -> bool:
    """Return whether a summary counts failed items: `failed` or `errors`, as a number or as numbers by kind."""
    counted = [summary.get("failed", 0), summary.get("errors", 0)]
    return any(sum(each.values()) if isinstance(each, Mapping) else each for each in counted)
