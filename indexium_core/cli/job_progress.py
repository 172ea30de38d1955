"""The progress of a job, as commands show it while they wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import typer

from indexium_core.cli import output

if TYPE_CHECKING:
    from indexium_core.model.job import Job
    from indexium_core.model.providers.enrichment import DueTitles
    from indexium_core.services import LibraryServices

_POLL_SECONDS = 0.4  # seconds between two checks of the progress


def followed(library: LibraryServices, job: Job, label: str) -> Job:
    """Wait for a job and show its progress; return it as it is at its end."""
    with output.bar(label) as update:
        while not job.has_ended and job.status != "interrupted":
            job = library.jobs.wait(job.id, timeout=_POLL_SECONDS)
            update(job.progress_current, job.progress_total, job.progress_message)
    return job


def finish(job: Job, *, as_json: bool, due: DueTitles | None = None) -> NoReturn:
    """Print the result of a job, and which titles were not looked up; end the command with its exit code."""
    if as_json:
        more = {} if due is None else {"due": due}
        output.to_json({"job_id": job.id, "status": job.status, **job.summary, **more})
    elif job.summary:
        output.note(f"{job.summary['message']}.")
        for name, problem in job.summary.get("problems", {}).items():
            output.note(f"{name}: {problem}")
    if job.error_message:
        output.note(job.error_message)
    elif due is not None and not as_json:
        output.note(due.text)
    raise typer.Exit(0 if job.status == "completed" else 1)
