"""
Queries of analysts: run SQL on the newest snapshot in a separate process, within limits.

The process starts with the first query. It stays for 30 seconds after each query, so that the next one starts at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexium_core import errors
from indexium_core.flows.snapshots import analysis, query_text, sandbox
from indexium_core.flows.snapshots.sandbox import QueryFailure, QueryRequest
from indexium_core.flows.snapshots.snapshots import Snapshots
from indexium_core.jobs.executors import Processes, WorkerLostError
from indexium_core.model.analysis import QueryAnswer, QueryCompletion, QueryField, SchemaColumn, SchemaTable
from indexium_core.model.checked_calls import checked_arguments
from indexium_core.model.remote_calls import remote
from indexium_core.model.surrogates import INVALID_TEXT, has_surrogates
from indexium_core.store import snapshot as published

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Queries"]

MAX_ROWS, MAX_BYTES = 10_000, 2_000_000  # of an answer
SECONDS = 10.0  # of a query
_EXPORT_SECONDS = 600.0
_FILE_ID = "file_id"  # a result with this column can become a selection of the plan
_SCHEMA = """
FROM duckdb_columns() AS c JOIN duckdb_tables() AS t USING (database_name, table_name)
SELECT table_name, t.estimated_size, c.column_name, c.data_type, c.comment
WHERE database_name = 'snapshot' ORDER BY c.column_index
"""


@dataclass
class _Limit:
    """The limit of a query: its process asks regularly whether the query must end."""

    ends_at: float  # time.monotonic()
    is_stopped: Callable[[], bool]
    reason: str = ""

    def is_cancelled(self) -> bool:
        if not self.reason and self.is_stopped():
            self.reason = "cancelled"
        elif not self.reason and time.monotonic() > self.ends_at:
            self.reason = "late"
        return bool(self.reason)


@checked_arguments
class Queries:
    """Runs queries of analysts on a home."""

    def __init__(self, snapshots: Snapshots, home: Path) -> None:
        self._snapshots, self._home = snapshots, home
        self._processes = Processes(home / "queries.lock", modules=(sandbox.__name__,), spare=0)
        self._schema: tuple[SchemaTable, ...] = ()
        self._schema_of: Path | None = None  # the snapshot whose tables `_schema` has

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

        A query that exceeds its duration is stopped. Its first rows are the answer, without a total, if it has any.

        Args:
            text: The statement; `$name` is a parameter.
            parameters: The values of the parameters.
            seconds: The longest duration.
            max_rows: The most rows of the answer.
            max_bytes: The size at which the answer is cut, about.
            is_stopped: Returns whether a person has cancelled the query; it is called every 0.1 s.

        Raises:
            SqlError: The statement is not valid.
            UsageError: It was cancelled, or it exceeded a limit before its first row; `cancelled` or `limit`.

        """
        values = dict(parameters or {})
        request = QueryRequest(home=self._home, text=text, parameters=values, max_rows=max_rows, max_bytes=max_bytes)
        answer: QueryAnswer = self._run(request, _Limit(time.monotonic() + seconds, is_stopped), seconds)
        return answer

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
            answer: QueryAnswer = self._run(request, _Limit(time.monotonic() + seconds, is_stopped), seconds)
            unfinished.replace(out)
        finally:
            unfinished.unlink(missing_ok=True)
        return answer.total or 0

    def frame(
        self,
        text: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        seconds: float = _EXPORT_SECONDS,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> pd.DataFrame:
        """Run one SELECT, without a limit of rows, and return the result as a table; arguments and errors as `run`."""
        request = QueryRequest(home=self._home, text=text, parameters=dict(parameters or {}), as_frame=True)
        frame: pd.DataFrame = self._run(request, _Limit(time.monotonic() + seconds, is_stopped), seconds)
        return frame

    def file_ids(
        self,
        text: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        seconds: float = _EXPORT_SECONDS,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> list[int]:
        """Return the different values of the column `file_id` of a whole result, in order; arguments as `run`."""
        source = f"FROM ({query_text.without_end(text)})"
        query = f"{source} SELECT DISTINCT {_FILE_ID} WHERE {_FILE_ID} IS NOT NULL ORDER BY ALL"
        return [int(value) for value in self.frame(query, parameters, seconds=seconds, is_stopped=is_stopped)[_FILE_ID]]

    def schema(self) -> tuple[SchemaTable, ...]:
        """Return the tables of the newest snapshot with their columns and their numbers of rows."""
        if not self._schema or self._schema_of != self._newest():
            answer = self.run(_SCHEMA)
            self._schema, self._schema_of = tuple(_tables(answer.rows)), self._newest()
        return self._schema

    def fields(self, text: str) -> list[QueryField]:
        """Return the parameters of a query, in their order; the text may be incomplete."""
        return query_text.fields(text, self._schema or self.schema())

    @remote()
    def values(self, text: str, typed: Mapping[str, str]) -> dict[str, Any]:
        """Return the values of the parameters of a query from typed texts. SqlError: a value is missing or invalid."""
        return query_text.read_values(self.fields(text), typed)

    def complete(self, text: str, position: int) -> list[QueryCompletion]:
        """Return the completions of the word before the cursor: tables, columns, functions and keywords."""
        return query_text.complete(text, position, self._schema or self.schema())

    def pandas_code(self, text: str, parameters: Mapping[str, Any] | None = None) -> str:
        """Return Python code that runs a query and keeps the result in `df`."""
        return query_text.as_pandas(text, parameters or {}, str(self._home))

    def close(self) -> None:
        """End the processes."""
        self._processes.close()

    def _run(self, request: QueryRequest, limit: _Limit, seconds: float) -> Any:
        """Return the result of a query, with the type that the request asks for."""
        if has_surrogates(request.text):
            raise errors.SqlError(INVALID_TEXT)
        if any(isinstance(each, str) and has_surrogates(each) for each in request.parameters.values()):
            raise errors.UsageError(INVALID_TEXT)
        self._snapshots.refresh()
        try:
            answer = self._processes.call_with_callbacks(limit, sandbox.run_query, request)
        except WorkerLostError as lost:
            answer = QueryFailure(f"The process of the query {lost}.")
        if limit.reason == "cancelled":
            raise errors.UsageError("The query was cancelled.", code="cancelled")
        has_rows = isinstance(answer, QueryAnswer) and bool(answer.rows)
        if limit.reason == "late" and not has_rows:
            message = f"The query was stopped after {seconds:.0f} s. Select less, aggregate, or add a LIMIT."
            raise errors.UsageError(message, code="limit")
        if isinstance(answer, QueryFailure):
            raise errors.SqlError(answer.message, position=answer.position, length=answer.length)
        return answer

    def _newest(self) -> Path | None:
        try:
            return analysis.newest(self._home)
        except errors.UsageError:
            return None


def _tables(rows: Iterable[Sequence[Any]]) -> list[SchemaTable]:
    """Return the tables of rows of `_SCHEMA`."""
    found = {table.name: SchemaTable(table.name, table.description, 0, ()) for table in published.tables()}
    for table, size, name, kind, comment in rows:
        known = found[table]
        found[table] = known._replace(rows=size, columns=(*known.columns, SchemaColumn(name, kind, comment or "")))
    return list(found.values())
