"""What can be done with jobs: look at them, hold them, give them up, try them again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from indexium_core import errors, logs
from indexium_core.flows.jobs.idempotency import Requests
from indexium_core.flows.writing.writer import user_name
from indexium_core.jobs.queue import JobQueueService
from indexium_core.jobs.store import JobStore
from indexium_core.model.job import ENDED_STATES, JOB_STATES, Job, JobLog, JobPage, UnrecordedResults
from indexium_core.model.operations.request import IdempotentRequest
from indexium_core.model.remote_calls import remote

__all__ = ["JobService"]

_CAN = {  # what can be done with a job in each state, in the words of the command
    "pending": "it can be paused, cancelled or given another priority",
    "running": "it can be paused or cancelled",
    "paused": "it can be resumed or cancelled",
    "interrupted": "it can be resumed or cancelled",
    "failed": "it can be resumed or tried again",
    "completed": "there is nothing left to do",
    "completed_with_errors": "it can be tried again",
    "cancelled": "it can be tried again",
}


class JobService:
    """All that faces can do with jobs. A wrong state is a UsageError with the code `wrong_state`."""

    def __init__(
        self,
        queue: JobQueueService,
        store: JobStore,
        *,
        folder: Path,
        retry_operation: Callable[[int, str, IdempotentRequest | None], int],
        requests: Requests,
        keep_days: Callable[[], int],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Serve the jobs of a home.

        Args:
            queue: They are at work there.
            store: They are written down there.
            folder: Where the logs are.
            retry_operation: Tries once more what an operation did not get done, for the face that asks and a request
                that is noted with it; returns the operation that does it.
            requests: Those of programs that are not to begin anything twice.
            keep_days: For how many days a job that has ended is kept.
            clock: Source of the present moment (UTC).

        """
        self._queue, self._store, self._folder, self._clock = queue, store, folder, clock
        self._retry_operation, self._requests, self._keep_days = retry_operation, requests, keep_days

    @remote()
    def list(
        self, kinds: Sequence[str] = (), statuses: Sequence[str] = (), page: int = 1, per_page: int = 50
    ) -> JobPage:
        """
        Return a page of jobs: those under way, then those that wait as they come up, then the rest, newest first.

        `per_page` 0: all. UsageError for a kind, a state or a page that there is not.
        """
        unknown = [status for status in statuses if status not in JOB_STATES]
        if unknown:
            message = f"No job is ever '{unknown[0]}'; the states are {', '.join(JOB_STATES)}."
            raise errors.UsageError(message)
        known = {*self._queue.kinds(), *self.counts()} if kinds else set()  # an older program may have done others
        strange = [kind for kind in kinds if kind not in known]
        if strange:
            message = f"There are no jobs of the kind '{strange[0]}'; there are {', '.join(sorted(known))}."
            raise errors.UsageError(message)
        if page < 1 or per_page < 0:
            message = f"There is no page {page} of {per_page} jobs; pages begin at 1."
            raise errors.UsageError(message)
        return self._store.page(
            kinds=list(kinds), statuses=list(statuses), page=page, per_page=per_page, now=self._clock()
        )

    @remote()
    def get(self, job_id: int) -> Job:
        """Return a job. UnknownIdError where there is none."""
        return self._queue.get(job_id)

    @remote()
    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many jobs of each kind there are in each state."""
        return self._store.counts()

    @remote()
    def pause(self, job_id: int, by: str = "", *, wait: bool = True) -> Job:
        """
        Hold a job after what it has under way; UsageError where it neither waits nor runs.

        `by` says who does; `wait`: return when what it has under way has ended, too. Where that was the last of it, the
        job that is returned has ended.
        """
        if not self._queue.pause(job_id, by=by or user_name(), wait=wait):
            raise self._wrong(job_id, "paused")
        return self.get(job_id)

    @remote()
    def resume(self, job_id: int) -> Job:
        """Let a paused, interrupted or failed job go on. UsageError where there is nothing to go on with."""
        if not self._queue.resume(job_id, by=user_name()):
            raise self._wrong(job_id, "resumed")
        return self.get(job_id)

    @remote()
    def cancel(self, job_id: int) -> Job:
        """
        Give up what a job has left; what it has under way it finishes, for which this waits a moment.

        The job that is returned is cancelled, or still at work, or has ended otherwise: there was nothing left of it.
        UsageError where it had ended before.
        """
        job = self.get(job_id)
        if not job.is_cancellable and not job.has_ended:
            message = f"Job {job_id} cannot be cancelled: others rely on it. Wait for its end."
            raise errors.UsageError(message, code="wrong_state")
        if not self._queue.cancel(job_id, by=user_name(), wait=True):
            raise self._wrong(job_id, "cancelled")
        return self.get(job_id)

    @remote()
    def of_operation(self, operation_id: int) -> Job:
        """Return the job of an operation. UnknownIdError where there is no such operation."""
        return self.get(self._queue.ensure_job(operation_id))

    @remote()
    def retry(self, job_id: int, asked: IdempotentRequest | None = None, *, source: str = "python") -> Job:
        """
        Try a job again that failed, was cut off, was cancelled or ended with errors; returns the job that does it.

        One that failed or was cut off goes on where it was; of the others a new one is made, of an operation for just
        what it did not get done. `asked`: the request of a program that is not to begin it twice; `source`: the face
        that asks.

        Raises:
            UnknownIdError: There is no such job.
            UsageError: It has not ended, or there is nothing to do again.

        """
        job = self.get(job_id)
        if job.is_resumable and self._queue.resume(job_id, by=user_name()):
            return self._noted(job_id, asked)
        if job.status not in ENDED_STATES or job.status == "completed":
            raise self._wrong(job_id, "tried again")
        if job.operation_id is None:
            return self._noted(self._queue.rerun(job_id).id, asked)
        return self.of_operation(self._retry_operation(job.operation_id, source, asked))

    def _noted(self, job_id: int, asked: IdempotentRequest | None) -> Job:
        if asked is not None:
            self._requests.note(asked, job_id=job_id)
        return self.get(job_id)

    @remote()
    def set_priority(self, job_id: int, priority: int | str) -> Job:
        """Let a job come up sooner (1) or later (10). UsageError where it has ended, or that is no priority."""
        if self.get(job_id).has_ended:
            raise self._wrong(job_id, "given another priority")
        self._queue.set_priority(job_id, priority)
        return self.get(job_id)

    @remote()
    def wait(self, job_id: int, timeout: float | None = None) -> Job:
        """
        Wait until a job has come to an end or is interrupted, at most `timeout` seconds, and return it.

        Raises:
            StoreError: Its end could not be written down for as long as it may stand still.

        """
        return self._queue.wait(job_id, timeout)

    @remote()
    def unrecorded(self) -> Sequence[UnrecordedResults]:
        """Return the jobs whose work has ended here, but whose end cannot be written down, and why."""
        return self._queue.unrecorded()

    @remote()
    def log(self, job_id: int, after: int = 0, limit: int = 500) -> JobLog:
        """Return lines of a job's log from where `after` says; negative: the last ones. UnknownIdError."""
        self.get(job_id)
        lines, place = logs.read_job(self._folder, job_id, after=after, limit=limit)
        return JobLog(lines=lines, next=place)

    def tidy(self) -> int:
        """Forget jobs that ended long ago, where nothing needs them; returns how many."""
        return self._store.prune(before=self._clock() - timedelta(days=self._keep_days()))

    def _wrong(self, job_id: int, what: str) -> errors.UsageError:
        job = self.get(job_id)
        state = job.pause_text or job.status.replace("_", " ")
        message = f"Job {job_id} is {state} and cannot be {what}: {_CAN[job.status]}."
        return errors.UsageError(message, code="wrong_state")
