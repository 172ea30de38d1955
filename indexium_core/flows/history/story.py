"""
The story of an operation, from the ledger, its job and the log of that job.

The results of files come from the ledger. Pauses, retries and interruptions come from the log, which is kept for a
limited time. After that the story is shorter, but still correct.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from indexium_core import logs
from indexium_core.flows.history.history_service import HistoryService
from indexium_core.flows.jobs import job_log
from indexium_core.model import wording
from indexium_core.model.job import Job
from indexium_core.model.operations.operation import MetadataOperation
from indexium_core.model.operations.outcomes import OUTCOMES, outcome_counts, success_of
from indexium_core.model.operations.story import OperationStory, StoryEvent
from indexium_core.model.remote_calls import remote
from indexium_core.store import database, diagnosis
from indexium_core.store.operations import ledger

_MAX_LINES = 1_000  # lines of the log that are read
_UNKNOWN = "1970-01-01T00:00:00+00:00"
_SOURCES = {
    "cli": "the command line",
    "dashboard": "the dashboard",
    "rest": "the REST API",
    "python": "Python",
    "rating": "the change of a rating",
    "legacy": "the old Indexium",
}
_STATES = {  # states of the job in the log
    "pending": "waiting",
    "running": "started",
    "paused": "paused",
}
_OTHER_EVENTS = {  # other lines of the log that concern the operation as a whole
    "job.stalled": "stalled",
    job_log.RECOVERED: "interrupted and recovered",
}


class StoryBuilder:
    """Builds the stories of operations."""

    def __init__(
        self, store: database.Database, history: HistoryService, *, folder: Path, job: Callable[[int], Job]
    ) -> None:
        """`folder` is the folder of the logs; `job` finds a job."""
        self._store = store
        self._history = history
        self._logs = folder
        self._job = job

    @remote()
    def build(self, operation_id: int, *, page: int = 1, per_page: int = 0) -> OperationStory:
        """Return the story of an operation, with a page of its files (`per_page` 0: all). Raises UnknownIdError."""
        details = self._history.get_operation_details(operation_id, page=page, per_page=per_page)
        reader = self._store.read()
        job_id, ended_as = diagnosis.end_of_operation(reader, operation_id)
        rollbacks = diagnosis.rollbacks_of(reader, operation_id)
        lines = logs.read_job(self._logs, job_id, after=-1, limit=_MAX_LINES)[0] if job_id is not None else []
        return OperationStory(
            operation=details.operation,
            options=ledger.Ledger(self._store).options(operation_id),
            items=details.items,
            page=page,
            per_page=per_page,
            rolled_back_by=tuple(rollback_id for rollback_id, _, _ in rollbacks),
            job=None if job_id is None else self._job(job_id),
            happenings=_events(details.operation, ended_as, lines, rollbacks),
            log=lines,
        )


def _events(
    operation: MetadataOperation,
    ended_as: str,
    lines: list[dict[str, Any]],
    rollbacks: list[tuple[int, datetime, int]],
) -> list[StoryEvent]:
    by = f"{operation.people}, " if operation.people else ""
    requested = f"{by}from {_SOURCES.get(operation.source, operation.source or 'an unknown client')}"
    found = [StoryEvent(at=operation.started_at, what="requested", text=requested)]
    found += _logged_events(lines, operation.operation_type)
    if operation.completed_at is not None:
        state = (ended_as or operation.status).replace("_", " ")
        last = next(
            (index for index in reversed(range(len(found))) if found[index].what not in _OTHER_EVENTS.values()), 0
        )
        is_logged = found[last].what == state
        # An interrupted operation ended at its last heartbeat, which can be earlier than the log of its start.
        at = max(operation.completed_at, found[last - 1 if is_logged else last].at)
        ended = StoryEvent(at=at, what=state, text=operation.error_message)
        if is_logged:  # the log has the same event, with the person
            found[last] = replace(ended, text=ended.text or found[last].text)
        else:
            found.append(ended)
    for rollback_id, at, count in rollbacks:
        found.append(StoryEvent(at=at, what=f"{wording.files(count)} rolled back", text=f"by operation {rollback_id}"))
    # Events of one second keep the order of the log, because log and ledger do not read their clocks at the same
    # moment.
    return sorted(found, key=lambda each: each.at.replace(microsecond=0))


def _logged_events(lines: list[dict[str, Any]], operation_type: str) -> Iterator[StoryEvent]:
    """Yield the events of a job's log that concern the operation as a whole."""
    before, has_started, requested_by = "", False, ""
    for line in lines:
        event, status = line.get("event", ""), str(line.get("status", ""))
        at = datetime.fromisoformat(str(line.get(job_log.ENDED) or line.get("at") or _UNKNOWN))
        if event == job_log.CHANGED and status != before:
            is_resume, has_started, before = has_started, has_started or status == "running", status
            what = "resumed" if is_resume and status == "running" else _STATES.get(status, status.replace("_", " "))
            by = str(line.get("by") or requested_by)
            requested_by = by if status == "pending" else ""  # shown when the operation resumes
            text = f"by {by}" if by and not requested_by else str(line.get("error", ""))
            yield StoryEvent(at=at, what=what, text=text)
        elif event in _OTHER_EVENTS:
            text = _recovery_counts(line, operation_type) if event == job_log.RECOVERED else ""
            yield StoryEvent(at=at, what=_OTHER_EVENTS[event], text=text)


def _recovery_counts(line: dict[str, Any], operation_type: str) -> str:
    """Return the counts of a recovery; lines of older versions have other words, and fewer counts."""
    former = {"undone": "put_back", success_of(operation_type): "found_done", "not_started": "left"}
    return outcome_counts({name: line.get(name, line.get(former.get(name, ""), 0)) for name in OUTCOMES})
