"""How the parts of a page that the server draws show a job; the words are those of the job."""

from __future__ import annotations

from typing import Any

from dashboards import status_words
from dashboards.components.gauge import measure
from indexium_core.model import job_words
from indexium_core.model.job import Job


def chip(job: Job) -> tuple[str, str]:
    """Return words and level of the status chip."""
    found = job_words.state(job)
    return status_words.STATUS.get(found, (found, "note"))


def gauge(job: Job) -> dict[str, Any]:
    """Return the progress bar: completed files, and files with a problem."""
    found = job_words.gauge(job)
    return measure(found.done, found.total, bad=found.bad, going=found.going)
