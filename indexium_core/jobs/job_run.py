"""A run of a job: the context of its handler, and the state that the queue reads. Also the registered kinds of jobs."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from indexium_core import errors
from indexium_core.jobs.item_runner import RunControl
from indexium_core.jobs.store import JobStore
from indexium_core.model.job import Job, JobProgress, UnrecordedResults
from indexium_core.model.operations.actor import Actor

_WINDOW = 15.0  # only the last seconds of running time count
logger = logging.getLogger(__name__)
_RETRY_SECONDS = 0.5  # seconds between two attempts to store a result
_UNSAVED_SECONDS = 1.0  # seconds of running time that a kill may lose


class Speed:
    """Items per second. It does not read a clock: callers pass the running time in seconds, without pauses."""

    def __init__(self, done: int = 0, *, at: float = 0.0) -> None:
        """Start with `done` items."""
        self._marks = deque([(at, done)])
        self._done = done

    def record(self, done: int, *, at: float) -> None:
        """Record the number of finished items. A smaller number than before starts a new count."""
        if done < self._done:
            self._marks.clear()
        self._done = done
        if not self._marks or at - self._marks[-1][0] > _WINDOW / 30:
            self._marks.append((at, done))
        while len(self._marks) > 2 and at - self._marks[1][0] > _WINDOW:  # a rate needs two marks
            self._marks.popleft()

    def rate(self, *, at: float) -> float:
        """Return items per second."""
        then, before = self._marks[0]
        return (self._done - before) / max(at - then, 1e-3)


class RunningOperation(Protocol):
    """The operation of a job: the job reads its progress, and records its end together with its own."""

    def progress(self) -> JobProgress:
        """Return the progress of the operation."""

    @property
    def has_ended(self) -> bool:
        """Return whether there is an end to record."""

    def record_end(self, tx: Any) -> None:
        """Store the end of the operation in a transaction of the store."""

    def report_end(self, *, is_recorded: bool) -> None:
        """Tell others about the end; it is not recorded if the process stops before."""


Handler: TypeAlias = Callable[["JobRun"], Mapping[str, Any]]
"""Runs a job of one kind and returns its summary (JSON values); `failed` in it counts the items that failed.

Most handlers need only the `JobContext` of the run. An `IndexiumError` fails the job with its message. The job is
retried later if the error is in `errors.RETRIED`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """A kind of job: its handler and its rules."""

    name: str
    handler: Handler
    title: str
    version: int = 1  # version of the payload; a job with a higher version comes from a newer program
    max_concurrent: int | None = 1  # number of jobs of this kind that run at once; None: unlimited
    counts_errors: bool = True  # whether a job with failed items has completed with errors
    resumes_automatically: bool = True  # whether an interrupted job resumes at the next start
    is_awaited: bool = False  # a short job: the end of the process waits for it, and any next process repeats it
    is_operation: bool = False  # whether an operation stores the state and the counts of the job
    # Seconds without progress after which a running job is stopped.
    stall_timeout: Callable[[], float] = lambda: float("inf")
    # Cancels a job that is not running; returns False if all its items have ended.
    cancel_idle: Callable[[Job], bool] | None = None
    pause_wait_seconds: float = 2.0  # longest time that `pause` waits for running items


class JobControl(RunControl):
    """The control of a job: pauses and ends its run; other threads can wait for that."""

    def __init__(self) -> None:
        super().__init__()
        self._is_over = False

    def close(self) -> None:
        """Record that the run has ended."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def wait_until_idle(self, seconds: float) -> None:
        """Wait at most `seconds` until the run is idle because of a pause, has ended or is resumed."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_idle or self._is_over or not self._paused, seconds)


