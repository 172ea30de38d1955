"""The chart tab of a result: the chosen columns and the drawn chart. A thread draws it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import panel as pn

from dashboards.bridge import Bridge
from dashboards.components import drawing
from dashboards.pages.query import query_chart
from dashboards.pages.query.query_chart import ChartChoice, DrawnChart
from indexium_core.model.analysis import QueryAnswer


class ResultChart:
    """The chart of one session's result; `drawn` is called after it changed."""

    def __init__(self, bridge: Bridge, drawn: Callable[[], None]) -> None:
        self._bridge, self._on_drawn = bridge, drawn
        self._choice = ChartChoice("bars", "")
        self._chart: DrawnChart | None = None
        self._problem = ""
        self.place = pn.Column(sizing_mode="stretch_width", margin=0)

    def suggest(self, answer: QueryAnswer) -> None:
        """Choose the columns that fit a new result best."""
        self._choice = query_chart.suggest(answer.columns)
        self._chart = None

    def choose(self, **values: str) -> None:
        """Change the kind of the chart, or a column."""
        self._choice = self._choice._replace(**values)

    def draw(self, answer: QueryAnswer, theme: str) -> None:
        """Draw the chart."""
        choice = self._choice

        def read() -> tuple[DrawnChart | None, Any, str]:
            try:
                chart = query_chart.draw(answer, choice)
            except ValueError as error:
                return None, None, str(error)
            return chart, drawing.render(chart.plot, drawing.tokens(theme), height=chart.height), ""

        self._bridge.run(read, lambda made: self._show(*made), name="query_chart")

    def _show(self, chart: DrawnChart | None, figure: Any, problem: str) -> None:
        self._chart, self._problem = chart, problem
        if chart is not None:
            pane = pn.pane.Bokeh(figure, sizing_mode="stretch_width", height=chart.height, margin=0, theme=None)
            self.place[:] = [pane]
        self._on_drawn()

    def view(self, answer: QueryAnswer) -> dict[str, Any]:
        """Return the parts of the result's view that belong to the chart."""
        chart = self._chart
        x, y = self._choice.x, self._choice.y or query_chart.ROWS
        return {
            "choices": query_chart.choices(answer.columns, self._choice),
            "legend": [{"colour": colour, "label": label} for colour, label in chart.legend] if chart else [],
            "note": chart.note if chart else "",
            "problem": self._problem,
            "lying": query_chart.is_lying(answer.columns, self._choice),
            "description": f"{y} by {x}, as a chart; the same figures are in the table.",
        }
