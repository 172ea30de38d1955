"""The risk chart of a search, by container or folder; it is read after the table, and a pressed bar filters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dashboards.components import charts
from dashboards.components.base import Component
from dashboards.components.page_charts import PageCharts, fields_of
from dashboards.components.tabbed_charts import TabbedCharts
from dashboards.session import Session
from indexium_core.model import query as grammar

if TYPE_CHECKING:
    import pandas as pd


HEIGHT = 150
EVENTS = ("plan:changed", "plan:refreshed", "scan:completed", "rescan:completed")


class PlanRisk(PageCharts):
    """
    The files of a search by risk.

    A search for a container or folder does not filter the chart: the chart highlights its bar.
    """

    def __init__(self, session: Session) -> None:
        self._session, self._query = session, ""
        self._by = charts.RISK[0].name
        self._table: pd.DataFrame | None = None
        self._chart = TabbedCharts(session.bridge, charts.RISK, picked=self._pick, turned=self._turn, height=HEIGHT)

    def roots(self) -> Mapping[str, Component]:
        """Return the chart by its place in the page."""
        return {"risk_chart": self._chart.card}

    def start(self) -> None:
        """Read the chart again after the events of the plan, while the page is shown."""
        self._session.bridge.listen(
            EVENTS, lambda: self.load() if self._session.is_showing("plan") else None, every=1.0
        )

    def take(self, search: str) -> bool:
        """Take the search of the address; return whether it is another one."""
        before, self._query = self._query, fields_of(search).get("q", "")
        return self._query != before

    def load(self) -> None:
        """Read the figures of the search."""
        query, by, session = self._query, self._by, self._session

        def read() -> pd.DataFrame:
            plan = session.reads.plan(grammar.with_values(query, by, []), may_lack_results=True)
            return session.library.charts.risk_by(plan, by)

        def show(table: pd.DataFrame) -> None:
            if by == self._by:
                self._table = table
                self.draw()

        session.bridge.run(
            read, show, name="risk", failed=lambda _: None
        )  # the list says what is wrong with the search

    def draw(self) -> None:
        """Show the figures in the current theme."""
        if self._table is None:
            return
        chosen = grammar.selected_values(self._query, self._by)
        picked = chosen[0].removeprefix("/") if len(chosen) == 1 else ""
        self._chart.show(self._by, self._table, self._session.theme, key=picked)

    def _turn(self, by: str) -> None:
        if by in {kind.name for kind in charts.RISK}:
            self._by = by
            self.load()

    def _pick(self, group: str) -> None:
        """Filter by a container or folder; select it again to clear the filter."""
        if not group and self._by == "container":  # unread files have no container to search by
            return
        value = f"/{group}" if self._by == "folder" else group
        query = self._query
        values = [] if grammar.selected_values(query, self._by) == [value] else [value]
        self._session.change_place({"q": grammar.with_values(query, self._by, values), "page": ""})
