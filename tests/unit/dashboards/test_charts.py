"""The charts: figures, colours, tables and clicks."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from typing import Any

import holoviews as hv
import pandas as pd
import pytest

from dashboards.components import charts, drawing
from dashboards.components.charts import COVERAGE, DURATIONS, FILES, RISK, ChartKind, Plot
from dashboards.components.tabbed_charts import TabbedCharts, ranking, view

hv.extension("bokeh", logo=False)

TODAY = datetime.now().astimezone().date()
DAY = TODAY - timedelta(days=3)
SPAN = (TODAY - timedelta(days=41), TODAY)
HOSTILE = "<img src=x onerror=alert(1)>"
FORMULA = r"$$\alpha$$ \(x\)"
COLUMNS = ["group", "safe", "warning", "danger", "blocked"]
TABLES = {
    FILES: pd.DataFrame(
        [(DAY, DAY, 4, 0, 1, 2)], columns=["day", "until", "written", "restored", "failed", "operations"]
    ),
    DURATIONS: pd.DataFrame(
        [(DAY, DAY, 2, 0.4, 0.1, 5, 3.0, 9.0)],
        columns=[
            "day",
            "until",
            "operations",
            "write_seconds",
            "rollback_seconds",
            "files",
            "typical_ms",
            "slowest_ms",
        ],
    ),
    COVERAGE: pd.DataFrame([(DAY, DAY, 8, 2, 0.25)], columns=["day", "until", "films", "named", "share"]),
    RISK[0]: pd.DataFrame([("mp4", 5, 0, 2, 1), ("", 0, 0, 0, 3)], columns=COLUMNS),
    RISK[1]: pd.DataFrame([(HOSTILE, 5, 0, 0, 0), (FORMULA, 1, 0, 0, 0), ("", 1, 0, 0, 0)], columns=COLUMNS),
}
KINDS = list(TABLES)


def plotted(kind: ChartKind) -> Plot:
    return kind.plot(TABLES[kind], SPAN)


def tooltips(kind: ChartKind) -> list[str]:
    return [bar.tooltip for bar in plotted(kind).bars]


# Figures.


def test_container_bar_has_part_for_each_level() -> None:
    assert tooltips(RISK[0]) == [
        "5 files safe, mp4",
        "2 files danger, mp4",
        "1 file blocked, mp4",
        "3 files blocked, unknown",
    ]
    assert [bar.x1 for bar in plotted(RISK[0]).bars] == [5, 7, 8, 3]
    assert [bar.key for bar in plotted(RISK[0]).bars] == ["mp4", "mp4", "mp4", ""]


def test_day_bar_has_outcomes_and_iso_date() -> None:
    bars = plotted(FILES).bars
    assert [bar.tooltip.split(": ")[1] for bar in bars] == ["1 file failed or conflict", "4 files written"]
    assert [(bar.y0, bar.y1) for bar in bars] == [(0, 1), (1, 5)]
    assert {bar.key for bar in bars} == {DAY.isoformat()}


def test_duration_bar_has_operations_and_time_per_file() -> None:
    assert [text.partition(": ")[2] for text in tooltips(DURATIONS)] == [
        "400 ms writing, 2 operations, 3 ms a file",
        "100 ms rolling back, 2 operations, 3 ms a file",
    ]


def test_coverage_bar_fills_column() -> None:
    assert [bar.y1 for bar in plotted(COVERAGE).bars] == [0.25, 1]
    assert [text.partition(": ")[2] for text in tooltips(COVERAGE)] == [
        "2 of 8 files with people",
        "6 of 8 files without people",
    ]


def test_week_is_one_bar() -> None:
    week = TABLES[FILES].assign(until=DAY + timedelta(days=6))
    plot = FILES.plot(week, SPAN)
    assert {bar.key for bar in plot.bars} == {f"{DAY}..{DAY + timedelta(days=6)}"}
    assert plot.bars[0].x1 - plot.bars[0].x0 > timedelta(days=4)
    assert view(FILES, KINDS, week, "")["title"] == "Files written by week"
    assert view(FILES, KINDS, TABLES[FILES], "")["title"] == "Files written by day"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.title)
def test_chart_table_matches_bars(kind: ChartKind) -> None:
    lines = kind.lines(TABLES[kind])
    assert {line.key for line in lines} == {bar.key for bar in plotted(kind).bars}
    assert {len(line.cells) for line in lines} == {len(kind.columns)}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.title)
def test_empty_chart_shows_sentence(kind: ChartKind) -> None:
    shown = view(kind, KINDS, TABLES[kind].iloc[:0], "")
    assert (shown["empty"], shown["lines"]) == (kind.empty, [])


def test_names_in_charts_are_plain_text() -> None:
    plot = plotted(RISK[1])
    names = [name for _, name in plot.yticks]
    assert names[0].startswith("<img")
    assert names[1] == "$\u2060$\\alpha$\u2060$ \\\u2060(x\\\u2060)"
    assert plot.bars[0].tooltip == f"5 files safe, {HOSTILE}"
    assert names[2] == "no folder"


def test_long_names_are_shortened_beside_bar() -> None:
    long = pd.DataFrame([("A folder with a very long name", 1, 0, 0, 0)], columns=COLUMNS)
    assert RISK[1].plot(long, SPAN).yticks[0][1] == "A folder with a …"
    assert RISK[1].lines(long)[0].cells[0] == "A folder with a very long name"


def test_count_axis_has_distinct_whole_numbers() -> None:
    assert charts.count_ticks(1) == [(1, "1 file")]
    assert charts.count_ticks(28) == [(10, "10"), (20, "20 files")]
    for highest in range(1, 5000):
        found = [place for place, _ in charts.count_ticks(highest)]
        assert len(set(found)) == len(found) <= 4
        assert highest / 2 <= found[-1] <= max(1, highest)


def test_time_axis_has_round_durations() -> None:
    assert charts.second_ticks(0.44) == [(0.2, "200 ms"), (0.4, "400 ms")]
    assert charts.second_ticks(75) == [(30, "30 s"), (60, "1 min")]
    for highest in (0.0004, 0.3, 7, 61, 4000, 50_000, 900_000):
        assert 1 <= len(charts.second_ticks(highest)) <= 3


def test_day_axis_ends_today() -> None:
    today = datetime.now().astimezone().date()  # not at import: a test run may continue past midnight
    assert charts.day_ticks(today - timedelta(days=20), today)[-1][1] == "today"
    assert charts.day_ticks(date(2020, 1, 1), date(2021, 12, 31))[0][1] == "Jan 2020"
    assert len(charts.day_ticks(TODAY, TODAY)) == 1


# Style.


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_chart_uses_theme_colours(theme: str) -> None:
    colours = drawing.tokens(theme)
    figure = drawing.render(plotted(RISK[0]), colours, height=150, picked="mp4")
    data = figure.renderers[0].data_source.data
    assert list(data["colour"]) == [colours[level] for level in ("safe", "danger", "blocked", "blocked")]
    assert list(data["strength"]) == [1, 1, 1, drawing.FADED]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.title)
def test_charts_are_drawn_on_several_threads(kind: ChartKind) -> None:
    figures: list[Any] = []

    def draw() -> None:
        figures.append(drawing.render(plotted(kind), drawing.tokens("light"), height=150))

    threads = [threading.Thread(target=draw) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(figure.renderers) for figure in figures] == [1, 1, 1]
    assert all("tooltip" in figure.renderers[0].data_source.data for figure in figures)  # what the tooltip shows


class Carrier:
    """A bridge that works immediately."""

    def __init__(self) -> None:
        self.drawn = 0

    def run(self, work: Any, done: Any, *, name: str) -> None:
        self.drawn += 1
        done(work())


def chart(told: list[str], carrier: Any) -> TabbedCharts:
    return TabbedCharts(carrier, RISK, picked=told.append, turned=told.append, height=150)


def test_bar_matches_its_table_row() -> None:
    told: list[str] = []
    made = chart(told, Carrier())
    made.show("container", TABLES[RISK[0]], "light")
    [pane] = made._place
    [renderer] = pane.object.renderers
    renderer.data_source.selected.indices = [1]
    renderer.data_source.selected.indices = []
    made.card._handle_msg({"type": "pick", "key": "mp4"})
    made.card._handle_msg({"type": "tab", "key": "folder"})
    assert told == ["mp4", "mp4", "folder"]


def test_equal_chart_is_drawn_once() -> None:
    carrier = Carrier()
    made = chart([], carrier)
    for theme in ("light", "light", "dark"):
        made.show("container", TABLES[RISK[0]].copy(), theme)
    assert carrier.drawn == 2
    made.show("container", TABLES[RISK[0]].iloc[:0], "dark")
    assert carrier.drawn == 2


def test_longest_ranking_bar_is_full() -> None:
    bars = [
        {"key": "a", "name": "Ann", "count": 8, "hint": "8 files"},
        {"key": "b", "name": "Bob", "count": 2, "hint": ""},
    ]
    shown = ranking("People", bars, empty="Nobody.", picked="b")
    assert [(bar["share"], bar["on"]) for bar in shown["bars"]] == [(100.0, False), (25.0, True)]
    assert (shown["empty"], ranking("People", [], empty="Nobody.")["empty"]) == ("", "Nobody.")
