"""
The content of the charts: files by day, durations, coverage and risk. All functions are pure.

A `ChartKind` describes a chart without its colours as plain values: bars, axes, and the same figures as a table.
`plain` keeps Bokeh from reading formulas in the names of files and folders.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from indexium_core.model import wording

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("safe", "warning", "danger", "blocked")
GROUPS = 6  # number of drawn containers or folders; the table has all
NAME = 17  # maximum length of a name beside its bar
FILLED = 0.72  # fraction of a day that a bar fills

Span = tuple[date, date]


class BarChart(NamedTuple):
    """One rectangle, in the units of the axes."""

    x0: Any
    y0: Any
    x1: Any
    y1: Any
    colour: str  # name of a design token
    tooltip: str  # text of the tooltip
    key: str  # key that a click sends


class Dot(NamedTuple):
    """One point, in the units of the axes."""

    x: Any
    y: float
    colour: str  # name of a design token
    tooltip: str


class Polyline(NamedTuple):
    """A line through points."""

    points: list[tuple[Any, float]]
    colour: str  # name of a design token


class LineChart(NamedTuple):
    """One row of the chart's table; its first cell is a button with the key."""

    key: str
    cells: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Bars, or points and lines, and the axes of a chart; ticks are pairs of place and label."""

    bars: list[BarChart]
    dots: list[Dot] = field(default_factory=list)
    lines: list[Polyline] = field(default_factory=list)
    xticks: list[tuple[Any, str]]  # none: Bokeh chooses them
    yticks: list[tuple[Any, str]]
    xlim: tuple[Any, Any]
    ylim: tuple[float, float]
    lying: bool = False  # bars are horizontal, with their names on the left
    xtitle: str = ""  # of the horizontal axis; "": no title
    ytitle: str = ""  # of the vertical axis


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartKind:
    """A chart: its labels, and how it draws a table of `library.charts`."""

    name: str
    tab: str
    title: str
    columns: tuple[str, ...]
    empty: str  # text that is shown without data
    legend: tuple[tuple[str, str], ...]  # token and words
    plot: Callable[[pd.DataFrame, Span], Plot]
    lines: Callable[[pd.DataFrame], list[LineChart]]


def rows_of(table: pd.DataFrame) -> list[Any]:
    """Return the rows of a table, each with its columns as attributes."""
    return list(table.itertuples(index=False))


def plain(text: str) -> str:
    """Return a text without formulas for Bokeh: word joiners separate the delimiters."""
    return re.sub(r"(\$|\\)(?=[$(\[\])])", "\\1\u2060", text)


# Days.


def _plot_days(
    table: pd.DataFrame,
    span: Span,
    *,
    parts: Sequence[tuple[str, str, str]],
    ticks: Callable[[float], list[tuple[float, str]]],
    tooltip: Callable[[Any, str, str], str],
) -> Plot:
    """Return stacked bars by day; `parts` are column, words and token of each, from below."""
    bars: list[BarChart] = []
    highest = 0.0
    for line in rows_of(table):
        left, right = _sides(line)
        start = 0.0
        for column, label, colour in parts:
            number = float(getattr(line, column))
            if number:
                bars.append(
                    BarChart(left, start, right, start + number, colour, tooltip(line, column, label), key_of(line))
                )
                start += number
        highest = max(highest, start)
    yticks = ticks(highest or 1)
    first, last = span
    return Plot(
        bars=bars,
        xticks=day_ticks(first, last),
        yticks=yticks,
        xlim=(_begin(first), _begin(last + timedelta(days=1))),
        ylim=(0, max(highest * 1.04, yticks[-1][0] * 1.12)),
    )


def _sides(line: Any) -> tuple[datetime, datetime]:
    start, end = _begin(_day(line.day)), _begin(_day(line.until) + timedelta(days=1))
    rest = (end - start) * (1 - FILLED) / 2
    return start + rest, end - rest


def day_ticks(first: date, last: date) -> list[tuple[datetime, str]]:
    """Return three or four days of a span with their axis labels, including the last day."""
    length = (last - first).days
    steps = min(3, length) or 1
    days = sorted({first + timedelta(days=round(length * number / steps)) for number in range(steps + 1)})
    return [(_begin(day) + timedelta(hours=12), _called(day, long=length > 300)) for day in days]


def _called(day: date, *, long: bool) -> str:
    if day == date.today():  # noqa: DTZ011 - days of the person, local
        return "today"
    return f"{day:%b} {day.year}" if long else f"{day.day} {day:%b}"


def count_ticks(highest: float) -> list[tuple[float, str]]:
    """Return one to four whole numbers up to about `highest` as ticks; the last one has the unit."""
    wanted = max(1, -(-int(highest) // 4))
    size = 10 ** (len(str(wanted)) - 1)
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= wanted)
    found = list(range(step, int(highest) + 1, step)) or [step]
    return [(each, wording.files(each) if each == found[-1] else wording.count(each)) for each in found]


_SECONDS = (
    0.001,
    0.002,
    0.005,
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    20,
    30,
    60,
    120,
    300,
    600,
    1200,
    1800,
    3600,
)


def second_ticks(highest: float) -> list[tuple[float, str]]:
    """Return one to three round lengths of time up to about `highest` seconds."""
    step = next((each for each in _SECONDS if each * 3 >= highest), 3600 * -(-highest // (3 * 3600)))
    count = max(1, int(highest / step + 1e-9))
    return [(step * number, wording.duration(step * number)) for number in range(1, count + 1)]


def _share_ticks(highest: float) -> list[tuple[float, str]]:
    del highest
    return [(0.5, "50 %"), (1.0, "100 %")]


def key_of(line: Any) -> str:
    """Return the key of a bar: its day, or its first and last day."""
    day, until = _day(line.day), _day(line.until)
    return day.isoformat() if day == until else f"{day.isoformat()}..{until.isoformat()}"


def _name(line: Any) -> str:
    day, until = _day(line.day), _day(line.until)
    ends = [f"{each.day} {each:%b}" for each in (day, until)]
    return ends[0] if day == until else f"{ends[0]} to {ends[1]} {until.year}"


def _day_lines(cells: Callable[[Any], list[str]], table: pd.DataFrame) -> list[LineChart]:
    """Return the table's lines, the newest day first."""
    return [LineChart(key_of(line), [_name(line), *cells(line)]) for line in reversed(rows_of(table))]


