"""Requests with an idempotency key, and what was started for each."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from indexium_core.model.operations.actor import current_actor
from indexium_core.model.operations.idempotency import IdempotentRequest, StartedRequest
from indexium_core.model.surrogates import replace_surrogates
from indexium_core.store import sql
from indexium_core.store.connection import Connection

KEPT = timedelta(days=1)  # how long a key is valid


def add(
    tx: Connection,
    request: IdempotentRequest,
    *,
    operation_id: int | None = None,
    job_id: int | None = None,
    at: datetime,
) -> None:
    """Store a request of the present actor in the transaction that starts its work; delete expired keys."""
    tx.execute(_sql("prune"), {"before": at - KEPT})
    facts = {"key": replace_surrogates(request.key), "mark": request.mark, "answer": json.dumps(dict(request.answer))}
    tx.execute(_sql("add"), facts | _actor() | {"operation_id": operation_id, "job_id": job_id, "at": at})


def find(reader: Connection, key: str, *, now: datetime) -> tuple[str, StartedRequest] | None:
    """Return the digest and the work of a request of the present actor with this key from the last day, or None."""
    facts = {"key": replace_surrogates(key), "since": now - KEPT}
    row = reader.execute(_sql("find"), facts | _actor()).fetchone()
    if row is None:
        return None
    mark, operation_id, job_id, answer = row
    return mark, StartedRequest(operation_id=operation_id, job_id=job_id, answer=json.loads(answer))


def _actor() -> dict[str, str]:
    """Return whose request it is; its name may change."""
    actor = current_actor()
    return {"actor_kind": actor.kind, "actor_id": actor.id}


def _sql(name: str) -> str:
    return sql.load("idempotency")[name]
