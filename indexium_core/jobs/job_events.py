"""What is told of jobs: events for whoever looks on, lines on how far they are for the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from indexium_core.jobs.events import EventBus
from indexium_core.jobs.run import JobRun
from indexium_core.model.job import Job, JobProgress

__all__ = ["JobEvents", "ProgressSink"]


class ProgressSink(Protocol):
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


class JobEvents:
    """Tells of jobs. Of the work of an operation only the log is told: the operation tells of itself."""

    def __init__(self, events: EventBus, teller: ProgressSink | None) -> None:
        self._events, self._teller = events, teller

    def changed(self, job: Job, *, by: str = "") -> None:
        """Tell that a job is in another state, or another place; `by` whose wish, where it is not held."""
        why = {"by": by or job.paused_by, "error": job.error_message, "tries": job.retry_count}
        what = {"status": job.status, "message": job.title, "priority": job.priority}
        self._events.emit("job:changed", **_data(job), **what, **why)

    def began(self, run: JobRun) -> None:
        """Tell that a job is at work."""
        if not run.kind.of_operation:
            self._events.emit(f"{run.kind.name}:started", **_data(run.job), message=run.job.title)
        self.changed(run.job)

    def how_far(self, run: JobRun, told: JobProgress, *, message: str = "", last: bool = False) -> None:
        """Tell how far a job is; `last`: there is nothing more to come of this run."""
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

    def ended(self, run: JobRun, job: Job) -> None:
        """Tell that a job, as it is now, is not at work any more."""
        if not run.kind.of_operation:
            message = job.error_message or job.summary.get("message") or job.status
            facts = {"current": run.current, "total": job.progress_total, "message": message, "status": job.status}
            self._events.emit(f"{run.kind.name}:completed", **_data(job), **facts)
        self.changed(job, by=run.cancelled_by if job.status == "cancelled" else "")


def _data(job: Job) -> dict[str, Any]:
    operation = {} if job.operation_id is None else {"operation_id": job.operation_id}
    return {"job_id": job.id, "kind": job.job_type, **operation}
