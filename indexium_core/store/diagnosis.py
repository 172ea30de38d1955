"""What the rows say about the machine that they were written on. Nothing here changes anything."""

from __future__ import annotations

from datetime import datetime

from indexium_core.store import sql
from indexium_core.store.connection import Connection

__all__ = ["dated_later", "newest_moment", "step_back"]

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
