"""The result of a query as a table: cells, sort order, and a description of each column. All functions are pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dashboards.pages.query.view_types import ResultCellView
from indexium_core.model import wording
from indexium_core.model.analysis import QueryAnswer, QueryColumn
from indexium_core.model.planning.plan import RISK_LEVELS

SHOWN = 300  # characters of a cell
ITEMS = 4  # shown elements of a list
_LENGTH = re.compile(r"… \([\d,]+ (?:characters|bytes)\)\Z")  # at the end of a cut value
_SIGNED = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_INTEGERS = (*_SIGNED, *(f"U{name}" for name in _SIGNED))
_NUMBERS = (*_INTEGERS, "FLOAT", "DOUBLE", "DECIMAL")
_KINDS = {"VARCHAR": "text", "BOOLEAN": "yes/no", "BLOB": "bytes", "DATE": "day", "TIME": "time of day"}


def is_number(column: QueryColumn) -> bool:
    """Return whether a column has numbers."""
    return column.type.startswith(_NUMBERS) and not column.type.endswith("]")


def is_integer(column: QueryColumn) -> bool:
    """Return whether a column has integers."""
    return column.type in _INTEGERS


def is_time(column: QueryColumn) -> bool:
    """Return whether a column has days or moments."""
    return column.type.startswith(("TIMESTAMP", "DATE")) and not column.type.endswith("]")


def kind_of(kind: str) -> str:
    """Return the name of a type for people: `number`, `time`, `list of text`."""
    if kind.endswith("[]"):
        return f"list of {kind_of(kind.removesuffix('[]'))}"
    if kind.startswith("TIMESTAMP"):
        return "time"
    if kind.startswith(_NUMBERS):
        return "number"
    return _KINDS.get(kind, kind.partition("(")[0].lower())


def text_of(value: Any) -> str:
    """Return a value as a short text: numbers without needless digits, times without microseconds."""
    text = str(value)
    if value is None:
        text = "null"
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, float):
        text = f"{value:.10g}"
    elif isinstance(value, datetime):
        text = f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(" 00:00:00")
    elif isinstance(value, bytes):
        text = wording.size(len(value))
    elif isinstance(value, list | tuple):
        text = ", ".join(map(text_of, value))
    return text


def cell(column: QueryColumn, value: Any) -> ResultCellView:
    """Return the view of a cell: `text`, and `kind` (null, risk, list) where it is drawn in its own way."""
    if value is None:
        return {"kind": "null"}
    if isinstance(value, list):
        texts = [_shortened(text_of(each)) for each in value[:ITEMS]]
        return {"kind": "list", "items": texts, "more": max(0, len(value) - ITEMS)}
    text = text_of(value)
    if column.name == "risk" and text in RISK_LEVELS:
        return {"kind": "risk", "text": text}
    return {"text": _shortened(text)}


def _shortened(text: str) -> str:
    """Return the start of a long text; the length of a value that the answer has cut stays."""
    if len(text) <= SHOWN:
        return text
    found = _LENGTH.search(text)
    return f"{text[:SHOWN]}{found[0]}" if found else f"{text[: SHOWN - 1]}…"


def ordered(rows: Sequence[tuple[Any, ...]], column: int, *, descending: bool) -> list[tuple[Any, ...]]:
    """Return rows sorted by a column; rows without a value are last."""
    filled = [row for row in rows if row[column] is not None]
    empty = [row for row in rows if row[column] is None]
    try:
        filled.sort(key=lambda row: _key(row[column]), reverse=descending)
    except TypeError:  # values of several types, for example of a union
        filled.sort(key=lambda row: text_of(row[column]), reverse=descending)
    return filled + empty


def _key(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def column_facts(answer: QueryAnswer) -> list[list[str]]:
    """Return for each column its name, type, filled rows, different values, smallest and largest value."""
    facts = []
    for place, column in enumerate(answer.columns):
        values = [row[place] for row in answer.rows if row[place] is not None]
        different = len({text_of(value) for value in values})
        limits = ["", ""]
        if values and isinstance(values[0], int | float | Decimal | date | str):
            sorted_rows = ordered([(value,) for value in values], 0, descending=False)
            limits = [_shortened(text_of(sorted_rows[end][0]))[:60] for end in (0, -1)]
        numbers = [wording.count(len(values)), wording.count(different)]
        facts.append([column.name, kind_of(column.type), *numbers, *limits])
    return facts