class JobRun:
    """A running job; it is the `JobContext` of its handler."""

    def __init__(
        self, job: Job, kind: JobKind, store: JobStore, *, actor: Actor, clock: Callable[[], datetime]
    ) -> None:
        self.job, self.kind, self.actor = job, kind, actor
        self.control = JobControl()
        self.stopped_by = "stop"
        self.cancelled_by = ""  # the person who cancelled the rest
        self.is_over = False  # the handler has ended: only the final report follows
        self.thread: threading.Thread | None = None
        self.operation: RunningOperation | None = None  # set by the handler of an operation
        self._last_reported: JobProgress | None = None  # the progress that was reported last
        self._store, self._clock = store, clock
        self._saved: Mapping[str, Any] | None = None  # the checkpoint that this run saved last
        self._lock = threading.Lock()
        self._current, self._total, self._message = job.progress_current, job.progress_total, job.progress_message
        self._counters: Mapping[str, int] = job.counters
        self._has_changed = False
        self._active_at = time.monotonic()
        self._speed = Speed(self._current, at=self._active_at)
        self.saw_stop = False  # whether the handler saw the request to end
        self._is_stopping = threading.Event()
        self._unrecorded: tuple[str, float] | None = None  # why the result cannot be stored, and since when

    # The context of the handler.

    @property
    def job_id(self) -> int:
        return self.job.id

    @property
    def payload(self) -> Mapping[str, Any]:
        return self.job.payload

    @property
    def checkpoint(self) -> Mapping[str, Any] | None:
        return self._saved if self._saved is not None else self._store.checkpoint(self.job.id)

    def progress(self, current: int, total: int | None, message: str = "", **counters: int) -> None:
        with self._lock:
            self._current, self._total, self._message, self._counters = current, total, message, counters
            self._has_changed, self._active_at = True, time.monotonic()
            self._speed.record(current, at=self._active_at)

    def save(self, checkpoint: Mapping[str, Any], *, tx: Any = None) -> None:
        self._store.save_checkpoint(self.job.id, checkpoint, now=self._clock(), tx=tx)
        self._saved = checkpoint
        with self._lock:
            self._active_at = time.monotonic()

    def note_activity(self) -> None:
        """Record that an item makes progress before it ends."""
        with self._lock:
            self._active_at = time.monotonic()

    def should_stop(self) -> bool:
        if self.control.is_paused:
            self.control.mark_idle()
            self.control.wait_while_paused()
            with self._lock:
                self._active_at = time.monotonic()
                self._speed = Speed(self._current, at=self._active_at)  # a pause is not running time
        if self.control.ending is None:
            return False
        self.saw_stop = True
        return True

    def retry_until_stored(self, write: Callable[[], None]) -> bool:
        """
        Store a result with `write`; retry while the store fails, until it works (True) or the process stops (False).

        Otherwise a disk that is full for a short time would leave a job that is not running and cannot be resumed.
        During the retries `unrecorded` reports the problem.
        """
        since = time.monotonic()
        while True:
            try:
                write()
            except errors.StoreError as error:
                if self._unrecorded is None:
                    logger.exception("job.not_recorded", extra={"job_id": self.job_id})
                self._unrecorded = (error.message, since)
                if self._is_stopping.wait(_RETRY_SECONDS):  # at the next start the job is interrupted
                    return False
            else:
                self._unrecorded = None
                return True

    # The state for the queue.

    @property
    def ended_operation(self) -> RunningOperation | None:
        """The operation, if it has ended."""
        return self.operation if self.operation is not None and self.operation.has_ended else None

    def begin_stop(self, *, by: str) -> None:
        """Ask the run to end because the process stops; `by` is the cause: stop, person."""
        self.stopped_by = by
        self.control.stop()
        self._is_stopping.set()

    @property
    def unrecorded(self) -> UnrecordedResults | None:
        """The reason why the result cannot be stored; None if it can be stored."""
        if self._unrecorded is None:
            return None
        reason, since = self._unrecorded
        return UnrecordedResults(
            job_id=self.job.id,
            operation_id=self.job.operation_id,
            reason=reason,
            seconds=time.monotonic() - since,
            limit_seconds=self.kind.stall_timeout(),
        )

    @property
    def stalled_seconds(self) -> float:
        """Seconds without progress; 0 while the job is paused."""
        with self._lock:
            return 0.0 if self.control.is_paused else time.monotonic() - self._active_at

    def report(self, *, is_forced: bool = False) -> JobProgress | None:
        """Return the progress; None if it has not changed since the last report, unless `is_forced`."""
        if self.operation is not None:
            return self._operation_report(self.operation.progress(), is_forced=is_forced)
        with self._lock:
            if not (self._has_changed or is_forced):
                return None
            self._has_changed = False
            rate = self._speed.rate(at=time.monotonic())
            left = None if self._total is None or not rate else max(0.0, (self._total - self._current) / rate)
            return JobProgress(
                job_id=self.job.id,
                current=self._current,
                total=self._total,
                message=self._message,
                rate=rate,
                eta_seconds=left,
                counters=dict(self._counters),
            )

    def _operation_report(self, progress: JobProgress, *, is_forced: bool) -> JobProgress | None:
        with self._lock:
            last = self._last_reported
            if last == progress and not is_forced and not self._has_new_seconds(progress.seconds - last.seconds):
                return None
            self._last_reported, self._current, self._total = progress, progress.current or 0, progress.total
        return replace(progress, current=None)

    def _has_new_seconds(self, seconds: float) -> bool:
        """Return whether the running time must be stored: at intervals, and completely when the run is idle."""
        return seconds > (0.0 if self.control.is_idle else _UNSAVED_SECONDS)

    @property
    def current(self) -> int:
        """Items that have an outcome."""
        return self._current
