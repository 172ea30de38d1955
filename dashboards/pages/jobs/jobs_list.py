"""The jobs: how many of each kind, those under way, those that wait, those that have ended, and one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboards import words
from dashboards.components import changes
from dashboards.components.base import Component, module
from dashboards.components.gauge import measure
from dashboards.state import JobsState
from indexium_core.model import wording
from indexium_core.model.files.properties import AuditPage
from indexium_core.model.job import ENDED_STATES, PRIORITIES, Job, JobPage
from indexium_core.model.operations.operation import OUTCOMES, OperationStatus

__all__ = [
    "HELD",
    "KINDS",
    "UNDER_WAY",
    "JobDetails",
    "JobsFilter",
    "JobsHeader",
    "JobsList",
    "cannot",
    "details_view",
    "header_view",
    "held",
    "held_sentence",
    "leaves",
    "name",
    "sentence",
    "stays",
    "view",
]

KINDS = {"write": "Writes", "rollback": "Rollbacks", "scan": "Scans", "rescan": "Rescans"}
UNDER_WAY = ("running", "paused", "interrupted")
CARD = (  # what a card counts: words, states, level where there are any
    ("active", ("running",), ""),
    ("waiting", ("pending",), ""),
    ("failed", ("failed",), "danger"),
    ("paused", ("paused",), "warning"),
)
ENDED = {  # value of the filter → (words, states)
    "": ("all", tuple(sorted(ENDED_STATES))),
    "completed": ("completed", ("completed",)),
    "completed_with_errors": ("with errors", ("completed_with_errors",)),
    "failed": ("failed", ("failed",)),
    "cancelled": ("cancelled", ("cancelled",)),
}
NOTHING = "Nothing has ended yet. Writes, rollbacks, scans and rescans are listed here, each with its log."
HELD = timedelta(days=1)  # paused for longer: somebody may have forgotten it
_SLOW = 0.1  # files a second; below that a rate says less than the time that is left
_ELSEWHERE = frozenset({"message", "seconds", "cancelled", "failed"})  # of a summary: said by sentence, facts, errors
_AGAIN = frozenset({"failed", "completed_with_errors", "cancelled"})
_HOLDERS = {
    "dashboard": " from the dashboard",
    "cli": " from the command line",
    "python": " from Python",
    "rest": " through REST",
}


class JobsHeader(Component):
    """View: see `header_view`. Messages: `kind` {kind}; `resume` and `cancel` {id}, of what was forgotten."""

    _esm = module("jobs_header")
    _styles = ("jobs.css",)


class JobsList(Component):
    """
    The three lists.

    View: see `view`, or `error` alone. Messages: `open` {id}, `cursor` {id}, `close`, `log` {id}, `pause`, `resume`,
    `cancel`, `retry`, `settle` (an interrupted operation), each {id}; `priority` {id, priority}, `ended` {value},
    `waiting_page` {page}, `page` {page}, `again` (after an error), `unable` {text}.
    """

    _esm = module("jobs")
    _styles = ("jobs.css",)


class JobDetails(Component):
    """
    One job beside the lists.

    View: see `details_view`. Messages: `close`, `log`, `pause`, `resume`, `cancel`, `retry`, `settle`, `progress`,
    `history`, each {id}, `priority` {id, priority}, `file` {id} and `changes` {page}, of what it changed.
    """

    _esm = module("job_details")
    _styles = ("jobs.css", "changes.css")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsFilter:
    """What was read for one look at the page."""

    counts: Mapping[str, Mapping[str, int]]  # by kind and state
    under_way: JobPage
    waiting: JobPage
    ended: JobPage
    held: Sequence[Job] = ()  # of all kinds, paused for more than a day
    statuses: Mapping[int, OperationStatus] = field(default_factory=dict)  # by job, of operations under way
    shown: Job | None = None  # the job in detail
    changed: AuditPage | None = None  # a page of what that changed; None for one that changes no property


def header_view(found: JobsFilter, *, kind: str, now: datetime | None = None) -> dict[str, Any]:
    """Return what stands above the lists; `kind` is the one that they are narrowed to."""
    now = now or datetime.now(UTC)
    return {
        "summary": summary(found.counts),
        "cards": cards(found.counts, chosen=kind),
        "banners": [_banner(job, now) for job in found.held],
    }


def view(found: JobsFilter, state: JobsState, *, now: datetime | None = None) -> dict[str, Any]:
    """Return the three lists."""
    now = now or datetime.now(UTC)
    at_work = [row(job, found.statuses.get(job.id), now) for job in found.under_way.items]
    narrowed = "No job of this kind has ended so." if state.ended or state.kind else NOTHING
    return {
        "under_way": _listed(found.under_way, at_work) | {"count": _under_way(found.counts, kind=state.kind)},
        "waiting": _listed(found.waiting, [row(job, None, now) for job in found.waiting.items]),
        "ended": {
            **_listed(found.ended, [row(job, None, now) for job in found.ended.items]),
            "value": state.ended,
            "shown": [{"value": key, "label": label} for key, (label, _) in ENDED.items()],
            "none": narrowed,
        },
        "cursor": state.job_id,
    }


def summary(counts: Mapping[str, Mapping[str, int]]) -> str:
    """Return in one line what goes on."""
    active, waiting = (_number(counts, states) for _, states, _ in CARD[:2])
    cut, paused = _number(counts, ("interrupted",)), _number(counts, ("paused",))
    said = [f"{wording.count(active)} under way"] if active else []
    said += [f"{wording.count(waiting)} waiting"] if waiting else []
    said += [f"{wording.count(paused)} paused"] if paused else []
    said += [f"{wording.count(cut)} interrupted"] if cut else []
    if not said:
        return "nothing to do"
    return " · ".join([*said, "goes on if you close this page"] if active or waiting else said)


def _number(counts: Mapping[str, Mapping[str, int]], states: Sequence[str]) -> int:
    return sum(by_state.get(state, 0) for by_state in counts.values() for state in states)


def _under_way(counts: Mapping[str, Mapping[str, int]], *, kind: str) -> str:
    """Return what those that have begun and not ended are at, in the words of the cards; `kind`: only its."""
    shown = {kind: counts.get(kind, {})} if kind else counts
    said = (("running", "active"), ("paused", "paused"), ("interrupted", "interrupted"))
    found = [f"{wording.count(number)} {word}" for state, word in said if (number := _number(shown, (state,)))]
    return " · ".join(found) or "0"


def cards(counts: Mapping[str, Mapping[str, int]], *, chosen: str) -> list[dict[str, Any]]:
    """Return a card for each kind of job, the known ones always and in their order."""
    return [
        {
            "kind": kind,
            "label": KINDS.get(kind, kind.replace("_", " ").capitalize()),
            "on": kind == chosen,
            "cut": wording.count(number) if (number := _number({"": counts.get(kind, {})}, ("interrupted",))) else "",
            "counts": [
                {"label": label, "count": wording.count(number), "level": level if number else "none"}
                for label, states, level in CARD
                for number in [_number({"": counts.get(kind, {})}, states)]
            ],
        }
        for kind in [*KINDS, *sorted(counts.keys() - KINDS.keys())]
    ]


# Paused and forgotten.


def held(job: Job, *, now: datetime | None = None) -> bool:
    """Tell whether a job has been paused for more than a day."""
    return job.status == "paused" and job.paused_at is not None and (now or datetime.now(UTC)) - job.paused_at > HELD


def held_sentence(job: Job, *, now: datetime | None = None) -> str:
    """Return since when and by whom a job is paused."""
    now = now or datetime.now(UTC)
    days = (now - job.paused_at).days if job.paused_at else 0
    since = f"for {wording.plural(days, 'day')}" if days else "for more than a day"
    return f"has been paused {since}{_by(job)}. Nothing of it goes on until it is resumed."


def _by(job: Job) -> str:
    return _HOLDERS.get(job.paused_by, f" by {job.paused_by}") if job.paused_by else ""


def _banner(job: Job, now: datetime) -> dict[str, Any]:
    return {"id": job.id, "name": name(job), "text": held_sentence(job, now=now), "acts": actions(job)}


# A row.


def name(job: Job) -> str:
    """Return what a job is called."""
    return job.title or f"Job {job.id}"


def row(job: Job, status: OperationStatus | None, now: datetime) -> dict[str, Any]:
    """Return one line of a list; `status` is that of the operation that it carries out, where that is under way."""
    label, level = chip(job, status)
    return {
        "id": job.id,
        "name": name(job),
        "text": sentence(job, status, now=now),
        "pace": pace(job, status) if job.status == "running" else "",
        "gauge": gauge(job, status) if job.status in UNDER_WAY else None,
        "status": label,
        "level": level,
        "when": _ended_when(job, now),
        "acts": actions(job),
        "cannot": {key: why for key in _KEYS if (why := cannot(job, key))},
        "priority": job.priority,
    }


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
        return f"{_so_far(job, status)}, paused{since}{_by(job)}"
    if job.status == "pending":
        return _waiting(job, now)
    if job.status == "interrupted":
        return f"{_so_far(job)} when it was cut off; every file is whole"
    return _came_to(job)


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
        return f"waits until {_jobs(job.depends_on)} has completed"
    asked = f", asked for {wording.ago(job.created_at, now=now)}" if job.created_at else ""
    return f"waits for its turn{asked}"


def _at(moment: datetime, now: datetime) -> str:
    wait = (moment - now).total_seconds()
    return f"in {wording.duration(max(1.0, wait))}" if wait < 3600 else f"not before {wording.when(moment, now=now)}"


def _jobs(ids: Sequence[int]) -> str:
    return ("job " if len(ids) == 1 else "each of the jobs ") + ", ".join(wording.count(each) for each in ids)


def _came_to(job: Job) -> str:
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
    found = [f"{wording.count(number)} {_noun(key)}" for key, number in counters.items() if number]
    return found or ["nothing to do"]


def _noun(key: str) -> str:
    if key == "seconds":
        return "took"
    label = words.item_status(key)[0] if key in ("success", "conflict", "unknown", "pending") else key
    return label.replace("_", " ")


def _ended_when(job: Job, now: datetime) -> str:
    return wording.when(job.completed_at, now=now) if job.completed_at else ""


def pace(job: Job, status: OperationStatus | None = None) -> str:
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


# What can be done.


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
    return [{"label": "Retry", "act": "retry"}] if job.status in _AGAIN else []


_KEYS = {"pause": {"pause", "resume", "settle"}, "retry": {"retry", "settle"}, "cancel": {"cancel"}}


def cannot(job: Job, key: str) -> str:
    """Return why a key (`pause`, `retry`, `cancel`) does nothing with a job now, "" where it does."""
    if _KEYS[key] & {item["act"] for item in actions(job)}:
        return ""
    if job.cancelled_at and not job.has_ended:
        return "It is being cancelled already."
    state = words.STATUS.get(job.status, ("running", ""))[0]
    verbs = {"pause": "paused or resumed", "cancel": "cancelled", "retry": "tried again"}
    return f"It is {state} and cannot be {verbs[key]}."


def leaves(job: Job) -> str:
    """Return what cancelling a job leaves."""
    if not job.progress_current:
        return "It has not done anything yet."
    if job.job_type in ("write", "rollback"):
        left = (
            f"; {wording.files(job.progress_total - job.progress_current)} will not be touched"
            if job.progress_total
            else ""
        )
        return f"{stays(job.job_type)}{left}. Every file is whole."
    return "What was read is kept; the rest is left as it is known now."


def stays(kind: str) -> str:
    """Return what becomes of the files that a write or a rollback has done, where the rest is given up."""
    if kind == "rollback":
        return "What was taken back stays so, and the rest can be tried again"
    return "What is done stays done and can be rolled back"


def _listed(page: JobPage, rows: list[dict[str, Any]]) -> dict[str, Any]:
    first = (page.page - 1) * page.per_page
    return {
        "rows": rows,
        "total": page.total,
        "count": wording.count(page.total),
        "range": wording.range_of(first + 1, first + len(rows), page.total),
        "page": page.page,
        "pages": max(1, -(-page.total // page.per_page)),
    }


# One in detail.


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
        status: How far the operation is that it carries out.
        changed: One page of what it changed of the properties of films; None for a job that changes none.
        now: The present moment.

    """
    now = now or datetime.now(UTC)
    label, level = chip(job, status)
    text = sentence(job, status, now=now)
    under_way = job.status in UNDER_WAY
    return {
        "open": True,
        "id": job.id,
        "title": name(job),
        "when": " · ".join([f"Job {job.id}", *([wording.when(job.created_at, now=now)] if job.created_at else [])]),
        "status": label,
        "level": level,
        "text": f"{text[:1].upper()}{text[1:]}",
        "gauge": gauge(job, status) if under_way else None,
        "pace": pace(job, status) if job.status == "running" else "",
        "facts": facts(job, now=now),
        "outcome": outcome(job, status),
        "changes": _changes(job, changed) if changed else None,
        "acts": actions(job),
        "follow": _follow(job),
        "priority": job.priority,
        "priorities": [] if job.has_ended else [{"value": each, "label": _rank(each)} for each in range(1, 11)],
    }


