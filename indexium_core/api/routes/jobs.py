"""Routes of jobs: long work that the database stores before it starts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from indexium_core import errors
from indexium_core.api.answers import Json, WaitingAnswer
from indexium_core.api.context import Body, Id, Open, Page, PerPage, StartParam, Text, WaitParam, words
from indexium_core.model.files.properties import AuditPage
from indexium_core.model.job import Job, JobLog, JobPage
from indexium_core.model.operations.idempotency import StartedRequest

router = APIRouter(prefix="/api/jobs", tags=["jobs"])


@router.get("", response_model=JobPage)
def jobs(library: Open, kind: Text = "", status: Text = "", page: Page = 1, per_page: PerPage = 50) -> Json:
    """Return jobs: running, then waiting, then ended; `kind` and `status` are lists with commas."""
    return Json(library.jobs.list(words(kind), words(status), page, per_page))


@router.get("/counts", response_model=dict[str, dict[str, int]])
def counts(library: Open) -> Json:
    """Return the number of jobs by kind and state."""
    return Json(library.jobs.counts())


@router.get("/{job_id}", response_model=Job)
def job(library: Open, waits: WaitParam, job_id: Id, wait: Annotated[float, Query(ge=0, le=20)] = 0.0) -> Json:
    """Return a job; `wait`: wait up to so many seconds for its end first."""
    waits(wait, lambda seconds: library.jobs.wait(job_id, seconds))
    return Json(library.jobs.get(job_id))


@router.get("/{job_id}/log", response_model=JobLog)
def log(
    library: Open,
    job_id: Id,
    after: Annotated[int, Query(ge=0, le=2**62, description="`next` of the previous response.")] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 500,
) -> Json:
    """Return lines of a job's log, starting at `after`."""
    return Json(library.jobs.log(job_id, after, limit))


@router.get("/{job_id}/audit", response_model=AuditPage)
def audit(library: Open, job_id: Id, page: Page = 1, per_page: PerPage = 50) -> Json:
    """Return the properties that a job changed, with their files, newest first."""
    return Json(library.audit.page(job_id=job_id, page=page, per_page=per_page))


@router.post("/{job_id}/pause", response_model=Job)
def pause(library: Open, job_id: Id) -> Json:
    """Pause a job after the file in progress."""
    library.jobs.pause(job_id)
    return Json(library.jobs.get(job_id))


@router.post("/{job_id}/resume", response_model=Job)
def resume(library: Open, job_id: Id) -> Json:
    """Resume a paused, interrupted or failed job."""
    library.jobs.resume(job_id)
    return Json(library.jobs.get(job_id))


@router.post("/{job_id}/cancel", response_model=Job)
def cancel(library: Open, job_id: Id) -> Json:
    """Cancel the rest of a job."""
    library.jobs.cancel(job_id)
    return Json(library.jobs.get(job_id))


@router.post("/{job_id}/retry", status_code=202, response_model=Job | WaitingAnswer)
def retry(library: Open, start_request: StartParam, job_id: Id) -> Json:
    """Retry a failed or cancelled job; return the job that runs the retry, or the request that waits for approval."""

    def again(started: StartedRequest) -> Job:
        if "approval_id" in started.answer:
            raise errors.ApprovalNeededError(approval_id=started.answer["approval_id"])
        if started.operation_id is not None:
            return library.jobs.of_operation(started.operation_id)
        return library.jobs.get(started.job_id or 0)

    job = start_request.once(
        None, start=lambda request: library.jobs.retry(job_id, request, source="rest"), again=again
    )
    return Json(job, 202, {"Location": f"/api/jobs/{job.id}"})


class Priority(Body):
    """The priority of a job."""

    priority: Annotated[int, Field(ge=1, le=10)]


@router.post("/{job_id}/priority", response_model=Job)
def priority(library: Open, job_id: Id, body: Priority) -> Json:
    """Set the priority of a job: 1 runs first, 10 last."""
    library.jobs.set_priority(job_id, body.priority)
    return Json(library.jobs.get(job_id))
