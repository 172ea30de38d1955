"""
Telling what became of an operation, from the ledger, its job and the log of that.

The ledger is the truth of what was done to files. When it was held, tried again or cut short is told by the log, which
is kept for a while only: then the story is shorter, and nothing in it is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from indexium_core import logs
from indexium_core.flows.history import history_service
from indexium_core.flows.jobs import job_log
from indexium_core.model import wording
from indexium_core.model.job import Job
from indexium_core.model.operations.operation import MetadataOperation
from indexium_core.model.operations.story import OperationStory, StoryEvent
from indexium_core.model.remote_calls import remote
from indexium_core.store import database, diagnosis
from indexium_core.store.operations import ledger

__all__ = ["StoryBuilder"]

_LINES = 1_000  # of the log
_UNKNOWN = "1970-01-01T00:00:00+00:00"
_FROM = {"cli": "the command line", "dashboard": "the dashboard", "rest": "a program over the web", "python": "Python"}
_STATES = {  # of the job, as the log names them
    "pending": "waits",
    "running": "began",
    "paused": "paused",
}
_BESIDE = {  # other lines of the log that are about the operation as a whole
    "job.stood_still": "got no further",
    job_log.RECOVERED: "cut off, and looked after",
}


class StoryBuilder:
    """Tells the story of operations."""

    def __init__(
        self, store: database.Database, past: history_service.HistoryService, *, folder: Path, job: Callable[[int], Job]
    ) -> None:
        """Take `folder` for that of the logs; `job` looks a job up."""
        self._store = store
        self._history = past
        self._logs = folder
        self._job = job

    @remote()
    def tell(self, operation_id: int, *, page: int = 1, per_page: int = 0) -> OperationStory:
        """Return what is known of an operation, with a page of its files (`per_page` 0: all); UnknownIdError."""
        details = self._history.get_operation_details(operation_id, page=page, per_page=per_page)
        reader = self._store.read()
        job_id, ended_as = diagnosis.end_of_operation(reader, operation_id)
        back = diagnosis.rollbacks_of(reader, operation_id)
        lines = logs.read_job(self._logs, job_id, after=-1, limit=_LINES)[0] if job_id is not None else []
        return OperationStory(
            operation=details.operation,
            options=ledger.Ledger(self._store).options(operation_id),
            items=details.items,
            page=page,
            per_page=per_page,
            taken_back_by=tuple(rollback_id for rollback_id, _, _ in back),
            job=None if job_id is None else self._job(job_id),
            happenings=_happenings(details.operation, ended_as, lines, back),
            log=lines,
        )


def _happenings(
    operation: MetadataOperation,
    ended_as: str,
    lines: list[dict[str, Any]],
    back: list[tuple[int, datetime, int]],
) -> list[StoryEvent]:
    who = f"by {operation.user_name}, " if operation.user_name else ""
    asked = f"{who}from {_FROM.get(operation.source, operation.source or 'an unknown place')}"
    found = [StoryEvent(at=operation.started_at, what="asked for", text=asked)]
    found += _told(lines)
    if operation.completed_at is not None:
        state = (ended_as or operation.status).replace("_", " ")
        told = next((place for place in reversed(range(len(found))) if found[place].what not in _BESIDE.values()), 0)
        ended = StoryEvent(at=operation.completed_at, what=state, text=operation.error_message)
        if found[told].what == state:  # the same by the log, which knows who did it
            found[told] = replace(ended, text=ended.text or found[told].text)
        else:
            found.append(ended)
    for rollback_id, at, count in back:
        found.append(StoryEvent(at=at, what=f"{wording.files(count)} taken back", text=f"by operation {rollback_id}"))
    # Within a second they are in the order of the log: the clocks of log and ledger are not read at the same instant.
    return sorted(found, key=lambda each: each.at.replace(microsecond=0))


def _told(lines: list[dict[str, Any]]) -> Iterator[StoryEvent]:
    """Yield what a job's log says of the operation as a whole."""
    before, began, asked = "", False, ""
    for line in lines:
        event, status = line.get("event", ""), str(line.get("status", ""))
        at = datetime.fromisoformat(str(line.get(job_log.ENDED) or line.get("at") or _UNKNOWN))
        if event == job_log.CHANGED and status != before:
            again, began, before = began, began or status == "running", status
            what = "went on" if again and status == "running" else _STATES.get(status, status.replace("_", " "))
            by = str(line.get("by") or asked)
            asked = by if status == "pending" else ""  # who had it go on is told when it does
            text = f"by {by}" if by and not asked else str(line.get("error", ""))
            yield StoryEvent(at=at, what=what, text=text)
        elif event in _BESIDE:
            yield StoryEvent(at=at, what=_BESIDE[event], text=_put_right(line) if event == job_log.RECOVERED else "")


def _put_right(line: dict[str, Any]) -> str:
    """Return what a start made of the files; lines of older programs say less."""
    counts = {"put_back": "put back as before", "found_done": "found done", "left": "left to do"}
    return ", ".join(f"{line[name]:,} {words}" for name, words in counts.items() if line.get(name))
