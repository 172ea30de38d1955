"""
The scheduler: adds the jobs of due schedules, and delayed jobs. The dispatcher calls it on its thread.

A run that the home missed while it was closed comes once after its start. Of one schedule, one job exists at a time: a
run that is due while the former job has not ended is skipped; a run after a change waits for its end. A delayed job is
not stored before it is due: what leads to it is in the database.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any, Protocol

from indexium_core import errors
from indexium_core.model import schedule
from indexium_core.model.job import Job
from indexium_core.model.operations.actor import Actor, acting_as, current_actor
from indexium_core.model.schedule import COMPLETED, Schedule

_WAIT_SECONDS = 60.0  # before the next attempt of a run that must wait for other work
_AFTER_FAILURE_SECONDS = 10.0  # before a job is added again that the database did not take
_POLL_SECONDS = 0.5  # between two looks at the former job of a run that follows a change


class ScheduleStore(Protocol):
    """Stored schedules; each call is a transaction of its own."""

    def all(self) -> list[Schedule]: ...
    def add(self, schedules: Sequence[Schedule]) -> None: ...
    def change(self, name: str, *, text: str, enabled: bool, next_run_at: datetime | None) -> None: ...
    def set_next(self, name: str, next_run_at: datetime | None) -> None: ...
    def record_start(self, name: str, job_id: int, *, now: datetime, next_run_at: datetime | None) -> None: ...
    def record_result(self, job_id: int, result: str) -> None: ...


class ScheduledQueue(Protocol):
    """What the scheduler needs of the queue."""

    def add_job(self, kind: str, payload: Mapping[str, Any] | None = None) -> Job: ...
    def find(self, job_id: int) -> Job | None: ...
    def resume(self, job_id: int) -> bool: ...
    def forget_completed(self, kind: str, *, but: int) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleKind:
    """A schedule that each home has: its name, the kind of its jobs and its rules."""

    name: str
    kind: str
    cron: str  # by default
    setting: str = ""  # that switches it; "": its row does
    is_on: Callable[[], bool] = lambda: True  # the value of the setting
    must_wait: Callable[[], bool] = lambda: False  # its run waits for other work
    is_off_at_first: bool = False  # a person switches it on

    @property
    def follows_changes(self) -> bool:
        """Whether something reports the changes that it could follow."""
        return self.cron == schedule.ON_CHANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delay:
    """A delayed job, in seconds of `time.monotonic`."""

    due: float
    since: float
    has_work: Callable[[], bool]
    actor: Actor  # of the last request


class Scheduler:
    """The clock of a home. It may be used from any thread, but not inside a transaction."""

    def __init__(self, store: ScheduleStore, *, clock: Callable[[], datetime], zone: tzinfo = schedule.LOCAL) -> None:
        self._store, self._clock, self._zone = store, clock, zone
        self._queue: ScheduledQueue | None = None
        self._wake: Callable[[], None] = lambda: None
        self._lock = threading.RLock()  # never held while the queue or a dispatcher is called
        self._kinds: dict[str, ScheduleKind] = {}  # by name
        self._rows: dict[str, Schedule] = {}  # by name, those that this program knows
        self._delays: dict[str, _Delay] = {}  # by kind of job
        self._own: set[str] = set()  # the kinds of jobs that it adds
        self._attempts: dict[str, float] = {}  # by name: when a run that had to wait is tried again
        self._starting = threading.Lock()  # one run is started at a time

    def attach(self, queue: ScheduledQueue, wake: Callable[[], None]) -> None:
        """Add jobs to this queue; `wake` lets the dispatcher look at the times again."""
        self._queue, self._wake = queue, wake

    def register(self, *kinds: ScheduleKind) -> None:
        """Register the schedules that each home has."""
        self._kinds |= {kind.name: kind for kind in kinds}
        self._own |= {kind.kind for kind in kinds}

    def kind(self, name: str) -> ScheduleKind:
        """Return the rules of a schedule of `list`."""
        return self._kinds[name]

    def start(self) -> None:
        """Read the schedules, add those that are missing, and store the results of runs that ended with a process."""
        now = self._clock()
        rows = self._store.all()
        names = {row.name for row in rows}
        missing = [self._new(kind, now) for kind in self._kinds.values() if kind.name not in names]
        if is_changed := bool(missing):
            self._store.add(missing)
        for row in rows:
            if row.last_job_id is not None and (job := self._attached().find(row.last_job_id)) is not None:
                self._record(job, row)
            following = self._next(row.cron, now)
            if following is not None and (row.next_run_at is None or row.next_run_at > following):
                self._store.set_next(row.name, following)  # the clock or its zone has changed
                is_changed = True
        self._use(self._store.all() if is_changed else rows)

    def _new(self, kind: ScheduleKind, now: datetime) -> Schedule:
        return Schedule(
            name=kind.name,
            kind=kind.kind,
            cron=kind.cron,
            when=schedule.in_words(kind.cron),
            enabled=not kind.is_off_at_first,
            next_run_at=self._next(kind.cron, now),
        )

    def list(self) -> list[Schedule]:
        """Return the schedules that this program knows, in the order of their creation."""
        rows = (row for row in self._store.all() if row.name in self._kinds)
        return [row if row.enabled else replace(row, next_run_at=None) for row in map(self._present, rows)]

    def change(self, name: str, *, text: str, enabled: bool) -> None:
        """Store when a schedule runs, and whether it does; a run that was missed while it was off does not come."""
        self._store.change(name, text=text, enabled=enabled, next_run_at=self._next(text, self._clock()))
        self._read()
        self._wake()

    def run(self, name: str) -> Job:
        """Start a schedule now and return its job; the job of the former run if that has not ended."""
        with self._starting:
            row = next(row for row in self._store.all() if row.name == name)
            job = self._unfinished(row)
            if job is None:
                return self._begin(row)
            self._attached().resume(job.id)
            return job

    # Delayed jobs.

    def add_later(
        self, kind: str, seconds: float, *, longest: float = 0.0, has_work: Callable[[], bool] = lambda: True
    ) -> None:
        """
        Add a job after some seconds; a further request moves it, at most `longest` seconds after the first one.

        `has_work` is called then: without work, there is no job. A kind with a schedule runs as this schedule, if it
        follows changes or has not run yet.
        """
        now = time.monotonic()
        with self._lock:
            former = self._delays.get(kind)
            since = now if former is None else former.since
            due = now + seconds if former is None else max(former.due, min(now + seconds, since + longest))
            self._delays[kind] = _Delay(due=due, since=since, has_work=has_work, actor=current_actor())
            self._own.add(kind)
        if former is None:
            self._wake()

    def add_soon(
        self, kind: str, seconds: float, *, longest: float = 0.0, has_work: Callable[[], bool] = lambda: True
    ) -> None:
        """
        Add a job after some seconds, or before that if an earlier request wants it; `has_work` as in `add_later`.

        With `longest`, a request moves an earlier one that is due sooner: at most that many seconds after the earlier
        one was made, or after it was due if it has no `longest`.
        """
        now = time.monotonic()
        with self._lock:
            former = self._delays.get(kind)
            due, since = now + seconds, now if longest else now + seconds
            if former is not None and former.due <= due:
                if not longest:
                    return
                since = former.since
                due = max(former.due, min(due, since + longest))
            self._delays[kind] = _Delay(due=due, since=since, has_work=has_work, actor=current_actor())
            self._own.add(kind)
        if former is None or due < former.due:
            self._wake()

    def forget(self, kind: str) -> None:
        """Add no delayed job of a kind."""
        with self._lock:
            self._delays.pop(kind, None)

    # For the dispatcher.

    def seconds_left(self) -> float | None:
        """Return the seconds until something is due, 0 or less if it is; None if nothing will be."""
        now, moment = time.monotonic(), self._clock()
        with self._lock:
            left = min((delay.due - now for delay in self._delays.values()), default=None)
            runs = [
                (max((row.next_run_at - moment).total_seconds(), self._attempts.get(row.name, now) - now), row)
                for row in self._rows.values()
                if row.next_run_at is not None
            ]
            for seconds, row in sorted(runs, key=lambda run: run[0]):
                if left is not None and left <= seconds:
                    break
                if self._is_on(row):  # asked last: the answer may be in the database
                    return seconds
        return left

    def add_due(self) -> None:
        """
        Add the jobs that are due.

        Raises:
            StoreError: The database failed. The jobs that were not added come later.

        """
        left = self.seconds_left()
        if left is None or left > 0:
            return
        now, moment = time.monotonic(), self._clock()
        with self._lock:
            delays = {kind: delay for kind, delay in self._delays.items() if delay.due <= now}
            for kind in delays:
                del self._delays[kind]
            rows = [
                row
                for row in self._rows.values()
                if row.next_run_at is not None
                and row.next_run_at <= moment
                and self._is_on(row)
                and self._attempts.get(row.name, now) <= now
            ]
        failure = None
        for kind, delay in delays.items():
            try:
                self._add_delayed(kind, delay)
            except errors.StoreError as error:  # such as a full disk: what waits for the job has no other clock
                failure = error
                with self._lock:
                    self._delays.setdefault(kind, replace(delay, due=now + _AFTER_FAILURE_SECONDS))
        if failure is not None:
            raise failure
        for row in rows:
            self._add_scheduled(row)

    def job_ended(self, job: Job) -> None:
        """Store the result of a run, and forget the successful runs before it: they would fill the list of jobs."""
        if job.job_type not in self._own:
            return
        for row in self._store.all():
            if row.last_job_id == job.id:
                self._record(job, row)
        if job.status == COMPLETED:
            self._attached().forget_completed(job.job_type, but=job.id)

    def _add_scheduled(self, row: Schedule) -> None:
        """Start a due schedule; callers run on the thread of the dispatcher."""
        with self._starting:
            if self._kinds[row.name].must_wait():
                with self._lock:
                    self._attempts[row.name] = time.monotonic() + _WAIT_SECONDS
                return
            job = self._unfinished(row)
            if job is None:
                self._begin_alone(row)
            elif job.status != "paused" and self._attached().resume(job.id):  # a former process did not end it
                self._started(row, job)
            else:
                self._store.set_next(row.name, self._next(row.cron, self._clock()))
                self._read()

    def _add_delayed(self, kind: str, delay: _Delay) -> None:
        if not delay.has_work():
            return
        with self._lock:
            rows = [row for row in self._rows.values() if row.kind == kind]
        if not rows:
            with acting_as(delay.actor):
                self._attached().add_job(kind)
            return
        for row in rows:
            if not self._is_on(row) or (row.cron != schedule.ON_CHANGE and row.last_run_at is not None):
                continue
            with self._starting:
                job = self._unfinished(row)
                must_wait = self._kinds[row.name].must_wait()
                if job is None and not must_wait:
                    self._begin_alone(row)
                    continue
                if job is not None:
                    self._attached().resume(job.id)
            with self._lock:
                due = time.monotonic() + (_WAIT_SECONDS if must_wait else _POLL_SECONDS)
                self._delays.setdefault(kind, replace(delay, due=due))

    def _unfinished(self, row: Schedule) -> Job | None:
        """Return the job of the last run if it has not ended."""
        job = None if row.last_job_id is None else self._attached().find(row.last_job_id)
        return None if job is None or job.has_ended else job

    def _begin_alone(self, row: Schedule) -> None:
        """Start a run that no person requests: the schedule is its actor."""
        with acting_as(Actor("schedule", row.name, row.name)):
            self._begin(row)

    def _begin(self, row: Schedule) -> Job:
        job = self._attached().add_job(row.kind, row.params)
        self._started(row, job)
        return job

    def _started(self, row: Schedule, job: Job) -> None:
        now = self._clock()
        self._store.record_start(row.name, job.id, now=now, next_run_at=self._next(row.cron, now))
        self._read()
        ended = self._attached().find(job.id)  # a short job may have ended before its start was stored
        if ended is not None:
            self._record(ended, row)

    def _record(self, job: Job, row: Schedule) -> None:
        if not job.has_ended:
            return
        result = f"{job.status}: {job.error_message}" if job.error_message else job.status.replace("_", " ")
        if result != row.last_result:
            self._store.record_result(job.id, result)

    def _next(self, text: str, after: datetime) -> datetime | None:
        return schedule.next_run(text, after, zone=self._zone)

    def _is_on(self, row: Schedule) -> bool:
        return row.enabled and self._kinds[row.name].is_on()

    def _present(self, row: Schedule) -> Schedule:
        return replace(row, enabled=self._is_on(row))

    def _read(self) -> None:
        self._use(self._store.all())

    def _use(self, rows: Sequence[Schedule]) -> None:
        with self._lock:
            self._rows = {row.name: row for row in rows if row.name in self._kinds}
            self._attempts = {}

    def _attached(self) -> ScheduledQueue:
        assert self._queue is not None
        return self._queue
