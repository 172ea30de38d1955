"""
Run the SQL of an analyst in a process of its own: `run_query` is the function that the process calls.

The process opens the newest snapshot read-only, without access to files or the network, with one thread and limited
memory, and locks these settings. It runs one SELECT or EXPLAIN. A query that is cancelled, or that exceeds its time, is
interrupted; if it still runs after a second, the process ends. The rows that an interrupted query has returned are its
answer; their total is then not known. A query that exceeds the memory ends with an error, or its process does.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import duckdb

from indexium_core import errors
from indexium_core.flows.snapshots import analysis, answer_rows, query_check, query_text
from indexium_core.flows.snapshots.answer_rows import AnswerRows
from indexium_core.model import wording
from indexium_core.model.analysis import QueryAnswer, QueryColumn
from indexium_core.model.fields.table import FIELDS
from indexium_core.store.sql import quoted

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("csv", "parquet", "json")
MEMORY = 10**9  # bytes of the data of the process
# DuckDB does not count everything that it allocates, so the process itself has the limit. Its own limit is a bit lower.
_CONFIG: Mapping[str, Any] = {"threads": 1, "temp_directory": "", "memory_limit": "900MB", "errors_as_json": True}
_POLL_SECONDS, _PATIENCE_SECONDS = 0.1, 1.0
_BEFORE = "COPY ("  # the text before a query whose rows are written into a file
_MOST_COLUMNS, _MOST_NAMES = 2000, 1_000_000  # of an answer; characters of their names and types
_MOST_WORDS, _MOST_MESSAGE = 400, 10_000  # characters of a message of DuckDB, which can contain a value: shown, read
_CHUNK = 50  # vectors of 2,048 rows of a table that are sent at once
TOO_MUCH_MEMORY = (
    "The query needs more memory than it may use (1 GB). Select fewer rows or columns, or shorter values, or aggregate "
    "them."
)


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
    as_frame: bool = False  # send all rows to the calling process as pandas tables instead
    out: Path | None = None  # write all rows into this file instead; its name ends with one of `FORMATS`


class Watched(Protocol):
    """The callbacks of the calling process."""

    def started(self) -> None:
        """Note that the query starts now: its time begins."""

    def is_cancelled(self) -> bool:
        """Return whether the query must end: a person cancelled it, or its time is over."""

    def receive(self, frame: pd.DataFrame) -> None:
        """Take the next rows of a result."""

    def note_memory(self) -> None:
        """Note that the process ends now, because the query exceeds its memory."""


def run_query(watched: Watched, request: QueryRequest) -> QueryAnswer | QueryFailure:
    """Run a query and return its answer, or the reason why there is none. The process can run one query only."""
    try:
        _limit_memory()
        with analysis.open_newest(request.home, files=_files(request), config=_CONFIG) as con:
            watched.started()
            ended = threading.Event()
            watcher = threading.Thread(target=_watch, args=(watched, con, ended), daemon=True)
            watcher.start()
            try:
                return _answer(con, request, watched)
            finally:
                ended.set()
                watcher.join()
    except duckdb.Error as error:
        is_wrapped = request.out is not None and not isinstance(error, duckdb.ParserException)
        return _explain(error, request.text, skipped=len(_before(request)) if is_wrapped else 0)
    except MemoryError:
        return QueryFailure(TOO_MUCH_MEMORY)
    except errors.SqlError as error:
        return QueryFailure(error.message, error.position, error.length)
    except errors.IndexiumError as error:
        return QueryFailure(error.message)
    except (ValueError, OverflowError) as error:  # Python has no such value, for example for a very long interval
        return QueryFailure(f"A value of the result cannot be read: {_short(str(error))}.")


def _before(request: QueryRequest) -> str:
    """Return the text before the query in the statement that writes its rows."""
    return answer_rows.BEFORE_CSV if request.out is not None and _form(request.out) == "csv" else _BEFORE


def _limit_memory() -> None:
    """Let the system refuse more memory. macOS ignores this limit; there, `_watch` ends the process."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    with contextlib.suppress(OSError, ValueError):  # an administrator has set a lower one
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, hard))


