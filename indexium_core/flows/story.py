"""
Telling what became of an operation, from the ledger, its job and the log of that.

The ledger is the truth of what was done to files. When it was held, tried again or cut short is told by the log, which
is kept for a while only: then the story is shorter, and nothing in it is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from indexium_core import logs
from indexium_core.flows import history
from indexium_core.model.job import Job
from indexium_core.model.operation import MetadataOperation
from indexium_core.model.story import Happening, OperationStory
from indexium_core.store import database, diagnosis, ledger

__all__ = ["Storyteller"]

_LINES = 1_000  # of the log
_FROM = {"cli": "the command line", "dashboard": "the dashboard", "api": "a program over the web", "python": "Python"}
# Lines of a job's log that are about it as a whole, and not about one of its files.
_ABOUT_ALL = {
    "job.started": "began",
    "job.paused": "paused",
    "job.resumed": "went on",
    "job.retried": "to be tried again",
    "job.interrupted": "interrupted",
    "job.cancelling": "to be cancelled",
    "operation.recovered": "files put right",
    "operation.failed": "stopped by itself",
}


class Storyteller:
    """Tells the story of operations."""

    def __init__(
        self, store: database.Database, past: history.HistoryService, *, folder: Path, job: Callable[[int], Job]
    ) -> None:
        """Take `folder` for that of the logs; `job` looks a job up."""
        self._store = store
        self._history = past
        self._logs = folder
        self._job = job

    def tell(self, operation_id: int) -> OperationStory:
        """Return all that is known of an operation; UnknownIdError where there is none."""
        details = self._history.get_operation_details(operation_id, per_page=0)
        reader = self._store.read()
        job_id, ended_as = diagnosis.end_of_operation(reader, operation_id)
        back = diagnosis.taken_back(reader, operation_id)
        lines = logs.read_job(self._logs, job_id, after=-1, limit=_LINES)[0] if job_id is not None else []
        return OperationStory(
            operation=details.operation,
            options=ledger.Ledger(self._store).options(operation_id),
            items=details.items,
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
) -> list[Happening]:
    who = f"by {operation.user_name}, " if operation.user_name else ""
    asked = f"{who}from {_FROM.get(operation.source, operation.source or 'an unknown place')}"
    found = [Happening(at=operation.started_at, what="asked for", text=asked)]
    for line in lines:
        what = _ABOUT_ALL.get(line.get("event", ""))
        if what is not None:
            at = datetime.fromisoformat(line["at"])
            by = f"by {line['by']}" if line.get("by") else ""
            found.append(Happening(at=at, what=what, text=by or str(line.get("error") or line.get("message") or "")))
    if operation.completed_at is not None:
        state = (ended_as or operation.status).replace("_", " ")
        found.append(Happening(at=operation.completed_at, what=state, text=operation.error_message))
    for rollback_id, at, count in back:
        files = "1 file" if count == 1 else f"{count:,} files"
        found.append(Happening(at=at, what=f"{files} taken back", text=f"by operation {rollback_id}"))
    return found
