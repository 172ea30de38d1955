"""How a job is shown on every page: name, status chip, one sentence, progress bar and speed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboards import words
from dashboards.components import operation_text
from dashboards.components.gauge import measure
from indexium_core.model import wording
from indexium_core.model.job import Job
from indexium_core.model.operations.operation import OperationStatus

__all__ = [
    "KINDS",
    "LONG_PAUSE",
    "STARTED",
    "cancel_effect",
    "cancel_effect_on_files",
    "chip",
    "counter_label",
    "gauge",
    "is_long_paused",
    "job_ids",
    "long_pause_sentence",
    "name",
    "paused_by",
    "sentence",
    "speed",
]

KINDS = {"write": "Writes", "rollback": "Rollbacks", "scan": "Scans", "rescan": "Rescans"}
STARTED = ("running", "paused", "interrupted")  # states of a job that has started and has not ended
LONG_PAUSE = timedelta(days=1)  # a longer pause may be a forgotten one
_SLOW = 0.1  # files a second; a slower rate is not shown, because the remaining time says more


def is_long_paused(job: Job, *, now: datetime | None = None) -> bool:
    """Tell whether a job has been paused for more than a day."""
    return (
        job.status == "paused" and job.paused_at is not None and (now or datetime.now(UTC)) - job.paused_at > LONG_PAUSE
    )


def long_pause_sentence(job: Job, *, now: datetime | None = None) -> str:
    """Return since when and by whom a job is paused."""
    now = now or datetime.now(UTC)
    days = (now - job.paused_at).days if job.paused_at else 0
    since = f"for {wording.plural(days, 'day')}" if days else "for more than a day"
    return f"has been paused {since}{paused_by(job)}. Nothing of it goes on until it is resumed."


def paused_by(job: Job) -> str:
    """Return who paused a job, as the end of a sentence; "" where it is not known."""
    return f" {operation_text.SOURCES.get(job.paused_by, f'by {job.paused_by}')}" if job.paused_by else ""


def name(job: Job) -> str:
    """Return what a job is called."""
    return job.title or f"Job {job.id}"


def chip(job: Job, status: OperationStatus | None = None) -> tuple[str, str]:
    """Return words and level of the state; what was asked for and has not happened yet comes first."""
    if job.stalled:
        return "no sign of life", "danger"
    if job.cancelled_at and not job.has_ended:
        return "cancelling", "blocked"
    if job.status == "paused" and status is not None and status.pausing:
        return "pausing", "warning"
    if job.status == "pending" and job.next_retry_at and job.retry_count:
        return "tries again", "warning"
    return words.STATUS.get(
        job.status, words.STATUS["in_progress"] if job.status == "running" else (job.status, "note")
    )


def sentence(job: Job, status: OperationStatus | None = None, *, now: datetime | None = None) -> str:
    """Return in one sentence what a job does, waits for, or came to; its name stands before it."""
    now = now or datetime.now(UTC)
    if job.stalled and job.heartbeat_at:
        return f"{_so_far(job)}; last sign of life {wording.ago(job.heartbeat_at, now=now)}"
    if job.status == "running":
        return _doing(job, status)
    if job.status == "paused":
        since = f" since {wording.when(job.paused_at, now=now)}" if job.paused_at else ""
        return f"{_so_far(job, status)}, paused{since}{paused_by(job)}"
    if job.status == "pending":
        return _waiting(job, now)
    if job.status == "interrupted":
        return f"{_so_far(job)} when it was cut off; every file is whole"
    return _result(job)


def _doing(job: Job, status: OperationStatus | None) -> str:
    current = status.processed if status else job.progress_current
    total = status.total if status else job.progress_total
    at = status.now if status else job.progress_message
    left = status.eta_seconds if status else job.eta_seconds
    said = [f"file {wording.count(min(current + 1, total))} of {wording.count(total)}"] if total else []
    if not total:
        said = [f"{wording.files(current)} so far"] if current else ["beginning"]
    if status and status.bytes_total:
        said.append(f"{wording.size(status.bytes_done)} of {wording.size(status.bytes_total)}")
    if left is not None and total:
        said.append("almost done" if left < 1 else f"about {wording.duration(left)}")
    if at:
        said.append(f"now: {at}")
    return ", ".join(said)


def _so_far(job: Job, status: OperationStatus | None = None) -> str:
    current, total = (status.processed, status.total) if status else (job.progress_current, job.progress_total)
    if total:
        return f"{wording.count(current)} of {wording.files(total)} done"
    return f"{wording.files(job.progress_current)} done" if job.progress_current else "nothing done yet"


def _waiting(job: Job, now: datetime) -> str:
    if job.next_retry_at and job.next_retry_at > now:
        tried = f"try {job.retry_count + 1} of {job.max_retries + 1} " if job.retry_count else ""
        why = f"; {job.error_message}" if job.error_message and job.retry_count else ""
        return f"{tried}{_at(job.next_retry_at, now)}{why}"
    if job.depends_on:
        return f"waits until {job_ids(job.depends_on)} has completed"
    asked = f", asked for {wording.ago(job.created_at, now=now)}" if job.created_at else ""
    return f"waits for its turn{asked}"


def _at(moment: datetime, now: datetime) -> str:
    wait = (moment - now).total_seconds()
    return f"in {wording.duration(max(1.0, wait))}" if wait < 3600 else f"not before {wording.when(moment, now=now)}"


def job_ids(ids: Sequence[int]) -> str:
    """Return `job 7`, `each of the jobs 7, 8`."""
    return ("job " if len(ids) == 1 else "each of the jobs ") + ", ".join(wording.count(each) for each in ids)


def _result(job: Job) -> str:
    if job.status == "failed":
        return job.error_message or "It stopped; its log says why."
    took = f" in {wording.duration(job.seconds)}" if job.seconds else ""
    if job.status == "cancelled":
        return f"{_so_far(job)} when it was cancelled" if job.progress_current else "cancelled before it began"
    if job.counters:
        return ", ".join(_counted(job.counters)) + took
    return (_so_far(job) if job.progress_current else "done") + took


def _counted(counters: Mapping[str, int]) -> list[str]:
    """Return counters as `212 success`, `2 failed`, in words where an item's state is counted; zeros left out."""
    found = [f"{wording.count(number)} {counter_label(key)}" for key, number in counters.items() if number]
    return found or ["nothing to do"]


