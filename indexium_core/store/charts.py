"""Figures for charts: every number is counted by the database, over stretches of days that the caller names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import pandas as pd

from indexium_core.store import sql
from indexium_core.store.connection import Connection

__all__ = ["Bin", "coverage", "days", "durations", "errors", "most_written", "totals"]

_SQL = sql.load("charts")


class Bin(NamedTuple):
    """A stretch of whole days, where the person lives."""

    day: date  # the first
    until: date  # the last
    begins: datetime  # the moment at which the first begins …
    ends: datetime  # … and the one at which the last is over


def days(reader: Connection, bins: Sequence[Bin]) -> pd.DataFrame:
    """Return files by outcome: day, until, written, restored, failed, operations; idle stretches are left out."""
    return reader.execute(_SQL["days"], _columns(bins)).df()


def durations(reader: Connection, bins: Sequence[Bin]) -> pd.DataFrame:
    """Return day, until, operations, write_seconds, rollback_seconds, files, typical_ms, slowest_ms; idle left out."""
    return reader.execute(_SQL["durations"], _columns(bins)).df()


def coverage(reader: Connection, bins: Sequence[Bin]) -> pd.DataFrame:
    """Return day, until, films, named, share (0 to 1) at the end of each stretch in which there were films."""
    values = _columns(bins)
    del values["starts"]
    return reader.execute(_SQL["coverage"], values).df()


def errors(reader: Connection, since: datetime | None, until: datetime | None) -> pd.DataFrame:
    """Return error, files, operations; most first."""
    return reader.execute(_SQL["errors"], {"since": since, "until": until}).df()


def most_written(reader: Connection, count: int, since: datetime | None, until: datetime | None) -> pd.DataFrame:
    """Return person, files; most first."""
    return reader.execute(_SQL["most_written"], {"count": count, "since": since, "until": until}).df()


def totals(reader: Connection) -> tuple[int, int, int, int]:
    """Return numbers of operations, of files written and refused, and of operations rolled back."""
    row = reader.execute(_SQL["totals"]).fetchall()[0]
    return (int(row[0]), int(row[1]), int(row[2]), int(row[3]))


def _columns(bins: Sequence[Bin]) -> dict[str, list[date] | list[datetime]]:
    return {
        "days": [each.day for each in bins],
        "lasts": [each.until for each in bins],
        "starts": [each.begins for each in bins],
        "ends": [each.ends for each in bins],
    }
