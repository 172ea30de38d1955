"""The result of a query as a table: cells, sort order, columns, pages, and the sentences about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from indexium_core.model import result_table
from indexium_core.model.analysis import QueryAnswer, QueryColumn
from indexium_core.model.planning.plan import SelectionSummary
from indexium_core.model.result_table import ColumnFacts, ResultCell, ResultFiles
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
    assert result_table.cell(column, "danger") == ResultCell(kind="risk", text="danger")
    assert result_table.cell(column, "high") == ResultCell(kind="text", text="high")
    assert result_table.cell(column, None) == ResultCell(kind="null")
    many = result_table.cell(QueryColumn("people", "VARCHAR[]"), list("abcdef"))
    assert many == ResultCell(kind="list", items=("a", "b", "c", "d"), more=2)
    assert len(result_table.cell(QueryColumn("t", "VARCHAR"), "x" * 5000).text) == result_table.SHOWN
    cut = result_table.cell(QueryColumn("t", "VARCHAR"), f"{'x' * 5000}… (30,000,000 characters)").text
    assert (cut[:300], cut[300:]) == ("x" * 300, "… (30,000,000 characters)")


def test_sorted_rows_have_empty_ones_last() -> None:
    rows: list[tuple[Any, ...]] = [(2,), (None,), (1,)]
    assert result_table.ordered(rows, 0, descending=False) == [(1,), (2,), (None,)]
    assert result_table.ordered(rows, 0, descending=True) == [(2,), (1,), (None,)]
    assert result_table.ordered([("b",), (1,), ("A",)], 0, descending=False) == [(1,), ("A",), ("b",)]


def test_columns_are_described() -> None:
    found = result_table.column_facts(answer({"n": "BIGINT", "l": "VARCHAR[]"}, [(3, []), (None, []), (1, ["a"])]))
    assert found == [
        ColumnFacts(name="n", kind="number", filled=2, different=2, smallest="1", largest="3"),
        ColumnFacts(name="l", kind="list of text", filled=3, different=2, smallest="", largest=""),
    ]


def test_page_has_its_rows_in_the_order_of_a_column() -> None:
    result = answer({"n": "BIGINT", "t": "VARCHAR"}, [(number, f"t{9 - number}") for number in range(5)])

    def numbers(**values: Any) -> list[str]:
        return [row[0].text for row in result_table.page_of(result, **{"page": 1, "per_page": 2, **values}).items]

    assert (numbers(), numbers(page=3), numbers(page=4)) == (["0", "1"], ["4"], [])
    assert numbers(column=1) == ["4", "3"]
    assert numbers(column=1, descending=True) == ["0", "1"]
    assert numbers(column=7) == ["0", "1"]  # there is no such column
    assert result_table.page_of(result, page=1, per_page=2).total == 5


@each_case(
    ("kind", "text", "is_number", "is_integer", "is_time"),
    [
        ("BIGINT", "number", True, True, False),
        ("DECIMAL(18,2)", "number", True, False, False),
        ("BIGINT[]", "list of number", False, False, False),
        ("TIMESTAMP WITH TIME ZONE", "time", False, False, True),
        ("DATE", "day", False, False, True),
        ("STRUCT(a INTEGER)", "struct", False, False, False),
    ],
)
def test_columns_have_types_for_people(kind: str, text: str, is_number: bool, is_integer: bool, is_time: bool) -> None:
    column = QueryColumn("n", kind)
    assert (column.kind, column.is_number, column.is_integer, column.is_time) == (text, is_number, is_integer, is_time)
    assert column.is_amount == is_number
    assert not QueryColumn("file_id", kind).is_amount


def test_number_of_rows_is_said_as_far_as_it_is_known() -> None:
    whole = replace(answer({"n": "BIGINT"}, [(1,)]), seconds=0.012)
    assert (whole.number_text, whole.found_text, whole.duration_text) == ("1 row", "1 row", "1 row in 12 ms")
    cut = answer({"n": "BIGINT"}, [(1,)], total=25_000)
    assert (cut.number_text, cut.found_text) == ("first 1 of 25,000 rows", "25,000 rows")
    stopped = replace(whole, total=None, seconds=10.02)
    assert (stopped.found_text, stopped.duration_text) == ("first 1 row", "first 1 row, stopped after 10 s")


def test_sentences_say_what_an_answer_omits() -> None:
    assert answer({"n": "BIGINT"}, [(1,)]).cut_text == ""
    stopped = replace(answer({"n": "BIGINT"}, [(1,)]), total=None, seconds=10.02)
    assert stopped.cut_text == (
        "The query was stopped after 10 s. The table and the chart have only the first 1 row;"
        " the total number of rows is not known. CSV and Parquet have all of them."
    )
    assert answer({"n": "BIGINT"}, [(1,)], total=25_000).cut_text == (
        "The table and the chart have only the first 1 of 25,000 rows. CSV and Parquet have all of them."
    )
    assert replace(answer({"n": "BIGINT"}, [(1,)]), notice="The disk is full.", cut_values=2).cut_text == (
        "The disk is full. 2 long values are cut, and end with their length. CSV and Parquet have whole values."
    )


def test_files_of_a_result_say_what_a_write_would_change() -> None:
    summary = SelectionSummary(
        count=3,
        by_risk={"danger": 1, "safe": 2},
        tags_to_add=0,
        tags_to_remove=0,
        est_seconds=0,
        est_bytes=0,
        excluded={"blocked": 1, "postponed": 1},
    )
    files = ResultFiles(files=5, summary=summary)
    assert (files.count, files.text) == (3, "A write of the plan would change 3 of these 5 files")
    assert files.hint == "2 safe, 1 danger · excluded: 1 blocked, 1 skipped"
    assert ResultFiles(files=9, summary=summary).text.endswith("3 of these 9 files; 4 are not in the plan")
