"""The two charts: what is drawn, in which colours, and what a click says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import holoviews as hv
import pandas as pd
import pytest

from dashboards.components.charts import Chart, DayChart, RiskChart, ticks, tokens

hv.extension("bokeh", logo=False)

RISK = pd.DataFrame([("mp4", 5, 0, 2, 1), ("", 0, 0, 0, 3)], columns=["group", "safe", "warning", "danger", "blocked"])
DAY = datetime.now(UTC).date() - timedelta(days=3)
DAYS = pd.DataFrame([(DAY, 4, 0, 1)], columns=["day", "written", "restored", "failed"])


def drawn(chart: Chart, table: pd.DataFrame, theme: str = "light") -> pd.DataFrame:
    element: Any = chart._draw(table, tokens(theme))
    frame: pd.DataFrame = element.dframe()
    return frame


def test_each_level_of_each_container_is_a_part_of_its_bar() -> None:
    frame = drawn(RiskChart(print), RISK)
    assert frame["said"].tolist() == [
        "5 files safe, mp4",
        "2 files danger, mp4",
        "1 file blocked, mp4",
        "3 files blocked, unknown",
    ]
    assert frame["x1"].tolist() == [5, 7, 8, 3]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_are_those_of_the_theme(theme: str) -> None:
    colours = tokens(theme)
    assert drawn(RiskChart(print), RISK, theme)["colour"].iloc[0] == colours["safe"]
    assert drawn(DayChart(print), DAYS, theme)["colour"].tolist() == [colours["danger"], colours["accent"]]


def test_a_day_is_drawn_with_its_outcomes_and_told_as_iso() -> None:
    frame = drawn(DayChart(print), DAYS)
    assert [said.split(": ")[1] for said in frame["said"]] == ["1 file failed or refused", "4 files written"]
    assert set(frame["key"]) == {DAY.isoformat()}


@pytest.mark.parametrize(("chart", "table"), [(RiskChart, RISK), (DayChart, DAYS)])
def test_no_rows_are_no_error(chart: type[Chart], table: pd.DataFrame) -> None:
    assert drawn(chart(print), table.iloc[:0]).empty


def test_a_click_on_a_bar_tells_its_key() -> None:
    told: list[str] = []
    chart = RiskChart(told.append)
    rows = [(0, 0, 1, 1, "#000000", "5 files safe, mp4", "mp4")]
    chart._press(rows, [0])
    chart._press(rows, [])
    chart._press(rows, [7])
    assert told == ["mp4"]


def test_the_same_table_in_the_same_theme_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    draw = RiskChart._draw

    def counted(self: RiskChart, table: pd.DataFrame, colours: dict[str, str]) -> Any:
        calls.append(colours["safe"])
        return draw(self, table, colours)

    monkeypatch.setattr(RiskChart, "_draw", counted)
    chart = RiskChart(print)
    for theme in ("light", "light", "dark"):
        chart.show(RISK.copy(), theme)
    assert len(calls) == 2


@pytest.mark.parametrize(("chart", "table"), [(RiskChart, RISK), (DayChart, DAYS)])
def test_a_home_without_any_figures_is_drawn_too(chart: type[Chart], table: pd.DataFrame) -> None:
    import holoviews as hv

    made = chart(print)
    made.show(table.iloc[:0], "light")

    assert hv.renderer("bokeh").get_plot(made._pane.object).state is not None


def test_an_axis_of_counts_has_whole_numbers_and_each_once() -> None:
    assert ticks(1) == [0, 1]
    assert ticks(4) == [0, 2, 4]
    for highest in range(1, 5000):
        found = ticks(highest)
        assert found[0] == 0
        assert len(set(found)) == len(found) <= 4
        assert highest / 2 < found[-1] <= highest
