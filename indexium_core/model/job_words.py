"""A job in words, the same on every page: its state, one sentence, its progress, its facts and its result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from indexium_core.model import job_kinds, wording
from indexium_core.model.operations import summaries
from indexium_core.model.operations.outcomes import items_in_words, outcome_label, outcome_of

if TYPE_CHECKING:
    from indexium_core.model.job import Job
    from indexium_core.model.operations.operation import OperationStatus

JobAction = Literal["pause", "resume", "resolve", "retry", "cancel"]

STARTED = ("running", "paused", "interrupted")  # states of a job that has started and has not ended
LONG_PAUSE = timedelta(days=1)  # after a longer pause, the job may be forgotten
SOURCES = {  # who asked, if it was no person
    "dashboard": "from the dashboard",
    "cli": "from the command line",
    "python": "from Python",
    "rest": "through REST",
    "rating": "after a rating",
    "legacy": "by the old Indexium",
}
_UNITS = {"artwork": "picture"}  # what jobs count that do not count files
_SLOW = 0.1  # items a second
_RETRYABLE = frozenset({"failed", "completed_with_errors", "cancelled"})
_SHOWN_ELSEWHERE = frozenset({"message", "seconds", "cancelled", "failed"})  # keys of a summary that are left out


@dataclass(frozen=True, slots=True, kw_only=True)
class JobGauge:
    """How far a job is."""

    done: int  # items with a result
    total: int | None  # None: not known yet
    bad: int  # of the items with a result, those with a problem
    going: float  # sum of the finished fractions of the running items


def name(job: Job) -> str:
    """Return the name of a job."""
    return job.title or f"Job {job.id}"


def state(job: Job, status: OperationStatus | None = None) -> str:
    """Return the state that people see: a requested change comes before the stored state."""
    if job.stalled:
        return "stalled"
    if job.cancelled_at and not job.has_ended:
        return "cancelling"
    if job.status == "paused" and status is not None and status.pausing:
        return "pausing"
    if job.status == "pending" and job.next_retry_at and job.retry_count:
        return "retrying"
    return job.status


def actions(job: Job) -> list[JobAction]:
    """Return what a person can do with a job in its state, the most likely first; `resolve`: resume or roll back."""
    if job.cancelled_at and not job.has_ended:
        return []
    if job.status in ("pending", "running"):
        return ["pause", "cancel"]
    if job.status == "paused" or (job.status == "interrupted" and job.operation_id is None):
        return ["resume", "cancel"]
    if job.status == "interrupted":
        return ["resolve", "cancel"]
    if job.status == "failed" and job.operation_id is not None:
        return ["resolve"]
    return ["retry"] if job.status in _RETRYABLE else []


# A long pause.


def is_long_paused(job: Job, *, now: datetime | None = None) -> bool:
    """Return whether a job has been paused for more than a day."""
    return (
        job.status == "paused" and job.paused_at is not None and (now or datetime.now(UTC)) - job.paused_at > LONG_PAUSE
    )


def long_pause(job: Job, *, now: datetime | None = None) -> str:
    """Return for how long a job has been paused, and who paused it; the text follows the name of the job."""
    now = now or datetime.now(UTC)
    days = (now - job.paused_at).days if job.paused_at else 0
    since = f"for {wording.plural(days, 'day')}" if days else "for more than a day"
    return f"has been paused {since}{paused_by(job)}. It does not continue until it is resumed."


def paused_by(job: Job) -> str:
    """Return who paused a job, as the end of a sentence; "" if this is not recorded."""
    return f" {SOURCES.get(job.paused_by, f'by {job.paused_by}')}" if job.paused_by else ""


# The sentence.


def sentence(job: Job, status: OperationStatus | None = None, *, now: datetime | None = None) -> str:
    """Return what a job does, what it waits for, or its result; the text follows the name of the job."""
    now = now or datetime.now(UTC)
    if job.stalled and job.heartbeat_at:
        return f"{_progress(job)}; last response {wording.ago(job.heartbeat_at, now=now)}"
    if job.status == "running":
        return _running_sentence(job, status)
    if job.status == "paused":
        since = f" since {wording.when(job.paused_at, now=now)}" if job.paused_at else ""
        return f"{_progress(job, status)}, paused{since}{paused_by(job)}"
    if job.status == "pending":
        return _waiting_sentence(job, now)
    if job.status == "interrupted":
        return f"{_progress(job)} when it was interrupted. {_intact_files(job)}"
    return _result(job)


def _running_sentence(job: Job, status: OperationStatus | None) -> str:
    current = status.current if status else job.progress_current
    total = status.total if status else job.progress_total
    at = status.current_text if status else job.progress_message
    left = status.eta_seconds if status else job.eta_seconds
    unit = _unit(job)
    parts = [f"{unit} {wording.count(min(current + 1, total))} of {wording.count(total)}"] if total else []
    if not total:
        parts = [f"{wording.plural(current, unit)} so far"] if current else ["starting"]
    if status and status.bytes_total:
        parts.append(f"{wording.size(status.bytes_done)} of {wording.size(status.bytes_total)}")
    if left is not None and total:
        parts.append("almost done" if left < 1 else f"about {wording.duration(left)}")
    if at:
        parts.append(f"now: {at}")
    return ", ".join(parts)


def _progress(job: Job, status: OperationStatus | None = None) -> str:
    current, total = (status.current, status.total) if status else (job.progress_current, job.progress_total)
    unit = _unit(job)
    if total:
        return f"{wording.count(current)} of {wording.plural(total, unit)} processed"
    return f"{wording.plural(current, unit)} processed" if current else "nothing processed yet"


def _unit(job: Job) -> str:
    """Return what the job counts, in the singular."""
    return _UNITS.get(job.job_type, "file")


def _waiting_sentence(job: Job, now: datetime) -> str:
    if job.next_retry_at and job.next_retry_at > now:
        attempt = f"attempt {job.retry_count + 1} of {job.max_retries + 1} " if job.retry_count else ""
        why = f"; {job.error_message}" if job.error_message and job.retry_count else ""
        return f"{attempt}{_start_time(job.next_retry_at, now)}{why}"
    if job.depends_on:
        return f"waiting until {job_ids(job.depends_on)} has completed"
    requested = f", requested {wording.ago(job.created_at, now=now)}" if job.created_at else ""
    return f"waiting in the queue{requested}"


def _start_time(moment: datetime, now: datetime) -> str:
    wait = (moment - now).total_seconds()
    return f"in {wording.duration(max(1.0, wait))}" if wait < 3600 else f"not before {wording.when(moment, now=now)}"


def job_ids(ids: Sequence[int]) -> str:
    """Return `job 7`, `each of the jobs 7, 8`."""
    return ("job " if len(ids) == 1 else "each of the jobs ") + ", ".join(wording.count(each) for each in ids)


def _result(job: Job) -> str:
    if job.status == "failed":
        return job.error_message or "The job stopped. Its log shows the reason."
    took = f" in {wording.duration(job.seconds)}" if job.seconds else ""
    if job.status == "cancelled":
        return f"{_progress(job)} when it was cancelled" if job.progress_current else "cancelled before it started"
    if job.counters:
        return ", ".join(_counter_parts(job.counters, job.job_type)) + took
    return (_progress(job) if job.progress_current else "completed") + took


def _counter_parts(counters: Mapping[str, int], kind: str) -> list[str]:
    """Return the counters that are not 0 as `212 written`, `2 failed`."""
    parts = [f"{wording.count(number)} {_counter_label(key, kind)}" for key, number in counters.items() if number]
    return parts or ["nothing to do"]


def _counter_label(key: str, kind: str) -> str:
    """Return the words for a counter of a job of a kind."""
    own = {"seconds": "took", "pending": "waiting"}
    if key in ("success", "conflict", "unknown"):
        return outcome_label(outcome_of(key, "", kind))
    return own.get(key, key.replace("_", " "))


# Progress.


def gauge(job: Job, status: OperationStatus | None = None) -> JobGauge:
    """Return the progress of a job: completed files, and files with a problem."""
    total = status.total if status else job.progress_total
    current = status.current if status else job.progress_current
    counts = status.counts if status else job.counters
    bad = sum(counts.get(each, 0) for each in ("failed", "conflict", "unknown", "errors"))
    going = sum(status.fractions.values()) if status else 0.0
    return JobGauge(done=current, total=total, bad=min(current, bad), going=going)


def pace(job: Job, status: OperationStatus | None = None) -> str:
    """Return the speed of a job and its progress in percent."""
    rate = status.rate if status else job.rate
    parts = [text] if (text := rate_text(rate, _unit(job))) else []
    share = _share(job, status)
    return " · ".join([*parts, f"{int(share)} %"] if share is not None else parts)


def rate_text(rate: float, unit: str = "file") -> str:
    """Return a number of files per second as text; "" if it is low, because the remaining time is more useful."""
    if rate < _SLOW:
        return ""
    return f"{rate:.0f} {unit}s/s" if rate >= 2 else f"{rate:.1f} {unit}s/s"


def _share(job: Job, status: OperationStatus | None) -> float | None:
    total = status.total if status else job.progress_total
    current = status.current + sum(status.fractions.values()) if status else job.progress_current
    return 100 * min(current, total) / total if total else None


# A cancellation.


def cancel_effect(job: Job) -> str:
    """Return what remains after a job is cancelled."""
    if not job.progress_current:
        return "The job has not changed anything yet."
    if job.job_type in ("write", "rollback", "publish"):
        left = (
            f"; {items_in_words(job.progress_total - job.progress_current, job.job_type)} will not be changed"
            if job.progress_total
            else ""
        )
        return f"{cancel_effect_on_files(job.job_type)}{left}. {_intact_files(job)}"
    return "The results so far are kept. For the other files, the earlier results stay."


def cancel_effect_on_files(kind: str) -> str:
    """Return what happens to the completed files of an operation when it is cancelled."""
    if kind == "rollback":
        return "Restored files stay restored, and the other files can be retried"
    what = "Published titles stay published" if kind == "publish" else "Written files stay written"
    return f"{what} and can be rolled back"


def _intact_files(job: Job) -> str:
    return summaries.intact_files(job.counters.get("unknown", 0))


# Details.


def facts(job: Job, *, now: datetime | None = None) -> list[list[str]]:
    """Return the facts of a job as pairs of label and text."""
    now = now or datetime.now(UTC)
    pairs = [["Kind", job_kinds.WORDS[job.job_type][:-1] if job.job_type in job_kinds.WORDS else job.job_type]]
    if job.started_at:
        pairs.append(["Started", wording.when(job.started_at, now=now)])
    if job.completed_at:
        took = f", after {wording.duration(job.seconds)}" if job.seconds else ""
        pairs.append(["Ended", wording.when(job.completed_at, now=now) + took])
    if job.retry_count:
        pairs.append(["Attempts", f"{job.retry_count + 1} of {job.max_retries + 1}"])
    if job.status == "pending" and job.next_retry_at and job.next_retry_at > now:
        pairs.append(["Not before", wording.when(job.next_retry_at, now=now)])
    if job.depends_on and not job.has_ended:
        pairs.append(["Waiting for", job_ids(job.depends_on)])
    if job.status == "paused" and job.paused_at:
        pairs.append(["Paused", wording.when(job.paused_at, now=now) + paused_by(job)])
    if job.operation_id is not None:
        pairs.append(["Operation", wording.count(job.operation_id)])
    return pairs


def outcome(job: Job, status: OperationStatus | None = None) -> list[list[str]]:
    """Return the results so far as pairs of label and number; for a job that ended, also its summary."""
    counts = dict(job.counters)
    shown = {key: value for key, value in counts.items() if value}
    summed = {key: value for key, value in job.summary.items() if key not in _SHOWN_ELSEWHERE and value != shown}
    if status is not None:  # counts of the operation include all its files, those of the job only its last run
        summed.pop("counts", None)
        waiting = {} if status.finished else {"not_started": "waiting"}
        counts = {waiting.get(each) or outcome_label(each): number for each, number in status.outcomes.items()}
    return list(_pairs(counts | summed, job.job_type))  # in the order of the counts: a summary has no order


def _pairs(values: Mapping[str, Any], kind: str, before: str = "") -> Iterator[list[str]]:
    """Yield JSON values as pairs of label and text; empty values are left out."""
    for key, value in values.items():
        label = f"{before}{_counter_label(key, kind)}"
        if isinstance(value, Mapping):
            yield from _pairs(value, kind, f"{label}: ")
        elif text := _value_text(key, value):
            yield [label[:1].upper() + label[1:], text]


def _value_text(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not value:
        return ""
    if isinstance(value, int | float):
        return _figure(key, value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(each) for each in value[:10])
    return str(value)


def _figure(key: str, value: float) -> str:
    if key == "seconds" or key.endswith("_seconds"):
        return wording.duration(value)
    if "bytes" in key:
        return wording.size(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
