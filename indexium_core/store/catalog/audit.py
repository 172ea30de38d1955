"""The audit log: changes of properties and locks of files, with the values before and after, the user and the job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from indexium_core.model.files.properties import AuditEvent, AuditPage
from indexium_core.model.operations.actor import current_actor
from indexium_core.store import sql
from indexium_core.store.connection import Connection


def add(
    tx: Connection,
    before: Mapping[int, str | None],
    *,
    field: str,
    new: str | None,
    action: str,
    at: datetime,
) -> None:
    """Add an event for each file whose field changed; `before` has the old values by file id."""
    facts = {"file_id": list(before), "old": list(before.values()), "field": field, "new": new}
    tx.execute(_sql("add"), facts | {"action": action, "at": at, **current_actor().columns})


def page(
    reader: Connection,
    *,
    file_ids: Sequence[int] | None = None,
    job_id: int | None = None,
    page: int = 1,
    per_page: int = 50,
) -> AuditPage:
    """Return one page of the events, newest first, optionally of some files or one job; `per_page` 0: all."""
    filters = {"file_ids": None if file_ids is None else list(file_ids), "job_id": job_id}
    limits = {"limit": per_page or None, "offset": (page - 1) * per_page}
    rows = reader.execute(_sql("page"), filters | limits).fetchall()
    items = [AuditEvent(**dict(zip(AuditEvent.__dataclass_fields__, row, strict=True))) for row in rows]
    return AuditPage(items=items, total=int(reader.value(_sql("count"), filters)), page=page, per_page=per_page)


def prune(tx: Connection, *, before: datetime, max_events: int) -> None:
    """Delete the events before a time, and the oldest of the others until `max_events` are left."""
    tx.execute(_sql("prune"), {"before": before, "max_events": max_events})


def _sql(name: str) -> str:
    return sql.load("audit")[name]
