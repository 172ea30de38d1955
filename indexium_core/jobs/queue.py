"""
The queue: jobs are written down before they begin, taken up in their turn, and followed until they have ended.

It knows nothing of what a job does: each kind is registered with the function that does it. What it knows of a job lies
in a store, so that whatever instant the process is killed at, the next start finds the job as it was, and what its last
run saved. One thread looks after the queue: it takes jobs up, tells how far they are, and gives signs of life.
"""

from __future__ import annotations

import json
import logging
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from indexium_core import errors, logs
from indexium_core.jobs.backoff import Backoff
from indexium_core.jobs.context import Handler
from indexium_core.jobs.events import EventBus
from indexium_core.jobs.executors import Executor, Threads
from indexium_core.jobs.runner import Control, Ending
from indexium_core.jobs.speed import Speed
from indexium_core.model.job import ENDED_STATES, PRIORITIES, Job, JobPage, LeftOver, NewJob, Told

__all__ = ["GRACE", "JobQueueService", "JobStore", "Kind", "Pulse", "Run"]

logger = logging.getLogger(__name__)

TICK = 0.5  # seconds between two words on how far a job is
BEAT = 5.0  # seconds between two signs of life
GRACE = 5.0  # seconds for which the end of work that never changes a film is waited for


class JobStore(Protocol):
    """Where jobs are written down; each call is a transaction of its own."""

    def add(self, new: NewJob, *, owner: str, now: datetime) -> int: ...
    def add_for_operation(self, operation_id: int, *, owner: str, now: datetime) -> int: ...
    def claim(self, kinds: Sequence[str], *, owner: str, now: datetime) -> Job | None: ...
    def next_due(self, *, owner: str, now: datetime) -> datetime | None: ...
    def tell(self, told: Sequence[Told], *, now: datetime) -> None: ...
    def beat(self, job_ids: Sequence[int], *, now: datetime) -> None: ...
    def save(self, job_id: int, checkpoint: Mapping[str, Any], *, now: datetime, tx: Any = None) -> None: ...
    def saved(self, job_id: int) -> Mapping[str, Any] | None: ...
    def pause(self, job: Job, *, by: str, now: datetime) -> bool: ...
    def go_on(self, job: Job, *, now: datetime) -> bool: ...
    def wait_again(
        self,
        job: Job,
        *,
        owner: str,
        retry_count: int = 0,
        not_before: datetime | None = None,
        error_message: str = "",
        afresh: bool = False,
    ) -> None: ...
    def adopt(self, job_ids: Sequence[int], *, owner: str) -> bool: ...
    def ask_to_cancel(self, job_id: int, *, now: datetime) -> bool: ...
    def set_priority(self, job_id: int, priority: int) -> None: ...
    def settle(
        self,
        job_id: int,
        status: str,
        *,
        now: datetime,
        stopped_by: str = "",
        error_message: str = "",
        error_stack: str = "",
        summary: Mapping[str, Any] | None = None,
    ) -> None: ...
    def sign_off(self, job_id: int, *, stopped_by: str, now: datetime, summary: Mapping[str, Any] | None) -> None: ...
    def left_over(self) -> list[LeftOver]: ...
    def fail_dependents(self, *, now: datetime) -> None: ...
    def find(self, job_id: int, *, now: datetime) -> Job | None: ...
    def payload_version(self, job_id: int) -> int: ...
    def of_operation(self, operation_id: int) -> int | None: ...
    def held_operations(self, *, owner: str) -> frozenset[int]: ...
    def page(
        self, *, kinds: Sequence[str], statuses: Sequence[str], page: int, per_page: int, now: datetime
    ) -> JobPage: ...
    def counts(self) -> dict[str, dict[str, int]]: ...


