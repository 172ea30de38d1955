"""The risk chart of a search, by container or folder; it is read after the table, and a pressed bar filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards.bridge import Bridge
from dashboards.components import charts
from dashboards.components.tabbed_charts import TabbedCharts, TabbedChartsCard
from dashboards.read_cache import ReadCache
from dashboards.session import Session
from dashboards.state import PlanState
from indexium_core.model import query as grammar

if TYPE_CHECKING:
    import pandas as pd


HEIGHT = 150


class PlanRisk:
    """
    The files of a search by risk.

    A search for a container or folder does not filter the chart: the chart highlights its bar.
    """

    def __init__(
        self,
        read_cache: ReadCache,
        bridge: Bridge,
        session: Session,
        state: PlanState,
    ) -> None:
        self._read_cache, self._bridge, self._session, self.state = read_cache, bridge, session, state
        self._by = charts.RISK[0].name
        self._table: pd.DataFrame | None = None
        self._chart = TabbedCharts(bridge, charts.RISK, picked=self._pick, turned=self._turn, height=HEIGHT)

    @property
    def card(self) -> TabbedChartsCard:
        """The component."""
        return self._chart.card

    def load(self) -> None:
        """Read the figures of the search."""
        query, by, read_cache = self.state.query, self._by, self._read_cache

        def read() -> pd.DataFrame:
            return read_cache.risk(read_cache.plan(grammar.with_values(query, by, [])), by)

        def show(table: pd.DataFrame) -> None:
            if by == self._by:
                self._table = table
                self.draw()

        self._bridge.run(read, show, name="risk", failed=lambda _: None)  # the list says what is wrong with the search

    def draw(self) -> None:
        """Show the figures in the current theme."""
        if self._table is None:
            return
        chosen = grammar.selected_values(self.state.query, self._by)
        picked = chosen[0].removeprefix("/") if len(chosen) == 1 else ""
        self._chart.show(self._by, self._table, self._session.view.theme, key=picked)

    def _turn(self, by: str) -> None:
        if by in {kind.name for kind in charts.RISK}:
            self._by = by
            self.load()

    def _pick(self, group: str) -> None:
        """Filter by a container or folder; select it again to clear the filter."""
        if not group and self._by == "container":  # unread files have no container to search by
            return
        value = f"/{group}" if self._by == "folder" else group
        query = self.state.query
        values = [] if grammar.selected_values(query, self._by) == [value] else [value]
        self._session.change_place({"q": grammar.with_values(query, self._by, values), "page": ""})
