"""
Charts as Bokeh figures, drawn by HoloViews with the design tokens of the page.

Drawing takes about 0.1 s and the first import of HoloViews takes seconds, so both run on threads.
"""

from __future__ import annotations

import re
import threading
from functools import cache
from importlib import resources
from typing import Any

from dashboards.components.charts import Plot

FADED = 0.35  # opacity of bars that are not selected


@cache
def tokens(theme: str) -> dict[str, str]:
    """Return the colours of a theme in `tokens.css`: name without dashes → value."""
    text = (resources.files("dashboards") / "assets" / "tokens.css").read_text(encoding="utf-8")
    light, _, dark = text.partition(':root[data-theme="dark"]')
    found = dict(re.findall(r"--([\w-]+):\s*([^;]+);", light))
    if theme == "dark":
        found |= dict(re.findall(r"--([\w-]+):\s*([^;]+);", dark))
    return found


_drawing = threading.Lock()  # HoloViews keeps options of elements in tables that are not thread-safe


def load() -> None:
    """Import the chart library. In the kernel of a notebook, `hv.extension` would also add scripts to the notebook."""
    import holoviews as hv
    from holoviews.util import extension

    with _drawing:
        if "bokeh" not in hv.Store.renderers:
            extension("bokeh")


def render(plot: Plot, colours: dict[str, str], *, height: int, picked: str = "") -> Any:
    """
    Return a plot as a Bokeh figure; takes 0.1 s, so call it on a thread.

    `picked` is the key of the selected bar: the others are faded.
    """
    import holoviews as hv

    load()
    with _drawing:
        drawer = hv.renderer("bokeh").instance()
        drawer.notebook_context = True  # a new document: the loop's document does not belong to this thread
        figure = drawer.get_plot(_element(hv, plot, colours, height, picked)).state
    _dress(figure, plot, colours)
    return figure


# Covers Bokeh's box, because that box ignores the theme. `@tooltip` is text: Bokeh escapes it.
_TIP = """<div style="margin: -6px; padding: 7px 11px; box-shadow: 0 0 0 1px var(--line-strong);
background: var(--surface); color: var(--ink); font: var(--size-s)/1.4 var(--font)">@tooltip</div>"""


def _element(hv: Any, plot: Plot, colours: dict[str, str], height: int, picked: str) -> Any:
    from bokeh.models import HoverTool

    hover = HoverTool(tooltips=_TIP, point_policy="follow_mouse", show_arrow=False)
    axes = {
        "toolbar": None,
        "default_tools": [],
        "responsive": True,
        "height": height,
        "show_frame": False,
        "bgcolor": None,
        "xlabel": "",
        "ylabel": "",
        "xlim": plot.xlim,
        "ylim": plot.ylim,
        "yticks": plot.yticks or [(0, "")],  # HoloViews fails without ticks
        "yaxis": "left" if plot.lying else "right",
        **({"xticks": plot.xticks} if plot.xticks else {}),
    }
    if plot.dots:
        return _dots(hv, plot, colours, hover).opts(hv.opts.Overlay(**axes, show_legend=False))
    rows = [
        (*bar[:4], colours[bar.colour], 1.0 if picked in ("", bar.key) else FADED, bar.tooltip, bar.key)
        for bar in plot.bars
    ]
    return hv.Rectangles(rows, vdims=["colour", "strength", "tooltip", "key"]).opts(
        hv.opts.Rectangles(color="colour", alpha="strength", line_color=None, tools=[hover, "tap"], **axes)
    )


def _dots(hv: Any, plot: Plot, colours: dict[str, str], hover: Any) -> Any:
    """Return the lines of a plot with its points above them."""
    rows = [(dot.x, dot.y, colours[dot.colour], dot.tooltip) for dot in plot.dots]
    points = hv.Scatter(rows, "x", ["y", "colour", "tooltip"])
    size = 7 if not plot.lines else 5
    parts = [hv.Curve(line.points, "x", "y").opts(color=colours[line.colour], line_width=2) for line in plot.lines]
    return hv.Overlay([*parts, points.opts(color="colour", size=size, line_color=None, tools=[hover])])


def _dress(figure: Any, plot: Plot, colours: dict[str, str]) -> None:
    """Set the colours and fonts of the page in a figure, and remove most of its lines."""
    for renderer in figure.renderers:
        if hasattr(renderer.glyph, "border_radius"):
            renderer.glyph.border_radius = 2
        renderer.nonselection_glyph = renderer.selection_glyph = renderer.glyph  # the page shows the selection
    figure.background_fill_alpha = figure.border_fill_alpha = 0
    figure.outline_line_color = None
    figure.min_border = 2
    for axis in figure.axis:
        axis.axis_line_color = axis.major_tick_line_color = axis.minor_tick_line_color = None
        axis.major_label_text_color = colours["ink-2" if plot.lying and axis in figure.yaxis else "ink-3"]
        axis.major_label_text_font, axis.major_label_text_font_size = "Inter, system-ui, sans-serif", "11px"
        axis.axis_label = (plot.xtitle if axis in figure.xaxis else plot.ytitle) or None
        axis.axis_label_text_color, axis.axis_label_text_font_style = colours["ink-2"], "normal"
        axis.axis_label_text_font, axis.axis_label_text_font_size = "Inter, system-ui, sans-serif", "11px"
    across, along = (figure.xgrid, figure.ygrid) if plot.lying else (figure.ygrid, figure.xgrid)
    along.grid_line_color = None
    across.grid_line_color, across.grid_line_dash = colours["line"], [2, 4]
    if not plot.lying:
        figure.xaxis.axis_line_color = colours["line-strong"]
        figure.min_border_left = 20  # the first day's name is wider than its bar
