"""What the rows say about the machine that they were written on, and about what went on there. Changes nothing."""

from __future__ import annotations

from datetime import datetime

from indexium_core.store import sql
from indexium_core.store.connection import Connection

__all__ = ["dated_later", "end_of_operation", "newest_moment", "step_back", "taken_back"]

_SQL = sql.load("diagnosis")


def newest_moment(reader: Connection) -> tuple[str, datetime] | None:
    """Return the latest moment that was written down and what then happened; None in a home where nothing has."""
    row = reader.execute(_SQL["newest_moment"]).fetchall()
    return (str(row[0][0]), row[0][1]) if row else None


def dated_later(reader: Connection, now: datetime) -> tuple[int, int]:
    """Return how many files there are, and how many of them were changed after `now`, as their dates say."""
    row = reader.execute(_SQL["dated_later"], {"now_ns": int(now.timestamp() * 1e9)}).fetchall()[0]
    return int(row[0]), int(row[1])


def step_back(reader: Connection) -> tuple[datetime, datetime] | None:
    """Return the largest step back of the clock among what is remembered: before it, after it; None for none."""
    row = reader.execute(_SQL["steps_back"]).fetchall()
    return (row[0][0], row[0][1]) if row else None


def end_of_operation(reader: Connection, operation_id: int) -> tuple[int | None, str]:
    """Return the job of an operation (None: it ran before there were jobs) and how it ended ("": it did not)."""
    row = reader.execute(_SQL["end_of_operation"], {"operation_id": operation_id}).fetchall()
    return (row[0][0], row[0][1] or "") if row else (None, "")


def taken_back(reader: Connection, operation_id: int) -> list[tuple[int, datetime, int]]:
    """Return the rollbacks in force of files of an operation: id, when it began, number of files."""
    rows: list[tuple[int, datetime, int]] = reader.execute(
        _SQL["taken_back"], {"operation_id": operation_id}
    ).fetchall()
    return rows
