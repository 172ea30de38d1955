"""
The text of a query: its fields, their values, completions, and the same query as Python code.

All functions are pure. They read tokens, because a text that a person is typing is not valid SQL yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from indexium_core import errors
from indexium_core.model.analysis import FieldKind, QueryCompletion, QueryField, SchemaTable

MAX_COMPLETIONS = 12
_TOKEN = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<string>'(?:[^']|'')*(?:'|\Z)|\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z))"
    r'|(?P<quoted>"(?:[^"]|"")*(?:"|\Z))'
    r"|(?P<parameter>\$[^\W\d]\w*)"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<word>[^\W\d]\w*)"
    r"|(?P<sign><=|>=|<>|!=|==|\|\||[^\s\w])",
    re.DOTALL,
)
_COMPARISONS = frozenset({"=", "==", "<>", "!=", "<", "<=", ">", ">=", "like", "ilike", "between"})
_ARITHMETIC = frozenset("+-*/%")
_CLAUSES = frozenset(
    [
        "where",
        "group",
        "order",
        "having",
        "limit",
        "on",
        "using",
        "join",
        "left",
        "right",
        "full",
        "inner",
        "cross",
        "select",
        "union",
        "qualify",
        "set",
        "as",
        "natural",
        "semi",
        "anti",
        "asof",
        "window",
        "offset",
        "and",
        "or",
        "when",
        "then",
        "else",
        "end",
    ]
)
_WORDS = (
    "SELECT FROM WHERE GROUP BY ALL|ORDER BY|HAVING|LIMIT|JOIN|LEFT JOIN|USING (|DISTINCT|AS|AND|OR|NOT|IN (|IS NULL"
    "|IS NOT NULL|LIKE|ILIKE|BETWEEN|CASE WHEN|THEN|ELSE|END|DESC|WITH|UNION ALL|QUALIFY|PIVOT"
)
KEYWORDS = ("SELECT", "FROM", "WHERE", "GROUP BY ALL", *_WORDS.split("|")[1:])
FUNCTIONS = {
    "count(*)": "number of rows",
    "sum(": "total",
    "avg(": "mean",
    "min(": "smallest value",
    "max(": "largest value",
    "round(": "rounded number",
    "list(": "all values as a list",
    "string_agg(": "all values as a text",
    "unnest(": "one row for each element of a list",
    "list_contains(": "whether a list contains a value",
    "len(": "length of a list or text",
    "lower(": "text in lower case",
    "date_trunc(": "start of the day, month or year",
    "year(": "year of a time",
    "month(": "month of a time",
    "coalesce(": "first value that is not NULL",
    "strftime(": "time as a text",
    "regexp_matches(": "whether a text matches a pattern",
}


class _SqlToken(NamedTuple):
    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        return self.text.lower()


def _tokens(text: str) -> Iterator[_SqlToken]:
    for match in _TOKEN.finditer(text):
        yield _SqlToken(match.lastgroup if match.lastgroup != "tag" else "string", match[0], *match.span())  # type: ignore[arg-type]


def without_end(text: str) -> str:
    """Return a statement without semicolon and comments at its end, so that it can be a part of another one."""
    end = len(text)
    for token in reversed(list(_tokens(text))):
        if token.kind != "comment" and token.text != ";":
            break
        end = token.start
    return text[:end].rstrip()


def explained(text: str) -> list[tuple[str, str]]:
    """
    Return how an EXPLAIN can be cut into its start and the statement that it explains, most likely first.

    The start has spaces in place of its comments.
    """
    tokens = [token for token in _tokens(text) if token.kind != "comment"]
    words = [token.word for token in tokens]
    if not words or words[0] != "explain":
        return []
    ends = [tokens[0].end]
    if words[1:2] == ["analyze"]:
        ends.append(tokens[1].end)
    if words[1:2] == ["("] and ")" in words:  # options, as in EXPLAIN (FORMAT json)
        ends.append(tokens[words.index(")")].end)
    return [(_without_comments(text[:end]), text[end:]) for end in ends]


def first_word(text: str) -> str:
    """Return the first word or sign of a statement, in lower case; "" without one."""
    return next((token.word for token in _tokens(text) if token.kind != "comment"), "")


def _without_comments(text: str) -> str:
    """Return a text with spaces in place of its comments."""
    for token in _tokens(text):
        if token.kind == "comment":
            text = text[: token.start] + " " * len(token.text) + text[token.end :]
    return text


def fields(text: str, schema: Sequence[SchemaTable]) -> list[QueryField]:
    """Return the parameters of a query in their order, each with the kind of the column it is compared with."""
    tokens = [token for token in _tokens(text) if token.kind != "comment"]
    kinds: dict[str, FieldKind] = {}
    for place, token in enumerate(tokens):
        if token.kind == "parameter":
            name = token.text[1:]
            if kinds.get(name, "any") == "any":
                kinds[name] = _kind(tokens, place, schema)
    return [QueryField(name, kind) for name, kind in kinds.items()]


def _kind(tokens: Sequence[_SqlToken], place: int, schema: Sequence[SchemaTable]) -> FieldKind:
    before = [token.word for token in tokens[max(0, place - 5) : place]][::-1] + [""] * 5
    after = [token.word for token in tokens[place + 1 : place + 3]] + [""] * 2
    if before[0] in {"limit", "offset"} or {before[0], after[0]} & _ARITHMETIC:
        return "number"
    if ("list_contains" in before and "," in before[:1]) or (
        {before[0], after[0]} & _COMPARISONS and "'" in before[1][:1] + after[1][:1]
    ):
        return "text"
    if before[0] in _COMPARISONS:
        return _kind_of_column(before[1], schema)
    if after[0] in _COMPARISONS:
        return _kind_of_column(after[1], schema)
    if before[0] == "and" and before[2] == "between":  # `column BETWEEN $first AND $last`
        return _kind_of_column(before[3], schema)
    return "any"


def _kind_of_column(name: str, schema: Sequence[SchemaTable]) -> FieldKind:
    types = {column.type for table in schema for column in table.columns if column.name == name.strip('"')}
    if len(types) != 1:
        return "any"
    [kind] = types
    if kind.startswith(("TIMESTAMP", "DATE")):
        return "date"
    if kind == "BOOLEAN":
        return "flag"
    if kind.endswith("INT") or kind in {"INTEGER", "DOUBLE", "FLOAT"} or kind.startswith("DECIMAL"):
        return "number"
    return "text" if kind == "VARCHAR" else "any"


def read_values(wanted: Sequence[QueryField], typed: Mapping[str, str]) -> dict[str, Any]:
    """
    Return the values of the fields with their types.

    Raises:
        SqlError: A value is missing, or it is not a number or a day.

    """
    return {field.name: _value(field, str(typed.get(field.name, "")).strip()) for field in wanted}


def _value(field: QueryField, text: str) -> Any:
    if field.kind == "text":
        return text
    if not text:
        raise errors.SqlError(f"The field ${field.name} is empty. Enter a value.")
    if field.kind == "flag":
        return text.lower() in {"true", "yes", "1"}
    if field.kind == "date":
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            message = f"The field ${field.name} needs a day, for example 2026-01-31. “{text}” is not a day."
            raise errors.SqlError(message) from error
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    if field.kind == "number":
        raise errors.SqlError(f"The field ${field.name} needs a number. “{text}” is not a number.")
    return text


def complete(text: str, position: int, schema: Sequence[SchemaTable]) -> list[QueryCompletion]:
    """Return the completions of the word before the cursor: tables, columns, functions and keywords."""
    tokens = list(_tokens(text))
    if any(token.kind in {"comment", "string"} and token.start < position <= token.end for token in tokens):
        return []
    before = [token for token in tokens if token.end <= position and token.kind != "comment"]
    started = before.pop() if before and before[-1].end == position and before[-1].kind == "word" else None
    start, word = (started.start, started.word) if started else (position, "")
    options = _options(before, tokens, schema)
    starting = [each for each in options if each[0].lower().startswith(word)]
    containing = [each for each in options if word and word in each[0].lower() and each not in starting]
    found = dict((*starting, *(containing if len(word) > 1 else ())))
    if [name.lower() for name in found] == [word]:
        return []
    return [QueryCompletion(name, hint, start, position) for name, hint in list(found.items())[:MAX_COMPLETIONS]]


def _options(
    before: Sequence[_SqlToken], tokens: Sequence[_SqlToken], schema: Sequence[SchemaTable]
) -> list[tuple[str, str]]:
    """Return the names that fit after some tokens, the best first, each with a hint."""
    tables = {table.name: table for table in schema}
    names = _table_names(tokens, tables)
    previous = before[-1].word if before else ""
    if previous == ".":
        table = tables.get(names.get(before[-2].word, "")) if len(before) > 1 else None
        return _columns([table] if table else [])
    of_tables = [(table.name, table.description) for table in schema]
    if previous in {"from", "join"} or (previous == "," and _is_in_from(before)):
        return of_tables
    columns = _columns([tables[name] for name in dict.fromkeys(names.values())])
    if not columns:
        columns = _columns(schema)
    keywords = [(keyword, "") for keyword in KEYWORDS]
    return [*columns, *FUNCTIONS.items(), *keywords, *of_tables]


def _is_in_from(before: Sequence[_SqlToken]) -> bool:
    """Return whether the last clause is FROM."""
    clauses = [token.word for token in before if token.word in {*_CLAUSES, "from"} - {"as"}]
    return bool(clauses) and clauses[-1] == "from"


def _table_names(tokens: Sequence[_SqlToken], tables: Mapping[str, SchemaTable]) -> dict[str, str]:
    """Return the names and aliases of the tables in a query: each with its table."""
    found: dict[str, str] = {}
    words = [token for token in tokens if token.kind in {"word", "quoted", "sign"}]
    for place, token in enumerate(words):
        name = token.word
        if name not in tables or (place and words[place - 1].word not in {"from", "join", ",", "("}):
            continue
        found[name] = name
        rest = [each for each in words[place + 1 : place + 3] if each.word != "as"]
        if rest and rest[0].kind == "word" and rest[0].word not in _CLAUSES:
            found[rest[0].word] = name
    return found


def _columns(tables: Sequence[SchemaTable]) -> list[tuple[str, str]]:
    return [(column.name, column.description) for table in tables for column in table.columns]


def as_pandas(text: str, values: Mapping[str, Any], home: str = "") -> str:
    """Return Python code that runs a query and keeps the result in `df`; `home`: folder of the home."""
    quote = '"""' if '"""' not in text and "\\" not in text else ""
    literal = f"{quote}\n{text.strip()}\n{quote}" if quote else repr(text.strip())
    named = f", {dict(values)!r}" if values else ""
    imports = "import datetime\n\n" if any(isinstance(value, date) for value in values.values()) else ""
    place = repr(home) if home else ""
    lines = [
        f"{imports}import indexium_core",
        "",
        f"con = indexium_core.connect({place})",
        f"df = con.execute({literal}{named}).df()",
    ]
    return "\n".join(lines) + "\n"
