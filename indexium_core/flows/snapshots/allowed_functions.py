"""
The functions that a query may call, and the tables that the query of an account may read.

A table function can read files, run SQL that is in a text, change settings, or read memory at an address. So a query
may call only the table functions that are named here. Other functions compute values; a few of them are refused, too.
"""

from __future__ import annotations

import itertools

import duckdb

from indexium_core import errors

# Functions of FROM. The list names each of them, because a later version of DuckDB may bring dangerous ones.
_TABLES = (
    "unnest|range|generate_series|repeat|repeat_row|json_each|json_tree|histogram|histogram_values|summary"
    "|duckdb_columns|duckdb_constraints|duckdb_databases|duckdb_functions|duckdb_indexes|duckdb_keywords"
    "|duckdb_schemas|duckdb_settings|duckdb_tables|duckdb_types|duckdb_views|pragma_collations|pragma_table_info"
    "|pragma_version|icu_calendar_names|pg_timezone_names"
)
# Functions of values that do more than compute one: an entry of the log, a pause, the SQL that is in a text.
_REFUSED = frozenset({"write_log", "sleep_ms", "pg_sleep", "json_deserialize_sql", "setseed"})
# The schema with copies of the tables of the home. Some of them only administrators see: accounts, sources and events.
_HIDDEN = "home"
_BY_NAME = frozenset({"histogram", "histogram_values"})  # they get the name of a table as a text
_INTERNAL = "__"  # functions that only the optimizer calls; they trust their arguments
# Frequent functions of values: a query with only these needs no search for table functions.
_FREQUENT = (
    "count|sum|avg|min|max|round|list|string_agg|list_contains|len|lower|date_trunc|year|month|coalesce|strftime"
)
_KNOWN = frozenset(f"{_TABLES}|{_FREQUENT}".split("|"))
_TABLE_FUNCTIONS_OF = """
FROM system.main.duckdb_functions() SELECT DISTINCT function_name
WHERE function_type IN ('table', 'table_macro') AND function_name IN (SELECT unnest($names))
"""
_TYPES = (duckdb.token_type.identifier, duckdb.token_type.keyword)


def check(con: duckdb.DuckDBPyConnection, text: str) -> None:
    """
    Refuse a query that calls a function which is not allowed.

    Raises:
        UsageError: It does; the message names the function.

    """
    called = _called(_words(text))
    unknown = called - _KNOWN
    refused = {name for name in unknown if name in _REFUSED or name.startswith(_INTERNAL)}
    if unknown - refused:
        found = con.execute(_TABLE_FUNCTIONS_OF, {"names": sorted(unknown - refused)}).fetchall()
        refused |= {name for (name,) in found}
    if refused:
        raise errors.UsageError(
            f"The function {min(refused)} is not possible here: a query reads only the tables of the snapshot."
        )


def check_tables(text: str) -> None:
    """
    Refuse a query of an account that can read a table of the schema `home`.

    DuckDB names the tables of only some statements, so each name of the schema before a dot counts.

    Raises:
        UsageError: It can.

    """
    words = _words(text)
    if _HIDDEN in _names_before(".", words):
        raise errors.UsageError(f"A query of an account reads only the tables for analysts, not the schema {_HIDDEN}.")
    found = _called(words) & _BY_NAME
    if found:
        raise errors.UsageError(f"The function {min(found)} is not possible in a query of an account.")


def _words(text: str) -> list[tuple[str, object]]:
    """Return the words of a text with their types, without comments."""
    data = text.encode()
    tokens = [*duckdb.tokenize(text), (len(data), None)]
    return [
        (data[start:end].decode("utf-8", "replace").strip(), kind)
        for (start, kind), (end, _) in itertools.pairwise(tokens)
        if kind != duckdb.token_type.comment
    ]


def _called(words: list[tuple[str, object]]) -> set[str]:
    return _names_before("(", words)


def _names_before(sign: str, words: list[tuple[str, object]]) -> set[str]:
    """Return the names before a sign, in lower case. Names can be quoted, and comments can follow them."""
    return {
        word.strip('"`').lower()
        for (word, kind), (following, _) in itertools.pairwise(words)
        if kind in _TYPES and following.startswith(sign)
    }
