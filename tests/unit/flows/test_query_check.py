"""The check of a query before it runs: its characters, its functions, its tables."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator

import duckdb
import pytest

from indexium_core import errors
from indexium_core.flows.snapshots import query_check
from tests.support.effort import effort

ORDINARY = {" ", "\t", "\n", "\r"}
# Functions that do not always give the same value, and do nothing else.
HARMLESS = {
    "current_connection_id", "current_query", "current_query_id", "current_transaction_id", "error", "gen_random_uuid",
    "random", "stats", "uuid", "uuidv4", "uuidv7", "vector_type",
}  # fmt: skip


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as made:
        made.execute("CREATE TABLE files AS SELECT 1 AS id, 'ok' AS state")
        yield made


def names(con: duckdb.DuckDBPyConnection, condition: str) -> list[str]:
    found = con.execute(
        f"FROM duckdb_functions() SELECT DISTINCT function_name WHERE {condition} ORDER BY 1"
    ).fetchall()
    return [name for (name,) in found]


def is_refused(con: duckdb.DuckDBPyConnection, text: str) -> bool:
    try:
        query_check.checked(con, text)
    except errors.UsageError:
        return True
    except duckdb.Error:
        return False
    return False


def test_each_character_that_separates_words_is_ordinary_or_refused(con: duckdb.DuckDBPyConnection) -> None:
    """DuckDB answers for every character of Unicode."""
    for start in range(128, sys.maxunicode + 1, 4096):
        numbers = range(start, min(start + 4096, sys.maxunicode + 1))
        characters = [chr(number) for number in numbers if not 0xD800 <= number <= 0xDFFF]
        accepted = [each for each in characters if not query_check._invisible(each)]
        if accepted:
            con.extract_statements("SELECT " + ", ".join(f"1 AS a{each}b" for each in accepted))
    for number in range(128):
        if is_refused(con, f"SELECT '{chr(number)}'") and chr(number) != "'":
            assert unicodedata.category(chr(number)) == "Cc"
        else:
            assert chr(number) in ORDINARY or chr(number).isprintable()


def test_invisible_character_is_named_with_its_place(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(errors.SqlError, match=r"Line 2, column 5: The character U\+200B is invisible") as found:
        query_check.checked(con, "SELECT 1\nFROM\u200bfiles")
    assert (found.value.position, found.value.length) == (13, 1)


@pytest.mark.parametrize("value", ["Zoë", "名前", "👩\u200d👩\u200d👧", "می\u200cخواهم", "❤️", "a\tb\r\nc"])
def test_value_keeps_its_characters(con: duckdb.DuckDBPyConnection, value: str) -> None:
    assert con.execute(query_check.checked(con, f"SELECT '{value}'")).fetchall() == [(value,)]


def test_each_function_of_from_is_known_or_refused(con: duckdb.DuckDBPyConnection) -> None:
    found = names(con, "function_type IN ('table', 'table_macro')")
    assert len(found) > 80
    for number, name in enumerate(found):
        is_allowed = name in query_check._TABLES
        forms = (f"FROM {name}(1)", f'EXPLAIN FROM "{name}"(1)', f"SELECT (FROM main.{name}(1)) + 1")
        for text in forms if effort.exhaustive else [forms[number % 3]]:
            assert is_refused(con, text) is not is_allowed, text
        assert is_refused(con, f"PIVOT (FROM {name}(1)) ON a") is not is_allowed, name


def test_each_function_with_an_effect_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    volatile = names(con, "function_type = 'scalar' AND stability = 'VOLATILE'")
    effects = [name for name in volatile if name not in HARMLESS]
    assert {"sleep_ms", "write_log", "setseed", "nextval"} <= set(effects)
    calls = " OR ".join(f"contains(macro_definition, '{name}(')" for name in effects)
    macros = names(con, f"function_type IN ('macro', 'table_macro') AND ({calls})")
    assert "pg_sleep" in macros
    of_texts = names(
        con, r"regexp_matches(function_name, '^json_(de)?serialize_') AND function_name <> 'json_serialize_sql'"
    )
    assert {"json_deserialize_sql", "json_serialize_plan"} <= set(of_texts)
    for name in (*effects, *macros, *of_texts):
        for text in (f"SELECT {name}(1)", f"FROM files WHERE (1).{name}() = 1", f"EXPLAIN (SELECT {name}(1))"):
            assert is_refused(con, text), text
        assert is_refused(con, f"PIVOT (SELECT {name}(1) AS a) ON a"), name
    for name in HARMLESS:
        assert not is_refused(con, f"SELECT {name}()"), name


@pytest.mark.parametrize("place", ["home", "kept.home", "main.home", "memory.main", "temp", "other.main"])
def test_table_of_another_place_is_refused(con: duckdb.DuckDBPyConnection, place: str) -> None:
    for text in (f"FROM {place}.users", f"DESCRIBE {place}.users", f"SELECT 1 IN (FROM {place}.users)"):
        with pytest.raises(errors.UsageError, match="a query reads only the snapshot"):
            query_check.checked(con, text)


@pytest.mark.parametrize(
    "text",
    [
        "EXPLAIN SELECT 1",
        "explain analyze SELECT 1",
        "EXPLAIN (FORMAT json) SELECT 1",
        "EXPLAIN (ANALYZE, FORMAT json) FROM files",
        "EXPLAIN (SELECT 1)",
        "/* why? */ EXPLAIN -- so\n /* a */ SELECT 1",
        "EXPLAIN PIVOT files ON state IN ('ok')",
    ],
)
def test_explain_runs_as_it_was_checked(con: duckdb.DuckDBPyConnection, text: str) -> None:
    statement = query_check.checked(con, text)
    assert statement.type is duckdb.StatementType.EXPLAIN
    assert len(statement.query) == len(text)
    assert con.execute(statement).fetchall()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("EXPLAIN COPY files TO 'x'", "EXPLAIN needs a SELECT"),
        ("EXPLAIN DELETE FROM files", "EXPLAIN needs a SELECT"),
        ("EXPLAIN PIVOT files ON state", "EXPLAIN needs the columns of a PIVOT"),
        ("WITH x AS (COPY (SELECT 1) TO 'x') FROM x", "Only SELECT and EXPLAIN"),
        ("WITH x AS (INSERT INTO files BY NAME FROM files RETURNING *) FROM x", "Only SELECT and EXPLAIN"),
        ("WITH x AS (DELETE FROM files RETURNING *) SELECT * FROM x", "Only SELECT and EXPLAIN"),
        ("EXPLAIN WITH x AS (COPY (SELECT 1) TO 'x') FROM x", "Only SELECT and EXPLAIN"),
        ("WITH x AS (COPY (FROM files) TO 'x') PIVOT files ON state", "Only SELECT and EXPLAIN"),
        ("CREATE TEMP TABLE mine AS PIVOT files ON state", "Only SELECT and EXPLAIN"),
        ("/* PIVOT */ COPY (PIVOT files ON state) TO 'x'", "Only SELECT and EXPLAIN"),
        ("SET VARIABLE x = (FROM (PIVOT files ON state))", "Only SELECT and EXPLAIN"),
    ],
)
def test_other_statement_is_refused(con: duckdb.DuckDBPyConnection, text: str, message: str) -> None:
    with pytest.raises(errors.UsageError, match=message):
        query_check.checked(con, text)


def test_deep_query_is_explained(con: duckdb.DuckDBPyConnection) -> None:
    text = f"SELECT {'[' * 990}1{']' * 990}"
    with pytest.raises((errors.UsageError, duckdb.Error), match=r"nested|depth"):
        query_check.checked(con, text)
