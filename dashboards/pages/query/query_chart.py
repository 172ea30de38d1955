"""The chart of a result: which columns it uses, and its bars, lines or points. All functions are pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from dashboards.components import charts
from indexium_core.model import result_table, wording
from indexium_core.model.analysis import QueryAnswer, QueryColumn

COUNT = ""  # the y of a chart that counts rows
STANDING, LYING = 60, 20  # maximum number of bars
POINTS = 3000
COLOURS = ("accent", "warning", "safe", "danger", "blocked")  # the last one is for all other values
LEVELS = ("safe", "warning", "danger", "blocked")  # each has its own colour on every page
KINDS = {"bars": "Bars", "line": "Line", "points": "Points"}
OTHERS = "others"
TITLE = 32  # maximum length of the title of an axis
ROWS = "number of rows"  # the y axis of a chart that counts rows
_ROW = 24  # pixels of a lying bar
_HEIGHT = 260


class ChartChoice(NamedTuple):
    """What a person has chosen; names of columns."""

    kind: str
    x: str
    y: str = COUNT
    colour: str = ""


class DrawnChart(NamedTuple):
    """A chart, its height in pixels, its legend (token and words), and a sentence about what it leaves out."""

    plot: charts.Plot
    height: int
    legend: list[tuple[str, str]]
    note: str


def suggest(columns: Sequence[QueryColumn]) -> ChartChoice:
    """Return the chart that fits the columns best."""
    numbers = [column.name for column in columns if column.is_amount]
    times = [column.name for column in columns if column.is_time]
    texts = [column.name for column in columns if column.type == "VARCHAR"]
    years = [name for name in numbers if name in {"year", "month", "day"}]
    x = next(iter((*times, *years, *texts, *(column.name for column in columns))), "")
    y = next((name for name in numbers if name != x), COUNT)
    return ChartChoice("line" if x in times else "bars", x, y)


def choices(columns: Sequence[QueryColumn], choice: ChartChoice) -> dict[str, Any]:
    """Return the view of the fields for kind, x, y and colour."""
    names = [{"value": column.name, "label": column.name} for column in columns if not column.type.endswith("]")]
    numbers = [{"value": column.name, "label": column.name} for column in columns if column.is_number]
    return {
        "kind": {"value": choice.kind, "options": [{"value": key, "label": label} for key, label in KINDS.items()]},
        "x": {"value": choice.x, "options": names},
        "y": {"value": choice.y, "options": [{"value": COUNT, "label": ROWS}, *numbers]},
        "colour": {"value": choice.colour, "options": [{"value": "", "label": "none"}, *names]},
    }


def is_lying(columns: Sequence[QueryColumn], choice: ChartChoice) -> bool:
    """Return whether the bars are horizontal: the x column has texts, which are then on the y axis."""
    texts = (each for each in columns if not (each.is_number or each.is_time))
    return choice.kind == "bars" and any(each.name == choice.x for each in texts)


class _DrawnRow(NamedTuple):
    x: Any
    y: float
    group: str


def draw(answer: QueryAnswer, choice: ChartChoice) -> DrawnChart:
    """
    Return the chart of an answer.

    Raises:
        ValueError: The chosen columns do not fit the kind of the chart; the message is a sentence.

    """
    columns = {column.name: column for column in answer.columns}
    if choice.x not in columns:
        raise ValueError("Choose a column for the x axis.")
    if choice.kind not in KINDS or choice.y not in {COUNT, *columns} or choice.colour not in {"", *columns}:
        raise ValueError("Choose columns of this result.")
    x = columns[choice.x]
    if choice.kind != "bars" and not (x.is_number or x.is_time):
        raise ValueError("Lines and points need numbers or times on the x axis. Choose bars instead.")
    marks = _marks(answer, choice, list(columns))
    if not marks:
        raise ValueError("No row has a value in these columns.")
    groups = _groups(marks)
    if choice.kind == "bars":
        return _bars(marks, groups, x, choice)
    return _free(marks, groups, x, choice)


def _marks(answer: QueryAnswer, choice: ChartChoice, names: list[str]) -> list[_DrawnRow]:
    x = names.index(choice.x)
    y = names.index(choice.y) if choice.y else -1
    colour = names.index(choice.colour) if choice.colour else -1
    marks = [
        _DrawnRow(
            row[x], float(row[y]) if choice.y else 1.0, result_table.text_of(row[colour]) if choice.colour else ""
        )
        for row in answer.rows
        if row[x] is not None and (not choice.y or row[y] is not None)
    ]
    return [mark for mark in marks if math.isfinite(mark.y)]


def _groups(marks: Sequence[_DrawnRow]) -> dict[str, str]:
    """Return the colour of each group: the largest groups have their own, risk levels those of every page."""
    totals: dict[str, float] = {}
    for mark in marks:
        totals[mark.group] = totals.get(mark.group, 0) + abs(mark.y)
    if set(totals) <= {*LEVELS, "unchanged"}:
        return {
            level: level if level in LEVELS else "line-strong" for level in (*LEVELS, "unchanged") if level in totals
        }
    largest = sorted(totals, key=lambda group: -totals[group])
    own = dict(zip(largest, COLOURS if len(largest) <= len(COLOURS) else COLOURS[:-1], strict=False))
    return {group: own.get(group, COLOURS[-1]) for group in largest}


def _legend(groups: dict[str, str]) -> list[tuple[str, str]]:
    if set(groups) == {""}:
        return []
    named = {colour: group for group, colour in reversed(groups.items())}
    shared = [colour for colour in named if list(groups.values()).count(colour) > 1]
    return [(colour, OTHERS if colour in shared else group) for colour, group in reversed(named.items())]


def _bars(marks: Sequence[_DrawnRow], groups: dict[str, str], column: QueryColumn, choice: ChartChoice) -> DrawnChart:
    sums: dict[Any, dict[str, float]] = {}
    for mark in marks:
        parts = sums.setdefault(mark.x if not isinstance(mark.x, list | dict) else result_table.text_of(mark.x), {})
        parts[mark.group] = parts.get(mark.group, 0.0) + mark.y
    lying = is_lying([column], choice)
    most = LYING if lying else STANDING
    note = ""
    if len(sums) > most:
        note = f"The {most} largest of {wording.count(len(sums))} values."
        largest = sorted(sums, key=lambda key: -sum(sums[key].values()))[:most]
        sums = {key: sums[key] for key in sums if key in set(largest)}
    keys = list(sums) if lying else sorted(sums)
    names = [result_table.text_of(key) for key in keys]
    bars = [
        bar
        for place, key in enumerate(keys)
        for bar in _stack(place, names[place], sums[key], groups, choice, lying=lying)
    ]
    ends = [end for bar in bars for end in ((bar.x0, bar.x1) if lying else (bar.y0, bar.y1))]
    low, high = _limits(ends)
    scale = _ticks(low, high)
    if lying:
        shown = [(-place, charts.plain(_short(name))) for place, name in enumerate(names)]
        limits = (0.5 - max(4, len(names)), 0.5)
        plot = charts.Plot(
            bars=bars,
            xticks=scale,
            yticks=shown,
            xlim=(low, high * 1.02),
            ylim=limits,
            lying=True,
            xtitle=_title(choice.y),
            ytitle=_title(choice.x),
        )
        return DrawnChart(plot, max(4, len(names)) * _ROW + 52, _legend(groups), note)
    step = max(1, len(names) // 8)
    ticks = [(float(place), charts.plain(_short(names[place]))) for place in range(0, len(names), step)]
    plot = charts.Plot(
        bars=bars,
        xticks=ticks,
        yticks=scale,
        xlim=(-0.6, len(names) - 0.4),
        ylim=(low, high * 1.06),
        xtitle=_title(choice.x),
        ytitle=_title(choice.y),
    )
    return DrawnChart(plot, _HEIGHT, _legend(groups), note)


def _stack(
    place: int, name: str, parts: dict[str, float], groups: dict[str, str], choice: ChartChoice, *, lying: bool
) -> list[charts.BarChart]:
    bars, start = [], 0.0
    for group in sorted(parts, key=list(groups).index):
        end = start + parts[group]
        tooltip = _tooltip(name, parts[group], group, choice)
        sides = (start, -place - 0.34, end, -place + 0.34) if lying else (place - 0.36, start, place + 0.36, end)
        bars.append(charts.BarChart(*sides, groups[group], tooltip, ""))
        start = end
    return bars


def _free(marks: Sequence[_DrawnRow], groups: dict[str, str], column: QueryColumn, choice: ChartChoice) -> DrawnChart:
    note = ""
    if len(marks) > POINTS:
        note = f"The first {wording.count(POINTS)} of {wording.count(len(marks))} rows."
        marks = marks[:POINTS]
    dots = [
        charts.Dot(
            _place(mark.x),
            mark.y,
            groups[mark.group],
            _tooltip(result_table.text_of(mark.x), mark.y, mark.group, choice),
        )
        for mark in marks
    ]
    lines = []
    if choice.kind == "line":
        for group in dict.fromkeys(mark.group for mark in marks):
            points = sorted((_place(mark.x), mark.y) for mark in marks if mark.group == group)
            lines.append(charts.Polyline(points, groups[group]))
    low, high = _limits([dot.y for dot in dots])
    left, right = min(dot.x for dot in dots), max(dot.x for dot in dots)
    rest = (right - left) * 0.03 if right != left else (timedelta(days=1) if column.is_time else 1)
    plot = charts.Plot(
        bars=[],
        dots=dots,
        lines=lines,
        xticks=[],
        yticks=_ticks(low, high),
        xlim=(left - rest, right + rest),
        ylim=(low * 1.06, high * 1.08),
        xtitle=_title(choice.x),
        ytitle=_title(choice.y),
    )
    return DrawnChart(plot, _HEIGHT, _legend(groups), note)


def _limits(values: Sequence[float]) -> tuple[float, float]:
    """Return the limits of an axis that has zero and some values."""
    low, high = min(0.0, *values), max(0.0, *values)
    return (low, high) if low < high else (0.0, 1.0)


def _ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Return zero and round numbers from `low` to `high`, up to five on each side of zero."""
    longest = max(high, -low)
    size = 10.0 ** math.floor(math.log10(longest))
    step = next(size * factor for factor in (0.2, 0.5, 1, 2) if longest / (size * factor) <= 5)
    below, above = (int(length / step + 1e-9) for length in (-low, high))
    return [(step * place, _number(step * place)) for place in range(-below, above + 1)]


def _number(number: float) -> str:
    return wording.count(int(number)) if number == int(number) else result_table.text_of(number)


def _place(value: Any) -> Any:
    """Return the place of a value on the axis: Bokeh takes days and moments without a zone."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime(value.year, value.month, value.day) if isinstance(value, date) else float(value)  # noqa: DTZ001 - UTC


def _tooltip(name: str, number: float, group: str, choice: ChartChoice) -> str:
    what = wording.plural(int(number), "row") if choice.y == COUNT else f"{choice.y} {result_table.text_of(number)}"
    return ", ".join(part for part in (name[:80], group, what) if part)


def _short(name: str, limit: int = charts.NAME) -> str:
    return name if len(name) <= limit else f"{name[: limit - 1]}…"


def _title(name: str) -> str:
    """Return the title of an axis: the name of its column."""
    return charts.plain(_short(name or ROWS, TITLE))