def stretch(table: pd.DataFrame) -> str:
    """Return the period of a row of a table over time: a day, a week or a month."""
    if table.empty or "until" not in table:
        return "day"
    longest = max((_day(line.until) - _day(line.day)).days for line in rows_of(table))
    return "day" if not longest else "week" if longest < 7 else "month"


def _time_tooltip(line: Any, column: str, label: str) -> str:
    operations = wording.plural(line.operations, "operation")
    text = f"{_name(line)}: {wording.duration(getattr(line, column))} {label}, {operations}"
    return f"{text}, {wording.duration(line.typical_ms / 1000)} a file" if line.files else text


def _time_cells(line: Any) -> list[str]:
    spans = [line.write_seconds, line.rollback_seconds]
    one = [line.typical_ms / 1000, line.slowest_ms / 1000] if line.files else [0, 0]
    return [wording.count(line.operations), *(wording.duration(each) if each else "—" for each in (*spans, *one))]


def _plot_coverage(table: pd.DataFrame, span: Span) -> Plot:
    parts = (("share", "with people", "accent"), ("rest", "without people", "line"))

    def tooltip(line: Any, column: str, label: str) -> str:
        number = line.named if column == "share" else line.films - line.named
        return f"{_name(line)}: {wording.count(number)} of {wording.files(line.films)} {label}"

    made = table.assign(rest=1 - table["share"])
    return _plot_days(made, span, parts=parts, ticks=_share_ticks, tooltip=tooltip)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "—"


