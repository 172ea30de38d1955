"""Figures for charts, as tables: what the plan, the library and the history look like from far."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pandas as pd

from indexium_core import errors
from indexium_core.flows.planning import planner as planning
from indexium_core.model import moments
from indexium_core.store import charts, database

__all__ = ["Charts"]

GROUPS = ("container", "folder", "tags")
# A longer span is drawn by weeks or months: more than about a hundred bars cannot be told apart.
DAYS, WEEKS = 92, 2 * 366
Day = date | str | None


class Charts:
    """Tables that charts are drawn from; every figure is counted by the database, every day is one where you live."""

    def __init__(
        self, store: database.Database, planner: planning.MetadataPlanner, *, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._planner = planner
        self._clock = clock

    def risk_by(self, plan: planning.MetadataPlan, by: str = "container") -> pd.DataFrame:
        """
        Return the files that would change by risk level: columns group, safe, warning, danger, blocked.

        Args:
            plan: The plan.
            by: `container`, `folder` (the first below the root) or `tags` (number of people added).

        """
        if by not in GROUPS:
            message = f"'{by}' is nothing to group by; take container, folder or tags."
            raise errors.UsageError(message)
        return self._planner.risk_by(plan, by)

    def operations_by_day(self, days: int = 42, *, since: Day = None, until: Day = None) -> pd.DataFrame:
        """
        Return files by day of their operation and outcome: columns day, until, written, restored, failed, operations.

        Days without work are left out. A span of more than 92 days is counted by weeks, one of more than two years by
        months: `day` is the first day of each stretch and `until` its last.

        Args:
            days: So many days up to today, where `since` is not given.
            since: The first day, as a date or ISO text.
            until: The last day; default: today.

        """
        return charts.days(self._store.read(), self._bins(days, since, until))

    def durations(self, days: int = 42, *, since: Day = None, until: Day = None) -> pd.DataFrame:
        """
        Return how long operations took, by day: columns day, until, operations, write_seconds, rollback_seconds, files.

        Columns typical_ms and slowest_ms are the median and the longest of one file. Arguments as `operations_by_day`.
        """
        return charts.durations(self._store.read(), self._bins(days, since, until))

    def coverage(self, days: int = 42, *, since: Day = None, until: Day = None) -> pd.DataFrame:
        """
        Return how many films of the library named people at the end of each day: day, until, films, named, share.

        Films are readable video files that a scan knows today, each from the day it was first seen; days before the
        first are left out. What a film named in the past is what each write found in it. Arguments as
        `operations_by_day`.
        """
        return charts.coverage(self._store.read(), self._bins(days, since, until))

    def errors_by_kind(self, *, since: Day = None, until: Day = None) -> pd.DataFrame:
        """Return files that were failed, refused or unclear by code: columns error, files, operations; most first."""
        return charts.errors(self._store.read(), *_span(since, until))

    def people_most_written(self, count: int = 5, *, since: Day = None, until: Day = None) -> pd.DataFrame:
        """Return the people who were written into most files and are still in them: columns person, files."""
        return charts.most_written(self._store.read(), count, *_span(since, until))

    def totals(self) -> dict[str, int]:
        """Return the numbers of operations, of files written and refused, and of operations rolled back."""
        names = ("operations", "written", "refused", "rolled_back")
        return dict(zip(names, charts.totals(self._store.read()), strict=True))

    def _bins(self, days: int, since: Day, until: Day) -> list[charts.Bin]:
        last = _day(until) or self._clock().astimezone().date()
        first = _day(since) or last - timedelta(days=max(1, days) - 1)
        if first > last:
            message = f"{first} is after {last}: the first day comes first."
            raise errors.UsageError(message)
        try:
            return [_bin(start, end) for start, end in _cut(first, last)]
        except OverflowError as error:
            message = f"{last} is too late to count up to."
            raise errors.UsageError(message) from error


def _cut(first: date, last: date) -> list[tuple[date, date]]:
    """Return the stretches that a span is counted by, each with its first and last day."""
    length, found, start = (last - first).days + 1, [], first
    while start <= last:
        if length <= DAYS:
            end = start
        elif length <= WEEKS:
            end = start + timedelta(days=6 - start.weekday())
        else:
            end = (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        found.append((start, min(end, last)))
        start = end + timedelta(days=1)
    return found


def _bin(first: date, last: date) -> charts.Bin:
    begins, ends = moments.parse(first.isoformat()), moments.parse(last.isoformat(), end=True)
    assert begins is not None
    assert ends is not None
    return charts.Bin(first, last, begins, ends)


def _span(since: Day, until: Day) -> tuple[datetime | None, datetime | None]:
    return moments.parse(_text(since)), moments.parse(_text(until), end=True)


def _text(value: Day) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""


def _day(value: Day) -> date | None:
    moment = moments.parse(_text(value))
    return moment.astimezone().date() if moment else None
