"""The result of a query as a table: cells, sort order, and a description of each column. All functions are pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from indexium_core.model import wording
from indexium_core.model.analysis import QueryAnswer, QueryColumn
from indexium_core.model.planning.plan import RISK_LEVELS, SelectionSummary
from indexium_core.model.shapes import ListPage

SHOWN = 300  # characters of a cell
LIMIT = 60  # characters of the smallest and of the largest value
ITEMS = 4  # shown elements of a list
_LENGTH = re.compile(r"… \([\d,]+ (?:characters|bytes)\)\Z")  # at the end of a cut value


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultCell:
    """One value of a result, as it is shown."""

    kind: Literal["text", "null", "risk", "list"]
    text: str = ""
    items: tuple[str, ...] = ()  # the first ones of a list
    more: int = 0  # others of a list


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage(ListPage):
    """One page of a result."""

    items: list[tuple[ResultCell, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFacts:
    """What the rows of an answer have in a column."""

    name: str
    kind: str  # of its type, for people
    filled: int  # rows
    different: int  # values
    smallest: str
    largest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """A result that pages show part by part."""

    answer: QueryAnswer
    file_count: int  # files that it names
    pandas: str  # Python code that runs the query


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFiles:
    """The files that a result names, and what a write of the plan would change in them."""

    files: int
    summary: SelectionSummary
    is_editable: bool = True  # the pages may edit files: a setting

    @property
    def count(self) -> int:
        """Files that a write would change."""
        return self.summary.count

    @property
    def text(self) -> str:
        """What a write of the plan would change."""
        summary = self.summary
        text = f"A write of the plan would change {wording.count(summary.count)} of these {wording.files(self.files)}"
        if outside := self.files - summary.count - sum(summary.excluded.values()):
            text += f"; {wording.plural(outside, 'is', 'are')} not in the plan"
        return text

    @property
    def hint(self) -> str:
        """The risks of the write, and what it leaves out."""
        by_risk, names = self.summary.by_risk, {"postponed": "skipped"}
        levels = [f"{wording.count(by_risk[level])} {level}" for level in RISK_LEVELS if by_risk.get(level)]
        left = [f"{wording.count(number)} {names.get(level, level)}" for level, number in self._left()]
        return " · ".join(filter(None, [", ".join(levels), f"excluded: {', '.join(left)}" if left else ""]))

    def _left(self) -> list[tuple[str, int]]:
        return [(level, number) for level, number in self.summary.excluded.items() if number]


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


def cell(column: QueryColumn, value: Any) -> ResultCell:
    """Return a value as it is shown."""
    if value is None:
        return ResultCell(kind="null")
    if isinstance(value, list):
        texts = tuple(_shortened(text_of(each)) for each in value[:ITEMS])
        return ResultCell(kind="list", items=texts, more=max(0, len(value) - ITEMS))
    text = text_of(value)
    is_risk = column.name == "risk" and text in RISK_LEVELS
    return ResultCell(kind="risk" if is_risk else "text", text=_shortened(text))


def _shortened(text: str) -> str:
    """Return the start of a long text; the length of a value that the answer has cut stays."""
    if len(text) <= SHOWN:
        return text
    found = _LENGTH.search(text)
    return f"{text[:SHOWN]}{found[0]}" if found else f"{text[: SHOWN - 1]}…"


def page_of(
    answer: QueryAnswer, *, page: int, per_page: int, column: int | None = None, descending: bool = False
) -> ResultPage:
    """Return one page of the rows of an answer, in the order of a column if there is one with this place."""
    has_order = column is not None and 0 <= column < len(answer.columns)
    rows = ordered(answer.rows, column, descending=descending) if column is not None and has_order else answer.rows
    start = (page - 1) * per_page
    items = [
        tuple(cell(each, value) for each, value in zip(answer.columns, row, strict=True))
        for row in rows[start : start + per_page]
    ]
    return ResultPage(items=items, total=len(rows), page=page, per_page=per_page)


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


def column_facts(answer: QueryAnswer) -> list[ColumnFacts]:
    """Return what the rows have in each column."""
    return [_facts_of(answer, place, column) for place, column in enumerate(answer.columns)]


def _facts_of(answer: QueryAnswer, place: int, column: QueryColumn) -> ColumnFacts:
    values = [row[place] for row in answer.rows if row[place] is not None]
    limits = ["", ""]
    if values and isinstance(values[0], int | float | Decimal | date | str):
        in_order = ordered([(value,) for value in values], 0, descending=False)
        limits = [_shortened(text_of(in_order[end][0]))[:LIMIT] for end in (0, -1)]
    return ColumnFacts(
        name=column.name,
        kind=column.kind,
        filled=len(values),
        different=len({text_of(value) for value in values}),
        smallest=limits[0],
        largest=limits[1],
    )
