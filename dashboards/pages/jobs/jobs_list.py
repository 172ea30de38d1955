"""The lists of running, waiting and ended jobs, with the number of jobs of each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dashboards.components import job_text, paging
from dashboards.components.base import Component, module, needing
from dashboards.pages.jobs import job_actions
from dashboards.pages.jobs.view_types import JobCardView, JobsHeaderView, JobsListView
from dashboards.state import JobsState
from indexium_core.model import job_kinds, wording
from indexium_core.model.accounts.permissions import JOBS_MANAGE, QUERY_RUN, WRITE_ANY
from indexium_core.model.files.properties import AuditPage
from indexium_core.model.job import ENDED_STATES, Job, JobPage
from indexium_core.model.operations.operation import OperationStatus

CARD = (  # what a card counts: words, states, level if the count is not 0
    ("running", ("running",), ""),
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
NOTHING = "No job has ended yet. Writes, rollbacks, scans and rescans are listed here, each with its log."


class JobsHeader(Component):
    """Messages: `kind` {kind}; `resume` and `cancel` {id}, of a long-paused job; `as_sql`."""

    _esm = module("jobs_header")
    _view = JobsHeaderView
    _styles = ("jobs.css",)
    _needs = needing({JOBS_MANAGE: "resume cancel", QUERY_RUN: "as_sql"})


class JobsList(Component):
    """
    The three lists.

    Messages: `open` {id}, `cursor` {id}, `close`, `log` {id}, `pause`, `resume`, `cancel`, `retry`, `resolve` (an
    interrupted operation), each with {id}; `priority` {id, priority}, `ended` {value}, `waiting_page` {page}, `page`
    {page}, `again` (after an error), `not_possible` {text}.
    """

    _esm = module("jobs")
    _view = JobsListView
    _styles = ("jobs.css",)
    _needs = needing({JOBS_MANAGE: "pause resume cancel retry priority sooner later", WRITE_ANY: "resolve"})


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsSnapshot:
    """The data of the page, read at one time."""

    counts: Mapping[str, Mapping[str, int]]  # number of jobs by kind and state
    running: JobPage
    waiting: JobPage
    ended: JobPage
    long_paused: Sequence[Job] = ()  # jobs of all kinds that have been paused for more than a day
    statuses: Mapping[int, OperationStatus] = field(default_factory=dict)  # by job id, for jobs that run an operation
    shown: Job | None = None  # the job in detail
    changed: AuditPage | None = None  # a page of the properties that this job changed; None if the job changes none


def header_view(snapshot: JobsSnapshot, *, kind: str, now: datetime | None = None) -> dict[str, Any]:
    """Return the view above the lists; `kind` is the filter of the lists, "" for all."""
    now = now or datetime.now(UTC)
    return {
        "summary": summary(snapshot.counts),
        "cards": cards(snapshot.counts, chosen=kind),
        "banners": [_banner(job, now) for job in snapshot.long_paused],
    }


def view(snapshot: JobsSnapshot, state: JobsState, *, now: datetime | None = None) -> dict[str, Any]:
    """Return the three lists."""
    now = now or datetime.now(UTC)
    started = [row(job, snapshot.statuses.get(job.id), now) for job in snapshot.running.items]
    narrowed = "No job of this kind has ended with this status." if state.ended or state.kind else NOTHING
    return {
        "running": _listed(snapshot.running, started) | {"count": _started_counts(snapshot.counts, kind=state.kind)},
        "waiting": _listed(snapshot.waiting, [row(job, None, now) for job in snapshot.waiting.items]),
        "ended": {
            **_listed(snapshot.ended, [row(job, None, now) for job in snapshot.ended.items]),
            "value": state.ended,
            "shown": [{"value": key, "label": label} for key, (label, _) in ENDED.items()],
            "none": narrowed,
        },
        "cursor": state.job_id,
    }


def summary(counts: Mapping[str, Mapping[str, int]]) -> str:
    """Return the numbers of open jobs in one line."""
    running, waiting = (_number(counts, states) for _, states, _ in CARD[:2])
    interrupted, paused = _number(counts, ("interrupted",)), _number(counts, ("paused",))
    parts = [f"{wording.count(running)} running"] if running else []
    parts += [f"{wording.count(waiting)} waiting"] if waiting else []
    parts += [f"{wording.count(paused)} paused"] if paused else []
    parts += [f"{wording.count(interrupted)} interrupted"] if interrupted else []
    if not parts:
        return "no open jobs"
    return " · ".join([*parts, "continues if you close this page"] if running or waiting else parts)


def _number(counts: Mapping[str, Mapping[str, int]], states: Sequence[str]) -> int:
    return sum(by_state.get(state, 0) for by_state in counts.values() for state in states)


def _started_counts(counts: Mapping[str, Mapping[str, int]], *, kind: str) -> str:
    """Return the numbers of started jobs by status, in the words of the cards; `kind`: only of this kind."""
    shown = {kind: counts.get(kind, {})} if kind else counts
    parts = [f"{wording.count(number)} {state}" for state in job_text.STARTED if (number := _number(shown, (state,)))]
    return " · ".join(parts) or "0"


def cards(counts: Mapping[str, Mapping[str, int]], *, chosen: str) -> list[JobCardView]:
    """Return a card for each kind of job: first the known kinds, even without jobs, then the others."""
    return [
        {
            "kind": kind,
            "label": job_kinds.WORDS.get(kind, kind.replace("_", " ").capitalize()),
            "on": kind == chosen,
            "interrupted": wording.count(number)
            if (number := _number({"": counts.get(kind, {})}, ("interrupted",)))
            else "",
            "counts": [
                {"label": label, "count": wording.count(number), "level": level if number else "none"}
                for label, states, level in CARD
                for number in [_number({"": counts.get(kind, {})}, states)]
            ],
        }
        for kind in [*job_kinds.WORDS, *sorted(counts.keys() - job_kinds.WORDS.keys())]
    ]


def _banner(job: Job, now: datetime) -> dict[str, Any]:
    return {
        "id": job.id,
        "name": job_text.name(job),
        "text": job_text.long_pause_sentence(job, now=now),
        "acts": job_actions.actions(job),
    }


# A row.


def row(job: Job, status: OperationStatus | None, now: datetime) -> dict[str, Any]:
    """Return one row of a list; `status` is the status of the operation that the job runs."""
    label, level = job_text.chip(job, status)
    return {
        "id": job.id,
        "name": job_text.name(job),
        "text": job_text.sentence(job, status, now=now),
        "pace": job_text.speed(job, status) if job.status == "running" else "",
        "gauge": job_text.gauge(job, status) if job.status in job_text.STARTED else None,
        "status": label,
        "level": level,
        "when": _end_time(job, now),
        "acts": job_actions.actions(job),
        "blocked_actions": {key: why for key in job_actions.KEYS if (why := job_actions.blocker(job, key))},
        "priority": job.priority,
    }


def _end_time(job: Job, now: datetime) -> str:
    return wording.when(job.completed_at, now=now) if job.completed_at else ""


def _listed(page: JobPage, rows: list[dict[str, Any]]) -> dict[str, Any]:
    place = paging.place(page.page, page.per_page, shown=len(rows), total=page.total)
    return {"rows": rows, "total": page.total, "count": wording.count(page.total), **place}
