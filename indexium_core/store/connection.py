"""One DuckDB cursor, as the store hands it out: it counts its statements and speaks our errors."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import duckdb
import pandas as pd  # before any thread starts: a first import from several threads at once can deadlock

from indexium_core import errors, signals

__all__ = ["OUT_OF_MEMORY", "Connection", "Counter", "Parameters", "failed", "sentence"]

OUT_OF_MEMORY = "out_of_memory"  # reason of a StoreError after which the same may be tried again with more

Parameters: TypeAlias = Sequence[Any] | Mapping[str, Any]


class Counter:
    """How many SQL statements have been run; tests prove with it that a plan's number does not grow with its files."""

    def __init__(self) -> None:
        self.value = 0
        self._lock = threading.Lock()

    def add(self, number: int) -> None:
        with self._lock:
            self.value += number


class Connection:
    """
    A cursor that counts its statements and speaks our errors.

    A result belongs to the cursor and ends with the next `execute`: fetch it at once. Every method raises `StoreError`
    where DuckDB fails, and when used after its transaction or its database has ended.
    """

    def __init__(
        self, raw: duckdb.DuckDBPyConnection, counter: Counter, *, more: Callable[[], bool] = lambda: False
    ) -> None:
        """Speak for `raw`; of a cursor that only reads, `more` gives the database more memory, for another try."""
        self._more = more
        self._raw = raw
        self._counter = counter
        self._busy = threading.RLock()  # so that close() never pulls a cursor from under a running statement
        self._ended = ""
        self.failure: errors.StoreError | None = None  # the last statement that failed

    def execute(self, text: str, parameters: Parameters = ()) -> Connection:
        """Run one statement with `$1` or `$name` parameters and return this connection, to fetch from."""
        self._counter.add(1)
        while True:
            try:
                with self._speaking():
                    self._raw.execute(_parsed(text), parameters)
            except errors.StoreError as error:
                if error.reason != OUT_OF_MEMORY or not self._more():
                    raise
            else:
                return self

    def value(self, text: str, parameters: Parameters = ()) -> Any:
        """Run one statement and return the first column of its first row, `None` where there is no row."""
        row = self.execute(text, parameters).fetchone()
        return row[0] if row else None

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the first row, None where there is none. The rest is let go: an open result keeps old data alive."""
        with self._speaking():
            row = self._raw.fetchone()
            if row is not None:
                self._raw.fetchall()
            return row

    def fetchall(self) -> list[tuple[Any, ...]]:
        with self._speaking():
            return self._raw.fetchall()

    def fetchnumpy(self) -> dict[str, Any]:
        """Return one array per column, masked where it has nulls."""
        with self._speaking():
            return self._raw.fetchnumpy()

    def df(self) -> pd.DataFrame:
        """Return the result as a table. Select moments `AT TIME ZONE 'UTC'`: DuckDB trips over zones in pandas 3."""
        with self._speaking():
            return self._raw.df()

    @property
    def columns(self) -> list[str]:
        """Names of the columns of the last result."""
        return [column[0] for column in self._raw.description or []]

    def interrupt(self) -> None:
        """Stop the statement that runs on another thread; it raises there."""
        self._raw.interrupt()

    def end(self, why: str) -> None:
        """Refuse every further call with the sentence `why`."""
        self._ended = why

    def close(self) -> None:
        """Stop what runs and close the cursor."""
        self.end("The home is closed.")
        while not self._busy.acquire(timeout=0.02):
            self._raw.interrupt()  # again and again: it is lost on a statement that is only about to start
        try:
            self._raw.close()
        finally:
            self._busy.release()

    @contextlib.contextmanager
    def _speaking(self) -> Iterator[None]:
        with self._busy:
            if self._ended:
                raise errors.StoreError(self._ended)
            try:
                yield
            except duckdb.Error as error:
                self.failure = failed(error)
                raise self.failure from error
            except RuntimeError as error:
                signals.restore(error)
                raise


@lru_cache(maxsize=256)
def _parsed(text: str) -> duckdb.Statement | str:
    """Return the statement, parsed once: for the largest of the planner that is a seventh of what it takes."""
    statements = duckdb.extract_statements(text)
    return statements[0] if len(statements) == 1 else text


def failed(error: duckdb.Error) -> errors.StoreError:
    """Return our error for one of DuckDB."""
    if isinstance(error, duckdb.OutOfMemoryException):
        message = "The database needed more memory than it had. Try again: it has been given more, if there is any."
        return errors.StoreError(message, code=OUT_OF_MEMORY)
    if "No space left on device" in str(error) or "Disk quota exceeded" in str(error):
        message = "The disk of the home is full, so nothing can be written down: make room on it, then go on."
        return errors.StoreError(message)
    return errors.StoreError(sentence("The database failed", error))


def sentence(what: str, error: Exception) -> str:
    """Join what failed and the first line of why to one sentence."""
    reason = str(error).strip().partition("\n")[0].rstrip(".")
    return f"{what}: {reason}."
