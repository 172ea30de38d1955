"""The query page: the scripts run SQL and show the result; the server draws its chart, and knows its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboards.components.base import Component
from dashboards.pages.query.result_chart import ResultChart
from dashboards.screen import FaceScreen
from dashboards.session import Session
from dashboards.state import QueryState

LISTED = 100  # maximum number of file ids in a search of the plan


class QueryScreen(FaceScreen):
    """What the server does with a result in one session. A message names the result by its ticket."""

    state: QueryState

    def __init__(self, session: Session) -> None:
        super().__init__(QueryState())
        self._results, self._bridge, self._session = session.library.query_results, session.bridge, session
        self._chart = ResultChart(session.bridge, theme=lambda: session.view.theme)
        self._chart.card.on(
            chart=self._chart.choose,
            draw=lambda message: self._draw(str(message["ticket"])),
            select=lambda message: self._load_selected(str(message["ticket"])),
        )

    def roots(self) -> Mapping[str, Component]:
        """Return the chart by its place in the page."""
        return {"query_plot": self._chart.card}

    def enter(self) -> None:
        """Show the page; run the query with which another page has opened it."""
        if self.state.runs:
            self.state.runs = False
            self._session.run_sql(self.state.text)

    def redraw(self) -> None:
        """Draw the chart in the current theme."""
        self._chart.draw()

    def _draw(self, ticket: str) -> None:
        self._bridge.run(lambda: self._results.answer(ticket), self._chart.show, name="query_answer")

    def _load_selected(self, ticket: str) -> None:
        self._bridge.run(lambda: self._results.file_ids(ticket), self._select, name="query_files", once=True)

    def _select(self, file_ids: Sequence[int]) -> None:
        """Select the files of a result in the plan, and show it."""
        query = f"id:{','.join(map(str, file_ids))}" if len(file_ids) <= LISTED else ""
        self._session.select_files(file_ids)
        self._session.go("plan", query=query)