def counter_label(key: str) -> str:
    """Return the words for a counter of a job."""
    if key == "seconds":
        return "took"
    label = words.item_status(key)[0] if key in ("success", "conflict", "unknown", "pending") else key
    return label.replace("_", " ")


def speed(job: Job, status: OperationStatus | None = None) -> str:
    """Return how fast it goes and how much of it is done."""
    rate = status.rate if status else job.rate
    said = [f"{rate:.0f} files/s" if rate >= 2 else f"{rate:.1f} files/s"] if rate >= _SLOW else []
    share = _share(job, status)
    return " · ".join([*said, f"{int(share)} %"] if share is not None else said)


def _share(job: Job, status: OperationStatus | None) -> float | None:
    total = status.total if status else job.progress_total
    current = status.processed + sum(status.shares.values()) if status else job.progress_current
    return 100 * min(current, total) / total if total else None


def gauge(job: Job, status: OperationStatus | None = None) -> dict[str, Any]:
    """Return the bar: how much of it went well, and badly."""
    total = status.total if status else job.progress_total
    current = status.processed if status else job.progress_current
    counts = status.counts if status else job.counters
    bad = sum(counts.get(each, 0) for each in ("failed", "conflict", "unknown", "errors"))
    return measure(current, total, bad=min(current, bad), going=sum(status.shares.values()) if status else 0.0)


def cancel_effect(job: Job) -> str:
    """Return what cancelling a job leaves."""
    if not job.progress_current:
        return "It has not done anything yet."
    if job.job_type in ("write", "rollback"):
        left = (
            f"; {wording.files(job.progress_total - job.progress_current)} will not be touched"
            if job.progress_total
            else ""
        )
        return f"{cancel_effect_on_files(job.job_type)}{left}. Every file is whole."
    return "What was read is kept; the rest is left as it is known now."


def cancel_effect_on_files(kind: str) -> str:
    """Return what becomes of the files that a write or a rollback has done, where the rest is given up."""
    if kind == "rollback":
        return "What was taken back stays so, and the rest can be tried again"
    return "What is done stays done and can be rolled back"
