"""
The rows of an answer: how large they are, how a long value is cut, and their form in CSV.

A cut text ends with its whole length, `… (300,000,000 characters)`; a list and an object end with the number of their
elements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from indexium_core import errors
from indexium_core.model.planning import cells

LONGEST = 100_000  # characters of a text, or bytes of a value of bytes
_SMALL = 24  # bytes of a number, a time and other values, about
_CUT = "…"
BEFORE_CSV = "FROM ("  # the text before the query in both statements
_AS_TEXTS = "\n) SELECT COLUMNS(*)::VARCHAR"  # as DuckDB writes the values of a CSV
_NO_TEXT = "\udc00"  # in place of an empty text, which is written as two quotation marks: NULL is an empty cell
_NUMBERS = frozenset(
    {f"{sign}{size}INT" for sign in ("", "U") for size in ("TINY", "SMALL", "BIG", "HUGE")}
    | {"INTEGER", "UINTEGER", "FLOAT", "DOUBLE", "DECIMAL", "BIGNUM"}
)


class AnswerRows:
    """The first rows of a result, up to a number of rows and of bytes. The first row is always there, cut to size."""

    def __init__(self, *, max_rows: int, max_bytes: int) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self.cut_values = 0
        self.is_full = max_rows < 1
        self._max_rows, self._max_bytes = max_rows, max_bytes
        self._size = 0

    def add(self, row: Sequence[Any]) -> None:
        """Add a row, if it fits; from the first row on that does not fit, the answer `is_full`."""
        if self.is_full:
            return
        made = _Cutter(self._max_bytes)
        values = tuple(made.value(value) for value in row)
        if self.rows and self._size + made.size > self._max_bytes:
            self.is_full = True
            return
        self.rows.append(values)
        self._size += made.size
        self.cut_values += made.cut_values
        self.is_full = len(self.rows) >= self._max_rows


class _Cutter:
    """Cuts the values of one row, so that they have `room` bytes at most, about."""

    def __init__(self, room: int) -> None:
        self.size = self.cut_values = 0
        self._room = room

    def value(self, value: Any) -> Any:
        """Return a value, or its first part with its length."""
        before = self.cut_values
        made = self._value(value)
        self.cut_values = min(self.cut_values, before + 1)  # a list with several cut elements is one value
        return made

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, bytes):
            return self._bytes(value)
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, list | tuple):
            made = self._elements(value)
            return made if isinstance(value, list) else tuple(made)
        self.size += _SMALL if not isinstance(value, int) else max(_SMALL, value.bit_length() // 3)
        return value

    def _text(self, value: str) -> str:
        most = min(LONGEST, max(0, self._room - self.size))
        if len(value) > most:
            value = self._cut(value[:most], len(value), "characters")
        self.size += _SMALL + (len(value) if value.isascii() else len(value.encode()))
        return value

    def _bytes(self, value: bytes) -> bytes | str:
        most = min(LONGEST, max(0, self._room - self.size))
        if len(value) <= most:
            self.size += _SMALL + len(value)
            return value
        text = self._cut(value[:most].decode("utf-8", "replace"), len(value), "bytes")
        self.size += _SMALL + len(text.encode())
        return text

    def _elements(self, values: Sequence[Any]) -> list[Any]:
        made: list[Any] = []
        self.size += _SMALL
        for value in values:
            if self.size >= self._room:
                made.append(self._cut("", len(values), "elements"))
                break
            made.append(self._value(value))
        return made

    def _mapping(self, values: Mapping[Any, Any]) -> dict[Any, Any]:
        made: dict[Any, Any] = {}
        self.size += _SMALL
        for key, value in values.items():
            if self.size >= self._room:
                made[_CUT] = self._cut("", len(values), "elements")
                break
            made[self._value(key)] = self._value(value)
        return made

    def _cut(self, start: str, length: int, unit: str) -> str:
        self.cut_values += 1
        return f"{start}{_CUT} ({length:,} {unit})"


def write_answer(con: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, Any] | None, out: Path) -> int:
    """
    Write the headings and all rows of a query into a file or a pipe, and return the number of rows.

    Columns with a type of numbers keep their values, so -5 stays a number.

    Raises:
        duckdb.Error: The query fails.
        UsageError: The file cannot be written.

    """
    found = con.execute(f"{BEFORE_CSV}{query}\n) LIMIT 0", parameters).description or ()
    numbers = {index for index, column in enumerate(found) if str(column[1]).partition("(")[0] in _NUMBERS}
    con.execute(f"{BEFORE_CSV}{query}{_AS_TEXTS}", parameters)
    count = 0
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            file.write(cells.line(column[0] for column in found))
            while (row := con.fetchone()) is not None:  # one by one, because a row can be large
                texts = [_NO_TEXT if cell == "" else cell for cell in row]
                line = "\n" if texts == [None] else cells.line(texts, numbers=numbers).replace(_NO_TEXT, '""')
                file.write(line)
                count += 1
    except OSError as error:
        raise errors.UsageError(f"{out.name} cannot be written: {error.strerror}.") from error
    return count