def _largest_memory() -> int:
    """Return the most memory in bytes that this process had at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _files(request: QueryRequest) -> list[Path]:
    """Return the files that DuckDB writes; a CSV is not one of them."""
    return [] if request.out is None or _form(request.out) == "csv" else [request.out]


def _watch(watched: Watched, con: duckdb.DuckDBPyConnection, ended: threading.Event) -> None:
    """Interrupt the query when it must end."""
    while not ended.wait(_POLL_SECONDS):
        if _largest_memory() > 1.2 * MEMORY:  # with the program itself
            watched.note_memory()
            os.kill(os.getpid(), signal.SIGKILL)
        if watched.is_cancelled():
            con.interrupt()
            if not ended.wait(_PATIENCE_SECONDS):
                os.kill(os.getpid(), signal.SIGKILL)
            return


def _answer(con: duckdb.DuckDBPyConnection, request: QueryRequest, watched: Watched) -> QueryAnswer:
    source = request.text if request.out is None else query_text.without_end(request.text)
    statement = query_check.checked(con, source)
    [(moment,)] = con.execute("FROM snapshot.main.snapshot SELECT snapshot_at").fetchall()
    started = time.monotonic()
    if request.out is not None:
        _require_rows(statement, request.out)
        written = _write(con, request, source, request.out)
        return QueryAnswer(columns=(), rows=[], total=written, snapshot_at=moment)
    con.execute(statement, request.parameters or None)
    columns = tuple(QueryColumn(name, str(kind)) for name, kind, *_ in con.description or ())
    if request.as_frame:
        return QueryAnswer(columns=columns, rows=[], total=_send(con, watched), snapshot_at=moment)
    words = sum(len(column.name) + len(column.type) for column in columns)
    if len(columns) > _MOST_COLUMNS or words > _MOST_NAMES:
        raise errors.UsageError(
            f"The result has {wording.plural(len(columns), 'column')} and {words:,} characters of names and types, "
            f"which is too much for an answer. Select fewer columns."
        )
    is_plan = statement.type is duckdb.StatementType.EXPLAIN
    if is_plan:
        columns = (columns[-1],)
    found = AnswerRows(max_rows=request.max_rows, max_bytes=request.max_bytes)
    count = 0
    is_complete = True
    try:
        for row in _rows(con, is_plan=is_plan):
            count += 1
            found.add(row)
    except duckdb.InterruptException:
        if not found.rows:
            raise
        is_complete = False
    return QueryAnswer(
        columns=columns,
        rows=found.rows,
        total=count if is_complete else None,
        snapshot_at=moment,
        seconds=time.monotonic() - started,
        cut_values=found.cut_values,
    )


def _form(out: Path) -> str:
    """Return the one of `FORMATS` that a file has."""
    return out.suffix.lstrip(".").lower()


def _require_rows(statement: duckdb.Statement, out: Path) -> None:
    """Raise UsageError if DuckDB cannot write the rows of a statement into a file of this kind."""
    if statement.type is duckdb.StatementType.EXPLAIN:
        raise errors.UsageError("EXPLAIN has no rows for a file. Run it without a file.")
    if statement.type is duckdb.StatementType.MULTI and _form(out) != "csv":
        raise errors.UsageError(
            "Name the columns of the PIVOT, for example PIVOT plan ON risk IN ('safe', 'danger'), or choose a CSV file."
        )


def _write(con: duckdb.DuckDBPyConnection, request: QueryRequest, source: str, out: Path) -> int:
    """Write all rows of a checked query into a file, and return their number."""
    if _form(out) == "csv":
        return answer_rows.write_answer(con, source, request.parameters or None, out)
    target = f"TO {quoted(str(out))} (FORMAT {_form(out)}, USE_TMP_FILE false)"
    [(written,)] = con.execute(f"{_BEFORE}{source}\n) {target}", request.parameters or None).fetchall()
    return int(written)


def _rows(con: duckdb.DuckDBPyConnection, *, is_plan: bool) -> Iterator[tuple[Any, ...]]:
    """
    Return the rows of a result one by one, because a row can be large.

    `is_plan`: the last column is a text with line breaks, each line of which becomes a row.
    """
    while (row := con.fetchone()) is not None:
        if is_plan:
            yield from ((line,) for line in str(row[-1]).splitlines())
        else:
            yield row


def _send(con: duckdb.DuckDBPyConnection, watched: Watched) -> int:
    """Send the rows of a result in parts, at least one, and return their number."""
    count = 0
    while True:
        frame = con.fetch_df_chunk(_CHUNK)
        if len(frame) or not count:
            watched.receive(frame)
        if frame.empty:
            return count
        count += len(frame)


def _explain(error: duckdb.Error, text: str, *, skipped: int) -> QueryFailure:
    """Return the message of DuckDB as one sentence with its place, after `skipped` characters that precede the text."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return QueryFailure(TOO_MUCH_MEMORY)
    words = str(error)
    try:
        found = json.loads(words[words.find("{") :])
        message = _sentence(str(found.get("exception_message", "")).strip(), str(found.get("candidates", "")))
    except (ValueError, AttributeError):
        return QueryFailure(_sentence(words.strip(), ""))
    start, length = (*json.loads(found.get("location", "[]")), found.get("position"), 0)[:2]
    if start is None:
        return QueryFailure(message)
    start = max(0, int(start) - skipped)
    data = text.encode()  # DuckDB counts bytes
    position = len(data[:start].decode("utf-8", "replace"))
    word = data[start : start + int(length)].decode("utf-8", "replace")
    line, column = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
    return QueryFailure(f"Line {line}, column {column}: {message}", position, len(word))


