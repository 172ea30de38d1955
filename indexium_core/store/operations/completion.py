"""
The end of an operation, as changes of one transaction: its counts, its state, and the items that were not started.

Callers hold the transaction.
"""

from __future__ import annotations

from datetime import datetime

from indexium_core.store import jobs, sql
from indexium_core.store.connection import Connection

_SQL = sql.compose("ledger")


def finish(
    tx: Connection, operation_id: int, status: str, *, seconds: float, now: datetime, error_message: str
) -> None:
    """Record the end of an operation and of its job; `seconds` are added to the operation's running time."""
    values = {"operation_id": operation_id, "status": status, "seconds": seconds, "now": now}
    tx.execute(_SQL["finish"], {**values, "error_message": error_message})
    jobs.copy_operation_status(tx, operation_id, status, now=now, error_message=error_message)


def rename(tx: Connection, operation_id: int, title: str) -> None:
    """Change the title (the note) of an operation."""
    tx.execute(_SQL["rename_operation"], {"id": operation_id, "title": title})


def skip_pending(tx: Connection, operation_id: int, why: str, *, now: datetime) -> None:
    """Skip the items of an operation that were not started; `why` completes "The operation was …"."""
    reason = f"The operation was {why} before this file."
    tx.execute(_SQL["skip_pending"], {"operation_id": operation_id, "now": now, "reason": reason})
    jobs.copy_operation_counts(tx, operation_id)


def cancel_interrupted_below(tx: Connection, rollback_id: int, *, now: datetime) -> None:
    """Cancel the remaining items of interrupted operations that are rolled back."""
    for (operation_id,) in tx.execute(_SQL["interrupted_below"], {"operation_id": rollback_id}).fetchall():
        skip_pending(tx, operation_id, "rolled back", now=now)
        finish(tx, operation_id, "cancelled", seconds=0.0, now=now, error_message="")
