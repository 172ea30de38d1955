"""The shapes of the views of this folder; the types of the scripts (`view_types.d.ts`) are made from them."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from dashboards.components.view_types import ChoiceView, LegendView


class ChartFieldView(TypedDict):
    value: str
    options: list[ChoiceView]


class QueryPlotView(TypedDict, total=False):
    choices: dict[Literal["kind", "x", "y", "colour"], ChartFieldView]
    legend: list[LegendView]
    note: str
    problem: str
    lying: bool  # The bars are horizontal: the column of the names is on the y axis
    description: str
