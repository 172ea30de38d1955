"""The query page without a browser: the charts of a result."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from dashboards.components import drawing
from dashboards.pages.query import query_chart
from dashboards.pages.query.query_chart import ChartChoice
from indexium_core.model.analysis import QueryAnswer, QueryColumn


def answer(columns: dict[str, str], rows: list[tuple[Any, ...]], total: int | None = None) -> QueryAnswer:
    return QueryAnswer(
        columns=tuple(QueryColumn(*each) for each in columns.items()),
        rows=rows,
        total=len(rows) if total is None else total,
        snapshot_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_suggested_chart_uses_times_years_or_texts() -> None:
    columns = answer({"file_id": "BIGINT", "day": "DATE", "files": "BIGINT"}, []).columns
    assert query_chart.suggest(columns) == ChartChoice("line", "day", "files")
    columns = answer({"person": "VARCHAR", "year": "BIGINT"}, []).columns
    assert query_chart.suggest(columns) == ChartChoice("bars", "year", "")
    assert query_chart.suggest(()) == ChartChoice("bars", "", "")


def test_bars_are_stacked_by_colour_and_keep_the_levels() -> None:
    rows = [("a", "danger", 2), ("a", "safe", 3), ("b", "safe", 1), (None, "safe", 9)]
    chart = query_chart.draw(
        answer({"x": "VARCHAR", "risk": "VARCHAR", "n": "BIGINT"}, rows), ChartChoice("bars", "x", "n", "risk")
    )
    assert chart.plot.lying
    assert (chart.plot.xtitle, chart.plot.ytitle) == ("n", "x")
    assert chart.legend == [("safe", "safe"), ("danger", "danger")]
    assert [(bar.x0, bar.x1, bar.colour) for bar in chart.plot.bars] == [
        (0, 3, "safe"),
        (3, 5, "danger"),
        (0, 1, "safe"),
    ]
    assert chart.plot.xticks == [(0, "0"), (1, "1"), (2, "2"), (3, "3"), (4, "4"), (5, "5")]
    assert [label for _, label in chart.plot.yticks] == ["a", "b"]


@pytest.mark.parametrize(
    ("numbers", "ticks"),
    [
        ([0, 3], ["0", "1", "2", "3"]),
        ([-40, 100], ["-40", "-20", "0", "20", "40", "60", "80", "100"]),
        ([0.25, 0.5], ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]),
        ([12_000], ["0", "5,000", "10,000"]),
    ],
)
def test_axis_of_numbers_has_zero_and_round_numbers(numbers: list[float], ticks: list[str]) -> None:
    rows = [(f"n{place}", number) for place, number in enumerate(numbers)]
    chart = query_chart.draw(answer({"x": "VARCHAR", "n": "DOUBLE"}, rows), ChartChoice("bars", "x", "n"))
    assert [label for _, label in chart.plot.xticks] == ticks


def test_chart_names_what_it_leaves_out() -> None:
    rows = [(f"n{number}", number) for number in range(50)]
    chart = query_chart.draw(answer({"x": "VARCHAR", "n": "BIGINT"}, rows), ChartChoice("bars", "x", "n"))
    assert chart.note == "The 20 largest of 50 values."
    assert len(chart.plot.bars) == 20
    groups = query_chart.draw(
        answer({"x": "VARCHAR", "n": "BIGINT"}, rows[:9]), ChartChoice("bars", "x", "n", "x")
    ).legend
    assert [name for _, name in groups] == ["n8", "n7", "n6", "n5", "others"]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (ChartChoice("bars", "none"), "Choose a column for the x axis."),
        (ChartChoice("line", "x", "n"), "Lines and points need numbers or times"),
        (ChartChoice("bars", "x", "none"), "Choose columns of this result."),
        (ChartChoice("bars", "empty"), "No row has a value in these columns."),
    ],
)
def test_unsuitable_chart_is_explained(choice: ChartChoice, message: str) -> None:
    result = answer({"x": "VARCHAR", "n": "BIGINT", "empty": "VARCHAR"}, [("a", 1, None)])
    with pytest.raises(ValueError, match=message):
        query_chart.draw(result, choice)


@pytest.mark.parametrize("kind", ["bars", "line", "points"])
def test_every_kind_of_chart_is_drawn(kind: str) -> None:
    rows = [(date(2026, 1, day), 0.0 if day == 1 else -day, f"g{day % 2}") for day in range(1, 9)]
    result = answer({"day": "DATE", "n": "DOUBLE", "g": "VARCHAR"}, rows)
    for choice in (ChartChoice(kind, "day", "n", "g"), ChartChoice(kind, "n", "")):
        chart = query_chart.draw(result, choice)
        figure = drawing.render(chart.plot, drawing.tokens("dark"), height=chart.height)
        assert figure.renderers
        assert [axis.axis_label for axis in (*figure.xaxis, *figure.yaxis)] == [choice.x, choice.y or "number of rows"]
