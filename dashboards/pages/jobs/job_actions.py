"""What can be done with a job in its state, and why an action is not possible."""

from __future__ import annotations

from dashboards import words
from indexium_core.model.job import Job

__all__ = ["actions", "blocker"]

_RETRYABLE = frozenset({"failed", "completed_with_errors", "cancelled"})


def actions(job: Job) -> list[dict[str, str]]:
    """Return what can be done with a job in its state, the likeliest first; its log can always be read."""
    if job.cancelled_at and not job.has_ended:
        return []
    cancel = [{"label": "Cancel", "act": "cancel"}] if job.is_cancellable else []
    settle = {"label": "What next…", "act": "settle"}
    if job.status in ("pending", "running"):
        return [{"label": "Pause", "act": "pause"}, *cancel]
    if job.status == "paused" or (job.status == "interrupted" and job.operation_id is None):
        return [{"label": "Resume", "act": "resume"}, *cancel]
    if job.status == "interrupted":
        return [settle, *cancel]
    if job.status == "failed" and job.operation_id is not None:
        return [settle]
    return [{"label": "Retry", "act": "retry"}] if job.status in _RETRYABLE else []


KEYS = {"pause": {"pause", "resume", "settle"}, "retry": {"retry", "settle"}, "cancel": {"cancel"}}


def blocker(job: Job, key: str) -> str:
    """Return why a key (`pause`, `retry`, `cancel`) does nothing with a job now, "" where it does."""
    if KEYS[key] & {item["act"] for item in actions(job)}:
        return ""
    if job.cancelled_at and not job.has_ended:
        return "It is being cancelled already."
    state = words.STATUS.get(job.status, ("running", ""))[0]
    verbs = {"pause": "paused or resumed", "cancel": "cancelled", "retry": "tried again"}
    return f"It is {state} and cannot be {verbs[key]}."