def _changes(job: Job, changed: AuditPage) -> dict[str, Any]:
    unchanged = "Of what was known of these films nothing has changed."
    nothing = job.job_type == "rescan" and job.has_ended and not changed.total
    return changes.by_job(changed) | {"none": unchanged if nothing else ""}


def _rank(priority: int) -> str:
    by_number = {number: word for word, number in PRIORITIES.items()}
    said = {1: "first of all", 10: "last of all"} | by_number
    return f"{priority}, {said[priority]}" if priority in said else str(priority)


def _follow(job: Job) -> dict[str, str] | None:
    """Return the page that tells more of the operation that a job carries out."""
    if job.operation_id is None:
        return None
    if job.status in ("running", "paused", "pending"):
        return {"label": "Watch its files", "act": "progress"}
    return {"label": "See it in History", "act": "history"}


def facts(job: Job, *, now: datetime) -> list[list[str]]:
    """Return the plain facts."""
    pairs = [["Kind", KINDS.get(job.job_type, job.job_type)[:-1] if job.job_type in KINDS else job.job_type]]
    if job.started_at:
        pairs.append(["Began", wording.when(job.started_at, now=now)])
    if job.completed_at:
        took = f", after {wording.duration(job.seconds)}" if job.seconds else ""
        pairs.append(["Ended", wording.when(job.completed_at, now=now) + took])
    if job.retry_count:
        pairs.append(["Tries", f"{job.retry_count + 1} of {job.max_retries + 1}"])
    if job.status == "pending" and job.next_retry_at and job.next_retry_at > now:
        pairs.append(["Not before", wording.when(job.next_retry_at, now=now)])
    if job.depends_on and not job.has_ended:
        pairs.append(["Comes after", _jobs(job.depends_on)])
    if job.status == "paused" and job.paused_at:
        pairs.append(["Paused", wording.when(job.paused_at, now=now) + _by(job)])
    if job.operation_id is not None:
        pairs.append(["Operation", wording.count(job.operation_id)])
    return pairs


def outcome(job: Job, status: OperationStatus | None = None) -> list[list[str]]:
    """Return what came of it so far, a number with its word each; of one that has ended what its summary says."""
    counts = dict(job.counters)
    told = {key: value for key, value in counts.items() if value}
    summed = {key: value for key, value in job.summary.items() if key not in _ELSEWHERE and value != told}
    if status is not None:  # of an operation: of what it does, its job has a part only
        summed.pop("counts", None)
        left = OUTCOMES["not_started"] if status.finished else words.item_status("pending")[0]
        named = OUTCOMES | {"conflict": words.item_status("conflict")[0], "not_started": left}
        counts = {named[outcome]: number for outcome, number in status.outcomes.items()}
    return _plain(counts | summed)  # in the order of the counts: a summary has none of its own


def _plain(values: Mapping[str, Any], before: str = "") -> list[list[str]]:
    """Return JSON values as pairs of words; empty ones are left out."""
    pairs: list[list[str]] = []
    for key, value in values.items():
        label = f"{before}{_noun(key)}"
        if isinstance(value, Mapping):
            pairs += _plain(value, f"{label}: ")
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
