"""One job in detail, beside the lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from dashboards.components import changes, job_text
from dashboards.components.base import Component, module, needing
from dashboards.pages.jobs import job_actions
from dashboards.pages.jobs.view_types import JobDetailsView, JobPriorityView
from indexium_core.model import job_kinds, wording
from indexium_core.model.accounts.permissions import JOBS_MANAGE, WRITE_ANY
from indexium_core.model.files.properties import AuditPage
from indexium_core.model.job import PRIORITIES, Job
from indexium_core.model.operations.operation import OperationStatus
from indexium_core.model.operations.outcomes import outcome_label

_SHOWN_ELSEWHERE = frozenset({"message", "seconds", "cancelled", "failed"})  # keys of a summary that are left out


class JobDetails(Component):
    """
    One job beside the lists.

    Messages: `close`, `log`, `pause`, `resume`, `cancel`, `retry`, `resolve`, `progress`, `history`, each {id},
    `priority` {id, priority}, `file` {id}, `changes` {page} (of the list of changes).
    """

    _esm = module("job_details")
    _view = JobDetailsView
    _styles = ("jobs.css", "changes.css")
    _needs = needing({JOBS_MANAGE: "pause resume cancel retry priority", WRITE_ANY: "resolve"})


def details_view(
    job: Job,
    status: OperationStatus | None = None,
    changed: AuditPage | None = None,
    *,
    now: datetime | None = None,
) -> dict[str, Any]:
    """
    Return one job in detail.

    Args:
        job: The job.
        status: The status of the operation that the job runs.
        changed: One page of the properties that the job changed; None if the job changes no properties.
        now: The current time.

    """
    now = now or datetime.now(UTC)
    label, level = job_text.chip(job, status)
    text = job_text.sentence(job, status, now=now)
    is_started = job.status in job_text.STARTED
    return {
        "open": True,
        "id": job.id,
        "title": job_text.name(job),
        "when": " · ".join([f"Job {job.id}", *([wording.when(job.created_at, now=now)] if job.created_at else [])]),
        "status": label,
        "level": level,
        "text": f"{text[:1].upper()}{text[1:]}",
        "gauge": job_text.gauge(job, status) if is_started else None,
        "pace": job_text.speed(job, status) if job.status == "running" else "",
        "facts": facts(job, now=now),
        "outcome": outcome(job, status),
        "changes": _changes(job, changed) if changed else None,
        "acts": job_actions.actions(job),
        "follow": _follow(job),
        "priority": job.priority,
        "priorities": [] if job.has_ended else _priorities(),
    }


def _changes(job: Job, changed: AuditPage) -> dict[str, Any]:
    unchanged = "The properties of these files have not changed."
    nothing = job.job_type == "rescan" and job.has_ended and not changed.total
    return changes.by_job(changed) | {"none": unchanged if nothing else ""}


def _priorities() -> list[JobPriorityView]:
    return [{"value": each, "label": _priority_label(each)} for each in range(1, 11)]


def _priority_label(priority: int) -> str:
    by_number = {number: word for word, number in PRIORITIES.items()}
    names = {1: "highest", 10: "lowest"} | by_number
    return f"{priority}, {names[priority]}" if priority in names else str(priority)


def _follow(job: Job) -> dict[str, str] | None:
    """Return the page that shows the operation that the job runs."""
    if job.operation_id is None:
        return None
    if job.status in ("running", "paused", "pending"):
        return {"label": "Show progress", "act": "progress"}
    return {"label": "Show in History", "act": "history"}


def facts(job: Job, *, now: datetime) -> list[list[str]]:
    """Return the facts as pairs of label and text."""
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
        pairs.append(["Waiting for", job_text.job_ids(job.depends_on)])
    if job.status == "paused" and job.paused_at:
        pairs.append(["Paused", wording.when(job.paused_at, now=now) + job_text.paused_by(job)])
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
    return _pairs(counts | summed, job.job_type)  # in the order of the counts: a summary has no order


def _pairs(values: Mapping[str, Any], kind: str, before: str = "") -> list[list[str]]:
    """Return JSON values as pairs of label and text; empty values are left out."""
    pairs: list[list[str]] = []
    for key, value in values.items():
        label = f"{before}{job_text.counter_label(key, kind)}"
        if isinstance(value, Mapping):
            pairs += _pairs(value, kind, f"{label}: ")
        elif isinstance(value, bool):
            pairs.append([_capital(label), "yes" if value else "no"])
        elif isinstance(value, int | float):
            if value:
                pairs.append([_capital(label), _figure(key, value)])
        elif isinstance(value, Sequence) and not isinstance(value, str):
            if value:
                pairs.append([_capital(label), ", ".join(str(each) for each in value[:10])])
        elif value:
            pairs.append([_capital(label), str(value)])
    return pairs


def _figure(key: str, value: float) -> str:
    if key == "seconds" or key.endswith("_seconds"):
        return wording.duration(value)
    if "bytes" in key:
        return wording.size(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
