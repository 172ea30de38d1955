"""
How DuckDB opens the database file of a home.

The file is attached to a database in memory, because DuckDB takes the size of row groups only when it attaches a file.
With smaller row groups, several threads read and compress a table of 100,000 rows; see decision 0019.
"""

from __future__ import annotations

import time
from pathlib import Path

import duckdb

from indexium_core.store import sql
from indexium_core.store.home_files import CONFIG

ROW_GROUP_SIZE = 40_960  # rows; a full group goes to the disk, a smaller one stays in memory until COMMIT
NAME = "indexium"  # of the attached database
SPILL = "spill"  # folder in the home for data that exceeds the memory limit
_ATTEMPTS, _PAUSE_SECONDS = 100, 0.02


def connect(path: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """
    Open a database file; closing the last cursor closes it.

    DuckDB releases a closed file with a delay. Until then, this process cannot open it again, and the call waits.

    Raises:
        duckdb.Error: The file cannot be opened.

    """
    raw = duckdb.connect(":memory:", config=CONFIG | {"temp_directory": str(path.parent / SPILL)})
    try:
        _attach(raw, attachment(path, NAME, read_only=read_only))
        return _using_file(raw)
    except BaseException:
        raw.close()
        raise


def cursor(raw: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return another cursor of an open database file."""
    return _using_file(raw.cursor())


def attachment(path: Path, name: str, *, read_only: bool = False) -> str:
    """Return the statement that attaches a database file under a name."""
    mode = ", READ_ONLY" if read_only else ""
    return f"ATTACH {sql.quoted(str(path))} AS {name} (TYPE duckdb, ROW_GROUP_SIZE {ROW_GROUP_SIZE}{mode})"


def _attach(raw: duckdb.DuckDBPyConnection, statement: str) -> None:
    for attempts_left in reversed(range(_ATTEMPTS)):
        try:
            raw.execute(statement)
        except duckdb.ResourceInUseException:
            if not attempts_left:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _using_file(raw: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Let names in statements mean the tables of the file: each cursor has a search path of its own."""
    raw.execute(f"USE {NAME}")
    return raw
