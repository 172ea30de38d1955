"""The numbers of charts. The database counts them over the periods of days that the caller gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from indexium_core.store import sql
from indexium_core.store.connection import Connection

if TYPE_CHECKING:
    import pandas as pd

_SQL = sql.load("charts")


class Bin(NamedTuple):
    """A period of whole days in local time."""

    day: date  # the first day
    until: date  # the last day
    starts_at: datetime  # start of the first day
    ends_at: datetime  # end of the last day, not included


def days(reader: Connection, bins: Sequence[Bin]) -> pd.DataFrame:
    """Count files by outcome: day, until, written, restored, failed, operations; only periods with files."""
    return reader.execute(_SQL["days"], _columns(bins)).df()


def durations(reader: Connection, bins: Sequence[Bin]) -> pd.DataFrame:
    """Return day, until, operations, write_seconds, rollback_seconds, files, typical_ms, slowest_ms of each period."""
    return reader.execute(_SQL["durations"], _columns(bins)).df()


def coverage(reader: Connection, bins: Sequence[Bin]) -> pd.DataFrame:
    """Return day, until, films, named and share (0 to 1), each at the end of a period that has videos."""
    values = _columns(bins)
    del values["starts"]
    return reader.execute(_SQL["coverage"], values).df()


def errors(reader: Connection, since: datetime | None, until: datetime | None) -> pd.DataFrame:
    """Return error, files, operations; most files first."""
    return reader.execute(_SQL["errors"], {"since": since, "until": until}).df()


def most_written(reader: Connection, count: int, since: datetime | None, until: datetime | None) -> pd.DataFrame:
    """Return person, files; most files first."""
    return reader.execute(_SQL["most_written"], {"count": count, "since": since, "until": until}).df()


def totals(reader: Connection) -> tuple[int, int, int, int]:
    """Return the numbers of operations, of written files, of files not written, and of operations rolled back."""
    row = reader.execute(_SQL["totals"]).fetchall()[0]
    return (int(row[0]), int(row[1]), int(row[2]), int(row[3]))


def _columns(bins: Sequence[Bin]) -> dict[str, list[date] | list[datetime]]:
    return {
        "days": [each.day for each in bins],
        "lasts": [each.until for each in bins],
        "starts": [each.starts_at for each in bins],
        "ends": [each.ends_at for each in bins],
    }
