"""
Run the SQL of an analyst in a process of its own: `run_query` is the function that the process calls.

The process opens the newest snapshot read-only, without access to files or the network, with one thread and limited
memory, and locks these settings. It runs one SELECT or EXPLAIN. A query that is cancelled, or that exceeds its time, is
interrupted; if it still runs after a second, the process ends. The rows that an interrupted query has returned are its
answer; their total is then not known.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import duckdb

from indexium_core import errors
from indexium_core.flows.snapshots import analysis, query_text
from indexium_core.model import wording
from indexium_core.model.analysis import QueryAnswer, QueryColumn
from indexium_core.store.connection import typed
from indexium_core.store.snapshot import quoted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMATS", "QueryFailure", "QueryRequest", "run_query"]

FORMATS = ("csv", "parquet", "json")
_ALLOWED = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI}  # MULTI: PIVOT
# Functions that read files. Without access to files they can still read the snapshot itself as bytes.
_READS_FILES = re.compile(r"(read_\w+|\w+_scan|parquet_\w+|sniff_csv|glob)", re.IGNORECASE)
_CONFIG: Mapping[str, Any] = {"threads": 1, "temp_directory": "", "memory_limit": "1GB", "errors_as_json": True}
_POLL_SECONDS, _PATIENCE_SECONDS = 0.1, 1.0
_BATCH = 1000  # rows
_BEFORE = "COPY ("  # the text before a query whose rows are written into a file


class QueryFailure(NamedTuple):
    """The reason why a query has no answer."""

    message: str
    position: int | None = None  # of the word with the error, in characters
    length: int = 0


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


class Watched(Protocol):
    """The callback of the calling process."""

    def is_cancelled(self) -> bool:
        """Return whether the query must end: a person cancelled it, or its time is over."""


def run_query(watched: Watched, request: QueryRequest) -> QueryAnswer | pd.DataFrame | QueryFailure:
    """Run a query and return its answer, or the reason why there is none."""
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
        is_wrapped = request.out is not None and not isinstance(error, duckdb.ParserException)
        return _explain(error, request.text, skipped=len(_BEFORE) if is_wrapped else 0)
    except errors.IndexiumError as error:
        return QueryFailure(error.message)
    except (ValueError, OverflowError) as error:  # Python has no such value, for example for a very long interval
        return QueryFailure(f"A value of the result cannot be read: {error}.")


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


def _answer(con: duckdb.DuckDBPyConnection, request: QueryRequest) -> QueryAnswer | pd.DataFrame:
    statement = _checked(con, request.text)
    [(moment,)] = con.execute("FROM snapshot SELECT snapshot_at").fetchall()
    started = time.monotonic()
    if request.out is not None:
        form = request.out.suffix.lstrip(".").lower()
        target = f"TO {quoted(str(request.out))} (FORMAT {form}, USE_TMP_FILE false)"
        source = query_text.without_end(request.text)
        [(written,)] = con.execute(f"{_BEFORE}{source}) {target}", request.parameters or None).fetchall()
        return QueryAnswer(columns=(), rows=[], total=written, snapshot_at=moment)
    con.execute(statement, request.parameters or None)
    if request.as_frame:
        description = con.description or []
        return typed(con.df(), description)
    columns = tuple(QueryColumn(name, str(kind)) for name, kind, *_ in con.description or ())
    if statement.type is duckdb.StatementType.EXPLAIN:  # a text with line breaks becomes a row for each line
        lines = [(line,) for row in con.fetchall() for line in str(row[-1]).splitlines()]
        return QueryAnswer(columns=(columns[-1],), rows=lines, total=len(lines), snapshot_at=moment)
    rows: list[tuple[Any, ...]] = []
    count = size = 0
    is_complete = True
    try:
        while batch := con.fetchmany(_BATCH):
            count += len(batch)
            for row in batch:
                if len(rows) == request.max_rows or size > request.max_bytes:
                    break
                rows.append(row)
                size += len(str(row))
    except duckdb.InterruptException:
        if not rows:
            raise
        is_complete = False
    seconds = time.monotonic() - started
    total = count if is_complete else None
    return QueryAnswer(columns=columns, rows=rows, total=total, snapshot_at=moment, seconds=seconds)


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


def _explain(error: duckdb.Error, text: str, *, skipped: int) -> QueryFailure:
    """Return the message of DuckDB as one sentence with its place, after `skipped` characters that precede the text."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return QueryFailure(
            "The query needs more memory than it may use. Select fewer rows or columns, or aggregate them."
        )
    _, _, details = str(error).partition(": ")
    try:
        found = json.loads(details)
    except ValueError:
        return QueryFailure(str(error).strip().partition(chr(10))[0])
    message = _sentence(str(found.get("exception_message", "")).strip(), str(found.get("candidates", "")))
    start, length = (*json.loads(found.get("location", "[]")), found.get("position"), 0)[:2]
    if start is None:
        return QueryFailure(message)
    start = max(0, int(start) - skipped)
    data = text.encode()  # DuckDB counts bytes
    position = len(data[:start].decode("utf-8", "replace"))
    word = data[start : start + int(length)].decode("utf-8", "replace")
    line, column = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
    return QueryFailure(f"Line {line}, column {column}: {message}", position, len(word))


_REPLACED = (  # words of DuckDB: the sentence
    (r'Referenced column "(.+?)" (?:was )?not found.*', r"There is no column \1."),
    (r'.*?[Tt]able "(.+?)" does not have a column named "(.+?)".*', r"\1 has no column \2."),
    (r"Table with name (\S+) does not exist!?.*", r"There is no table \1."),
    (r".*Function with name (\S+) does not exist!?.*", r"There is no function \1."),
    (r"No function matches .*? '(.+?)\((.*?)\)'.*", r"\1 does not accept the types \2."),
    (r'syntax error at or near "(.+?)".*', r"There is a syntax error at or near \1."),
    (r"syntax error at end of input.*", r"The query ends too early."),
    (r"Values were not provided .*: (.+)", r"The parameter $\1 has no value."),
)


def _sentence(message: str, candidates: str) -> str:
    for pattern, replacement in _REPLACED:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found is not None:
            near = [name for name in candidates.split(",") if re.fullmatch(r"\w+", name)][:3]
            hint = f" Did you mean {wording.list_of(near, conjunction='or')}?" if near else ""
            return found.expand(replacement) + hint
    return message.partition("\n")[0].rstrip(".! ") + "."
