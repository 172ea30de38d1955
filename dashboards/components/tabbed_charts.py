"""
A card with several charts: a tab for each, the drawn chart, its legend, and the same figures as a table.

A user who cannot see or press a bar opens the table: each line starts with a button that does the same as the bar. A
thread draws the chart after its data arrived. A chart without changes is not drawn again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import panel as pn
from panel.custom import Child

from dashboards.bridge import Bridge
from dashboards.components import charts, drawing
from dashboards.components.base import Component, module

if TYPE_CHECKING:
    import pandas as pd


class TabbedChartsCard(Component):
    """
    A card with several charts; it shows the chart of one tab.

    Then `columns` and `lines` ({key, cells, on}) of the table, `empty` (a sentence, if there are no figures), or
    instead of a chart `bars` ({key, name, count, share, on, hint}). Messages: `tab` {key}, `pick` {key}.
    """

    plot = Child(doc="The chart; nothing where bars are drawn by the card itself.")

    _esm = module("tabbed_charts")
    _styles = ("charts.css",)


class TabbedCharts:
    """The charts of a card; `show` draws one of them."""

    def __init__(
        self,
        bridge: Bridge,
        kinds: Sequence[charts.ChartKind],
        *,
        picked: Callable[[str], None],
        turned: Callable[[str], None],
        height: int,
    ) -> None:
        """
        Make an empty card with a tab for each chart; `height` is in pixels.

        `picked` is called with the key of a pressed bar, `turned` with the name of the chart whose tab was pressed.
        """
        self._bridge, self._kinds, self._picked, self._height = (
            bridge,
            {kind.name: kind for kind in kinds},
            picked,
            height,
        )
        self._place = pn.Column(sizing_mode="stretch_width", height=height, margin=0)
        self._drawn: Any = None
        self.card = TabbedChartsCard(plot=self._place)
        self.card.on(
            pick=lambda message: picked(str(message["key"])), tab=lambda message: turned(str(message.get("key")))
        )

    def show(
        self,
        name: str,
        table: pd.DataFrame,
        theme: str,
        *,
        span: charts.Span | None = None,
        key: str = "",
        note: str = "",
    ) -> None:
        """
        Show the chart with a name.

        `key` is the selected bar, `span` the first and last day of its axis, `note` the description of the figures.
        """
        kind = self._kinds[name]
        span = span or (date.min, date.min)
        self.card.put(**view(kind, list(self._kinds.values()), table, key, note))
        if table.empty:
            return
        state = (name, theme, span, key, table.to_json(orient="split", date_format="iso"))
        if state == self._drawn:
            return
        self._drawn = state
        plot = kind.plot(table, span)
        keys = [bar.key for bar in plot.bars]
        self._bridge.run(
            lambda: drawing.render(plot, drawing.tokens(theme), height=self._height, picked=key),
            lambda figure: self._put(figure, keys),
            name=f"draw_{id(self)}",
        )

    def _put(self, figure: Any, keys: Sequence[str]) -> None:
        for renderer in figure.renderers:
            renderer.data_source.selected.on_change("indices", lambda _attr, _old, new: self._press(keys, new))
        pane = pn.pane.Bokeh(figure, sizing_mode="stretch_width", height=self._height, margin=0, theme=None)
        self._place[:] = [pane]

    def _press(self, keys: Sequence[str], pressed: Sequence[int]) -> None:
        if pressed and 0 <= pressed[0] < len(keys):
            self._picked(keys[pressed[0]])


def view(
    kind: charts.ChartKind, kinds: Sequence[charts.ChartKind], table: pd.DataFrame, key: str, note: str = ""
) -> dict[str, Any]:
    """Return the view of a chart card without the chart."""
    lines = [] if table.empty else kind.lines(table)
    title = kind.title.replace("by day", f"by {charts.stretch(table)}")
    return {
        "title": title,
        "hint": note or ("click a bar to filter" if lines else ""),
        "tabs": [{"key": each.name, "label": each.tab, "on": each is kind} for each in kinds] if len(kinds) > 1 else [],
        "legend": [{"colour": colour, "label": label} for colour, label in kind.legend] if lines else [],
        "description": f"{title}, as a chart; the same figures are in the table below it.",
        "columns": list(kind.columns),
        "lines": [{"key": line.key, "cells": line.cells, "on": line.key == key} for line in lines],
        "empty": "" if lines else kind.empty,
    }


def ranking(
    title: str,
    bars: Sequence[Mapping[str, Any]],
    *,
    tabs: Sequence[Mapping[str, Any]] = (),
    empty: str,
    picked: str = "",
    note: str = "",
) -> dict[str, Any]:
    """
    Return the view of a card with a bar and a number for each name, longest first.

    Args:
        title: Title of the card.
        bars: Mappings with key, name, count and hint (what the number counts).
        tabs: Tabs of the card.
        empty: Text without bars.
        picked: Key of the selected bar.
        note: Description of the figures, if necessary.

    """
    most = max((int(bar["count"]) for bar in bars), default=1) or 1
    return {
        "title": title,
        "hint": note,
        "tabs": list(tabs),
        "bars": [
            {**bar, "share": round(100 * int(bar["count"]) / most, 1), "on": bar["key"] == picked} for bar in bars
        ],
        "empty": "" if bars else empty,
    }
