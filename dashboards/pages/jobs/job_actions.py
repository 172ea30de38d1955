"""The possible actions of a job in its state, and why the others are not possible."""

from __future__ import annotations

from dashboards import status_words
from indexium_core.model.job import Job

_RETRYABLE = frozenset({"failed", "completed_with_errors", "cancelled"})


def actions(job: Job) -> list[dict[str, str]]:
    """Return the actions that are possible in the state of a job, the most likely one first."""
    if job.cancelled_at and not job.has_ended:
        return []
    cancel, resolve = {"label": "Cancel", "act": "cancel"}, {"label": "Resolve…", "act": "resolve"}
    if job.status in ("pending", "running"):
        return [{"label": "Pause", "act": "pause"}, cancel]
    if job.status == "paused" or (job.status == "interrupted" and job.operation_id is None):
        return [{"label": "Resume", "act": "resume"}, cancel]
    if job.status == "interrupted":
        return [resolve, cancel]
    if job.status == "failed" and job.operation_id is not None:
        return [resolve]
    return [{"label": "Retry", "act": "retry"}] if job.status in _RETRYABLE else []


KEYS = {"pause": {"pause", "resume", "resolve"}, "retry": {"retry", "resolve"}, "cancel": {"cancel"}}


def blocker(job: Job, key: str) -> str:
    """Return why the key of `pause`, `retry` or `cancel` has no effect now; "" if the key has an effect."""
    if KEYS[key] & {item["act"] for item in actions(job)}:
        return ""
    if job.cancelled_at and not job.has_ended:
        return "The job is already being cancelled."
    state = status_words.STATUS.get(job.status, ("running", ""))[0]
    verbs = {"pause": "paused or resumed", "cancel": "cancelled", "retry": "retried"}
    return f"The job is {state} and cannot be {verbs[key]}."
