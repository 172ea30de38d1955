"""A DuckDB cursor that counts its statements and raises the errors of Indexium."""

from __future__ import annotations

import contextlib
import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import duckdb

from indexium_core import errors, signals
from indexium_core.model.surrogates import INVALID_TEXT

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)
OUT_OF_MEMORY = "out_of_memory"  # code of a StoreError; the caller may repeat the statement with more memory

Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]

# The table that a statement writes; a comment has none of these words in capital letters.
_WRITTEN = re.compile(r"\b(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM)\s+(\w+)")
_EXACT = 2**53  # floating-point numbers below are exact integers
_DAMAGED = ("Corrupt database file", "Could not read enough bytes")  # the second one: of a file that is cut off
_parser = threading.local()  # `raw`: the connection with which this thread parses a statement now
_import_lock = threading.Lock()  # the first import of pandas on several threads at once can deadlock


class Counter:
    """Counts SQL statements, so that tests can prove that their number does not depend on the number of files."""

    def __init__(self) -> None:
        self.value = 0
        self._lock = threading.Lock()

    def add(self, number: int) -> None:
        with self._lock:
            self.value += number


class Connection:
    """
    A DuckDB cursor that counts its statements and raises the errors of Indexium.

    A result belongs to the cursor until the next `execute`, so fetch it at once. Every method raises `StoreError` if
    DuckDB fails, or if the transaction has ended or the database is closed; and `UsageError` if a text among the
    parameters is not valid Unicode.
    """

    def __init__(
        self, raw: duckdb.DuckDBPyConnection, counter: Counter, *, grow_memory: Callable[[], bool] = lambda: False
    ) -> None:
        """
        Wrap a cursor.

        `grow_memory` gives the database more memory if possible, and returns whether that succeeded. A cursor that only
        reads can then repeat a statement that ran out of memory.
        """
        self._grow_memory = grow_memory
        self._raw = raw
        self._counter = counter
        self._busy = threading.RLock()  # so that close() never closes the cursor of a running statement
        self._end_reason = ""
        self.failure: errors.StoreError | None = None  # the last statement that failed
        self.written = frozenset[str]()  # tables that its statements wrote
        self.change = 0  # the number of its commit, see `Database.last_change`
        self.libraries: list[int] | None = None  # a search and ids find files of these only; None: of all

    def execute(self, text: str, parameters: Parameters = ()) -> Connection:
        """Run one statement with `$1` or `$name` parameters and return this connection for fetching."""
        self._counter.add(1)
        self.written |= _written(text)
        while True:
            try:
                with self._translating_errors():
                    self._raw.execute(self._statement(text), parameters)
            except errors.StoreError as error:
                if error.reason != OUT_OF_MEMORY or not self._grow_memory():
                    raise
            else:
                return self

    def _statement(self, text: str) -> duckdb.Statement | str:
        _parser.raw = self._raw
        try:
            return _parsed(text)
        finally:
            del _parser.raw  # DuckDB prints a page about a connection that is there at the end of the program

    @contextlib.contextmanager
    def dropping(self, text: str) -> Iterator[None]:
        """Run the statement that drops the temporary tables of a block at its end, also after an error."""
        try:
            yield
        except BaseException:
            failure = self.failure  # `atomic` raises the first one
            with contextlib.suppress(errors.StoreError):  # an aborted transaction takes its tables with it
                self.execute(text)
            self.failure = failure
            raise
        self.execute(text)

    def value(self, text: str, parameters: Parameters = ()) -> Any:
        """Run one statement and return the first column of its first row; None if there is no row."""
        row = self.execute(text, parameters).fetchone()
        return row[0] if row else None

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the first row, or None. The other rows are dropped, because an open result keeps old data alive."""
        with self._translating_errors():
            row = self._raw.fetchone()
            if row is not None:
                self._raw.fetchall()
            return row

    def fetchall(self) -> list[tuple[Any, ...]]:
        with self._translating_errors():
            return self._raw.fetchall()

    def fetchnumpy(self) -> dict[str, Any]:
        """Return one array for each column, masked where it has NULL."""
        with self._translating_errors():
            return self._raw.fetchnumpy()

    def df(self) -> pd.DataFrame:
        """
        Return the result as a table, see `typed`.

        Select times `AT TIME ZONE 'UTC'`: DuckDB fails on time zones in pandas 3.
        """
        with _import_lock:
            import pandas as pd  # noqa: F401 - DuckDB needs it loaded; most commands never get here

        with self._translating_errors():
            description = self._raw.description or []
            return typed(self._raw.df(), description)

    def fetch_dicts(self) -> list[dict[str, Any]]:
        """Return the rows as dictionaries, by the names of the columns."""
        names, rows = self.columns, self.fetchall()  # in this order: a cursor that is closed meanwhile has no names
        return [dict(zip(names, row, strict=True)) for row in rows]

    @property
    def columns(self) -> list[str]:
        """Names of the columns of the last result."""
        return [column[0] for column in self._raw.description or []]

    def interrupt(self) -> None:
        """Interrupt the statement that runs on another thread; the call raises an error there."""
        self._raw.interrupt()

    def end(self, reason: str) -> None:
        """Make every further call raise `StoreError` with the message `reason`."""
        self._end_reason = reason

    def close(self) -> None:
        """Interrupt the running statement and close the cursor."""
        self.end("The home is closed.")
        while not self._busy.acquire(timeout=0.02):
            self._raw.interrupt()  # repeatedly, because an interrupt before the start of a statement has no effect
        try:
            self._raw.close()
        finally:
            self._busy.release()

    @contextlib.contextmanager
    def _translating_errors(self) -> Iterator[None]:
        with self._busy:
            if self._end_reason:
                raise errors.StoreError(self._end_reason)
            try:
                with signals.restored():
                    yield
            except duckdb.Error as error:
                if _is_invalid_text(error):  # of a person or a program; DuckDB has not run the statement
                    raise errors.UsageError(INVALID_TEXT) from error
                self.failure = store_error(error)
                raise self.failure from error


@contextlib.contextmanager
def transaction(raw: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit the statements of the block together, or undo all of them. Raises `duckdb.Error`."""
    raw.begin()
    try:
        yield
        raw.commit()
    except BaseException:
        with contextlib.suppress(duckdb.Error):  # a failed commit is rolled back already
            raw.rollback()
        raise