_FIELD_KEYS = frozenset(each.key for each in FIELDS)
_REPLACED = (  # words of DuckDB: the sentence
    (r'Referenced column "(.+?)" (?:was )?not found.*', r"There is no column \1."),
    (r'.*?[Tt]able "(.+?)" does not have a column named "(.+?)".*', r"\1 has no column \2."),
    (r"Table with name (\S+) does not exist!?.*", r"There is no table \1."),
    (r".*Function with name (\S+) does not exist!?.*", r"There is no function \1."),
    (r"No function matches .*? '(.+?)\((.*?)\)'.*", r"\1 does not accept the types \2."),
    (r'syntax error at or near "(.+?)".*', r"There is a syntax error at or near \1."),
    (r"syntax error at end of input.*", r"The query ends too early."),
    (r"Values were not provided .*: (.+)", r"The parameter $\1 has no value."),
    (r".*required extension '(\w+).*", r"The query needs the extension \1 of DuckDB, which is not available here."),
    (r".*expression depth limit.*", r"The query is too deeply nested. Make it simpler."),
    (r'Cannot access file "(.+?)".*', r"A query cannot read the file \1: it has only the tables of the snapshot."),
    (r"(?:\w+ )+Error: ([^\n]+).*", r"\1."),
)


def _sentence(message: str, candidates: str) -> str:
    for pattern, replacement in _REPLACED:
        found = re.fullmatch(pattern, message[:_MOST_MESSAGE], re.DOTALL)
        if found is not None:
            near = [name for name in candidates.split(",") if re.fullmatch(r"\w+", name)][:3]
            hint = f" Did you mean {wording.list_of(near, conjunction='or')}?" if near else ""
            if found.lastindex and found[found.lastindex].lower() in _FIELD_KEYS:  # they have no columns of their own
                hint = f" The value in a file is fields['{found[found.lastindex].lower()}'], in the table files."
            return _short(found.expand(replacement)) + hint
    message = _short(message.partition("\n")[0].rstrip(".! ")) + "."
    return message[0].upper() + message[1:]


def _short(text: str) -> str:
    """Return a text that may contain a value of the query, without the rest of a long one."""
    return text if len(text) <= _MOST_WORDS else f"{text[:_MOST_WORDS]}…"
