"""What the charts of the history show: only parameters, so that tests can set values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import ClassVar

import param

from dashboards.components.page_charts import fields_of

_YEARS = range(1900, 9001)  # years whose days can be converted to any local time
SIX_WEEKS = timedelta(days=42)  # the default period of the charts


class HistoryState(param.Parameterized):
    """The filters of the operations, and the charts that are shown."""

    query = param.String(default="", doc="Search over files and people.")
    status = param.String(default="", doc="States that are listed, split by commas; '' for all.")
    kind = param.Selector(
        default="", objects=["", "write", "publish", "rollback"], doc="Type that is listed; '' for all."
    )
    error = param.String(default="", doc="Code of a failure or conflict; '' for all operations.")
    since = param.String(default="", regex=r"^(\d{4}-\d\d-\d\d)?$", doc="First day, ISO; '' for no limit.")
    until = param.String(default="", regex=r"^(\d{4}-\d\d-\d\d)?$", doc="Last day, ISO; '' for no limit.")
    trend = param.Selector(
        default="files", objects=["files", "durations", "coverage"], doc="The chart over time that is shown."
    )
    rank = param.Selector(default="people", objects=["people", "errors"], doc="The ranking that is shown.")

    _address: ClassVar[Mapping[str, str]] = {
        "query": "q",
        "status": "status",
        "kind": "type",
        "error": "error",
        "since": "since",
        "until": "until",
        "trend": "chart",
        "rank": "top",
    }

    def take(self, search: str) -> bool:
        """Take the values of an address, missing or invalid ones as the defaults; return whether one has changed."""
        before, fields = self.param.values(), fields_of(search)
        for name, short in self._address.items():
            try:
                setattr(self, name, fields.get(short, self.param[name].default))
            except ValueError:
                setattr(self, name, self.param[name].default)
        return bool(before != self.param.values())

    def span(self) -> tuple[datetime | None, datetime | None]:
        """Return the start and the end of the listed days, in local time."""
        return _moment(self.since, time.min), _moment(self.until, time.max)

    def chart_span(self, today: date) -> tuple[date, date]:
        """Return the first and last day of the charts: the listed days, or six weeks around a single listed day."""
        first, last = (each.date() if each else None for each in self.span())
        if first and last and last < first:
            first = last = None
        if first and (last or today) > first:
            return first, min(last or today, max(today, first))
        end = today if last is None or today - last < SIX_WEEKS else last
        return end - SIX_WEEKS + timedelta(days=1), end

    def pick_days(self, key: str) -> None:
        """List the operations of the days of a bar (its key is `day` or `first..last`), or clear the days."""
        first, _, last = key.partition("..")
        days = {"since": first, "until": last or first}
        there = (self.since, self.until) == (days["since"], days["until"])
        self.param.update(**(dict.fromkeys(days, "") if there else days))

    def picked_days(self) -> str:
        """Return the key of the bar whose days are listed, "" if the list covers more than one bar."""
        if not self.since or not self.until:
            return ""
        return self.since if self.since == self.until else f"{self.since}..{self.until}"

    def searched(self) -> bool:
        """Return whether the list shows only some operations of its days."""
        return bool(self.query or self.status or self.kind or self.error)


def _moment(text: str, at: time) -> datetime | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return datetime.combine(day, at).astimezone() if day and day.year in _YEARS else None
