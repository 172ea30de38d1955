"""Facts in the database that diagnose the clock and the end of an operation. Read-only."""

from __future__ import annotations

from datetime import datetime

from indexium_core.store import sql
from indexium_core.store.connection import Connection

_SQL = sql.load("diagnosis")


def newest_moment(reader: Connection) -> tuple[str, datetime] | None:
    """Return the event with the latest time in the database (as a clause) and its time; None in a new home."""
    rows = reader.execute(_SQL["newest_moment"]).fetchall()
    return (str(rows[0][0]), rows[0][1]) if rows else None


def dated_later(reader: Connection, now: datetime) -> tuple[int, int]:
    """Return the number of files, and of those with a modification time after `now`."""
    row = reader.execute(_SQL["dated_later"], {"now_ns": int(now.timestamp() * 1e9)}).fetchall()[0]
    return int(row[0]), int(row[1])


def step_back(reader: Connection) -> tuple[datetime, datetime] | None:
    """Return the largest step back of the clock between two stored events: the times before and after it, or None."""
    rows = reader.execute(_SQL["steps_back"]).fetchall()
    return (rows[0][0], rows[0][1]) if rows else None


def end_of_operation(reader: Connection, operation_id: int) -> tuple[int | None, str]:
    """Return the job of an operation (None: older than the job queue) and its final status ("": unfinished)."""
    rows = reader.execute(_SQL["end_of_operation"], {"operation_id": operation_id}).fetchall()
    return (rows[0][0], rows[0][1] or "") if rows else (None, "")


def rollbacks_of(reader: Connection, operation_id: int) -> list[tuple[int, datetime, int]]:
    """Return the rollbacks of an operation that are in force: id, start and number of files."""
    rows: list[tuple[int, datetime, int]] = reader.execute(
        _SQL["rollbacks_of"], {"operation_id": operation_id}
    ).fetchall()
    return rows
