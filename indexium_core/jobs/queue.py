"""
The queue: jobs are stored before they start, started in order, and watched until they end.

The queue is independent of the work of a job: each kind is registered with its handler. The whole state of a job is in
the store. After a kill at any moment, the next start reads the job and its last checkpoint.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from indexium_core import errors
from indexium_core.jobs.dispatcher import Dispatcher
from indexium_core.jobs.event_bus import EventBus
from indexium_core.jobs.executors import Threads
from indexium_core.jobs.job_events import JobEvents, ProgressSink
from indexium_core.jobs.job_run import Handler, JobKind, JobRun
from indexium_core.jobs.retry import Backoff
from indexium_core.jobs.scheduler import Scheduler
from indexium_core.jobs.store import JobStore
from indexium_core.model.job import ENDED_STATES, PRIORITIES, Job, JobJoin, NewJob, UnfinishedJob, UnrecordedResults

_POLL_SECONDS = 0.5  # between two checks: an endless wait would miss a Ctrl-C just before it
_CANCEL_SECONDS = 2.0  # a cancelled job usually ends within this time


class JobQueueService:
    """The jobs of a home. It may be used from any thread, but not inside a transaction."""

    def __init__(
        self,
        store: JobStore,
        *,
        events: EventBus,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        progress_sink: ProgressSink | None = None,
        backoff: Backoff | None = None,
        scheduler: Scheduler | None = None,
    ) -> None:
        # Only this instance starts the jobs that it added or took over. The id is short because DuckDB compares texts
        # of 12 letters several times as fast as longer ones.
        self.owner = uuid.uuid4().hex[:12]
        self._store, self._clock = store, clock
        self._kinds: dict[str, JobKind] = {}
        self._job_ids: dict[int, int] = {}  # by operation; the job of an operation never changes
        self._job_events = JobEvents(events, progress_sink)
        self._dispatcher = Dispatcher(
            store,
            self._kinds,
            owner=self.owner,
            job_events=self._job_events,
            clock=clock,
            executor=Threads(),
            backoff=backoff or Backoff(),
            scheduler=scheduler,
        )
        self._scheduler = scheduler
        if scheduler is not None:
            scheduler.attach(self, self._dispatcher.wake)

    # Kinds and jobs.

    def register(self, kind: str, handler: Handler, **rules: Any) -> None:
        """Register the handler of a kind. `rules` are the other fields of `JobKind`; `title` is required."""
        self._kinds[kind] = JobKind(name=kind, handler=handler, **rules)

    def kinds(self) -> tuple[str, ...]:
        """Return the kinds that this program supports."""
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
        dedup: bool = True,
        join: JobJoin | None = None,
    ) -> Job:
        """
        Store a job. It starts in its order in the queue.

        Args:
            kind: A registered kind.
            payload: The description of the job's work, as JSON values.
            title: The name that people see; default: the title of the kind.
            priority: 1 to 10, lower first; or high, normal, low.
            not_before: Earliest start; a time without a zone is local.
            depends_on: Jobs that must complete first.
            dedup: Return an equal job that has not started, if there is one.
            join: Add the work to a job that has not started, if there is one; it gives the title.

        Raises:
            UsageError: The kind is unknown, the priority is invalid, or the payload is not JSON.
            UnknownIdError: It depends on a job that does not exist.

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
            dedup=dedup,
            join=join,
        )
        job_id = self._store.add(new, owner=self.owner, now=self._clock())
        self.wake(self.get(job_id))
        return self.get(job_id)

    def wake(self, job: Job) -> None:
        """Publish a stored job and check whether it can start."""
        self._job_events.job_changed(job)
        self._dispatcher.wake()

    def job_of_operation(self, operation_id: int) -> int | None:
        """Return the job of an operation; None if an older program started it or it does not exist."""
        job_id = self._job_ids.get(operation_id) or self._store.of_operation(operation_id)
        if job_id is not None:
            self._job_ids[operation_id] = job_id
        return job_id

    def ensure_job(self, operation_id: int) -> int:
        """
        Return the job of an operation; create the job if an older program started the operation.

        UnknownIdError if the operation does not exist.
        """
        job_id = self.job_of_operation(operation_id)
        return job_id or self._store.add_for_operation(operation_id, owner="", now=self._clock())

    def find(self, job_id: int) -> Job | None:
        """Return a job; None if it does not exist."""
        return self._store.find(job_id, now=self._clock())

    def get(self, job_id: int) -> Job:
        """Return a job; UnknownIdError if it does not exist."""
        job = self.find(job_id)
        if job is None:
            raise errors.UnknownIdError(f"There is no job {job_id}; 'indexium jobs list' shows them.")
        return job

    def forget_completed(self, kind: str, *, but: int) -> None:
        """Delete the completed jobs of a kind, except one."""
        self._store.forget_completed(kind, but=but)

    def find_run(self, job_id: int) -> JobRun | None:
        """Return the run of a job; None if the job is not running in this process."""
        return self._dispatcher.find_run(job_id)

    def active_operations(self) -> frozenset[int]:
        """Return the operations that this instance runs or will run."""
        return self._store.active_operations(owner=self.owner)

    def unrecorded(self) -> list[UnrecordedResults]:
        """Return the jobs that have ended in this process but whose result cannot be stored."""
        return self._dispatcher.unrecorded_results()

    def running_jobs(self, kind: str) -> list[int]:
        """Return the ids of the running jobs of one kind."""
        return self._dispatcher.running_jobs(kind)

    def recent_ends(self) -> list[int]:
        """Return the ids of the jobs that have ended here within an hour, whatever the clock of the machine says."""
        return self._dispatcher.recent_ends()

    # Pause, resume, cancel.

    def pause(self, job_id: int, *, by: str, wait: bool = True) -> bool:
        """
        Pause a waiting or running job; return False if it is neither.

        With `wait`, return when every started item has ended or waits and its result is stored, or after the pause
        timeout of the kind. If all items have ended, the job ends before the return.
        """
        with self._dispatcher.condition:
            run, job = self._dispatcher.find_run(job_id), self.get(job_id)
            if run is not None and (run.control.ending is not None or run.control.is_paused):
                return False
            if run is None and job.status != "pending":
                return False
            if run is not None:
                run.control.pause()
            is_paused = False
            try:
                is_paused = self._store.pause(job, by=by, now=self._clock())
            finally:
                if run is not None and not is_paused:
                    run.control.resume()
        if not is_paused:
            return False
        if wait and run is not None:
            run.control.wait_until_idle(run.kind.pause_wait_seconds)
        job = self.get(job_id)
        if not job.has_ended:
            self._report_turn(run, job, "paused")
        return True

    def resume(self, job_id: int, *, by: str = "") -> bool:
        """
        Resume a paused, interrupted or failed job, or take over a waiting one; return False if it cannot resume.

        `by` names the person who requested it.
        """
        with self._dispatcher.condition:
            run, job = self._dispatcher.find_run(job_id), self.get(job_id)
            if run is not None:
                if not run.control.is_paused:
                    return False
                if not self._store.resume(job, now=self._clock()):
                    return False
                run.control.resume()
            elif job.status in ("paused", "interrupted", "failed"):
                self._require_known(job)
                self._store.requeue(job, owner=self.owner)
            elif job.status != "pending" or not self._store.adopt([job_id], owner=self.owner):
                return False
            # Before it can start, so that the log has its states in their order.
            self._report_turn(run, self.get(job_id), "resumed", by=by)
        self._dispatcher.wake()
        return True

    def _report_turn(self, run: JobRun | None, job: Job, turn: str, *, by: str = "") -> None:
        """Emit at once that a job is paused or resumed; an operation emits its own progress."""
        if run is not None and run.operation is None and (progress := run.report(is_forced=True)) is not None:
            self._job_events.job_progress(run, progress, message=turn)
        self._job_events.job_changed(job, by=by)

    def rerun(self, job_id: int) -> Job:
        """Add a new job that repeats one that has ended."""
        job = self.get(job_id)
        self._require_known(job)
        return self.add_job(job.job_type, job.payload, title=job.title, priority=job.priority)

    def cancel(self, job_id: int, *, by: str = "", wait: bool = False) -> bool:
        """
        Cancel the rest of a job; return False if it has ended.

        `by` names the person who requested it. With `wait`, wait up to two seconds for the running items. If all items
        have ended, the job ends as completed.
        """
        with self._dispatcher.condition:
            run, job = self._dispatcher.find_run(job_id), self.get(job_id)
            if run is not None:
                if not self._store.request_cancel(job_id, now=self._clock()):
                    return False
                run.cancelled_by = by
                run.control.cancel()
            elif not self._cancel_idle(job):
                return False
        if run is not None:
            if wait:
                self.join(job_id, _CANCEL_SECONDS)
            return True
        self._job_events.job_changed(self.get(job_id), by=by)
        return True

    def _cancel_idle(self, job: Job) -> bool:
        """Cancel a job that is not running."""
        cancel_idle = self._kinds[job.job_type].cancel_idle if job.job_type in self._kinds else None
        if cancel_idle is not None:
            return cancel_idle(job)
        if job.status in ENDED_STATES:
            return False
        self._store.request_cancel(job.id, now=self._clock())
        self._store.finish(job.id, "cancelled", now=self._clock())
        return True

    def set_priority(self, job_id: int, priority: int | str) -> None:
        """Change the priority of a job that has not ended; UsageError if the priority is invalid."""
        self._store.set_priority(job_id, checked_priority(priority))
        self._job_events.job_changed(self.get(job_id))

    def wait(self, job_id: int, timeout: float | None = None) -> Job:
        """
        Wait at most `timeout` seconds until a job has ended or is interrupted, and return the job.

        Raises:
            StoreError: The job has ended, but its result could not be stored within the stall timeout of its kind.

        """
        self._wait(lambda: self._is_unfinished(job_id, paused_counts=True), timeout)
        return self.get(job_id)

    def join(self, job_id: int, timeout: float | None = None) -> None:
        """
        Wait like `wait` until a job is not running and will not start soon.

        A job that is paused before its start will not start soon.
        """
        self._wait(lambda: self._is_unfinished(job_id, paused_counts=False), timeout)

    def _is_unfinished(self, job_id: int, *, paused_counts: bool) -> bool:
        run = self._dispatcher.find_run(job_id)
        if run is not None:
            unrecorded = run.unrecorded
            if unrecorded is not None and unrecorded.seconds > unrecorded.limit_seconds:
                tried = f"Indexium has tried for {unrecorded.seconds:,.0f} seconds."
                raise errors.StoreError(f"{unrecorded.description} {tried} {unrecorded.assurance}")
            return run.thread is not threading.current_thread()
        status = self._store.status(job_id) or self.get(job_id).status
        return self._dispatcher.is_running and (status == "pending" or (status == "paused" and paused_counts))

    def _wait(self, is_unfinished: Callable[[], bool], timeout: float | None) -> None:
        until = None if timeout is None else time.monotonic() + timeout
        with self._dispatcher.condition:
            while is_unfinished():
                left = _POLL_SECONDS if until is None else until - time.monotonic()
                if left <= 0:
                    return
                self._dispatcher.condition.wait(min(left, _POLL_SECONDS))

    # Start and stop.

    def start(self, *, take_over: str = "nothing") -> list[int]:
        """
        Start jobs from now on, and return the jobs of former processes that continue. A second call does nothing.

        Args:
            take_over: Which jobs of former processes continue: `nothing`; `safe`: waiting jobs, and interrupted jobs
                whose kind resumes automatically; `all`: also operations that were stopped normally.

        """
        with self._dispatcher.condition:
            if self._dispatcher.is_running:
                return []
            taken = self._take_over(take_over)
            if self._scheduler is not None:
                self._scheduler.start()
            self._dispatcher.start()
            return taken

    def begin_stop(self, *, by: str = "stop") -> None:
        """Stop starting jobs and ask the running ones to end; `stop` waits for them."""
        self._dispatcher.begin_stop(by=by)

    def stop(self, *, by: str = "stop") -> None:
        """
        Stop starting jobs, ask the running ones to end, and wait for them.

        With `by` = `stop`, the jobs resume automatically at the next start of a service; with `person`, a person must
        resume them.
        """
        self._dispatcher.stop(by=by)

    def _take_over(self, take_over: str) -> list[int]:
        now, waiting, interrupted = self._clock(), list[int](), list[int]()
        self._store.fail_dependents(now=now)
        for left in self._store.unfinished():
            reason = self._unsupported_reason(left.job_type, left.payload_version)
            if reason:
                self._store.finish(left.job_id, "failed", now=now, error_message=reason)
            elif left.cancelled:
                self._cancel_idle(self.get(left.job_id))
            elif left.status == "pending":
                waiting.append(left.job_id)
            elif self._take_over_interrupted(left, take_over, now):
                interrupted.append(left.job_id)
        if not waiting or take_over == "nothing":
            return interrupted
        self._store.adopt(waiting, owner=self.owner)
        return [*interrupted, *waiting]

    def _take_over_interrupted(self, left: UnfinishedJob, take_over: str, now: datetime) -> bool:
        """Record the end of an interrupted job; return True if the job continues."""
        rules, killed = self._kinds[left.job_type], left.status == "running"
        tries = left.retry_count + killed
        if rules.is_operation:
            if take_over == "all" and left.stopped_by == "stop":
                self._store.requeue(self.get(left.job_id), owner=self.owner)
                return True
        elif tries > left.max_retries:
            message = f"The program ended {tries} times during this job; the log may show the reason."
            self._store.finish(left.job_id, "failed", now=now, error_message=message)
        elif (
            rules.resumes_automatically
            and (take_over != "nothing" or rules.is_awaited)
            and left.stopped_by in ("stop", "kill")
        ):
            self._store.requeue(self.get(left.job_id), owner=self.owner, retry_count=tries)
            return True
        elif killed:
            message = "The program ended during this job."
            self._store.finish(left.job_id, "interrupted", now=now, stopped_by="kill", error_message=message)
        return False

    def _require_known(self, job: Job) -> None:
        """Raise UsageError if this program cannot run a job."""
        reason = self._unsupported_reason(job.job_type, self._store.payload_version(job.id))
        if reason:
            raise errors.UsageError(reason)

    def _unsupported_reason(self, kind: str, version: int) -> str:
        """Return the reason why this program cannot run a job of this kind and payload version; "" if it can."""
        rules = self._kinds.get(kind)
        if rules is None:
            return f"This program does not support jobs of the kind '{kind}'. Update it, then retry this job."
        if version > rules.version:
            return "A newer program created this job. Update this one, then retry the job."
        return ""

    def _kind(self, name: str) -> JobKind:
        if name not in self._kinds:
            message = f"There is no kind of job '{name}'. The kinds are {', '.join(sorted(self._kinds))}."
            raise errors.UsageError(message)
        return self._kinds[name]


def checked_priority(priority: int | str) -> int:
    """Return a priority as a number; UsageError if it is invalid."""
    number = PRIORITIES.get(priority) if isinstance(priority, str) else priority
    if number is None or not 1 <= number <= 10:
        message = f"'{priority}' is not a priority. Use 1 (first) to 10 (last), or {', '.join(PRIORITIES)}."
        raise errors.UsageError(message)
    return number
