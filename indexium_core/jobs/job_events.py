"""Changes of jobs: events for listeners and progress lines for the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from indexium_core.jobs.event_bus import EventBus
from indexium_core.jobs.job_run import JobRun
from indexium_core.model.job import Job, JobProgress


class ProgressSink(Protocol):
    """Receives progress lines."""

    def report(
        self,
        *,
        job_id: int,
        kind: str,
        processed: int,
        total: int | None,
        counters: Mapping[str, int],
        rate: float | None,
        eta_seconds: float | None,
        is_last: bool = False,
    ) -> None: ...


class JobEvents:
    """Emits job changes. For operations it writes only progress lines; an operation emits its own events."""

    def __init__(self, events: EventBus, progress_sink: ProgressSink | None) -> None:
        self._events, self._progress_sink = events, progress_sink

    def job_changed(self, job: Job, *, by: str = "") -> None:
        """Emit a new state, queue position or priority of a job; `by` names the person who requested it."""
        why = {"by": by or job.paused_by, "error": job.error_message, "tries": job.retry_count}
        what = {"status": job.status, "message": job.title, "priority": job.priority}
        self._events.emit("job:changed", **_data(job), **what, **why)

    def job_started(self, run: JobRun) -> None:
        """Emit that a job has started."""
        if not run.kind.is_operation:
            self._events.emit(f"{run.kind.name}:started", **_data(run.job), message=run.job.title)
        self.job_changed(run.job)

    def job_progress(self, run: JobRun, progress: JobProgress, *, message: str = "", is_last: bool = False) -> None:
        """Emit the progress of a job; `is_last` marks the last report of this run."""
        if run.operation is None:
            self._events.emit(
                f"{run.kind.name}:progress",
                **_data(run.job),
                current=run.current,
                total=progress.total,
                message=message or progress.message,
                rate=progress.rate,
                eta_seconds=progress.eta_seconds,
                counters=dict(progress.counters),
            )
        if self._progress_sink is not None:
            self._progress_sink.report(
                job_id=run.job_id,
                kind=run.kind.name,
                processed=run.current,
                total=progress.total,
                counters=progress.counters,
                rate=progress.rate or None,
                eta_seconds=progress.eta_seconds,
                is_last=is_last,
            )

    def job_ended(self, run: JobRun, job: Job) -> None:
        """Emit that a run has ended; `job` is its new state."""
        if not run.kind.is_operation:
            message = job.error_message or job.summary.get("message") or job.status
            facts = {"current": run.current, "total": job.progress_total, "message": message, "status": job.status}
            self._events.emit(f"{run.kind.name}:completed", **_data(job), **facts)
        self.job_changed(job, by=run.cancelled_by if job.status == "cancelled" else "")


def _data(job: Job) -> dict[str, Any]:
    operation = {} if job.operation_id is None else {"operation_id": job.operation_id}
    return {"job_id": job.id, "kind": job.job_type, **operation}
