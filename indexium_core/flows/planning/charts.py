"""The numbers of charts as tables: the plan, the library and the history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from indexium_core import errors
from indexium_core.flows.planning import planner as planning
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.model import moments
from indexium_core.store import charts, database

if TYPE_CHECKING:
    import pandas as pd

GROUPS = ("container", "folder", "tags")
# Longest spans in days that charts count by days and by weeks: a user cannot distinguish more than about 100 bars.
MAX_DAYS_BY_DAY, MAX_DAYS_BY_WEEK = 92, 2 * 366
Day = date | str | None


class Charts:
    """The tables of charts. The database counts every number; days are days of the local time zone."""

    def __init__(
        self, store: database.Database, planner: planning.MetadataPlanner, *, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._planner = planner
        self._clock = clock

    def risk_by(self, plan: MetadataPlan, by: str = "container") -> pd.DataFrame:
        """
        Return the files that would change by risk level: columns group, safe, warning, danger, blocked.

        Args:
            plan: The plan.
            by: `container`, `folder` (the first below the library folder) or `tags` (number of added people).

        Raises:
            UsageError: `by` is unknown.

        """
        if by not in GROUPS:
            raise errors.UsageError(f"There is no grouping '{by}'; choose container, folder or tags.")
        return self._planner.risk_by(plan, by)

    def operations_by_day(self, days: int = 42, *, since: Day = None, until: Day = None) -> pd.DataFrame:
        """
        Count files by day of their operation and outcome: columns day, until, written, restored, failed, operations.

        Days without operations have no row. A span of more than 92 days is counted by weeks, a span of more than two
        years by months: `day` is the first day of a row and `until` is its last day.

        Args:
            days: Number of days up to today, if `since` is missing.
            since: The first day, as a date or ISO text.
            until: The last day; default: today.

        Raises:
            UsageError: A date is invalid, or the first day is after the last.

        """
        return charts.days(self._store.read(), self._bins(days, since, until))

    def durations(self, days: int = 42, *, since: Day = None, until: Day = None) -> pd.DataFrame:
        """
        Return durations by day: columns day, until, operations, write_seconds, rollback_seconds, files.

        Columns typical_ms and slowest_ms are the median and the maximum of one file. Arguments as `operations_by_day`.
        """
        return charts.durations(self._store.read(), self._bins(days, since, until))

    def coverage(self, days: int = 42, *, since: Day = None, until: Day = None) -> pd.DataFrame:
        """
        Count the videos and those with people at the end of each day: columns day, until, films, named, share.

        Videos are the readable files that are known today, each from the day on which a scan first found it. Days
        before the first video have no row. The people of a video in the past are those that each write found in it.
        Arguments as `operations_by_day`.
        """
        return charts.coverage(self._store.read(), self._bins(days, since, until))

    def errors_by_kind(self, *, since: Day = None, until: Day = None) -> pd.DataFrame:
        """Count failed, conflicting and unknown files by code: columns error, files, operations; most files first."""
        return charts.errors(self._store.read(), *_span(since, until))

    def people_most_written(self, count: int = 5, *, since: Day = None, until: Day = None) -> pd.DataFrame:
        """Return the people that were written into most files and are still in them: columns person, files."""
        return charts.most_written(self._store.read(), count, *_span(since, until))

    def totals(self) -> dict[str, int]:
        """Return the numbers of operations, of written files, of files not written, and of operations rolled back."""
        names = ("operations", "written", "refused", "rolled_back")
        return dict(zip(names, charts.totals(self._store.read()), strict=True))

    def _bins(self, days: int, since: Day, until: Day) -> list[charts.Bin]:
        last = _day(until) or self._clock().astimezone().date()
        first = _day(since) or last - timedelta(days=max(1, days) - 1)
        if first > last:
            raise errors.UsageError(f"The first day {first} is after the last day {last}.")
        try:
            return [_bin(start, end) for start, end in _periods(first, last)]
        except OverflowError as error:
            raise errors.UsageError(f"The last day {last} is too late.") from error


def _periods(first: date, last: date) -> list[tuple[date, date]]:
    """Return the periods by which a span is counted, each with its first and last day."""
    length, periods, start = (last - first).days + 1, [], first
    while start <= last:
        if length <= MAX_DAYS_BY_DAY:
            end = start
        elif length <= MAX_DAYS_BY_WEEK:
            end = start + timedelta(days=6 - start.weekday())
        else:
            end = (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        periods.append((start, min(end, last)))
        start = end + timedelta(days=1)
    return periods


def _bin(first: date, last: date) -> charts.Bin:
    starts_at, ends_at = moments.parse(first.isoformat()), moments.parse(last.isoformat(), end=True)
    assert starts_at is not None  # the texts are dates
    assert ends_at is not None
    return charts.Bin(first, last, starts_at, ends_at)


def _span(since: Day, until: Day) -> tuple[datetime | None, datetime | None]:
    return moments.parse(_text(since)), moments.parse(_text(until), end=True)


def _text(value: Day) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""


def _day(value: Day) -> date | None:
    moment = moments.parse(_text(value))
    return moment.astimezone().date() if moment else None
