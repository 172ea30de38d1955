"""
The dispatcher: takes jobs up in their turn and follows them until they have ended.

One thread looks after all of them: it takes jobs up, tells how far they are, and gives signs of life. Each job is done
on a thread of its own.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from indexium_core import errors, logs
from indexium_core.jobs.backoff import Backoff
from indexium_core.jobs.executors import Executor
from indexium_core.jobs.job_events import JobEvents
from indexium_core.jobs.run import JobKind, JobRun
from indexium_core.jobs.runner import RunEnd
from indexium_core.jobs.store import JobStore
from indexium_core.model.job import Job, JobProgress, UnrecordedResults

__all__ = ["GRACE", "Dispatcher"]

logger = logging.getLogger(__name__)

TICK = 0.5  # seconds between two words on how far a job is
BEAT = 5.0  # seconds between two signs of life
GRACE = 5.0  # seconds for which the end of work that never changes a film is waited for


class Dispatcher:
    """Has the jobs of one instance done. May be used from any thread, but not in a transaction."""

    def __init__(
        self,
        store: JobStore,
        kinds: Mapping[str, JobKind],
        *,
        owner: str,
        telling: JobEvents,
        clock: Callable[[], datetime],
        executor: Executor,
        backoff: Backoff,
    ) -> None:
        """
        Prepare to take jobs up.

        Args:
            store: Where jobs are written down.
            kinds: How jobs are done, by the names of their kinds; may grow.
            owner: The instance; only its jobs are taken up.
            telling: Is told how far they are.
            clock: Source of the present moment (UTC).
            executor: Where they are done.
            backoff: How long to wait before one is tried again.

        """
        self.changed = threading.Condition(threading.RLock())  # held while a job changes hands
        self._store, self._kinds, self._owner, self._telling = store, kinds, owner, telling
        self._clock, self._executor, self._backoff = clock, executor, backoff
        self._runs: dict[int, JobRun] = {}
        self._awake = False  # whether there may be something to take up
        self._due: datetime | None = None
        self._thread: threading.Thread | None = None
        self._is_leaving = False  # nothing more is begun
        self._saying = threading.Lock()  # held while it is written down how far jobs are; what they came to is last
        self._beaten = 0.0

    @property
    def is_on(self) -> bool:
        """Whether jobs are taken up."""
        return self._thread is not None

    def run_of(self, job_id: int) -> JobRun | None:
        """Return the run of a job that is at work."""
        return self._runs.get(job_id)

    def unrecorded(self) -> list[UnrecordedResults]:
        """Return the jobs whose end cannot be written down."""
        with self.changed:
            found = [run.unrecorded for run in self._runs.values()]
        return [each for each in found if each is not None]

    def at_work(self, kind: str) -> list[int]:
        """Return the jobs of a kind that are at work."""
        with self.changed:
            return [job_id for job_id, run in self._runs.items() if run.kind.name == kind]

    def start(self) -> None:
        """Take jobs up from now on."""
        with self.changed:
            self._awake, self._is_leaving = True, False
            self._thread = threading.Thread(target=self._look_after, name="indexium-queue", daemon=True)
            self._thread.start()

    def leave(self, *, by: str) -> None:
        """Take nothing up any more and let what is at work come to an end soon, without waiting; `by` whose wish."""
        with self.changed:
            self._is_leaving = True
            for run in self._runs.values():
                run.leave(by=by)

    def stop(self, *, by: str) -> None:
        """Take nothing up any more, let what is at work come to an end soon, and wait for that; `by` whose wish."""
        with self.changed:
            thread, self._thread = self._thread, None
            self.leave(by=by)
            self.changed.notify_all()
        if thread is None:
            return
        until = time.monotonic() + GRACE
        with self.changed:
            # What changes films is waited for however long it takes: it ends what it has under way.
            self.changed.wait_for(lambda: not any(run.kind.of_operation for run in self._runs.values()))
            self.changed.wait_for(lambda: not self._runs, max(0.0, until - time.monotonic()))
        if thread is not threading.current_thread():
            thread.join()

    def wake(self) -> None:
        """Look whether there is something to take up."""
        with self.changed:
            self._awake = True
            self.changed.notify_all()

    # The thread that looks after all.

    def _look_after(self) -> None:
        """Take jobs up, tell how far they are, give signs of life: until it is stopped."""
        while self._is_mine():
            try:
                if self._awake or self._is_due():
                    self._awake = False
                    self._take_up()
                self._stop_what_stands_still()  # first: it needs no store
                self._tell()
                self._beat()
            except errors.StoreError:  # the database may be well again in a moment; whoever is at work sees to itself
                logger.exception("queue.store_failed")
                self._awake = True
                time.sleep(TICK)
            with self.changed:
                if self._is_mine() and not self._awake:
                    self.changed.wait(self._rest())

    def _is_mine(self) -> bool:
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
            self._telling.began(run)
            self._executor.start(f"indexium-job-{run.job_id}", lambda run=run: self._work(run))  # type: ignore[misc]
        self._due = self._store.next_due(owner=self._owner, now=self._clock())

    def _claim(self) -> JobRun | None:
        with self.changed:
            kinds = [kind.name for kind in self._kinds.values() if self._has_room(kind)]
            if not kinds or self._is_leaving or not self._is_mine():
                return None
            job = self._store.claim(kinds, owner=self._owner, now=self._clock())
            if job is None:
                return None
            run = self._runs[job.id] = JobRun(job, self._kinds[job.job_type], self._store, clock=self._clock)
            return run

    def _has_room(self, kind: JobKind) -> bool:
        return kind.side_by_side is None or len(self.at_work(kind.name)) < kind.side_by_side

    def _tell(self) -> None:
        with self._saying:
            at_work = [run for run in list(self._runs.values()) if not run.is_over]
            runs = [(run, told) for run in at_work if (told := run.told()) is not None]
            if runs:
                self._store.tell([told for _, told in runs], now=self._clock())
        for run, told in runs:
            self._telling.how_far(run, told)

    def _beat(self) -> None:
        now = time.monotonic()
        if not self._runs or now - self._beaten < BEAT:
            return
        self._beaten = now
        self._store.beat(list(self._runs), now=self._clock())

    def _stop_what_stands_still(self) -> None:
        for run in list(self._runs.values()):
            if run.stood_still > run.kind.timeout() and run.control.ending is None:
                run.stopped_by = "timeout"
                logger.warning("job.stood_still", extra={"job_id": run.job_id, "seconds": run.stood_still})
                run.control.stop()

    # One run, on its own thread.

    def _work(self, run: JobRun) -> None:
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

    def _ended_as(self, run: JobRun, summary: Mapping[str, Any]) -> str:
        if run.heeded and run.control.ending is RunEnd.CANCELLED:
            return "cancelled"
        if run.heeded and run.control.ending is RunEnd.STOPPED:
            return "paused" if run.control.held and run.stopped_by != "timeout" else "interrupted"
        return "completed_with_errors" if run.kind.counts_errors and _has_errors(summary) else "completed"

    def _delay(self, run: JobRun, error: errors.IndexiumError) -> float | None:
        """Return after how many seconds a job is tried again, None where it is not."""
        tries = run.job.retry_count + 1
        may_pass = error.reason in errors.RETRIED
        if not may_pass or run.control.ending is not None or tries > run.job.max_retries:
            return None
        return self._backoff.after(min(tries, len(self._backoff.delays)))

    def _end(
        self,
        run: JobRun,
        status: str,
        *,
        message: str,
        stack: str,
        summary: Mapping[str, Any] | None,
        again: float | None,
    ) -> None:
        with self._saying:
            run.is_over = True
        told, job, now = run.told(again=True), run.job, self._clock()

        def write() -> None:
            if told is not None:
                self._store.tell([told], now=now)
            if run.kind.of_operation:
                stopped_by = run.stopped_by if run.control.ending else ""
                self._store.sign_off(job.id, stopped_by=stopped_by, now=now, summary=summary)
            elif again is not None:
                later = now + timedelta(seconds=again)
                tries = self._found(job.id).retry_count + 1  # saving something sets it back
                self._store.wait_again(
                    job, owner=self._owner, retry_count=tries, not_before=later, error_message=message
                )
            else:
                self._settle(run, status, message=message, stack=stack, summary=summary)

        if status == "interrupted" and run.stopped_by == "timeout" and not run.kind.of_operation:
            message = f"It got no further for {run.kind.timeout():.0f} seconds and was stopped."
        try:
            run.write_down(write)
        finally:
            try:
                self._tell_end(run, told, status)  # first: who waits for its end may close the home then
            finally:
                with self.changed:
                    self._runs.pop(job.id, None)
                    self._awake = True
                    self.changed.notify_all()
                run.control.close()

    def _settle(self, run: JobRun, status: str, *, message: str, stack: str, summary: Mapping[str, Any] | None) -> None:
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

    def _tell_end(self, run: JobRun, told: JobProgress | None, status: str) -> None:
        try:
            if told is not None:
                self._telling.how_far(run, told, last=True)
            self._telling.ended(run, self._found(run.job_id))
        except errors.StoreError:
            logger.exception("job.end_not_told", extra={"job_id": run.job_id, "status": status})

    def _found(self, job_id: int) -> Job:
        job = self._store.find(job_id, now=self._clock())
        assert job is not None  # it is at work
        return job


def _has_errors(summary: Mapping[str, Any]) -> bool:
    """Tell whether a handler says that some of its items failed: `failed` or `errors`, a number or numbers by kind."""
    counted = [summary.get("failed", 0), summary.get("errors", 0)]
    return any(sum(each.values()) if isinstance(each, Mapping) else each for each in counted)