class Teller(Protocol):
    """Where lines on how far jobs are go."""

    def tell(
        self,
        *,
        job_id: int,
        kind: str,
        processed: int,
        total: int | None,
        counters: Mapping[str, int],
        rate: float | None,
        eta_seconds: float | None,
        last: bool = False,
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of job: how it is done, and by which rules."""

    name: str
    handler: Handler
    title: str
    version: int = 1  # of its payload; a job with a higher one was made by a newer program
    side_by_side: int | None = 1  # how many are at work at a time; None: as many as there are
    goes_on: bool = True  # whether it is taken up by itself where it was cut off
    of_operation: bool = False  # its operation writes its state and its numbers down, with what it does
    timeout: Callable[[], float] = lambda: float("inf")  # seconds without progress after which it is stopped
    give_up: Callable[[Job], bool] | None = None  # cancels one that is not at work; False: there is nothing left of it
    quiet: Callable[[Job], None] | None = None  # returns when one that was just held has nothing under way any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """How far an operation is, as it says itself."""

    current: int
    total: int
    message: str
    rate: float
    eta_seconds: float | None
    counters: Mapping[str, int]


class Run:
    """A job that is at work here; its handler's `JobContext`."""

    def __init__(self, job: Job, kind: Kind, store: JobStore, *, clock: Callable[[], datetime]) -> None:
        self.job, self.kind = job, kind
        self.control = Control()
        self.stopped_by = "stop"
        self.thread: threading.Thread | None = None
        self.pulse: Callable[[], Pulse] | None = None  # of an operation
        self._felt: Pulse | None = None  # the one that was told last
        self._store, self._clock = store, clock
        self._checkpoint = store.saved(job.id)
        self._lock = threading.Lock()
        self._current, self._total, self._message = job.progress_current, job.progress_total, job.progress_message
        self._counters: Mapping[str, int] = job.counters
        self._fresh = False
        self._got_on = time.monotonic()
        self._speed = Speed(self._current, at=self._got_on)
        self._heeded = False  # whether the handler was told to come to an end

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
            self.control.wait_while_paused()
            with self._lock:
                self._got_on = time.monotonic()
                self._speed = Speed(self._current, at=self._got_on)  # a pause is no time at work
        if self.control.ending is None:
            return False
        self._heeded = True
        return True

    # What the queue sees.

    @property
    def heeded(self) -> bool:
        return self._heeded

    @property
    def stood_still(self) -> float:
        """Seconds without progress; none while it is held."""
        with self._lock:
            return 0.0 if self.control.paused else time.monotonic() - self._got_on

    def told(self, *, again: bool = False) -> Told | None:
        """Return how far it is, None where that was told already and is not to be told `again`."""
        if self.pulse is not None:
            return self._told_by(self.pulse(), again=again)
        with self._lock:
            if not (self._fresh or again):
                return None
            self._fresh = False
            rate = self._speed.rate(at=time.monotonic())
            left = None if self._total is None or not rate else max(0.0, (self._total - self._current) / rate)
            return Told(
                job_id=self.job.id,
                current=self._current,
                total=self._total,
                message=self._message,
                rate=rate,
                eta_seconds=left,
                counters=dict(self._counters),
            )

    def _told_by(self, pulse: Pulse, *, again: bool) -> Told | None:
        with self._lock:
            if pulse == self._felt and not again:
                return None
            self._felt, self._current, self._total = pulse, pulse.current, pulse.total
        return Told(
            job_id=self.job.id,
            current=None,
            total=pulse.total,
            message=pulse.message,
            rate=pulse.rate,
            eta_seconds=pulse.eta_seconds,
            counters=pulse.counters,
        )

    @property
    def current(self) -> int:
        """Items that have an outcome."""
        return self._current


class JobQueueService:
    """The jobs of a home. May be used from any thread, but not in a transaction."""

    def __init__(
        self,
        store: JobStore,
        *,
        events: EventBus,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        executor: Executor | None = None,
        teller: Teller | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        # Only what was asked for, or taken over, by this instance is taken up by it. Short, for the database compares
        # texts of 12 letters several times as fast as longer ones.
        self.owner = uuid.uuid4().hex[:12]
        self._store, self._events, self._clock = store, events, clock
        self._executor = executor or Threads()
        self._teller = teller
        self._backoff = backoff or Backoff()
        self._kinds: dict[str, Kind] = {}
        self._runs: dict[int, Run] = {}
        self._changed = threading.Condition(threading.RLock())  # held while a job changes hands
        self._awake = False  # whether there may be something to take up
        self._due: datetime | None = None
        self._thread: threading.Thread | None = None
        self._beaten = 0.0

    # Kinds and jobs.

    def register(self, kind: str, handler: Handler, **rules: Any) -> None:
        """Say how jobs of a kind are done; `rules` are the other fields of `Kind`, of which `title` must be there."""
        self._kinds[kind] = Kind(name=kind, handler=handler, **rules)

    def add_job(
        self,
        kind: str,
        payload: Mapping[str, Any] | None = None,
        *,
        title: str = "",
        priority: int | str = PRIORITIES["normal"],
        not_before: datetime | None = None,
        depends_on: Sequence[int] = (),
        max_retries: int = 3,
        dedup: bool = True,
        is_cancellable: bool = True,
    ) -> Job:
        """
        Write down a job, to be taken up when it is its turn.

        Args:
            kind: What is to be done; must be registered.
            payload: What it is to be done with, JSON values.
            title: What a person calls it; default: the title of the kind.
            priority: 1 to 10, lower first; or high, normal, low.
            not_before: When it may be taken up; a moment without a zone is local.
            depends_on: Jobs that must have completed before.
            max_retries: How often it is tried again after errors that may pass.
            dedup: Where an equal job has not begun, return that one.
            is_cancellable: Whether it may be given up.

        Raises:
            UsageError: Unknown kind, no such priority, or a payload that is no JSON.
            UnknownIdError: It depends on a job that there is not.

        """
        rules, payload = self._kind(kind), dict(payload or {})
        new = NewJob(
            job_type=kind,
            title=title or rules.title,
            payload=payload,
            payload_version=rules.version,
            priority=checked_priority(priority),
            not_before=None if not_before is None else not_before.astimezone(UTC),
            depends_on=tuple(depends_on),
            max_retries=max_retries,
            is_cancellable=is_cancellable,
            dedup_key=_equal(kind, payload, depends_on) if dedup else None,
        )
        job_id = self._store.add(new, owner=self.owner, now=self._clock())
        self.wake(job_id)
        return self.get(job_id)

    def wake(self, job_id: int) -> None:
        """Look whether a job that was written down can be taken up."""
        self._say(self.get(job_id))
        self._wake()

    def job_of(self, operation_id: int) -> int | None:
        """Return the job of an operation; None where an older program began it, or there is none."""
        return self._store.of_operation(operation_id)

    def give_job(self, operation_id: int) -> int:
        """Return the job of an operation, made now where an older program began it; UnknownIdError."""
        found = self._store.of_operation(operation_id)
        return found or self._store.add_for_operation(operation_id, owner="", now=self._clock())

    def get(self, job_id: int) -> Job:
        """Return a job; UnknownIdError where there is none."""
        job = self._store.find(job_id, now=self._clock())
        if job is None:
            message = f"There is no job {job_id}; 'indexium jobs list' shows them."
            raise errors.UnknownIdError(message)
        return job

    def run_of(self, job_id: int) -> Run | None:
        """Return the run of a job that is at work here."""
        return self._runs.get(job_id)

    def operations_at_work(self) -> frozenset[int]:
        """Return the operations that this instance is at, or is about to be."""
        return self._store.held_operations(owner=self.owner)

    def at_work(self, kind: str) -> list[int]:
        """Return the jobs of a kind that are at work here."""
        with self._changed:
            return [job_id for job_id, run in self._runs.items() if run.kind.name == kind]

    # Changing its course.

    def pause(self, job_id: int, *, by: str, wait: bool = True) -> bool:
        """
        Hold a job that waits or is at work; False where it is neither.

        `wait`: return only when nothing changes any more, what was under way included.
        """
        with self._changed:
            run, job = self._runs.get(job_id), self.get(job_id)
            if run is not None and (run.control.ending is not None or run.control.paused):
                return False
            if run is None and job.status != "pending":
                return False
            if run is not None:
                run.control.pause()
            held = False
            try:
                held = self._store.pause(job, by=by, now=self._clock())
            finally:
                if run is not None and not held:
                    run.control.resume()
        if not held:
            return False
        if wait and run is not None and run.kind.quiet is not None:
            run.kind.quiet(job)
        self._tell_one(run, message="paused")
        self._say(self.get(job_id))
        return True

    def resume(self, job_id: int) -> bool:
        """Let a job go on that is held, cut off, failed or left waiting; False where there is nothing to go on with."""
        with self._changed:
            run, job = self._runs.get(job_id), self.get(job_id)
            if run is not None:
                if not run.control.paused:
                    return False
                if not self._store.go_on(job, now=self._clock()):
                    return False
                run.control.resume()
            elif job.status in ("paused", "interrupted", "failed"):
                self._require_known(job)
                self._store.wait_again(job, owner=self.owner)
            elif job.status != "pending" or not self._store.adopt([job_id], owner=self.owner):
                return False
        self._tell_one(run, message="resumed")
        self._say(self.get(job_id))
        self._wake()
        return True

    def again(self, job_id: int) -> Job:
        """Do what a job did once more from its beginning: one that has ended, as a job of its own."""
        job = self.get(job_id)
        self._require_known(job)
        return self.add_job(job.job_type, job.payload, title=job.title, priority=job.priority)

    def cancel(self, job_id: int) -> bool:
        """Give up what a job has left; False where it has ended, or may not be given up."""
        with self._changed:
            run, job = self._runs.get(job_id), self.get(job_id)
            if not job.is_cancellable:
                return False
            if run is not None:
                if not self._store.ask_to_cancel(job_id, now=self._clock()):
                    return False
                run.control.cancel()
                return True
            if not self._give_up(job):
                return False
        self._say(self.get(job_id))
        return True

    def _give_up(self, job: Job) -> bool:
        """Cancel a job that is not at work."""
        give_up = self._kinds[job.job_type].give_up if job.job_type in self._kinds else None
        if give_up is not None:
            return give_up(job)
        if job.status in ENDED_STATES:
            return False
        self._store.ask_to_cancel(job.id, now=self._clock())
        self._store.settle(job.id, "cancelled", now=self._clock())
        return True

    def set_priority(self, job_id: int, priority: int | str) -> None:
        """Let a job that has not ended come up sooner or later; UsageError for no priority."""
        self._store.set_priority(job_id, checked_priority(priority))
        self._say(self.get(job_id))

    def wait(self, job_id: int, timeout: float | None = None) -> Job:
        """Wait until a job has ended or was cut off, at most `timeout` seconds, and return it as it is then."""
        self._wait(lambda: self._is_open(job_id, held=True), timeout)
        return self.get(job_id)

    def join(self, job_id: int, timeout: float | None = None) -> None:
        """Wait until a job is neither at work nor about to be; one that is held and never began is not."""
        self._wait(lambda: self._is_open(job_id, held=False), timeout)

    def _is_open(self, job_id: int, *, held: bool) -> bool:
        run = self._runs.get(job_id)
        if run is not None:
            return run.thread is not threading.current_thread()
        status = self.get(job_id).status
        return (status == "paused" and held) or (status == "pending" and self._thread is not None)

    def _wait(self, is_open: Callable[[], bool], timeout: float | None) -> None:
        until = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while is_open():
                left = None if until is None else until - time.monotonic()
                if left is not None and left <= 0:
                    return
                self._changed.wait(left)

    # The worker.

    def start_worker(self, *, take_over: str = "nothing") -> None:
        """
        Take jobs up from now on. A second call does nothing.

        Args:
            take_over: What former runs of the program left, beside what is asked for from now on: `nothing`; `safe`,
                which are jobs that wait and those that were cut off, where their kind goes on by itself; `all`, with
                operations that were stopped in good order.

        """
        with self._changed:
            if self._thread is not None:
                return
            self._take_over(take_over)
            self._awake = True
            self._thread = threading.Thread(target=self._look_after, name="indexium-queue", daemon=True)
            self._thread.start()

    def stop_worker(self, *, by: str = "stop") -> None:
        """
        Take nothing up any more, let what is at work come to an end soon, and wait for that.

        `by` `stop`: it goes on by itself at the next start of a service; `person`: it is offered only.
        """
        with self._changed:
            thread, self._thread = self._thread, None
            for run in self._runs.values():
                run.stopped_by = by
                run.control.stop()
            self._changed.notify_all()
        if thread is None:
            return
        until = time.monotonic() + GRACE
        with self._changed:
            # What changes films is waited for however long it takes: it ends what it has under way.
            self._changed.wait_for(lambda: not any(run.kind.of_operation for run in self._runs.values()))
            self._changed.wait_for(lambda: not self._runs, max(0.0, until - time.monotonic()))
        if thread is not threading.current_thread():
            thread.join()

    def _take_over(self, what: str) -> None:
        now, waiting = self._clock(), []
        self._store.fail_dependents(now=now)
        for left in self._store.left_over():
            reason = self._refused(left.job_type, left.payload_version)
            if reason:
                self._store.settle(left.job_id, "failed", now=now, error_message=reason)
            elif left.cancelled:
                self._give_up(self.get(left.job_id))
            elif left.status == "pending":
                waiting.append(left.job_id)
            else:
                self._take_over_cut(left, what, now)
        if waiting and what != "nothing":
            self._store.adopt(waiting, owner=self.owner)

    def _take_over_cut(self, left: LeftOver, what: str, now: datetime) -> None:
        rules, killed = self._kinds[left.job_type], left.status == "running"
        tries = left.retry_count + killed
        if rules.of_operation:
            if what == "all" and left.stopped_by == "stop":
                self._store.wait_again(self.get(left.job_id), owner=self.owner)
        elif tries > left.max_retries:
            message = f"The program ended {tries} times in the middle of it; the log may say why."
            self._store.settle(left.job_id, "failed", now=now, error_message=message)
        elif rules.goes_on and what != "nothing" and left.stopped_by in ("stop", "kill"):
            self._store.wait_again(self.get(left.job_id), owner=self.owner, retry_count=tries)
        elif killed:
            message = "The program ended in the middle of it."
            self._store.settle(left.job_id, "interrupted", now=now, stopped_by="kill", error_message=message)

    def _require_known(self, job: Job) -> None:
        """Raise UsageError where this program cannot do a job."""
        reason = self._refused(job.job_type, self._store.payload_version(job.id))
        if reason:
            raise errors.UsageError(reason)

    def _refused(self, kind: str, version: int) -> str:
        """Return why this program cannot do a job of a kind with a payload of that version, "" where it can."""
        rules = self._kinds.get(kind)
        if rules is None:
            return f"This program does no jobs of the kind '{kind}'. Update it, then try this one again."
        if version > rules.version:
            return "A newer program asked for this. Update this one, then try it again."
        return ""

    def _look_after(self) -> None:
        """Take jobs up, tell how far they are, give signs of life: until the worker is stopped."""
        while self._is_on():
            try:
                if self._awake or self._is_due():
                    self._awake = False
                    self._take_up()
                self._tell()
                self._beat()
            except errors.StoreError:  # the database may be well again in a moment; whoever is at work sees to itself
                logger.exception("queue.store_failed")
                self._awake = True
                time.sleep(TICK)
            with self._changed:
                if self._is_on() and not self._awake:
                    self._changed.wait(self._rest())

    def _is_on(self) -> bool:
        return self._thread is threading.current_thread()

    def _rest(self) -> float | None:
        """Return how long nothing needs to be looked after."""
        if self._runs:
            return TICK
        # Not on end: the clock that says when a job is due may be set meanwhile.
        return None if self._due is None else min(max((self._due - self._clock()).total_seconds(), 0.01), 60.0)

    def _is_due(self) -> bool:
        return self._due is not None and self._clock() >= self._due

    def _take_up(self) -> None:
        while (run := self._claim()) is not None:
            if not run.kind.of_operation:
                self._events.emit(f"{run.kind.name}:started", **_data(run.job), message=run.job.title)
            self._say(run.job)
            self._executor.start(f"indexium-job-{run.job_id}", lambda run=run: self._work(run))  # type: ignore[misc]
        self._due = self._store.next_due(owner=self.owner, now=self._clock())

    def _claim(self) -> Run | None:
        with self._changed:
            kinds = [kind.name for kind in self._kinds.values() if self._has_room(kind)]
            if not kinds or not self._is_on():
                return None
            job = self._store.claim(kinds, owner=self.owner, now=self._clock())
            if job is None:
                return None
            run = self._runs[job.id] = Run(job, self._kinds[job.job_type], self._store, clock=self._clock)
            return run

    def _has_room(self, kind: Kind) -> bool:
        return kind.side_by_side is None or len(self.at_work(kind.name)) < kind.side_by_side

    def _tell(self) -> None:
        runs = [(run, told) for run in list(self._runs.values()) if (told := run.told()) is not None]
        if not runs:
            return
        self._store.tell([told for _, told in runs], now=self._clock())
        for run, told in runs:
            self._tell_on(run, told)

    def _tell_one(self, run: Run | None, *, message: str) -> None:
        """Tell at once that a job is held or goes on; an operation does it itself."""
        if run is None or run.pulse is not None:
            return
        told = run.told(again=True)
        if told is not None:
            self._tell_on(run, told, message=message)

    def _tell_on(self, run: Run, told: Told, *, message: str = "", last: bool = False) -> None:
        if run.pulse is None:
            self._events.emit(
                f"{run.kind.name}:progress",
                **_data(run.job),
                current=run.current,
                total=told.total,
                message=message or told.message,
                rate=told.rate,
                eta_seconds=told.eta_seconds,
                counters=dict(told.counters),
            )
        if self._teller is not None:
            self._teller.tell(
                job_id=run.job_id,
                kind=run.kind.name,
                processed=run.current,
                total=told.total,
                counters=told.counters,
                rate=told.rate or None,
                eta_seconds=told.eta_seconds,
                last=last,
            )

    def _beat(self) -> None:
        now = time.monotonic()
        if not self._runs or now - self._beaten < BEAT:
            return
        self._beaten = now
        self._store.beat(list(self._runs), now=self._clock())
        for run in list(self._runs.values()):
            if run.stood_still > run.kind.timeout() and run.control.ending is None:
                run.stopped_by = "timeout"
                logger.warning("job.stood_still", extra={"job_id": run.job_id, "seconds": run.stood_still})
                run.control.stop()

    def _wake(self) -> None:
        with self._changed:
            self._awake = True
            self._changed.notify_all()

    # One run, on its own thread.

    def _work(self, run: Run) -> None:
        run.thread = threading.current_thread()
        status, message, stack, summary, again = "failed", "", "", None, None
        try:
            with logs.job(run.job_id):
                logger.info("job.begun", extra={"job_kind": run.kind.name, "title": run.job.title})
                try:
                    summary = dict(run.kind.handler(run))
                    status = self._ended_as(run, summary)
                except errors.IndexiumError as error:
                    message, again = error.message, self._delay(run, error)
                    logger.exception("job.failed")
                except Exception as error:
                    message, stack = f"Something unexpected went wrong: {error}", traceback.format_exc()
                    logger.exception("job.failed")
        finally:
            self._end(run, status, message=message, stack=stack, summary=summary, again=again)

    def _ended_as(self, run: Run, summary: Mapping[str, Any]) -> str:
        if run.heeded and run.control.ending is Ending.CANCELLED:
            return "cancelled"
        if run.heeded and run.control.ending is Ending.STOPPED:
            return "paused" if run.control.held and run.stopped_by != "timeout" else "interrupted"
        return "completed_with_errors" if _has_errors(summary) else "completed"

    def _delay(self, run: Run, error: errors.IndexiumError) -> float | None:
        """Return after how many seconds a job is tried again, None where it is not."""
        tries = run.job.retry_count + 1
        may_pass = error.reason in errors.RETRIED
        if not may_pass or run.control.ending is not None or tries > run.job.max_retries:
            return None
        return self._backoff.after(min(tries, len(self._backoff.delays)))

    def _end(
        self,
        run: Run,
        status: str,
        *,
        message: str,
        stack: str,
        summary: Mapping[str, Any] | None,
        again: float | None,
    ) -> None:
        told, job, now = run.told(again=True), run.job, self._clock()
        try:
            if told is not None:
                self._store.tell([told], now=now)
            if run.kind.of_operation:
                stopped_by = run.stopped_by if run.control.ending else ""
                self._store.sign_off(job.id, stopped_by=stopped_by, now=now, summary=summary)
            elif again is not None:
                later = now + timedelta(seconds=again)
                tries = self.get(job.id).retry_count + 1  # saving something sets it back
                self._store.wait_again(
                    job, owner=self.owner, retry_count=tries, not_before=later, error_message=message
                )
            else:
                if status == "interrupted" and run.stopped_by == "timeout":
                    message = f"It got no further for {run.kind.timeout():.0f} seconds and was stopped."
                self._settle(run, status, message=message, stack=stack, summary=summary)
        except errors.StoreError:  # what the next start finds is a job that was cut off
            logger.exception("job.not_recorded", extra={"job_id": job.id})
        finally:
            try:
                self._tell_end(run, told, status)  # first: who waits for its end may close the home then
            finally:
                with self._changed:
                    self._runs.pop(job.id, None)
                    self._awake = True
                    self._changed.notify_all()

    def _settle(self, run: Run, status: str, *, message: str, stack: str, summary: Mapping[str, Any] | None) -> None:
        if status == "paused":
            return  # it is held, as was written down when it was
        self._store.settle(
            run.job_id,
            status,
            now=self._clock(),
            stopped_by=run.stopped_by if status == "interrupted" else "",
            error_message=message,
            error_stack=stack,
            summary=summary,
        )

    def _tell_end(self, run: Run, told: Told | None, status: str) -> None:
        try:
            if told is not None:
                self._tell_on(run, told, last=True)
            job = self.get(run.job_id)
            if not run.kind.of_operation:
                message = job.error_message or job.summary.get("message") or job.status
                facts = {"current": run.current, "total": job.progress_total, "message": message, "status": job.status}
                self._events.emit(f"{run.kind.name}:completed", **_data(job), **facts)
            self._say(job)
        except errors.StoreError:
            logger.exception("job.end_not_told", extra={"job_id": run.job_id, "status": status})

    def _say(self, job: Job) -> None:
        """Tell that a job is in another state, or another place."""
        why = {"by": job.paused_by, "error": job.error_message, "tries": job.retry_count}
        what = {"status": job.status, "message": job.title, "priority": job.priority}
        self._events.emit("job:changed", **_data(job), **what, **why)

    def _kind(self, name: str) -> Kind:
        if name not in self._kinds:
            message = f"There are no jobs of the kind '{name}'; there are {', '.join(sorted(self._kinds))}."
            raise errors.UsageError(message)
        return self._kinds[name]


def checked_priority(priority: int | str) -> int:
    """Return a priority as a number; UsageError where it is none."""
    number = PRIORITIES.get(priority) if isinstance(priority, str) else priority
    if number is None or not 1 <= number <= 10:
        message = f"'{priority}' is no priority; take 1 (first) to 10 (last), or {', '.join(PRIORITIES)}."
        raise errors.UsageError(message)
    return number


def _equal(kind: str, payload: Mapping[str, Any], depends_on: Sequence[int]) -> str:
    """Return what two jobs have in common that do the same; UsageError where the payload is no JSON."""
    try:
        return json.dumps([kind, payload, sorted(set(depends_on))], sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        message = f"A job takes JSON values only: {error}."
        raise errors.UsageError(message) from error


def _has_errors(summary: Mapping[str, Any]) -> bool:
    """Tell whether a handler says that some of its items failed: `failed` or `errors`, a number or numbers by kind."""
    counted = [summary.get("failed", 0), summary.get("errors", 0)]
    return any(sum(each.values()) if isinstance(each, Mapping) else each for each in counted)


def _data(job: Job) -> dict[str, Any]:
    operation = {} if job.operation_id is None else {"operation_id": job.operation_id}
    return {"job_id": job.id, "kind": job.job_type, **operation}
