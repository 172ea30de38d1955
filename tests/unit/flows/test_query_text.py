"""The text of a query: fields and their kinds, typed values, completions, and the query as Python code."""

from __future__ import annotations

from datetime import date

import pytest

from indexium_core import errors
from indexium_core.flows.snapshots.query_text import as_pandas, complete, fields, read_values, without_end
from indexium_core.model.analysis import QueryField, SchemaColumn, SchemaTable
from tests.support.cases import each_case

SCHEMA = (
    SchemaTable(
        "files",
        "One row for each file.",
        3,
        (
            SchemaColumn("file_id", "BIGINT", "id of the file"),
            SchemaColumn("file_name", "VARCHAR", "name with extension"),
            SchemaColumn("modified_at", "TIMESTAMP_NS", "time of the last change"),
            SchemaColumn("read_only", "BOOLEAN", "whether it may not be written"),
        ),
    ),
    SchemaTable("file_people", "People of files.", 5, (SchemaColumn("person", "VARCHAR", "name of the person"),)),
)


@each_case(
    ("text", "expected"),
    [
        ("SELECT 1", []),
        ("FROM files WHERE file_id > $low", [("low", "number")]),
        ("FROM files WHERE $low <= file_id", [("low", "number")]),
        ("FROM files AS f WHERE f.modified_at BETWEEN $first AND $last", [("first", "date"), ("last", "date")]),
        ("FROM files WHERE file_name ILIKE $part AND read_only = $locked", [("part", "text"), ("locked", "flag")]),
        ("FROM files LIMIT $n", [("n", "number")]),
        ("FROM files WHERE file_id > $minutes * 60", [("minutes", "number")]),
        ("SELECT list_contains(people, $person)", [("person", "text")]),
        ("SELECT 1 WHERE $person = ''", [("person", "text")]),
        ("SELECT to_days($days)", [("days", "any")]),
        ("SELECT '$no', \"$no\", $$ $no $$ -- $no\n/* $no */ WHERE $yes", [("yes", "any")]),
        ("SELECT coalesce($x), file_id = $x", [("x", "number")]),
        ("SELECT '$unfinished", []),
    ],
)
def test_fields_have_the_kind_of_their_column(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(field.name, field.kind) for field in fields(text, SCHEMA)] == expected


def test_values_get_the_type_of_their_field() -> None:
    wanted = [
        QueryField("a", "text"),
        QueryField("b", "number"),
        QueryField("c", "date"),
        QueryField("d", "flag"),
        QueryField("e", "any"),
        QueryField("f", "any"),
    ]
    typed = {"a": " 12 ", "b": "1.5", "c": "2026-01-31", "d": "true", "e": "7", "f": "seven"}
    assert read_values(wanted, typed) == {"a": "12", "b": 1.5, "c": date(2026, 1, 31), "d": True, "e": 7, "f": "seven"}


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        (QueryField("n", "number"), "many", "The field $n needs a number. “many” is not a number."),
        (QueryField("day", "date"), "31.1.2026", "The field $day needs a day, for example 2026-01-31."),
        (QueryField("x", "any"), "", "The field $x is empty. Enter a value."),
    ],
)
def test_unusable_value_is_explained(field: QueryField, text: str, message: str) -> None:
    with pytest.raises(errors.SqlError) as failure:
        read_values([field], {field.name: text})
    assert failure.value.message.startswith(message)


@each_case(
    ("text", "first"),
    [
        ("SELECT * FROM |", ["files", "file_people"]),
        ("SELECT * FROM file_p|", ["file_people"]),
        ("SELECT f.| FROM files AS f", ["file_id", "file_name", "modified_at", "read_only"]),
        ("SELECT p.| FROM files f JOIN file_people p USING (file_id)", ["person"]),
        ("SELECT x.| FROM files AS f", []),
        ("SELECT file| FROM files", ["file_id", "file_name", "files", "file_people"]),
        ("SELECT * FROM files WHERE mod|", ["modified_at"]),
        ("sel|", ["SELECT"]),
        ("SELECT 'fi|", []),
        ("-- fi|", []),
        ("SELECT person| FROM file_people", []),
    ],
)
def test_completions_fit_the_place(text: str, first: list[str]) -> None:
    position = text.index("|")
    found = complete(text.replace("|", ""), position, SCHEMA)
    assert [completion.text for completion in found][: max(1, len(first))] == first
    assert all(completion.end == position for completion in found)


@pytest.mark.parametrize("text", ["SELECT 1;", "SELECT 1 ; -- end", "SELECT 1 /* ; */ ;;\n", "SELECT 1"])
def test_statement_without_end_can_be_a_part_of_another(text: str) -> None:
    assert without_end(text) == "SELECT 1"


def test_python_code_runs_the_query_with_its_values() -> None:
    code = as_pandas("SELECT $day\nFROM files", {"day": date(2026, 1, 2)}, "/home of/it")
    compile(code, "code", "exec")
    assert "indexium_core.connect('/home of/it')" in code
    assert "{'day': datetime.date(2026, 1, 2)}" in code
    assert "SELECT $day\nFROM files" in code
    compile(as_pandas('SELECT \'"""\'', {}), "code", "exec")
