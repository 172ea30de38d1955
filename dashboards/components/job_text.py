"""How the parts of a page that the server draws show a job; the words are those of the job."""

from __future__ import annotations

from dashboards import status_words
from indexium_core.model import job_words
from indexium_core.model.job import Job


def chip(job: Job) -> tuple[str, str]:
    """Return words and level of the status chip."""
    found = job_words.state(job)
    return status_words.STATUS.get(found, (found, "note"))
