"""
Check a query before it runs: its characters, then its functions and tables in the tree of DuckDB's own parser.

A table function can read files, run SQL that is in a text, change settings, or read memory at an address. So a query
may call only the table functions that are named here. Other functions compute values; those that have an effect are
refused. The file that a query reads has no private table (`store.snapshot`): this check is the second line.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

import duckdb

from indexium_core import errors
from indexium_core.flows.snapshots import query_text

# Functions of FROM. The list names each of them, because a later version of DuckDB may bring dangerous ones.
_TABLE_NAMES = (
    "unnest|range|generate_series|repeat|repeat_row|json_each|json_tree|histogram|histogram_values|summary"
    "|duckdb_columns|duckdb_constraints|duckdb_databases|duckdb_functions|duckdb_indexes|duckdb_keywords"
    "|duckdb_schemas|duckdb_settings|duckdb_tables|duckdb_types|duckdb_views|pragma_collations|pragma_table_info"
    "|pragma_version|icu_calendar_names|pg_timezone_names"
)
_TABLES = frozenset(_TABLE_NAMES.split("|"))
# Functions of values that do not always give the same value, and do nothing else. DuckDB marks them as volatile, as it
# marks functions with an effect: an entry of the log, a pause, the next number of a sequence.
_HARMLESS_NAMES = (
    "random|uuid|uuidv4|uuidv7|gen_random_uuid|error|stats|vector_type|current_query|current_query_id"
    "|current_connection_id|current_transaction_id"
)
_HARMLESS = frozenset(_HARMLESS_NAMES.split("|"))
# A macro of a pause; SQL that is in a text.
_REFUSED = frozenset({"pg_sleep", "json_deserialize_sql", "json_serialize_plan"})
_INTERNAL = "__"  # functions that only the optimizer calls; they trust their arguments
# Frequent functions of values: a query with only these needs no search for the others.
_FREQUENT_NAMES = (
    "count count_star sum avg min max round list string_agg list_contains len lower date_trunc year month coalesce "
    "strftime + - * / || ~~ ~~~"
)
_FREQUENT = frozenset(_FREQUENT_NAMES.split())
_UNSAFE_OF = """
FROM system.main.duckdb_functions()
SELECT DISTINCT function_name, function_type IN ('table', 'table_macro') AS is_table
WHERE function_name IN (SELECT unnest($names))
    AND (function_type IN ('table', 'table_macro') OR stability = 'VOLATILE')
"""
_READING = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})  # parts of a query
_WRITING = frozenset({"copy", "insert", "update", "delete", "merge"})  # which DuckDB allows in WITH
_CATALOGS = frozenset({"", "snapshot", "system"})
_SCHEMAS = frozenset({"", "main", "information_schema", "pg_catalog"})
_SPACES = frozenset(" \t\n\r")
_JOINERS = frozenset("\u200c\u200d")  # inside words of some languages and inside emoji; no space for DuckDB
_VISIBLE = frozenset("LMNPS")  # categories of Unicode: letters, marks, numbers, punctuation, symbols
_STARTS = frozenset({"pivot", "pivot_wider", "select", "from", "with", "("})  # of a query with a PIVOT
_ONLY_SELECT = "Only SELECT and EXPLAIN are possible: a snapshot cannot be changed."
_DEEP = "The query is too deeply nested. Make it simpler."


class _Called(NamedTuple):
    """The names in a query, in lower case."""

    functions: frozenset[str]  # of values
    tables: frozenset[str]  # functions in FROM
    places: frozenset[tuple[str, str]]  # catalog and schema of each table
    parts: frozenset[str]  # the kinds of its queries and statements, in the words of the parser


def checked(con: duckdb.DuckDBPyConnection, text: str) -> duckdb.Statement:
    """
    Return the SELECT or EXPLAIN in a text, as it may run.

    Raises:
        duckdb.Error: The text is not valid SQL.
        SqlError: It has a character that is not allowed.
        UsageError: It is not one SELECT or EXPLAIN, or it calls a function that is not allowed, or reads elsewhere than
            in the snapshot.

    """
    _check_characters(text)
    statements = con.extract_statements(text)
    if len(statements) != 1:
        raise errors.UsageError("Write one SELECT statement.")
    [statement] = statements
    if statement.type is duckdb.StatementType.EXPLAIN:
        return _checked_explain(con, text)
    if statement.type is duckdb.StatementType.MULTI:  # a PIVOT that finds its columns itself
        _check_words(con, text)
        return statement
    tree = _tree(con, text) if statement.type is duckdb.StatementType.SELECT else None
    if tree is None:
        raise errors.UsageError(_ONLY_SELECT)
    _check(con, tree)
    return statement


def _check_characters(text: str) -> None:
    """
    Refuse a character that is neither visible nor an ordinary space.

    DuckDB reads some invisible characters as spaces, so that a name which follows one looks like a part of a word.
    """
    for place, character in enumerate(text):
        if character in _SPACES or not _invisible(character):
            continue
        line, column = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
        raise errors.SqlError(
            f"Line {line}, column {column}: The character U+{ord(character):04X} is invisible. Replace it by a space. "
            f"In a value, write chr({ord(character)}).",
            position=place,
            length=1,
        )


def _invisible(character: str) -> bool:
    return character not in _JOINERS and unicodedata.category(character)[0] not in _VISIBLE


def _tree(con: duckdb.DuckDBPyConnection, text: str) -> Mapping[str, Any] | None:
    """Return what DuckDB's parser reads in a SELECT; None: it reads another statement, or none."""
    [(found,)] = con.execute("SELECT json_serialize_sql($text)", {"text": text}).fetchall()
    try:
        tree = json.loads(found)
    except RecursionError as error:
        raise errors.UsageError(_DEEP) from error
    return None if tree["error"] else tree


