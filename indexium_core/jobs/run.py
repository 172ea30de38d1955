"""One run of a job: what its handler sees of it, and what the queue sees."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from indexium_core import errors
from indexium_core.jobs.context import Handler
from indexium_core.jobs.runner import RunControl
from indexium_core.jobs.speed import Speed
from indexium_core.jobs.store import JobStore
from indexium_core.model.job import Job, JobProgress, UnrecordedResults

__all__ = ["JobKind", "JobRun", "OperationProgress"]

logger = logging.getLogger(__name__)

_AGAIN = 0.5  # seconds between two attempts to write an end down
_LOST = 1.0  # seconds at work of which nothing need be written down: so much a kill makes forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """A kind of job: how it is done, and by which rules."""

    name: str
    handler: Handler
    title: str
    version: int = 1  # of its payload; a job with a higher one was made by a newer program
    side_by_side: int | None = 1  # how many are at work at a time; None: as many as there are
    counts_errors: bool = True  # whether one with items that failed has completed with errors
    goes_on: bool = True  # whether it is taken up by itself where it was cut off
    of_operation: bool = False  # its operation writes its state and its numbers down, with what it does
    timeout: Callable[[], float] = lambda: float("inf")  # seconds without progress after which it is stopped
    give_up: Callable[[Job], bool] | None = None  # cancels one that is not at work; False: there is nothing left of it
    rests_within: float = 2.0  # seconds for which who holds one waits until nothing goes on any more, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationProgress:
    """How far an operation is, as it says itself."""

    current: int
    total: int
    message: str
    rate: float
    eta_seconds: float | None
    counters: Mapping[str, int]
    seconds: float = field(default=0.0, compare=False)  # at work in all its runs


class JobControl(RunControl):
    """What holds and ends a run, and who waits for that: a run that is at rest by it has something left."""

    def __init__(self) -> None:
        super().__init__()
        self._is_over = False

    def close(self) -> None:
        """Note that the run is over."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def wait_until_at_rest(self, seconds: float) -> None:
        """Return when it rests because it was paused, or is over: until then, nobody knows which it will be."""
        with self._changed:
            self._changed.wait_for(lambda: self._at_rest or self._is_over or not self._paused, seconds)


class JobRun:
    """A job that is at work here; its handler's `JobContext`."""

    def __init__(self, job: Job, kind: JobKind, store: JobStore, *, clock: Callable[[], datetime]) -> None:
        self.job, self.kind = job, kind
        self.control = JobControl()
        self.stopped_by = "stop"
        self.cancelled_by = ""  # who gave up the rest
        self.is_over = False  # its work has ended: nobody but who writes that down says how far it is
        self.thread: threading.Thread | None = None
        self.pulse: Callable[[], OperationProgress] | None = None  # of an operation
        self._felt: OperationProgress | None = None  # the one that was told last
        self._store, self._clock = store, clock
        self._checkpoint = store.saved(job.id)
        self._lock = threading.Lock()
        self._current, self._total, self._message = job.progress_current, job.progress_total, job.progress_message
        self._counters: Mapping[str, int] = job.counters
        self._fresh = False
        self._got_on = time.monotonic()
        self._speed = Speed(self._current, at=self._got_on)
        self._heeded = False  # whether the handler was told to come to an end
        self._leaving = threading.Event()
        self._unrecorded: tuple[str, float] | None = None  # why its end cannot be written down, and since when

    # What the handler sees.

    @property
    def job_id(self) -> int:
        return self.job.id

    @property
    def payload(self) -> Mapping[str, Any]:
        return self.job.payload

    @property
    def checkpoint(self) -> Mapping[str, Any] | None:
        return self._checkpoint

    def progress(self, current: int, total: int | None, message: str = "", **counters: int) -> None:
        with self._lock:
            self._current, self._total, self._message, self._counters = current, total, message, counters
            self._fresh, self._got_on = True, time.monotonic()
            self._speed.did(current, at=self._got_on)

    def save(self, checkpoint: Mapping[str, Any], *, tx: Any = None) -> None:
        self._store.save(self.job.id, checkpoint, now=self._clock(), tx=tx)
        self._checkpoint = checkpoint
        with self._lock:
            self._got_on = time.monotonic()

    def moved(self) -> None:
        """Note that work on an item goes on, though none has come to its end."""
        with self._lock:
            self._got_on = time.monotonic()

    def should_stop(self) -> bool:
        if self.control.paused:
            self.control.rest()
            self.control.wait_while_paused()
            with self._lock:
                self._got_on = time.monotonic()
                self._speed = Speed(self._current, at=self._got_on)  # a pause is no time at work
        if self.control.ending is None:
            return False
        self._heeded = True
        return True

    def write_down(self, write: Callable[[], None]) -> None:
        """
        Write an end down, and where the store fails, again and again until it is well or the process goes down.

        Else a disk that was full for a moment would leave work that nobody is at, and nobody could go on with. While it
        waits, `unrecorded` says so.
        """
        since = time.monotonic()
        while True:
            try:
                write()
            except errors.StoreError as error:
                if self._unrecorded is None:
                    logger.exception("job.not_recorded", extra={"job_id": self.job_id})
                self._unrecorded = (error.message, since)
                if self._leaving.wait(_AGAIN):  # what the next start finds is a job that was cut off
                    return
            else:
                self._unrecorded = None
                return

    # What the queue sees.

    def leave(self, *, by: str) -> None:
        """Come to an end soon, for the process goes down; `by` whose wish."""
        self.stopped_by = by
        self.control.stop()
        self._leaving.set()

    @property
    def unrecorded(self) -> UnrecordedResults | None:
        """Return that its end cannot be written down, and why; None where that is not so."""
        if self._unrecorded is None:
            return None
        why, since = self._unrecorded
        return UnrecordedResults(
            job_id=self.job.id,
            operation_id=self.job.operation_id,
            why=why,
            seconds=time.monotonic() - since,
            limit=self.kind.timeout(),
        )

    @property
    def heeded(self) -> bool:
        return self._heeded

    @property
    def stood_still(self) -> float:
        """Seconds without progress; none while it is held."""
        with self._lock:
            return 0.0 if self.control.paused else time.monotonic() - self._got_on

    def told(self, *, again: bool = False) -> JobProgress | None:
        """Return how far it is, None where that was told already and is not to be told `again`."""
        if self.pulse is not None:
            return self._told_by(self.pulse(), again=again)
        with self._lock:
            if not (self._fresh or again):
                return None
            self._fresh = False
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

    def _told_by(self, pulse: OperationProgress, *, again: bool) -> JobProgress | None:
        with self._lock:
            felt = self._felt
            if not again and felt == pulse and felt is not None and not self._grew(pulse.seconds - felt.seconds):
                return None
            self._felt, self._current, self._total = pulse, pulse.current, pulse.total
        return JobProgress(
            job_id=self.job.id,
            current=None,
            total=pulse.total,
            message=pulse.message,
            rate=pulse.rate,
            eta_seconds=pulse.eta_seconds,
            counters=pulse.counters,
            seconds=pulse.seconds,
        )

    def _grew(self, seconds: float) -> bool:
        """Tell whether the time at work is to be written down anew: now and then, and where it rests all of it."""
        return seconds > (0.0 if self.control.at_rest else _LOST)

    @property
    def current(self) -> int:
        """Items that have an outcome."""
        return self._current
