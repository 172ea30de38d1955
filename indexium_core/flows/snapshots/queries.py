"""
Queries of analysts: run SQL on the newest snapshot in a separate process, within limits.

Each query has a new process, without the memory that an earlier query left behind; a fork of a process that has loaded
DuckDB starts it at once. At most four queries and four exports run at the same time, and further ones wait. An account
has at most three of each, running or waiting, so that one is left for the others.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from indexium_core import errors
from indexium_core.flows.snapshots import analysis, query_text, sandbox
from indexium_core.flows.snapshots.query_streams import QueryStream, StreamSlots
from indexium_core.flows.snapshots.sandbox import QueryFailure, QueryRequest
from indexium_core.jobs.executors import Processes, WorkerLostError
from indexium_core.model.accounts.actor_limit import ActorLimit, account_of
from indexium_core.model.accounts.needs import needs, reads_home
from indexium_core.model.accounts.permissions import QUERY_RUN
from indexium_core.model.analysis import (
    MEDIA_TYPES,
    QueryAnswer,
    QueryCompletion,
    QueryField,
    SchemaColumn,
    SchemaTable,
)
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.operations.actor import carry_actor, current_actor
from indexium_core.model.remote_calls import remote
from indexium_core.model.surrogates import INVALID_TEXT, has_surrogates
from indexium_core.store import connection
from indexium_core.store import snapshot as published

if TYPE_CHECKING:
    import pandas as pd

MAX_ROWS, MAX_BYTES = 10_000, 2_000_000  # of an answer
SECONDS = 10.0  # of a query
_EXPORT_SECONDS = 600.0
_START_SECONDS = 60.0  # in which the process of a query starts
_RUNNING, _WAITING = 4, 16  # queries, and exports, at the same time
_OF_ACCOUNT = 3  # queries, and exports, of one account at the same time
_POLL_SECONDS = 0.1
_FILE_ID = "file_id"  # a result with this column can become a selection of the plan
_SCHEMA = """
FROM duckdb_columns() AS c JOIN duckdb_tables() AS t USING (database_name, schema_name, table_name)
SELECT table_name, t.estimated_size, c.column_name, c.data_type, c.comment
WHERE database_name = 'snapshot' AND schema_name = 'main' ORDER BY c.column_index
"""


@dataclass
class _RunningQuery:
    """A query that runs: its process asks regularly whether the query must end, and sends the rows of a table."""

    seconds: float
    is_stopped: Callable[[], bool]
    reason: str = ""
    frames: list[pd.DataFrame] = field(default_factory=list)
    ends_at: float = field(init=False)  # time.monotonic()

    def __post_init__(self) -> None:
        self.ends_at = time.monotonic() + _START_SECONDS + self.seconds

    def started(self) -> None:
        """Start the time of the query: taking a snapshot and starting the process do not count."""
        self.ends_at = time.monotonic() + self.seconds

    def is_cancelled(self) -> bool:
        if not self.reason and self.is_stopped():
            self.reason = "cancelled"
        elif not self.reason and time.monotonic() > self.ends_at:
            self.reason = "late"
        return bool(self.reason)

    def receive(self, frame: pd.DataFrame) -> None:
        self.frames.append(frame)

    def note_memory(self) -> None:
        self.reason = "memory"


class _SnapshotSource(Protocol):
    def refresh(self) -> str: ...


class _Turns:
    """The queries that run at the same time, and those that wait for their turn."""

    def __init__(self) -> None:
        self._limit = ActorLimit(_OF_ACCOUNT, "queries")
        self._running = threading.Semaphore(_RUNNING)
        self._places = threading.Semaphore(_RUNNING + _WAITING)

    @contextmanager
    def turn(self, run: _RunningQuery) -> Iterator[None]:
        """Wait until fewer than `_RUNNING` others run, at most as long as the query may run."""
        with self._limit.use():
            if not self._places.acquire(blocking=False):
                raise errors.TooManyError(f"{_RUNNING + _WAITING} other queries run or wait. Try again later.")
            try:
                self._wait(run)
                try:
                    yield
                finally:
                    self._running.release()
            finally:
                self._places.release()

    def _wait(self, run: _RunningQuery) -> None:
        ends_at = time.monotonic() + run.seconds
        while not self._running.acquire(timeout=_POLL_SECONDS):
            if run.is_stopped():
                raise errors.UsageError("The query was cancelled.", code="cancelled")
            if time.monotonic() > ends_at:
                raise errors.TooManyError(f"{_RUNNING} other queries run already. Try again when one has ended.")


@checked_arguments
class Queries:
    """Runs queries of analysts on a home."""

    def __init__(self, snapshots: _SnapshotSource, home: Path, *, max_download: Callable[[], int]) -> None:
        """`max_download`: returns the largest size in bytes of a stream."""
        self._snapshots, self._home, self._max_download = snapshots, home, max_download
        self._processes = Processes(home / "queries.lock", modules=(sandbox.__name__,), spare=0, are_reused=False)
        self._queries, self._exports = _Turns(), _Turns()
        self._streams = StreamSlots()
        self._schema: tuple[SchemaTable, ...] = ()
        self._schema_of: Path | None = None  # the snapshot whose tables `_schema` has

    @needs(QUERY_RUN)
    @remote()
    def run(
        self,
        text: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        seconds: float = SECONDS,
        max_rows: int = MAX_ROWS,
        max_bytes: int = MAX_BYTES,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> QueryAnswer:
        """
        Run one SELECT or EXPLAIN and return its first rows.

        A query that exceeds its duration is stopped. Its first rows are the answer, without a total, if it has any. A
        long value is cut, and ends with its length.

        Args:
            text: The statement; `$name` is a parameter.
            parameters: The values of the parameters.
            seconds: The longest duration, without the time for the snapshot.
            max_rows: The most rows of the answer.
            max_bytes: The size at which the answer is cut, about.
            is_stopped: Returns whether a person has cancelled the query; it is called every 0.1 s.

        Raises:
            SqlError: The statement is not valid.
            UsageError: It was cancelled, or it exceeded a limit before its first row; `cancelled` or `limit`.
            TooManyError: Other queries run all the time.

        """
        values = dict(parameters or {})
        request = QueryRequest(home=self._home, text=text, parameters=values, max_rows=max_rows, max_bytes=max_bytes)
        return self._run(request, _RunningQuery(seconds, is_stopped), self._queries)

    @needs(QUERY_RUN)
    @remote(paths=("out",))
    def write(
        self,
        text: str,
        out: Path,
        parameters: Mapping[str, Any] | None = None,
        *,
        seconds: float = _EXPORT_SECONDS,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> int:
        """
        Write all rows of one SELECT into a new file, and return their number.

        The name of the file ends with .csv, .parquet or .json.

        Raises:
            UsageError: As for `run`; or the file exists, its folder is missing, or the ending is another.

        """
        if out.suffix.lstrip(".").lower() not in sandbox.FORMATS:
            raise errors.UsageError(f"The name {out.name} must end with .csv, .parquet or .json.")
        if out.exists() or not out.parent.is_dir():
            fault = "exists already" if out.exists() else "is in a folder that does not exist"
            raise errors.UsageError(f"The file {out} {fault}. Choose another name.")
        unfinished = out.with_name(f".{out.stem}.part{out.suffix}")
        request = QueryRequest(home=self._home, text=text, parameters=dict(parameters or {}), out=unfinished)
        try:
            answer = self._run(request, _RunningQuery(seconds, is_stopped), self._exports)
            unfinished.replace(out)
        finally:
            unfinished.unlink(missing_ok=True)
        return answer.total or 0

    @needs(QUERY_RUN)
    def stream(
        self, text: str, kind: str, parameters: Mapping[str, Any] | None = None, *, client: str = ""
    ) -> QueryStream:
        """
        Return all rows of one SELECT as the bytes of a file, which nobody stores; the caller closes it.

        Args:
            text: The statement.
            kind: Ending of the name of the file: csv or parquet.
            parameters: The values of the parameters.
            client: The address of who receives it; an account, and an address without one, has at most two streams at
                the same time.

        Raises:
            UsageError: There is no such kind of file.
            TooManyError: The client, or all clients, have enough streams already.

        """
        if kind not in MEDIA_TYPES:
            raise errors.UsageError(f"A query can be downloaded as csv or parquet, not as {kind}.")
        values = dict(parameters or {})

        def write(path: Path, is_stopped: Callable[[], bool]) -> QueryAnswer:
            request = QueryRequest(home=self._home, text=text, parameters=values, out=path)
            return self._run(request, _RunningQuery(_EXPORT_SECONDS, is_stopped), self._exports)

        client = account_of(current_actor()) or client
        self._streams.take(client)
        try:
            return QueryStream(
                carry_actor(write), kind, max_bytes=self._max_download(), on_close=lambda: self._streams.release(client)
            )
        except BaseException:
            self._streams.release(client)
            raise

    @needs(QUERY_RUN)
    def frame(
        self,
        text: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        seconds: float = _EXPORT_SECONDS,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> pd.DataFrame:
        """
        Run one SELECT, without a limit of rows, and return the result as a table; arguments and errors as `run`.

        `attrs["notice"]` of the table is the `notice` of the answer, if it has one.
        """
        import pandas as pd

        request = QueryRequest(home=self._home, text=text, parameters=dict(parameters or {}), as_frame=True)
        run = _RunningQuery(seconds, is_stopped)
        answer = self._run(request, run, self._exports)
        whole = pd.concat(run.frames, ignore_index=True) if len(run.frames) > 1 else run.frames[0]
        frame = connection.typed(whole, [(column.name, column.type) for column in answer.columns])
        if answer.notice:
            frame.attrs["notice"] = answer.notice
        return frame

    @needs(QUERY_RUN)
    def file_ids(
        self,
        text: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        seconds: float = _EXPORT_SECONDS,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> list[int]:
        """Return the files that the column `file_id` of a whole result names, by id; arguments as `run`."""
        # Only files of the snapshot: a result can have any number of other values.
        found = f"WITH result AS ({query_text.without_end(text)}) FROM snapshot.main.files SEMI JOIN result"
        query = f"{found} USING ({_FILE_ID}) SELECT {_FILE_ID} ORDER BY ALL"
        return [int(value) for value in self.frame(query, parameters, seconds=seconds, is_stopped=is_stopped)[_FILE_ID]]

    @reads_home
    @remote()
    def schema(self) -> tuple[SchemaTable, ...]:
        """Return the tables of the newest snapshot with their columns and their numbers of rows."""
        if not self._schema or self._schema_of != self._newest():
            answer = self.run(_SCHEMA)
            self._schema, self._schema_of = tuple(_tables(answer.rows)), self._newest()
        return self._schema

    @reads_home
    @remote()
    def fields(self, text: str) -> list[QueryField]:
        """Return the parameters of a query, in their order; the text may be incomplete."""
        return query_text.fields(text, self._schema or self.schema()) if "$" in text else []

    @needs(QUERY_RUN)
    @remote()
    def values(self, text: str, typed: Mapping[str, str]) -> dict[str, Any]:
        """Return the values of the parameters of a query from typed texts. SqlError: a value is missing or invalid."""
        return query_text.read_values(self.fields(text), typed)

    @reads_home
    @remote()
    def complete(self, text: str, position: int) -> list[QueryCompletion]:
        """Return the completions of the word before the cursor: tables, columns, functions and keywords."""
        return query_text.complete(text, position, self._schema or self.schema())

    @reads_home
    def pandas_code(self, text: str, parameters: Mapping[str, Any] | None = None) -> str:
        """Return Python code that runs a query and keeps the result in `df`."""
        return query_text.as_pandas(text, parameters or {}, str(self._home))

    def close(self) -> None:
        """End the processes."""
        self._processes.close()

    def _run(self, request: QueryRequest, run: _RunningQuery, turns: _Turns) -> QueryAnswer:
        """Return the answer of a query when it is its turn."""
        _require_text(request)
        with turns.turn(run):
            notice = self._snapshots.refresh()
            try:
                answer = self._processes.call_with_callbacks(run, sandbox.run_query, request)
            except WorkerLostError as lost:
                answer = QueryFailure(_why_lost(str(lost)))
        if run.reason == "memory":
            answer = QueryFailure(sandbox.TOO_MUCH_MEMORY)
        if run.reason == "cancelled":
            raise errors.UsageError("The query was cancelled.", code="cancelled")
        has_rows = isinstance(answer, QueryAnswer) and bool(answer.rows)
        if run.reason == "late" and not has_rows:
            message = f"The query was stopped after {run.seconds:.0f} s. Select less, aggregate, or add a LIMIT."
            raise errors.UsageError(message, code="limit")
        if isinstance(answer, QueryFailure):
            raise errors.SqlError(answer.message, position=answer.position, length=answer.length)
        return replace(answer, notice=notice)

    def _newest(self) -> Path | None:
        try:
            return analysis.newest(self._home)
        except errors.UsageError:
            return None


def _require_text(request: QueryRequest) -> None:
    """Refuse a text that is not valid Unicode. Raises `SqlError`."""
    for part in (request.text, *request.parameters, *request.parameters.values()):
        if isinstance(part, str) and has_surrogates(part):
            raise errors.SqlError(INVALID_TEXT)


def _why_lost(reason: str) -> str:
    """Return the sentence about a process that ended before its answer: the system refused it memory."""
    if reason.startswith("was ended by"):
        return f"{sandbox.TOO_MUCH_MEMORY} Or it is too deeply nested. Its process {reason}."
    return f"The process of the query {reason}."


def _tables(rows: Iterable[Sequence[Any]]) -> list[SchemaTable]:
    """Return the tables of rows of `_SCHEMA`."""
    found = {table.name: SchemaTable(table.name, table.description, 0, ()) for table in published.tables()}
    for table, size, name, kind, comment in rows:
        known = found[table]
        found[table] = replace(known, rows=size, columns=(*known.columns, SchemaColumn(name, kind, comment or "")))
    return list(found.values())