def typed(frame: pd.DataFrame, description: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """
    Return a result with its lists as Python lists, and with one type for a column whatever its values are.

    Texts are `str`, also without a value. Sums of integers are integers if they are exact as floating-point numbers.
    """
    import pandas as pd

    for place, (_, kind, *_) in enumerate(description):
        column: Any = frame.iloc[:, place]
        if str(kind) == "VARCHAR" and column.dtype == "object":
            column = pd.Series(column.tolist(), dtype="str", index=frame.index)
        elif str(kind) == "HUGEINT" and not (column.abs() >= _EXACT).any():
            column = column.astype("Int64")
        elif str(kind).endswith("[]"):
            column = column.map(lambda value: getattr(value, "tolist", lambda: None)())
        frame.isetitem(place, column)
    return frame


@lru_cache(maxsize=256)
def _parsed(text: str) -> duckdb.Statement | str:
    """
    Return the parsed statement. Parsing takes a seventh of the time of the planner's largest statement.

    The connection that runs it first parses it for all: `duckdb.extract_statements` would open a database of its own.
    """
    statements = _parser.raw.extract_statements(text)
    return statements[0] if len(statements) == 1 else text


@lru_cache(maxsize=256)
def _written(text: str) -> frozenset[str]:
    """Return the tables that a statement writes."""
    return frozenset(_WRITTEN.findall(text))


def _is_invalid_text(error: duckdb.Error) -> bool:
    return isinstance(error, duckdb.InvalidInputException) and "cannot encode str as UTF-8" in str(error)


def store_error(error: duckdb.Error) -> errors.StoreError:
    """Return the `StoreError` for an error of DuckDB."""
    if isinstance(error, duckdb.OutOfMemoryException):
        message = (
            "The database ran out of memory. Try again: its memory limit is higher now, if the machine has more memory."
        )
        return errors.StoreError(message, code=OUT_OF_MEMORY)
    if "No space left on device" in str(error) or "Disk quota exceeded" in str(error):
        message = "The disk of the home is full, so the database cannot be written. Free some space on it, then resume."
        return errors.StoreError(message)
    if any(words in str(error) for words in _DAMAGED):
        logger.warning("store.damaged", extra={"error": str(error)})
        remedy = "'indexium db check' shows the damage; 'indexium db rebuild' keeps everything that is readable."
        message = f"The database is damaged, parts of it cannot be read. No video is affected. {remedy}"
        return errors.StoreError(message, code="database_damaged")
    return errors.StoreError(failure_message("The database failed", error))


def failure_message(what: str, error: Exception) -> str:
    """Return one sentence that names the failed action and the first line of the error."""
    reason = str(error).strip().partition("\n")[0].rstrip(".")
    return f"{what}: {reason}."
