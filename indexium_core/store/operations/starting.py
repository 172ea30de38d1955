"""The start of an operation, as changes of one transaction: its id, its row with its job, and its backup rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from indexium_core.model.job import NewJob
from indexium_core.model.operations.request import IdempotentRequest
from indexium_core.store import jobs, requests, sql
from indexium_core.store.connection import Connection

_SQL = sql.compose("ledger")


def new_id(tx: Connection, request: IdempotentRequest | None, *, now: datetime) -> int:
    """Return the id of a new operation, for which an idempotent request is stored."""
    operation_id = int(tx.value(_SQL["next_operation_id"]))
    if request is not None:
        requests.add(tx, request, operation_id=operation_id, at=now)
    return operation_id


def insert_history(tx: Connection, operation_id: int, *, now: datetime, expires_at: datetime) -> None:
    """Add the backup row of each pending item, before its first byte changes."""
    journal = f"{operation_id}.journal"
    values = {"operation_id": operation_id, "now": now, "journal": journal, "expires_at": expires_at}
    tx.execute(_SQL["insert_history"], values)


def counts(reader: Connection, operation_id: int) -> Counter[str]:
    """Return the number of items of an operation by status."""
    found: Counter[str] = Counter()
    for status, _, files, _ in reader.execute(_SQL["count_items"], {"operation_id": operation_id}).fetchall():
        found[status] += files
    return found


def insert_operation(
    tx: Connection,
    operation_id: int,
    *,
    title: str,
    counts: Mapping[str, int],
    owner: str,
    now: datetime,
    **columns: Any,
) -> None:
    """Add an operation and its job; `counts` are its stored items by status, `columns` its other columns."""
    payload = {"operation_id": operation_id}
    new = NewJob(job_type=columns["operation_type"], title=title, payload=payload, operation_id=operation_id)
    counted = {"file_count": sum(counts.values()), "conflict_count": counts.get("conflict", 0)}
    job_id = jobs.insert(tx, new, owner=owner, now=now, counts=counts)
    values = {"id": operation_id, "now": now, "job_id": job_id, **new.actor.columns, **counted, **columns}
    tx.execute(_SQL["insert_operation"], values)
