"""
The functions that a query may call.

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
    called = _called(text)
    unknown = called - _KNOWN
    refused = {name for name in unknown if name in _REFUSED or name.startswith(_INTERNAL)}
    if unknown - refused:
        found = con.execute(_TABLE_FUNCTIONS_OF, {"names": sorted(unknown - refused)}).fetchall()
        refused |= {name for (name,) in found}
    if refused:
        raise errors.UsageError(
            f"The function {min(refused)} is not possible here: a query reads only the tables of the snapshot."
        )


def _called(text: str) -> set[str]:
    """Return the names before an opening bracket, in lower case. Names can be quoted, and comments can follow them."""
    data = text.encode()
    tokens = [*duckdb.tokenize(text), (len(data), None)]
    words = [
        (data[start:end].decode("utf-8", "replace").strip(), kind)
        for (start, kind), (end, _) in itertools.pairwise(tokens)
        if kind != duckdb.token_type.comment
    ]
    return {
        word.strip('"`').lower()
        for (word, kind), (following, _) in itertools.pairwise(words)
        if kind in _TYPES and following.startswith("(")
    }
