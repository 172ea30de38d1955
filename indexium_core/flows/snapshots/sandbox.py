"""
Run the SQL of an analyst in a process of its own: `run_query` is the function that the process calls.

The process opens the newest snapshot read-only, without access to files or the network, with one thread and limited
memory, and locks these settings. It runs one SELECT or EXPLAIN. A query that is cancelled, or that exceeds its time, is
interrupted; a process that ignores that for a second ends itself.
"""

from __future__ import annotations

import itertools
import os
import re
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import duckdb

from indexium_core import errors
from indexium_core.flows.snapshots import analysis
from indexium_core.store.snapshot import quoted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMATS", "QueryAnswer", "QueryColumn", "QueryRequest", "run_query"]

FORMATS = ("csv", "parquet", "json")
_ALLOWED = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI}  # MULTI: PIVOT
# Functions that read files. Without access to files they can still read the snapshot itself as bytes.
_READS_FILES = re.compile(r"(read_\w+|\w+_scan|parquet_\w+|sniff_csv|glob)", re.IGNORECASE)
_CONFIG: Mapping[str, Any] = {"threads": 1, "temp_directory": "", "memory_limit": "1GB"}
_POLL_SECONDS, _PATIENCE_SECONDS = 0.1, 1.0
_BATCH = 1000  # rows


class QueryColumn(NamedTuple):
    """A column of an answer."""

    name: str
    type: str  # as DuckDB prints it


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRequest:
    """A query and its limits."""

    home: Path
    text: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    max_rows: int = 0
    max_bytes: int = 0  # of the rows in an answer, about
    as_frame: bool = False  # return all rows as a pandas table instead
    out: Path | None = None  # write all rows into this file instead; its name ends with one of `FORMATS`


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAnswer:
    """The first rows of a result."""

    columns: tuple[QueryColumn, ...]
    rows: list[tuple[Any, ...]]
    total: int  # rows of the whole result
    snapshot_at: datetime
    frame: pd.DataFrame | None = None

    @property
    def is_cut(self) -> bool:
        """Whether the result has more rows than the answer."""
        return self.total > len(self.rows)


class Watched(Protocol):
    """The callback of the calling process."""

    def is_cancelled(self) -> bool:
        """Return whether the query must end: a person cancelled it, or its time is over."""


def run_query(watched: Watched, request: QueryRequest) -> QueryAnswer | str:
    """Run a query and return its answer, or a sentence that says why there is none."""
    try:
        with analysis.open_newest(request.home, files=_files(request), config=_CONFIG) as con:
            ended = threading.Event()
            watcher = threading.Thread(target=_watch, args=(watched, con, ended), daemon=True)
            watcher.start()
            try:
                return _answer(con, request)
            finally:
                ended.set()
                watcher.join()
    except duckdb.Error as error:
        return _explain(error)
    except errors.IndexiumError as error:
        return error.message


def _files(request: QueryRequest) -> list[Path]:
    return [] if request.out is None else [request.out]


def _watch(watched: Watched, con: duckdb.DuckDBPyConnection, ended: threading.Event) -> None:
    """Interrupt the query when it must end."""
    while not ended.wait(_POLL_SECONDS):
        if watched.is_cancelled():
            con.interrupt()
            if not ended.wait(_PATIENCE_SECONDS):
                os.kill(os.getpid(), signal.SIGKILL)
            return


def _answer(con: duckdb.DuckDBPyConnection, request: QueryRequest) -> QueryAnswer:
    statement = _checked(con, request.text)
    [(moment,)] = con.execute("FROM snapshot SELECT snapshot_at").fetchall()
    if request.out is not None:
        form = request.out.suffix.lstrip(".").lower()
        source = f"FROM query({quoted(request.text.strip().rstrip(';'))})"
        target = f"TO {quoted(str(request.out))} (FORMAT {form}, USE_TMP_FILE false)"
        [(total,)] = con.execute(f"COPY ({source}) {target}").fetchall()
        return QueryAnswer(columns=(), rows=[], total=total, snapshot_at=moment)
    con.execute(statement, request.parameters or None)
    if request.as_frame:
        frame = con.df()
        return QueryAnswer(columns=(), rows=[], total=len(frame), snapshot_at=moment, frame=frame)
    columns = tuple(QueryColumn(name, str(kind)) for name, kind, *_ in con.description or ())
    rows: list[tuple[Any, ...]] = []
    total = size = 0
    while batch := con.fetchmany(_BATCH):
        total += len(batch)
        for row in batch:
            if len(rows) == request.max_rows or size > request.max_bytes:
                break
            rows.append(row)
            size += len(str(row))
    return QueryAnswer(columns=columns, rows=rows, total=total, snapshot_at=moment)


def _checked(con: duckdb.DuckDBPyConnection, text: str) -> duckdb.Statement:
    """
    Return the statement of a text.

    Raises:
        UsageError: The text is not one SELECT or EXPLAIN, or it uses a function that reads files.

    """
    statements = con.extract_statements(text)
    if len(statements) != 1:
        raise errors.UsageError("Write one SELECT statement.")
    if statements[0].type not in _ALLOWED:
        raise errors.UsageError("Only SELECT and EXPLAIN are possible: a snapshot cannot be changed.")
    data = text.encode()
    tokens = [*duckdb.tokenize(text), (len(data), None)]
    for (start, kind), (end, _) in itertools.pairwise(tokens):
        word = data[start:end].decode("utf-8", "replace").strip().strip('"')
        if kind == duckdb.token_type.identifier and _READS_FILES.fullmatch(word):
            raise errors.UsageError(f"The function {word} reads files, which is not possible here.")
    return statements[0]


def _explain(error: duckdb.Error) -> str:
    if isinstance(error, duckdb.OutOfMemoryException):
        return "The query needs more memory than it may use. Select fewer rows or columns, or aggregate them."
    return str(error).strip().partition(chr(10))[0]
