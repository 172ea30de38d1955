"""
The two Bokeh charts: risk of the plan by container, files written by day. HoloViews draws them in the page's tokens.

Nothing of a user's files is in them but counts, containers and days; a click on a bar is told to the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import panel as pn

from dashboards import words

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Chart", "DayChart", "RiskChart", "tokens"]

LEVELS = ("safe", "warning", "danger", "blocked")
DAYS = 42
BAR = timedelta(hours=17)  # of the day that a bar fills


@cache
def tokens(theme: str) -> dict[str, str]:
    """Return the colours of a theme as `tokens.css` says them: name without dashes → value."""
    text = (resources.files("dashboards") / "assets" / "tokens.css").read_text(encoding="utf-8")
    light, _, dark = text.partition(':root[data-theme="dark"]')
    found = dict(re.findall(r"--([\w-]+):\s*([^;]+);", light))
    if theme == "dark":
        found |= dict(re.findall(r"--([\w-]+):\s*([^;]+);", dark))
    return found


class Chart:
    """One chart: `show` draws a table in a theme; drawing again is left out where nothing changed."""

    height = 170

    def __init__(self, pressed: Callable[[str], None]) -> None:
        self._pressed = pressed
        self._shown: Any = None
        self._pane: Any = None
        self.panel = pn.Column(sizing_mode="stretch_width", height=self.height, margin=0)

    def show(self, table: pd.DataFrame, theme: str) -> None:
        """Draw the table."""
        state = (theme, table.to_csv(index=False))
        if state == self._shown:
            return
        self._shown = state
        element = self._draw(table, tokens(theme))
        if self._pane is None:
            self._pane = pn.pane.HoloViews(
                element, sizing_mode="stretch_width", height=self.height, margin=0, theme=None
            )
            self.panel[:] = [self._pane]
        else:
            self._pane.object = element

    def _draw(self, table: pd.DataFrame, colours: dict[str, str]) -> Any:
        raise NotImplementedError

    def _rectangles(self, rows: list[tuple[Any, ...]], keys: list[str], colours: dict[str, str], **options: Any) -> Any:
        """Return stacked bars as rectangles: x0, y0, x1, y1, then what `keys` name; the last key is told on a click."""
        import holoviews as hv
        from bokeh.models import HoverTool

        boxes = hv.Rectangles(rows, vdims=keys).opts(
            hv.opts.Rectangles(
                color="colour",
                line_color=None,
                tools=[HoverTool(tooltips=[("", "@said")]), "tap"],
                toolbar=None,
                default_tools=[],
                responsive=True,
                height=self.height,
                show_frame=False,
                bgcolor=None,
                nonselection_alpha=1,
                xlabel="",
                ylabel="",
                hooks=[lambda plot, _: _dress(plot, colours)],
                **options,
            )
        )
        tap = hv.streams.Selection1D(source=boxes)
        tap.add_subscriber(lambda index: self._press(rows, index))
        return boxes

    def _press(self, rows: list[tuple[Any, ...]], index: list[int]) -> None:
        if index and 0 <= index[0] < len(rows):
            self._pressed(str(rows[index[0]][-1]))


class RiskChart(Chart):
    """How risky the plan is, by container. Table: columns group, safe, warning, danger, blocked."""

    height = 150

    def _draw(self, table: pd.DataFrame, colours: dict[str, str]) -> Any:
        table = table.assign(all=table[list(LEVELS)].sum(axis=1)).nlargest(6, "all")
        rows: list[tuple[Any, ...]] = []
        names = [str(group) or "unknown" for group in table["group"]]
        for place, (_, line) in enumerate(table.iterrows()):
            start = 0
            for level in LEVELS:
                number = int(line[level])
                if number:
                    said = f"{words.files(number)} {level}, {names[place]}"
                    rows.append(
                        (start, -place - 0.3, start + number, -place + 0.3, colours[level], said, line["group"])
                    )
                    start += number
        ticks = [(-place, name) for place, name in enumerate(names)] or [(0, "")]  # HoloViews fails without any
        return self._rectangles(
            rows,
            ["colour", "said", "key"],
            colours,
            yticks=ticks,
            ylim=(-max(4, len(names)) + 0.5, 0.5),
            xlim=(0, None),
            gridstyle={},
        )


class DayChart(Chart):
    """Files by day and outcome. Table: columns day, written, restored, failed; days without work are left out."""

    height = 168

    def _draw(self, table: pd.DataFrame, colours: dict[str, str]) -> Any:
        parts = (
            ("failed", "failed or refused", "danger"),
            ("written", "written", "accent"),
            ("restored", "taken back", "blocked"),
        )
        rows: list[tuple[Any, ...]] = []
        for _, line in table.iterrows():
            day = _day(line["day"])
            left, start = datetime(day.year, day.month, day.day) + (timedelta(days=1) - BAR) / 2, 0  # noqa: DTZ001 - an axis
            for name, label, colour in parts:
                number = int(line[name])
                if number:
                    said = f"{day.day} {day:%b}: {words.files(number)} {label}"
                    rows.append((left, start, left + BAR, start + number, colours[colour], said, day.isoformat()))
                    start += number
        today = date.today()  # noqa: DTZ011 - days of the person, local
        limits = tuple(datetime.combine(today + timedelta(days=days), datetime.min.time()) for days in (1 - DAYS, 1))
        highest = max((row[3] for row in rows), default=1)
        return self._rectangles(
            rows,
            ["colour", "said", "key"],
            colours,
            xlim=limits,
            ylim=(0, highest * 1.08),
            xticks=5,
            yticks=ticks(highest),
        )


def ticks(highest: int) -> list[int]:
    """Return whole numbers from 0 to about `highest` for an axis, three or four of them."""
    wanted = max(1, -(-highest // 3))
    size = 10 ** (len(str(wanted)) - 1)
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= wanted)
    return list(range(0, highest + 1, step))


def _day(value: Any) -> date:
    return (
        value.date()
        if isinstance(value, datetime)
        else value
        if isinstance(value, date)
        else date.fromisoformat(str(value)[:10])
    )


def _dress(plot: Any, colours: dict[str, str]) -> None:
    """Give a figure the page's colours and type; lines only where they help reading."""
    from bokeh.models import DatetimeAxis, DatetimeTickFormatter, NumeralTickFormatter

    figure = plot.state
    plot.handles["glyph"].border_radius = 2
    figure.background_fill_alpha = figure.border_fill_alpha = 0
    figure.outline_line_color = None
    figure.min_border = 2
    for axis in figure.axis:
        axis.axis_line_color = axis.major_tick_line_color = axis.minor_tick_line_color = None
        axis.major_label_text_color = colours["ink-3"]
        axis.major_label_text_font, axis.major_label_text_font_size = "Inter, system-ui, sans-serif", "11px"
        axis.axis_label = None
    figure.xgrid.grid_line_color = None
    figure.ygrid.grid_line_color = None
    below = figure.xaxis[0]
    if isinstance(below, DatetimeAxis):
        below.formatter = DatetimeTickFormatter(days="%-d %b", months="%-d %b", years="%Y")
        below.axis_line_color = colours["line-strong"]
        figure.yaxis[0].formatter = NumeralTickFormatter(format="0,0")
        figure.ygrid.grid_line_color, figure.ygrid.grid_line_dash = colours["line"], [2, 4]
    else:
        below.formatter = NumeralTickFormatter(format="0,0")
        below.ticker.desired_num_ticks = 4
        figure.xgrid.grid_line_color, figure.xgrid.grid_line_dash = colours["line"], [2, 4]
