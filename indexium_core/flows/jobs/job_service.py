"""What people can do with jobs: list, pause, resume, cancel and retry them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from indexium_core import errors, logs
from indexium_core.flows.jobs.idempotency import Requests
from indexium_core.jobs.queue import JobQueueService
from indexium_core.jobs.store import JobStore
from indexium_core.model.accounts.needs import NAMED, needs, shows_instead
from indexium_core.model.accounts.permissions import JOBS_MANAGE, QUERY_RUN, SETTINGS_MANAGE, Permission
from indexium_core.model.followed_job import FollowedJob, FollowedJobPage
from indexium_core.model.job import ENDED_STATES, JOB_STATES, Job, JobLog, JobPage, KindCounts, UnrecordedResults
from indexium_core.model.job_kinds import TO_START, WORDS
from indexium_core.model.operations.actor import current_actor
from indexium_core.model.operations.idempotency import IdempotentRequest
from indexium_core.model.operations.operation import OperationStatus
from indexium_core.model.query.snapshot_sql import jobs_as_sql
from indexium_core.model.remote_calls import remote
from indexium_core.model.shapes import page_or_last

_STATES = {  # in each state of a job: the state, and what can be done with the job
    "pending": ("is waiting", "You can pause it, cancel it or change its priority."),
    "running": ("is running", "You can pause or cancel it."),
    "paused": ("is paused", "You can resume or cancel it."),
    "interrupted": ("was interrupted", "You can resume or cancel it."),
    "failed": ("has failed", "You can resume or retry it."),
    "completed": ("has completed", ""),
    "completed_with_errors": ("has completed with errors", "You can retry it."),
    "cancelled": ("was cancelled", "You can retry it."),
}

_KEPT_OF_TITLES = timedelta(days=1)  # as long as an idempotent request names them


class JobService:
    """The jobs for all clients. A wrong state is a UsageError with the code `wrong_state`."""

    def __init__(
        self,
        queue: JobQueueService,
        store: JobStore,
        *,
        folder: Path,
        retry_operation: Callable[[int, str, IdempotentRequest | None], int],
        requests: Requests,
        require: Callable[[Permission], None],
        may_continue: Callable[[int], bool],
        status_of: Callable[[int], OperationStatus],
        keep_days: Callable[[], int],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Serve the jobs of a home.

        `retry_operation` starts a new operation for the files that another operation did not process, for a client and
        an idempotent request; it returns its id. `require` raises ForbiddenError if the actor does not have a
        permission; `may_continue` returns whether the actor may continue an operation without it. `status_of` returns
        the progress of an operation. `keep_days` returns how many days a job is kept after its end.
        """
        self._require, self._may_continue = require, may_continue
        self._queue, self._store, self._folder, self._clock = queue, store, folder, clock
        self._retry_operation, self._requests, self._keep_days = retry_operation, requests, keep_days
        self._status_of = status_of

    @remote()
    def list(
        self, kinds: Sequence[str] = (), statuses: Sequence[str] = (), page: int = 1, per_page: int = 50
    ) -> JobPage:
        """
        Return a page of jobs: running jobs, then waiting jobs in order of start, then the rest, newest first.

        `per_page` 0: all. UsageError for an unknown kind, state or page.
        """
        unknown = [status for status in statuses if status not in JOB_STATES]
        if unknown:
            raise errors.UsageError(f"'{unknown[0]}' is not a state. The states are {', '.join(JOB_STATES)}.")
        known = {*self._queue.kinds(), *self.counts()} if kinds else set()  # an older program may have run other kinds
        strange = [kind for kind in kinds if kind not in known]
        if strange:
            message = f"There is no kind of job '{strange[0]}'. The kinds are {', '.join(sorted(known))}."
            raise errors.UsageError(message)
        if page < 1 or per_page < 0:
            raise errors.UsageError(f"There is no page {page} of {per_page} jobs. Pages start at 1.")
        return self._store.page(
            kinds=list(kinds), statuses=list(statuses), page=page, per_page=per_page, now=self._clock()
        )

    @remote()
    def page(
        self, kinds: Sequence[str] = (), statuses: Sequence[str] = (), page: int = 1, per_page: int = 50
    ) -> FollowedJobPage:
        """Return a page of jobs like `list`, with the progress of operations; the last page if there are fewer."""
        found = page_or_last(lambda number: self.list(kinds, statuses, number, per_page), page, per_page)
        jobs = [self._followed(job, is_followed=job.status in ("running", "paused")) for job in found.items]
        return FollowedJobPage(items=jobs, total=found.total, page=found.page, per_page=per_page)

    @remote()
    def details(self, job_id: int) -> FollowedJob:
        """Return a job with the progress, or the results, of its operation; UnknownIdError if there is none."""
        return self._followed(self.get(job_id), is_followed=True)

    def _followed(self, job: Job, *, is_followed: bool) -> FollowedJob:
        status = None
        if is_followed and job.operation_id is not None:
            with contextlib.suppress(errors.UnknownIdError):  # removed after the job was read
                status = self._status_of(job.operation_id)
        return FollowedJob.of(job, status)

    @remote()
    def kinds(self) -> Sequence[KindCounts]:
        """Return the number of jobs of each kind: first the known kinds, even without jobs, then the others."""
        counts = self.counts()
        return [
            KindCounts(kind=kind, states=counts.get(kind, {}))
            for kind in [*WORDS, *sorted(counts.keys() - WORDS.keys())]
        ]

    @needs(QUERY_RUN)
    @remote()
    def as_sql(self, kind: str = "") -> str:
        """Return a query for the jobs of one kind, or for all jobs."""
        return jobs_as_sql(kind)

    @remote()
    def get(self, job_id: int) -> Job:
        """Return a job; UnknownIdError if there is none."""
        return self._queue.get(job_id)

    @remote()
    def counts(self) -> dict[str, dict[str, int]]:
        """Return the number of jobs by kind and state."""
        return self._store.counts()

    @needs(JOBS_MANAGE, NAMED)
    @remote()
    def pause(self, job_id: int, *, wait: bool = True) -> Job:
        """
        Pause a job; UsageError if it is neither waiting nor running.

        With `wait`, return after the running items have ended. If no item is left then, the returned job has ended.
        """
        if not self._queue.pause(job_id, by=current_actor().name, wait=wait):
            raise self._wrong(job_id, "paused")
        return self.get(job_id)

    @needs(JOBS_MANAGE, NAMED)
    @remote()
    def resume(self, job_id: int) -> Job:
        """
        Resume a paused, interrupted or failed job.

        Raises:
            UnknownIdError: There is no such job.
            UsageError: There is nothing to resume.
            ForbiddenError: The actor may not start such a job.

        """
        job = self.get(job_id)
        if job.operation_id is None or not self._may_continue(job.operation_id):
            self._require_start(job)
        if not self._queue.resume(job_id, by=current_actor().name):
            raise self._wrong(job_id, "resumed")
        return self.get(job_id)

    @needs(JOBS_MANAGE, NAMED)
    @remote()
    def cancel(self, job_id: int) -> Job:
        """
        Cancel the rest of a job. Running items are finished; wait for them up to two seconds.

        The returned job is cancelled, still running, or (if no item was left) has another final state. UsageError if
        the job had ended before.
        """
        if not self._queue.cancel(job_id, by=current_actor().name, wait=True):
            raise self._wrong(job_id, "cancelled")
        return self.get(job_id)

    @remote()
    def of_operation(self, operation_id: int) -> Job:
        """Return the job of an operation; UnknownIdError if there is no such operation."""
        return self.get(self._queue.ensure_job(operation_id))

    @needs(JOBS_MANAGE, NAMED)
    @remote()
    def retry(self, job_id: int, request: IdempotentRequest | None = None, *, source: str = "python") -> Job:
        """
        Retry a job that failed, was interrupted or cancelled, or completed with errors; return the job that does it.

        A failed or interrupted job resumes. For other states, a new job is added; for an operation, the new job has
        only the files that were not processed. `request` is an idempotent request; `source` is the client that asks.

        Raises:
            UnknownIdError: There is no such job.
            UsageError: It has not ended, or there is nothing to retry.
            ForbiddenError: The actor may not start such a job.

        """
        job = self.get(job_id)
        self._require_start(job)
        if job.is_resumable and self._queue.resume(job_id, by=current_actor().name):
            return self._noted(job_id, request)
        if job.status not in ENDED_STATES or job.status == "completed":
            raise self._wrong(job_id, "retried")
        if job.operation_id is None:
            return self._noted(self._queue.rerun(job_id).id, request)
        return self.of_operation(self._retry_operation(job.operation_id, source, request))

    def _require_start(self, job: Job) -> None:
        permission = TO_START.get(job.job_type)
        if permission is not None:
            self._require(permission)

    def _noted(self, job_id: int, request: IdempotentRequest | None) -> Job:
        if request is not None:
            self._requests.note(request, job_id=job_id)
        return self.get(job_id)

    @needs(JOBS_MANAGE, NAMED)
    @remote()
    def set_priority(self, job_id: int, priority: int | str) -> Job:
        """Change the priority, 1 (first) to 10 (last); UsageError if the job has ended or the priority is invalid."""
        if self.get(job_id).has_ended:
            raise self._wrong(job_id, "given another priority")
        self._queue.set_priority(job_id, priority)
        return self.get(job_id)

    @remote()
    def wait(self, job_id: int, timeout: float | None = None) -> Job:
        """
        Wait until a job has ended or is interrupted, at most `timeout` seconds, and return it.

        Raises:
            StoreError: Its result could not be stored within the stall timeout.

        """
        return self._queue.wait(job_id, timeout)

    @shows_instead(())
    @remote()
    def unrecorded(self) -> Sequence[UnrecordedResults]:
        """Return the jobs that have ended here but whose result cannot be stored, and why."""
        return self._queue.unrecorded()

    @remote()
    def log(self, job_id: int, after: int = 0, limit: int = 500) -> JobLog:
        """Return lines of a job's log after a position; if it is negative, the last lines. Raises UnknownIdError."""
        self.get(job_id)
        lines, place = logs.read_job(self._folder, job_id, after=after, limit=limit)
        return JobLog(lines=lines, next=place)

    @needs(SETTINGS_MANAGE)
    def tidy(self) -> int:
        """
        Delete jobs that ended long ago and are not referenced; return their number.

        Somebody may still wait for a job that has just ended here: it stays, also if the clock was set since.
        """
        now = self._clock()
        kept = timedelta(days=self._keep_days())
        return self._store.prune(
            before=now - kept, of_titles_before=now - min(kept, _KEPT_OF_TITLES), but=self._queue.recent_ends()
        )

    def _wrong(self, job_id: int, what: str) -> errors.UsageError:
        job = self.get(job_id)
        state, remedy = _STATES[job.status]
        if job.pause_text:
            state = f"has been {job.pause_text}"
        message = f"Job {job_id} cannot be {what} because it {state}. {remedy}".rstrip()
        return errors.UsageError(message, code="wrong_state")
