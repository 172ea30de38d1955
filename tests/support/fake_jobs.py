"""Jobs in memory with the methods of `Library.jobs`: nothing runs them, and a test sets their states."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from indexium_core import errors
from indexium_core.jobs.event_bus import EventBus
from indexium_core.model.job import ENDED_STATES, Job, JobLog, JobPage, UnrecordedResults
from indexium_core.model.operations.idempotency import IdempotentRequest

_ORDER = {"running": 0, "paused": 0, "interrupted": 0, "pending": 1}
_LEADS = {  # action → states that allow it, the resulting state
    "pause": (("pending", "running"), "paused"),
    "resume": (("paused", "interrupted", "failed"), "running"),
    "cancel": (("pending", "running", "paused", "interrupted"), "cancelled"),
    "retry": (("failed", "cancelled", "completed_with_errors"), "pending"),
}


class FakeJobs:
    """A table of jobs and their logs."""

    def __init__(self, events: EventBus) -> None:
        self._events = events
        self._jobs: dict[int, Job] = {}
        self.logs: dict[int, list[dict[str, Any]]] = {}

    def put(self, job_type: str, status: str, **values: Any) -> Job:
        """Add a job, or change the one with the `id`."""
        number = values.pop("id", len(self._jobs) + 1)
        facts = {"title": f"{job_type} {number}", "priority": 5, "payload": {}, "created_at": datetime.now(UTC)}
        job = self._jobs[number] = Job(id=number, job_type=job_type, status=status, **facts | values)
        self._events.emit(f"{job_type}:progress", job_id=number)
        return job

    def say(self, job_id: int, event: str, level: str = "info", **more: Any) -> None:
        """Add a line to the log of a job."""
        line = {"at": datetime.now(UTC).isoformat(), "level": level, "event": event, "job_id": job_id, **more}
        self.logs.setdefault(job_id, []).append(line)

    def unrecorded(self) -> Sequence[UnrecordedResults]:
        return ()

    def list(
        self, kinds: Sequence[str] = (), statuses: Sequence[str] = (), page: int = 1, per_page: int = 50
    ) -> JobPage:
        found = [
            job
            for job in self._jobs.values()
            if (not kinds or job.job_type in kinds) and (not statuses or job.status in statuses)
        ]
        found.sort(key=lambda job: (_ORDER.get(job.status, 2), *self._place(job)))
        shown = found[(page - 1) * per_page : page * per_page]
        return JobPage(items=shown, total=len(found), page=page, per_page=per_page)

    @staticmethod
    def _place(job: Job) -> tuple[int, int]:
        return (0, -job.id) if job.status in ENDED_STATES else (job.priority, job.id)

    def get(self, job_id: int) -> Job:
        if job_id not in self._jobs:
            message = f"There is no job {job_id}."
            raise errors.UnknownIdError(message)
        return self._jobs[job_id]

    def counts(self) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {}
        for job in self._jobs.values():
            by_state = counts.setdefault(job.job_type, {})
            by_state[job.status] = by_state.get(job.status, 0) + 1
        return counts

    def pause(self, job_id: int, *, wait: bool = True) -> Job:
        return self._lead(job_id, "pause", paused_at=datetime.now(UTC), paused_by="tester")

    def resume(self, job_id: int) -> Job:
        return self._lead(job_id, "resume", paused_at=None, paused_by="")

    def cancel(self, job_id: int) -> Job:
        return self._lead(job_id, "cancel", completed_at=datetime.now(UTC))

    def retry(self, job_id: int, request: IdempotentRequest | None = None, *, source: str = "python") -> Job:
        del request, source
        return self._lead(job_id, "retry", completed_at=None, error_message="")

    def set_priority(self, job_id: int, priority: int) -> Job:
        return self._change(job_id, priority=priority)

    def wait(self, job_id: int, timeout: float | None = None) -> Job:
        del timeout
        return self.get(job_id)

    def log(self, job_id: int, after: int = 0, limit: int = 500) -> JobLog:
        lines = self.logs.get(job_id, [])
        first = max(0, len(lines) - limit) if after < 0 else after
        shown = lines[first : first + limit]
        return JobLog(lines=shown, next=first + len(shown))

    def _lead(self, job_id: int, what: str, **changes: Any) -> Job:
        states, status = _LEADS[what]
        job = self.get(job_id)
        if job.status not in states:
            message = f"Job {job_id} is {job.status}."
            raise errors.UsageError(message, code="wrong_state")
        return self._change(job_id, status=status, **changes)

    def _change(self, job_id: int, **changes: Any) -> Job:
        job = self._jobs[job_id] = dataclasses.replace(self.get(job_id), **changes)
        self._events.emit(f"{job.job_type}:progress", job_id=job_id)
        return job