FILES = ChartKind(
    name="files",
    tab="Files",
    title="Files written by day",
    columns=("Day", "Written", "Rolled back", "Failed or conflict"),
    empty="Nothing was written in these days.",
    legend=(("accent", "written"), ("danger", "failed or conflict"), ("blocked", "rolled back")),
    plot=partial(
        _plot_days,
        parts=(
            ("failed", "failed or conflict", "danger"),
            ("written", "written", "accent"),
            ("restored", "rolled back", "blocked"),
        ),
        ticks=count_ticks,
        tooltip=lambda line, column, label: f"{_name(line)}: {wording.files(getattr(line, column))} {label}",
    ),
    lines=partial(_day_lines, lambda line: [wording.count(n) for n in (line.written, line.restored, line.failed)]),
)
DURATIONS = ChartKind(
    name="durations",
    tab="Durations",
    title="Running time by day",
    columns=("Day", "Operations", "Writing", "Rolling back", "One file", "Slowest file"),
    empty="Nothing was written in these days.",
    legend=(("accent", "writing"), ("blocked", "rolling back")),
    plot=partial(
        _plot_days,
        parts=(("write_seconds", "writing", "accent"), ("rollback_seconds", "rolling back", "blocked")),
        ticks=second_ticks,
        tooltip=_time_tooltip,
    ),
    lines=partial(_day_lines, _time_cells),
)
COVERAGE = ChartKind(
    name="coverage",
    tab="Coverage",
    title="Share of files with people",
    columns=("Day", "With people", "Files", "Share"),
    empty="No file was known in these days.",
    legend=(("accent", "with people"), ("line", "no people")),
    plot=_plot_coverage,
    lines=partial(
        _day_lines,
        lambda line: [wording.count(line.named), wording.count(line.films), _percent(line.named, line.films)],
    ),
)


# Risk.


def group_name(group: str, by: str) -> str:
    """Return the name of a container or folder; some files are in the library folder itself."""
    return group or ("no folder" if by == "folder" else "unknown")


def _plot_risk(by: str, table: pd.DataFrame, span: Span) -> Plot:
    del span
    table = table.assign(all=table[list(LEVELS)].sum(axis=1)).nlargest(GROUPS, "all")
    bars: list[BarChart] = []
    names: list[str] = []
    for place, line in enumerate(rows_of(table)):
        start, name = 0, group_name(line.group, by)
        names.append(plain(_short(name)))
        for level in LEVELS:
            number = int(getattr(line, level))
            if number:
                tooltip = f"{wording.files(number)} {level}, {name}"
                bars.append(BarChart(start, -place - 0.3, start + number, -place + 0.3, level, tooltip, line.group))
                start += number
    highest = max((bar.x1 for bar in bars), default=1)
    return Plot(
        bars=bars,
        xticks=[(0, "0"), *count_ticks(highest)],
        yticks=[(-place, name) for place, name in enumerate(names)],
        xlim=(0, highest * 1.02),
        ylim=(0.5 - max(4, len(names)), 0.5),
        lying=True,
    )


def _short(name: str) -> str:
    return name if len(name) <= NAME else f"{name[: NAME - 1]}…"


def _risk_lines(by: str, table: pd.DataFrame) -> list[LineChart]:
    return [
        LineChart(line.group, [group_name(line.group, by), *(wording.count(getattr(line, level)) for level in LEVELS)])
        for line in rows_of(table)
    ]


RISK = tuple(
    ChartKind(
        name=by,
        tab=by.capitalize(),
        title=f"Risk by {by}",
        columns=(by.capitalize(), *(level.capitalize() for level in LEVELS)),
        empty="No file would change here.",
        legend=tuple((level, level) for level in LEVELS),
        plot=partial(_plot_risk, by),
        lines=partial(_risk_lines, by),
    )
    for by in ("container", "folder")
)


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min)


def _day(value: Any) -> date:
    return value.date() if isinstance(value, datetime) else value
