"""
Reader of an edited spreadsheet: from its bytes to rows of cells by column.

Spreadsheet programs save CSV in several encodings and with several separators; the reader detects both from the
content. It rejects an encoding that may have lost letters, because a name with question marks would count as an edit.
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
from indexium_core.model.fields.entry import CURRENT, PLANNED
from indexium_core.model.fields.table import editable_fields
from indexium_core.model.planning import cells

Source: TypeAlias = Path | str | bytes  # a file; its text; or its bytes

FILE_COLUMNS = ("file_id", "path_raw", "file_path", "file_hash")  # identify the file; the most precise column is first
CHANGE_COLUMNS = ("result_people", "postponed", "people_mode", "comment_mode")
_MAX_CELL_LENGTH = 2**27  # characters: comments may be long
_MAX_NAMED = 10  # columns that a sentence names


class SheetRow(NamedTuple):
    """One row."""

    line: int  # the first line of the row
    cells: dict[str, str]  # by column
    problem: str  # why the row is malformed; "" for a valid row


def read(source: Source) -> tuple[list[str], Iterator[SheetRow]]:
    """
    Return the names of the columns, and the rows.

    Raises:
        UsageError: The source is not a text, lacks the columns, or has a quote that is not closed.

    """
    name = str(source) if isinstance(source, Path) else "The file"
    return _table(_text(source, name), name)


def notes(columns: Sequence[str]) -> list[str]:
    """Return notes for the user about the columns."""
    known = {*export_plan.COLUMNS, *_field_columns(CURRENT, PLANNED)}
    unknown = [column for column in columns if column and column not in known]
    missing = [column for column in CHANGE_COLUMNS if column not in columns]
    notes = [f"Unknown columns, ignored: {', '.join(unknown[:_MAX_NAMED])}."] if unknown else []
    return notes + (
        [f"Columns that the file lacks, so nothing changes there: {', '.join(missing)}."] if missing else []
    )


def _field_columns(*prefixes: str) -> list[str]:
    return [f"{prefix}{field.key}" for field in editable_fields() for prefix in prefixes]


def _text(source: Source, name: str) -> str:
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    try:
        raw = source.read_bytes() if isinstance(source, Path) else source
    except OSError as error:
        raise errors.UsageError(f"{name} cannot be read: {error.strerror}.") from error
    try:
        return raw.decode(people_files.encoding_of(raw)).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise errors.UsageError(
            f"{name} is not UTF-8 (byte {error.start}), so letters of names may be lost. Save it again as "
            "“CSV UTF-8 (comma delimited)”."
        ) from error


def _table(text: str, name: str) -> tuple[list[str], Iterator[SheetRow]]:
    """Return the names of the columns, and the rows."""
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    if not first_line:
        raise errors.UsageError(f"{name} is empty. It must be an edited copy of an export.")
    has_separator_line = first_line.lower().startswith("sep=") and len(first_line) == len("sep=;")
    delimiter = first_line[-1] if has_separator_line else max(",;\t", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = people_files.numbered(reader, name, max_cell_length=_MAX_CELL_LENGTH)
    if has_separator_line:
        next(rows)
    line, header = next((row for row in rows if any(row[1])), (1, []))
    columns = ["_".join(cell.split()).casefold() for cell in header]
    _require_columns(columns, name, line)
    return columns, _rows(rows, columns)


def _require_columns(columns: Sequence[str], name: str, line: int) -> None:
    changes = (*CHANGE_COLUMNS, *_field_columns(PLANNED))
    known = (*FILE_COLUMNS, *changes)
    duplicates = sorted({column for column in columns if columns.count(column) > 1 and column in known})
    if duplicates:
        message = f"{name}, line {line}: the column {duplicates[0]} exists twice."
    elif not set(columns) & set(FILE_COLUMNS):
        message = f"{name}, line {line}: no column identifies the file; add file_id, path_raw or file_path."
    elif not set(columns) & set(changes):
        message = f"{name}, line {line}: no column has a change; add one of {', '.join(changes)}."
    else:
        return
    raise errors.UsageError(message)


def _rows(rows: Iterator[tuple[int, list[str]]], columns: Sequence[str]) -> Iterator[SheetRow]:
    known = {*FILE_COLUMNS, *CHANGE_COLUMNS, *_field_columns(PLANNED)}
    wanted = {*known, *_field_columns(CURRENT), "plan_id"}
    indexes = [index for index, column in enumerate(columns) if column in wanted]
    last = max(index for index, column in enumerate(columns) if column in known)
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        problem = ""
        if len(row) > len(columns) and any(row[len(columns) :]):
            problem = f"the row has {len(row)} cells, the header {len(columns)}"
        elif len(row) <= last:
            problem = f"the row has {len(row)} cells, but {columns[last]} is column {last + 1}"
        own_cells = {columns[index]: cells.plain(row[index]) for index in indexes if index < len(row)}
        yield SheetRow(line, own_cells, problem)
