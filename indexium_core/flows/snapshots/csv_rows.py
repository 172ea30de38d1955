"""The rows of a query as CSV: values in the words of DuckDB, and texts that no spreadsheet reads as formulas."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from indexium_core import errors
from indexium_core.model.planning import cells

BEFORE = "FROM ("  # the text before the query in both statements
_AS_TEXTS = "\n) SELECT COLUMNS(*)::VARCHAR"  # as DuckDB writes the values of a CSV
_NO_TEXT = "\udc00"  # in place of an empty text, which is written as two quotation marks: NULL is an empty cell
_NUMBERS = frozenset(
    {f"{sign}{size}INT" for sign in ("", "U") for size in ("TINY", "SMALL", "BIG", "HUGE")}
    | {"INTEGER", "UINTEGER", "FLOAT", "DOUBLE", "DECIMAL", "BIGNUM"}
)


def write(con: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, Any] | None, out: Path) -> int:
    """
    Write the headings and all rows of a query into a file or a pipe, and return the number of rows.

    Columns with a type of numbers keep their values, so -5 stays a number.

    Raises:
        duckdb.Error: The query fails.
        UsageError: The file cannot be written.

    """
    found = con.execute(f"{BEFORE}{query}\n) LIMIT 0", parameters).description or ()
    numbers = {index for index, column in enumerate(found) if str(column[1]).partition("(")[0] in _NUMBERS}
    con.execute(f"{BEFORE}{query}{_AS_TEXTS}", parameters)
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
