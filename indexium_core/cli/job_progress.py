"""The progress of a job, as commands show it while they wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexium_core.cli import output

if TYPE_CHECKING:
    from indexium_core.model.job import Job
    from indexium_core.services import LibraryServices

_POLL_SECONDS = 0.4  # seconds between two checks of the progress


def followed(library: LibraryServices, job: Job, label: str) -> Job:
    """Wait for a job and show its progress; return it as it is at its end."""
    with output.bar(label) as update:
        while not job.has_ended and job.status != "interrupted":
            job = library.jobs.wait(job.id, timeout=_POLL_SECONDS)
            update(job.progress_current, job.progress_total, job.progress_message)
    return job