def _names(tree: Mapping[str, Any]) -> _Called:
    """Return the names in the tree of a SELECT."""
    functions, tables, places, parts = set[str](), set[str](), set[tuple[str, str]](), set[str]()
    for node in _nodes(tree):
        kind, name = node.get("type"), str(node.get("function_name") or "").lower()
        if kind == "TABLE_FUNCTION":
            tables.add(str(node["function"].get("function_name") or "").lower())
        elif kind == "BASE_TABLE":
            places.add((str(node.get("catalog_name") or "").lower(), str(node.get("schema_name") or "").lower()))
        elif name:
            functions.add(name)
        elif str(kind).endswith("_NODE"):
            parts.add(str(kind))
    return _Called(frozenset(functions), frozenset(tables), frozenset(places), frozenset(parts))


def _nodes(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield each object of a tree. A stack, because a tree can be deeper than Python's."""
    waiting: list[Any] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _check(con: duckdb.DuckDBPyConnection, tree: Mapping[str, Any]) -> None:
    """Refuse a part that writes, and a function or a table that is not allowed, with a `UsageError` that names it."""
    called = _names(tree)
    if called.parts - _READING:
        raise errors.UsageError(_ONLY_SELECT)
    # A function of FROM is a function of a value in the tree, too.
    _refuse(set(called.tables - _TABLES) | _refused_values(con, called.functions - _TABLES - _FREQUENT))
    for catalog, schema in sorted(called.places):
        if catalog not in _CATALOGS or schema not in _SCHEMAS:
            where = ".".join(part for part in (catalog, schema) if part)
            raise errors.UsageError(f"The tables of {where} are not possible here: a query reads only the snapshot.")


def _refused_values(con: duckdb.DuckDBPyConnection, names: frozenset[str]) -> set[str]:
    """Return which of some functions of values have an effect."""
    refused = _refused_by_name(names)
    return refused | {name for name, is_table in _unsafe(con, names - refused).items() if not is_table}


def _refused_by_name(names: frozenset[str]) -> set[str]:
    return {name for name in names if name in _REFUSED or name.startswith(_INTERNAL)}


def _unsafe(con: duckdb.DuckDBPyConnection, names: AbstractSet[str]) -> dict[str, bool]:
    """Return which names are functions of FROM or functions with an effect, each with whether it is the former."""
    wanted = sorted(names - _HARMLESS)
    return dict(con.execute(_UNSAFE_OF, {"names": wanted}).fetchall()) if wanted else {}


def _refuse(names: set[str]) -> None:
    if names:
        raise errors.UsageError(
            f"The function {min(names)} is not possible here: a query reads only the tables of the snapshot."
        )


def _checked_explain(con: duckdb.DuckDBPyConnection, text: str) -> duckdb.Statement:
    """Return an EXPLAIN made anew from the SELECT in it, so that the checked text is the one that runs."""
    for start, rest in query_text.explained(text):
        tree = _tree(con, rest)
        if tree is not None:
            _check(con, tree)
            [statement] = con.extract_statements(f"{start}{rest}")
            return statement
    raise errors.UsageError("EXPLAIN needs a SELECT here.")


def _check_words(con: duckdb.DuckDBPyConnection, text: str) -> None:
    """
    Refuse a PIVOT in which any word is the name of a function that is not allowed.

    DuckDB writes no tree of a PIVOT that finds its columns itself. So each word counts, wherever it stands. The places
    of its tables are not checked: the file has only the tables for analysts.
    """
    first = query_text.first_word(text)
    if first == "explain":
        raise errors.UsageError(
            "EXPLAIN needs the columns of a PIVOT, for example PIVOT plan ON risk IN ('safe', 'danger')."
        )
    if first not in _STARTS:
        raise errors.UsageError(_ONLY_SELECT)
    words = frozenset(re.findall(r"\w+", text.lower())) - _TABLES
    if words & _WRITING:
        raise errors.UsageError(_ONLY_SELECT)
    _refuse(_refused_by_name(words) | _unsafe(con, words).keys())
