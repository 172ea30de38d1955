"""
The queue: jobs are written down before they begin, taken up in their turn, and followed until they have ended.

It knows nothing of what a job does: each kind is registered with the function that does it. What it knows of a job lies
in a store, so that whatever instant the process is killed at, the next start finds the job as it was, and what its last
run saved.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from indexium_core import errors
from indexium_core.jobs.backoff import Backoff
from indexium_core.jobs.context import Handler
from indexium_core.jobs.dispatcher import Dispatcher
from indexium_core.jobs.events import EventBus
from indexium_core.jobs.executors import Executor, Threads
from indexium_core.jobs.job_events import JobEvents, ProgressSink
from indexium_core.jobs.run import JobKind, JobRun
from indexium_core.jobs.store import JobStore
from indexium_core.model.job import ENDED_STATES, PRIORITIES, Job, NewJob, UnfinishedJob, UnrecordedResults

__all__ = ["JobQueueService"]

_LOOK = 0.5  # seconds between two looks: Ctrl-C may come just before a wait without an end, which it does not end then
_LAST = 2.0  # seconds in which a job ends, as a rule, that was cancelled


class JobQueueService:
    """The jobs of a home. May be used from any thread, but not in a transaction."""

    def __init__(
        self,
        store: JobStore,
        *,
        events: EventBus,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        executor: Executor | None = None,
        teller: ProgressSink | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        # Only what was asked for, or taken over, by this instance is taken up by it. Short, for the database compares
        # texts of 12 letters several times as fast as longer ones.
        self.owner = uuid.uuid4().hex[:12]
        self._store, self._clock = store, clock
        self._kinds: dict[str, JobKind] = {}
        self._telling = JobEvents(events, teller)
        self._dispatcher = Dispatcher(
            store,
            self._kinds,
            owner=self.owner,
            telling=self._telling,
            clock=clock,
            executor=executor or Threads(),
            backoff=backoff or Backoff(),
        )

    # Kinds and jobs.

    def register(self, kind: str, handler: Handler, **rules: Any) -> None:
        """Say how jobs of a kind are done; `rules` are the other fields of `Kind`, of which `title` must be there."""
        self._kinds[kind] = JobKind(name=kind, handler=handler, **rules)

    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of jobs that this program does."""
        return tuple(sorted(self._kinds))

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
        rules = self._kind(kind)
        new = NewJob(
            job_type=kind,
            title=title or rules.title,
            payload=dict(payload or {}),
            payload_version=rules.version,
            priority=checked_priority(priority),
            not_before=None if not_before is None else not_before.astimezone(UTC),
            depends_on=tuple(depends_on),
            max_retries=max_retries,
            is_cancellable=is_cancellable,
            dedup=dedup,
        )
        job_id = self._store.add(new, owner=self.owner, now=self._clock())
        self.wake(job_id)
        return self.get(job_id)

    def wake(self, job_id: int) -> None:
        """Look whether a job that was written down can be taken up."""
        self._telling.changed(self.get(job_id))
        self._dispatcher.wake()

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

    def run_of(self, job_id: int) -> JobRun | None:
        """Return the run of a job that is at work here."""
        return self._dispatcher.run_of(job_id)

    def operations_at_work(self) -> frozenset[int]:
        """Return the operations that this instance is at, or is about to be."""
        return self._store.held_operations(owner=self.owner)

    def unrecorded(self) -> list[UnrecordedResults]:
        """Return the jobs whose work has ended here, but whose end cannot be written down."""
        return self._dispatcher.unrecorded()

    def at_work(self, kind: str) -> list[int]:
        """Return the jobs of a kind that are at work here."""
        return self._dispatcher.at_work(kind)

    # Changing its course.

    def pause(self, job_id: int, *, by: str, wait: bool = True) -> bool:
        """
        Hold a job that waits or is at work; False where it is neither.

        `wait`: return only when all that was begun has ended or stands still and what came of it is written down (or
        it takes longer than its kind is waited for). Where that was the last of it, the job has ended then.
        """
        with self._dispatcher.changed:
            run, job = self._dispatcher.run_of(job_id), self.get(job_id)
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
        if wait and run is not None:
            run.control.wait_until_at_rest(run.kind.rests_within)
        job = self.get(job_id)
        if not job.ended:
            self._tell_turn(run, job, "paused")
        return True

    def resume(self, job_id: int, *, by: str = "") -> bool:
        """
        Let a job go on that is held, cut off, failed or left waiting; False where there is nothing to go on with.

        `by` says whose wish it is.
        """
        with self._dispatcher.changed:
            run, job = self._dispatcher.run_of(job_id), self.get(job_id)
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
        self._tell_turn(run, self.get(job_id), "resumed", by=by)
        self._dispatcher.wake()
        return True

    def _tell_turn(self, run: JobRun | None, job: Job, turn: str, *, by: str = "") -> None:
        """Tell at once that a job is held or goes on; how far an operation is it tells itself."""
        if run is not None and run.pulse is None and (told := run.told(again=True)) is not None:
            self._telling.how_far(run, told, message=turn)
        self._telling.changed(job, by=by)

    def again(self, job_id: int) -> Job:
        """Do what a job did once more from its beginning: one that has ended, as a job of its own."""
        job = self.get(job_id)
        self._require_known(job)
        return self.add_job(job.job_type, job.payload, title=job.title, priority=job.priority)

    def cancel(self, job_id: int, *, by: str = "", wait: bool = False) -> bool:
        """
        Give up what a job has left; False where it has ended, or may not be given up.

        `by` says whose wish it is; `wait`: a moment, until what is under way has ended. Where that was the last of it,
        nothing was given up.
        """
        with self._dispatcher.changed:
            run, job = self._dispatcher.run_of(job_id), self.get(job_id)
            if not job.is_cancellable:
                return False
            if run is not None:
                if not self._store.ask_to_cancel(job_id, now=self._clock()):
                    return False
                run.cancelled_by = by
                run.control.cancel()
            elif not self._give_up(job):
                return False
        if run is not None:
            if wait:
                self.join(job_id, _LAST)
            return True
        self._telling.changed(self.get(job_id), by=by)
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
        self._telling.changed(self.get(job_id))

    def wait(self, job_id: int, timeout: float | None = None) -> Job:
        """
        Wait until a job has ended or was cut off, at most `timeout` seconds, and return it as it is then.

        Raises:
            StoreError: It has ended, and that could not be written down for as long as its kind may stand still.

        """
        self._wait(lambda: self._is_open(job_id, held=True), timeout)
        return self.get(job_id)

    def join(self, job_id: int, timeout: float | None = None) -> None:
        """Wait, as `wait` does, until a job is neither at work nor about to be; one held before it began is not."""
        self._wait(lambda: self._is_open(job_id, held=False), timeout)

    def _is_open(self, job_id: int, *, held: bool) -> bool:
        run = self._dispatcher.run_of(job_id)
        if run is not None:
            lost = run.unrecorded
            if lost is not None and lost.seconds > lost.limit:
                message = f"{lost.said} Indexium has tried it for {lost.seconds:,.0f} seconds. {lost.safe}"
                raise errors.StoreError(message)
            return run.thread is not threading.current_thread()
        status = self.get(job_id).status
        return self._dispatcher.is_on and (status == "pending" or (status == "paused" and held))

    def _wait(self, is_open: Callable[[], bool], timeout: float | None) -> None:
        until = None if timeout is None else time.monotonic() + timeout
        with self._dispatcher.changed:
            while is_open():
                left = _LOOK if until is None else until - time.monotonic()
                if left <= 0:
                    return
                self._dispatcher.changed.wait(min(left, _LOOK))

    # The worker.

    def start_worker(self, *, take_over: str = "nothing") -> list[int]:
        """
        Take jobs up from now on, and return those that former runs left and that go on. A second call does nothing.

        Args:
            take_over: What former runs of the program left, beside what is asked for from now on: `nothing`; `safe`,
                which are jobs that wait and those that were cut off, where their kind goes on by itself; `all`, with
                operations that were stopped in good order.

        """
        with self._dispatcher.changed:
            if self._dispatcher.is_on:
                return []
            taken = self._take_over(take_over)
            self._dispatcher.start()
            return taken

    def begin_nothing(self, *, by: str = "stop") -> None:
        """Take nothing up any more and let what is at work come to an end soon; `stop_worker` waits for that."""
        self._dispatcher.leave(by=by)

    def stop_worker(self, *, by: str = "stop") -> None:
        """
        Take nothing up any more, let what is at work come to an end soon, and wait for that.

        `by` `stop`: it goes on by itself at the next start of a service; `person`: it is offered only.
        """
        self._dispatcher.stop(by=by)

    def _take_over(self, what: str) -> list[int]:
        now, waiting, cut = self._clock(), list[int](), list[int]()
        self._store.fail_dependents(now=now)
        for left in self._store.left_over():
            reason = self._refused(left.job_type, left.payload_version)
            if reason:
                self._store.settle(left.job_id, "failed", now=now, error_message=reason)
            elif left.cancelled:
                self._give_up(self.get(left.job_id))
            elif left.status == "pending":
                waiting.append(left.job_id)
            elif self._take_over_cut(left, what, now):
                cut.append(left.job_id)
        if not waiting or what == "nothing":
            return cut
        self._store.adopt(waiting, owner=self.owner)
        return [*cut, *waiting]

    def _take_over_cut(self, left: UnfinishedJob, what: str, now: datetime) -> bool:
        """Settle a job that was cut off; True where it goes on."""
        rules, killed = self._kinds[left.job_type], left.status == "running"
        tries = left.retry_count + killed
        if rules.of_operation:
            if what == "all" and left.stopped_by == "stop":
                self._store.wait_again(self.get(left.job_id), owner=self.owner)
                return True
        elif tries > left.max_retries:
            message = f"The program ended {tries} times in the middle of it; the log may say why."
            self._store.settle(left.job_id, "failed", now=now, error_message=message)
        elif rules.goes_on and what != "nothing" and left.stopped_by in ("stop", "kill"):
            self._store.wait_again(self.get(left.job_id), owner=self.owner, retry_count=tries)
            return True
        elif killed:
            message = "The program ended in the middle of it."
            self._store.settle(left.job_id, "interrupted", now=now, stopped_by="kill", error_message=message)
        return False

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

    def _kind(self, name: str) -> JobKind:
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
