"""
What the log of a job says beside what its work logs by itself: each change of state, and the fate of each file.

The story of an operation is told from these lines later, so their names and fields are as good as an interface; they
are listed in docs/logs.md.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from indexium_core import logs
from indexium_core.flows.writing.protocol import Edited
from indexium_core.model.event import Event
from indexium_core.model.operations.operation import GIVEN_UP
from indexium_core.store.operations.ledger_rows import ItemOutcome

__all__ = ["CHANGED", "ENDED", "RECOVERED", "fates", "files", "follow", "recovered", "unread"]

CHANGED, RECOVERED = "job.changed", "operation.recovered"
ENDED = "ended"  # field of CHANGED: when that was, where it is said later

logger = logging.getLogger(__name__)


def follow(event: Event) -> None:
    """Log that a job is in another state; to be subscribed to the events."""
    job_id = event.job_id
    if event.name != "job:changed" or job_id is None:
        return
    names = ("kind", "operation_id", "status", "priority", "by", "error", "tries", "not_before")
    facts = {name: event.data[name] for name in names if event.data.get(name) not in (None, "", 0)}
    failed = event.data.get("status") == "failed"
    with logs.job(job_id):
        logger.log(logging.WARNING if failed else logging.INFO, CHANGED, extra=facts)


def recovered(
    operation_id: int,
    job_id: int | None,
    *,
    kind: str,
    status: str,
    put_back: int,
    found_done: int,
    left: int,
    ended: datetime | None = None,
) -> None:
    """
    Log what a start made of an operation that a former process left.

    Args:
        operation_id: The operation.
        job_id: Its job; None where an older program began it.
        kind: write, rollback.
        status: The state that it has now.
        put_back: Files that were in the middle of it and are as before again.
        found_done: Files that were done, which was not written down yet.
        left: Files that still have it to be done.
        ended: When it came into that state, where that was at the cut; None: now.

    """
    which = {"kind": kind, "operation_id": operation_id}
    with logs.job(job_id):
        then = {} if ended is None else {ENDED: ended.astimezone(UTC).isoformat(timespec="milliseconds")}
        logger.info(CHANGED, extra={**which, "status": status, **then})
        logger.info(RECOVERED, extra={**which, "put_back": put_back, "found_done": found_done, "left": left})


def files(operation_id: int, group: Iterable[Edited]) -> None:
    """Log what became of some files of an operation; of those that are done the log of the job alone says so."""
    for edited in group:
        result = edited.record.result
        if result.status == "pending" and result.code != "restored":
            continue  # it was never begun, and waits
        path = edited.task.path.decode("utf-8", "replace")
        fate = ItemOutcome(result.file_id, path, result.status, result.code, result.message)
        _tell(operation_id, fate, strategy=result.strategy, seconds=round(result.seconds, 3))


def fates(operation_id: int, job_id: int | None, found: Iterable[ItemOutcome]) -> None:
    """Log what became of files of an operation that no run of it was at: refused before, given up, found at a start."""
    with logs.job(job_id):
        for fate in found:
            _tell(operation_id, fate)


def _tell(operation_id: int, fate: ItemOutcome, **more: Any) -> None:
    bad = fate.status in ("failed", "conflict", "unknown")
    facts = {
        "operation_id": operation_id,
        "file_id": fate.file_id,
        "file_path": fate.file_path,
        "code": fate.code,
        "error": fate.message,
        **more,
    }
    said = {name: value for name, value in facts.items() if value not in (None, "")}
    name = fate.code if fate.code in GIVEN_UP else fate.status
    level = logging.WARNING if bad else logging.INFO
    logger.log(level, "file.%s", name, extra={**said, logs.ONLY_JOB: not bad})


def unread(path: bytes, code: str, why: str) -> None:
    """Log that a file could not be read; in the log of the job alone, for in some folders that is true of thousands."""
    facts = {"file_path": path.decode("utf-8", "replace"), "code": code, "error": why, logs.ONLY_JOB: True}
    logger.warning("file.unread", extra=facts)
