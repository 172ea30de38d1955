"""The chart of a result: the chosen columns and the drawn chart. A thread draws it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import panel as pn
from panel.custom import Child

from dashboards.components import drawing
from dashboards.components.base import Component, module
from dashboards.components.page_charts import PageCharts
from dashboards.pages.query import query_chart
from dashboards.pages.query.query_chart import ChartChoice, DrawnChart
from dashboards.session import Session
from indexium_core.model.analysis import QueryAnswer


class QueryPlot(Component):
    """
    The chart, with the fields that choose its columns.

    Messages: `chart` {kind, x, y, colour}, some of them; `draw` {ticket} of a result.
    """

    plot = Child(doc="The chart.")

    _esm = module("query_plot")
    _styles = ("charts.css", "query.css")


class ResultChart(PageCharts):
    """The chart of one session's result. A new result has the choice of the one before, if it has the same columns."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._answer: QueryAnswer | None = None
        self._choice = ChartChoice("bars", "")
        self._place = pn.Column(sizing_mode="stretch_width", margin=0)
        self._card = QueryPlot(plot=self._place)
        self._card.on(chart=self._choose, draw=lambda message: self._read(str(message["ticket"])))

    def roots(self) -> Mapping[str, Component]:
        """Return the chart by its place in the page."""
        return {"query_plot": self._card}

    def _read(self, ticket: str) -> None:
        """Draw a result."""
        results = self._session.library.query_results
        self._session.bridge.run(lambda: results.answer(ticket), self._show, name="query_answer")

    def _show(self, answer: QueryAnswer) -> None:
        before, self._answer = self._answer, answer
        if before is None or before.columns != answer.columns:
            self._choice = query_chart.suggest(answer.columns)
        self.draw()

    def _choose(self, message: Mapping[str, Any]) -> None:
        """Change the kind of the chart, or a column."""
        self._choice = self._choice._replace(
            **{key: str(message[key]) for key in ChartChoice._fields if key in message}
        )
        self.draw()

    def draw(self) -> None:
        """Draw the chart in the current theme."""
        answer, choice, theme = self._answer, self._choice, self._session.theme
        if answer is None:
            return

        def read() -> tuple[DrawnChart | None, Any, str]:
            try:
                chart = query_chart.draw(answer, choice)
            except ValueError as error:
                return None, None, str(error)
            return chart, drawing.render(chart.plot, drawing.tokens(theme), height=chart.height), ""

        def show(made: tuple[DrawnChart | None, Any, str]) -> None:
            chart, figure, problem = made
            if chart is not None:
                pane = pn.pane.Bokeh(figure, sizing_mode="stretch_width", height=chart.height, margin=0, theme=None)
                self._place[:] = [pane]
            self._card.put(**view(answer, choice, chart, problem))

        self._session.bridge.run(read, show, name="query_chart")


def view(answer: QueryAnswer, choice: ChartChoice, chart: DrawnChart | None, problem: str) -> dict[str, Any]:
    """Return the view of a chart; None: there is none, and `problem` says why."""
    return {
        "choices": query_chart.choices(answer.columns, choice),
        "legend": [{"colour": colour, "label": label} for colour, label in chart.legend] if chart else [],
        "note": chart.note if chart else "",
        "problem": problem,
        "lying": query_chart.is_lying(answer.columns, choice),
        "description": f"{choice.y or query_chart.ROWS} by {choice.x}, as a chart; the same figures are in the table.",
    }
