"""
Additional log lines of a job: each change of state, and the result of each file.

The story of an operation is built from these lines, so their names and fields are an interface. docs/logs.md lists
them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from indexium_core import logs
from indexium_core.model.event import Event
from indexium_core.model.operations.operation import WriteResult
from indexium_core.model.operations.outcomes import UNDONE, outcome_of, success_of
from indexium_core.store.operations.ledger_rows import ItemOutcome

CHANGED, RECOVERED = "job.changed", "operation.recovered"
ENDED = "ended"  # field of CHANGED: the time of the change, if it is logged later

logger = logging.getLogger(__name__)


def log_event(event: Event) -> None:
    """Log a new state of a job; a listener of the event bus."""
    job_id = event.job_id
    if event.name != "job:changed" or job_id is None:
        return
    names = ("kind", "operation_id", "status", "priority", "by", "error", "tries", "not_before")
    facts = {name: event.data[name] for name in names if event.data.get(name) not in (None, "", 0)}
    failed = event.data.get("status") == "failed"
    with logs.job(job_id):
        logger.log(logging.WARNING if failed else logging.INFO, CHANGED, extra=facts)


def log_recovery(
    operation_id: int,
    job_id: int | None,
    *,
    kind: str,
    status: str,
    undone: int,
    changed: int,
    not_started: int,
    ended_at: datetime | None = None,
) -> None:
    """
    Log how a start recovered an operation that a former process left unfinished.

    Args:
        operation_id: The operation.
        job_id: Its job; None if an older program started it.
        kind: write, rollback.
        status: Its new state.
        undone: Files whose write or rollback was interrupted and undone.
        changed: Files that were written or restored and whose result is recorded now.
        not_started: Files that still wait.
        ended_at: When it reached that state, if this was at the interruption; None: now.

    """
    which = {"kind": kind, "operation_id": operation_id}
    with logs.job(job_id):
        then = {} if ended_at is None else {ENDED: ended_at.astimezone(UTC).isoformat(timespec="milliseconds")}
        logger.info(CHANGED, extra={**which, "status": status, **then})
        logger.info(RECOVERED, extra={**which, "undone": undone, success_of(kind): changed, "not_started": not_started})


def log_file(operation_id: int, path: bytes, result: WriteResult, *, kind: str) -> None:
    """Log the result of a file; a file that waits and was never started is not logged."""
    if result.status == "pending" and result.code != UNDONE:
        return
    shown = path.decode("utf-8", "replace")
    outcome = ItemOutcome(result.file_id, shown, result.status, result.code, result.message)
    _log(operation_id, kind, outcome, strategy=result.strategy, seconds=round(result.seconds, 3))


def log_outcomes(
    operation_id: int, job_id: int | None, outcomes: Iterable[ItemOutcome], *, kind: str = "write"
) -> None:
    """Log results from outside a run of the operation: conflicts at its start, cancelled or recovered files."""
    with logs.job(job_id):
        for outcome in outcomes:
            _log(operation_id, kind, outcome)


def _log(operation_id: int, kind: str, outcome: ItemOutcome, **more: Any) -> None:
    is_problem = outcome.status in ("failed", "conflict", "unknown")
    facts = {
        "operation_id": operation_id,
        "file_id": outcome.file_id,
        "file_path": outcome.file_path,
        "code": outcome.code,
        "error": outcome.message,
        **more,
    }
    known = {name: value for name, value in facts.items() if value not in (None, "")}
    name = outcome_of(outcome.status, outcome.code, kind)
    level = logging.WARNING if is_problem else logging.INFO
    # Only problems go into the program's log; the log of the job has every file.
    logger.log(level, "file.%s", name, extra={**known, logs.ONLY_JOB: not is_problem})


def log_unread(path: bytes, code: str, reason: str) -> None:
    """Log that a file could not be read; only in the log of the job, because a folder may have thousands of them."""
    facts = {"file_path": path.decode("utf-8", "replace"), "code": code, "error": reason, logs.ONLY_JOB: True}
    logger.warning("file.unread", extra=facts)
