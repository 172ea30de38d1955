"""The query page without a browser: cells, sort order, charts, and the sentences about a result."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from dashboards.components import drawing
from dashboards.pages.query import query_chart, result_table
from dashboards.pages.query.query_chart import ChartChoice
from dashboards.pages.query.query_parts import selection_view
from dashboards.pages.query.screen import cut_sentence
from dashboards.state import QueryState
from indexium_core.model.analysis import QueryAnswer, QueryColumn
from indexium_core.model.planning.plan import SelectionSummary
from tests.support.cases import each_case


def answer(columns: dict[str, str], rows: list[tuple[Any, ...]], total: int | None = None) -> QueryAnswer:
    return QueryAnswer(
        columns=tuple(QueryColumn(*each) for each in columns.items()),
        rows=rows,
        total=len(rows) if total is None else total,
        snapshot_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


@each_case(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (0.1 + 0.2, "0.3"),
        (1204, "1204"),
        (datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC), "2026-01-02 03:04:05"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02"),
        (b"abc", "3 bytes"),
        (["a", None], "a, null"),
        (Decimal("1.50"), "1.50"),
    ],
)
def test_values_are_short_texts(value: Any, text: str) -> None:
    assert result_table.text_of(value) == text


def test_cells_have_kinds() -> None:
    column = QueryColumn("risk", "VARCHAR")
    assert result_table.cell(column, "danger") == {"kind": "risk", "text": "danger"}
    assert result_table.cell(column, None) == {"kind": "null"}
    many = result_table.cell(QueryColumn("people", "VARCHAR[]"), list("abcdef"))
    assert many == {"kind": "list", "items": ["a", "b", "c", "d"], "more": 2}
    assert len(result_table.cell(QueryColumn("t", "VARCHAR"), "x" * 5000)["text"]) == result_table.SHOWN
    cut = result_table.cell(QueryColumn("t", "VARCHAR"), f"{'x' * 5000}… (30,000,000 characters)")["text"]
    assert (cut[:300], cut[300:]) == ("x" * 300, "… (30,000,000 characters)")


def test_sorted_rows_have_empty_ones_last() -> None:
    rows: list[tuple[Any, ...]] = [(2,), (None,), (1,)]
    assert result_table.ordered(rows, 0, descending=False) == [(1,), (2,), (None,)]
    assert result_table.ordered(rows, 0, descending=True) == [(2,), (1,), (None,)]
    assert result_table.ordered([("b",), (1,), ("A",)], 0, descending=False) == [(1,), ("A",), ("b",)]


def test_columns_are_described() -> None:
    found = result_table.column_facts(answer({"n": "BIGINT", "l": "VARCHAR[]"}, [(3, []), (None, []), (1, ["a"])]))
    assert found == [["n", "number", "2", "2", "1", "3"], ["l", "list of text", "3", "2", "", ""]]


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


def test_sentences_of_a_result() -> None:
    assert cut_sentence(answer({"n": "BIGINT"}, [(1,)])) == ""
    stopped = replace(answer({"n": "BIGINT"}, [(1,)]), total=None, seconds=10.02)
    assert cut_sentence(stopped) == (
        "The query was stopped after 10 s. The table and the chart have only the first 1 row;"
        " the total number of rows is not known. CSV and Parquet have all of them."
    )
    assert cut_sentence(answer({"n": "BIGINT"}, [(1,)], total=25_000)) == (
        "The table and the chart have only the first 1 of 25,000 rows. CSV and Parquet have all of them."
    )
    assert cut_sentence(replace(answer({"n": "BIGINT"}, [(1,)]), notice="The disk is full.", cut_values=2)) == (
        "The disk is full. 2 long values are cut, and end with their length. CSV and Parquet have whole values."
    )
    summary = SelectionSummary(
        count=3,
        by_risk={"danger": 1, "safe": 2},
        tags_to_add=0,
        tags_to_remove=0,
        est_seconds=0,
        est_bytes=0,
        excluded={"blocked": 1, "postponed": 1},
    )
    assert selection_view([1, 2, 3, 4, 5], summary, editable=True) == {
        "count": 3,
        "text": "A write of the plan would change 3 of these 5 files",
        "hint": "2 safe, 1 danger · excluded: 1 blocked, 1 skipped",
        "edit": "Edit these 5 files",
    }
    assert selection_view([], summary, editable=True) is None
    wider = selection_view(range(9), summary, editable=False)
    assert (wider["text"], wider["edit"]) == (
        "A write of the plan would change 3 of these 9 files; 4 are not in the plan",
        "",
    )
    assert selection_view([1], replace(summary, count=0, excluded={}), editable=True)["edit"] == "Edit this file"


def test_address_keeps_query_and_values() -> None:
    state = QueryState()
    state.take_query("SELECT $n", {"n": "1"})
    other = QueryState()
    other.take(state.search())
    assert (other.text, other.typed_values()) == ("SELECT $n", {"n": "1"})
    other.take("q=SELECT+1&v=%5B1")
    assert other.typed_values() == {}
