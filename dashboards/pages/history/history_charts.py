"""The charts of the history: over time on the left, rankings on the right; a pressed bar filters the list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from dashboards.components import charts
from dashboards.components.base import Component
from dashboards.components.page_charts import PageCharts
from dashboards.components.tabbed_charts import TabbedCharts, TabbedChartsCard, ranking
from dashboards.pages.history.history_state import HistoryState
from dashboards.session import Session
from indexium_core import errors
from indexium_core.model import query, wording
from indexium_core.model.planning import risk

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 150
EVENTS = (
    *(f"{kind}:{what}" for kind in ("write", "rollback", "publish") for what in ("started", "completed")),
    "scan:completed",
)
BARS = 5  # maximum number of bars in a ranking
ALL = "all operations: the search does not filter this chart"
RANKS = {
    "people": ("People", "People most written", "No person from a write is in the files now."),
    "errors": ("Errors", "Errors by kind", "No file failed or had a conflict."),
}


class _Figures(NamedTuple):
    trend: pd.DataFrame
    rank: pd.DataFrame
    span: charts.Span


class HistoryCharts(PageCharts):
    """Two cards with charts of the listed days. They are read after the list and drawn on a thread."""

    def __init__(self, session: Session) -> None:
        self._session, self.state = session, HistoryState()
        self._trend = TabbedCharts(
            session.bridge,
            (charts.FILES, charts.DURATIONS, charts.COVERAGE),
            picked=self._pick_days,
            turned=self._turn_trend,
            height=HEIGHT,
        )
        self._rank = TabbedChartsCard()
        self._rank.on(
            tab=lambda message: self._turn(rank=str(message.get("key"))),
            pick=self._pick,
        )
        self._figures: _Figures | None = None

    def roots(self) -> Mapping[str, Component]:
        """Return the components by their places in the page."""
        return {"history_trend": self._trend.card, "history_rank": self._rank}

    def start(self) -> None:
        """Read the charts again after the events of operations and scans, while the page is shown."""
        self._session.bridge.listen(
            EVENTS, lambda: self.load() if self._session.is_showing("history") else None, every=1.0
        )

    def take(self, search: str) -> bool:
        """Take the values of the address; return whether one has changed."""
        return self.state.take(search)

    def load(self) -> None:
        """Read the numbers of the charts that are shown."""
        state = self.state
        trend, rank = state.trend, state.rank
        span = state.chart_span(date.today())  # noqa: DTZ011 - days of the person, local
        listed = {"since": state.since, "until": state.until}

        def read() -> _Figures:
            made = self._session.library.charts
            over = {"files": made.operations_by_day, "durations": made.durations, "coverage": made.coverage}[trend]
            table = over(since=span[0].isoformat(), until=span[1].isoformat())
            ranked = made.people_most_written(BARS, **listed) if rank == "people" else made.errors_by_kind(**listed)
            return _Figures(table, ranked, span)

        def show(figures: _Figures) -> None:
            if (trend, rank) == (state.trend, state.rank):
                self._figures = figures
                self.draw()

        self._session.bridge.run(read, show, name="history_figures")

    def draw(self) -> None:
        """Show the figures in the current theme."""
        if self._figures is None:
            return
        table, rank, span = self._figures
        theme, state = self._session.theme, self.state
        note = ALL if state.searched() else ""
        self._trend.show(state.trend, table, theme, span=span, key=state.picked_days(), note=note)
        _, title, empty = RANKS[state.rank]
        empty = (
            f"{empty.removesuffix('.').removesuffix(' yet')} in these days." if state.since or state.until else empty
        )
        tabs = [{"key": key, "label": label, "on": key == state.rank} for key, (label, *_) in RANKS.items()]
        bars = people_bars(rank) if state.rank == "people" else error_bars(rank)
        picked = state.error if state.rank == "errors" else _named(state.query)
        self._rank.put(**ranking(title, bars, tabs=tabs, empty=empty, picked=picked, note=note))

    # Actions.

    def _turn_trend(self, name: str) -> None:
        self._turn(trend=name)

    def _turn(self, **values: str) -> None:
        try:
            self.state.param.update(**values)
        except ValueError:  # the chart does not exist
            return
        self._session.change_place(
            {"chart": _other(self.state, "trend"), "top": _other(self.state, "rank")}, push=False
        )
        self.load()

    def _pick_days(self, key: str) -> None:
        self.state.pick_days(key)
        self._narrow({"since": self.state.since, "until": self.state.until})

    def _narrow(self, values: Mapping[str, str]) -> None:
        """Show other operations in the list, and the charts of them."""
        self._session.change_place({**values, "page": "", "op": ""})
        self.load()

    def _pick(self, message: Mapping[str, Any]) -> None:
        """Filter the list by the selected person or error; select it again to clear the filter."""
        key, state = str(message["key"]), self.state
        if state.rank == "errors":
            state.error = "" if state.error == key else key
            self._narrow({"error": state.error})
        else:
            state.query = "" if _named(state.query) == key else query.history_term("person", key)
            self._narrow({"q": state.query})


def people_bars(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a bar for each row of a table with person and files."""
    return [
        {"key": person, "name": person, "count": int(files), "hint": wording.files(int(files))}
        for person, files in zip(table["person"], table["files"], strict=True)
    ]


def error_bars(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a bar for each row of a table with error, files and operations."""
    return [
        {
            "key": str(line.error),
            "name": risk.outcome(str(line.error), str(line.error)),
            "count": int(line.files),
            "hint": f"{wording.files(int(line.files))} in {wording.plural(int(line.operations), 'operation')}",
        }
        for line in charts.rows_of(table)
    ]


def _named(text: str) -> str:
    """Return the person if the search consists of one person, "" otherwise."""
    try:
        sought = query.parse_history(text)
    except errors.QueryError:
        return ""
    return sought.people[0] if sought == query.HistoryTerms(people=sought.people[:1]) and sought.people else ""


def _other(state: HistoryState, name: str) -> str:
    """Return the value of a parameter in the address; "" for its default."""
    value = str(getattr(state, name))
    return "" if value == state.param[name].default else value
