"""
A spreadsheet that came back: from its bytes to rows of cells by column.

Spreadsheets save CSV in several encodings and with several separators; each is told apart by what is in the file. One
that would have lost letters is refused, for a name with question marks in it would be taken for an edit.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

from indexium_core import errors
from indexium_core.flows.exchange import export_plan
from indexium_core.flows.people import people_files
from indexium_core.model.planning import cells

__all__ = ["CHANGING", "NAMING", "SheetRow", "Source", "notes", "read"]

Source: TypeAlias = Path | str | bytes  # a file; its text; or its bytes

NAMING = ("file_id", "path_raw", "file_path", "file_hash")  # columns that say which file is meant, the best first
CHANGING = ("result_people", "postponed", "people_mode", "comment_mode")
_LONGEST = 2**27  # characters of a cell: comments may be long
_SHOWN = 10  # columns that a sentence names


class SheetRow(NamedTuple):
    """One row."""

    line: int  # on which it begins
    cells: dict[str, str]  # by column
    problem: str  # why it is no row of this table, "" if it is


def read(source: Source) -> tuple[list[str], Iterator[SheetRow]]:
    """
    Return the names of the columns, and the rows.

    Raises:
        UsageError: It is no text, has no such columns, or a quote is not closed.

    """
    name = str(source) if isinstance(source, Path) else "The file"
    return _table(_text(source, name), name)


def notes(columns: Sequence[str]) -> list[str]:
    """Return what the person should know about the columns."""
    strange = [column for column in columns if column and column not in export_plan.COLUMNS]
    lacking = [column for column in CHANGING if column not in columns]
    notes = [f"Columns that mean nothing here: {', '.join(strange[:_SHOWN])}."] if strange else []
    return notes + ([f"Not in the file, so not changed: {', '.join(lacking)}."] if lacking else [])


def _text(source: Source, name: str) -> str:
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    try:
        raw = source.read_bytes() if isinstance(source, Path) else source
    except OSError as error:
        message = f"{name} cannot be read: {error.strerror}."
        raise errors.UsageError(message) from error
    try:
        return raw.decode(people_files.encoding_of(raw)).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        message = (
            f"{name} is not UTF-8 (byte {error.start}), so letters of names may be lost in it. Save it once more as "
            "“CSV UTF-8 (comma delimited)”."
        )
        raise errors.UsageError(message) from error


def _table(text: str, name: str) -> tuple[list[str], Iterator[SheetRow]]:
    """Return the names of the columns, and the rows: line, cells by column, what is wrong with it as a row."""
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    if not first_line:
        message = f"{name} is empty. Expected is what “Export” gave, with changes."
        raise errors.UsageError(message)
    named = first_line.lower().startswith("sep=") and len(first_line) == len("sep=;")
    delimiter = first_line[-1] if named else max(",;\t", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = people_files.numbered(reader, name, longest=_LONGEST)
    if named:
        next(rows)
    line, header = next((row for row in rows if any(row[1])), (1, []))
    columns = ["_".join(cell.split()).casefold() for cell in header]
    _require_columns(columns, name, line)
    return columns, _rows(rows, columns)


def _require_columns(columns: Sequence[str], name: str, line: int) -> None:
    twice = sorted({column for column in columns if columns.count(column) > 1 and column in (*NAMING, *CHANGING)})
    if twice:
        message = f"{name}, line {line}: the column {twice[0]} is there twice."
    elif not set(columns) & set(NAMING):
        message = f"{name}, line {line}: no column says which file is meant: file_id, path_raw or file_path."
    elif not set(columns) & set(CHANGING):
        message = f"{name}, line {line}: no column can change anything: {', '.join(CHANGING)}."
    else:
        return
    raise errors.UsageError(message)


def _rows(rows: Iterator[tuple[int, list[str]]], columns: Sequence[str]) -> Iterator[SheetRow]:
    places = [place for place, column in enumerate(columns) if column in (*NAMING, *CHANGING, "plan_id")]
    last = max(place for place, column in enumerate(columns) if column in (*NAMING, *CHANGING))
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        problem = ""
        if len(row) > len(columns) and any(row[len(columns) :]):
            problem = f"it has {len(row)} cells, the header has {len(columns)}"
        elif len(row) <= last:
            problem = f"it has {len(row)} cells, and {columns[last]} is the {last + 1}th"
        yield SheetRow(line, {columns[place]: cells.plain(row[place]) for place in places if place < len(row)}, problem)
