"""
The database of one home: one process owns it, one connection writes, every reading thread has a cursor of its own.

`atomic()` is the only way to write. While the database is open, nothing in this process opens its file by path: closing
such a handle would drop DuckDB's lock (design section 4). Copies are made before it is opened, or by `copy_to`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import duckdb

from indexium_core import errors, signals
from indexium_core.store import migrations, sql
from indexium_core.store.connection import OUT_OF_MEMORY, Connection, Counter, failed, sentence
from indexium_core.store.lock import HomeLock
from indexium_core.store.memory import SPILL, Memory

__all__ = ["FILE_NAME", "Connection", "Database"]

FILE_NAME = "indexium.duckdb"

# No look-up of Python variables as tables, and nothing is ever fetched from the network.
_CONFIG: dict[str, Any] = {
    "TimeZone": "UTC",
    "python_enable_replacements": False,
    "autoinstall_known_extensions": False,
}

_TRIES, _PAUSE = 100, 0.02  # seconds
T = TypeVar("T")
logger = logging.getLogger(__name__)


class Database:
    """An open home. Make one with `open`; it is a context manager."""

    def __init__(self, home: Path, raw: duckdb.DuckDBPyConnection, lock: HomeLock) -> None:
        self.home = home
        self._raw = raw
        self._lock = lock
        self._counter = Counter()
        self._memory = Memory(raw, home)
        self._memory.fit(_known_files(raw))
        self._turn = threading.Lock()  # one transaction at a time
        self._copying = threading.Lock()
        self._writing_thread: int | None = None
        self._closed = False
        self._local = threading.local()
        self._readers: weakref.WeakSet[Connection] = weakref.WeakSet()
        self._opening = threading.Lock()  # held while a cursor is made, so that close() misses none

    @classmethod
    def open(cls, home: Path, *, url: str = "") -> Database:
        """
        Open the database of `home`, making folder and database where there are none and bringing the schema up to date.

        `url` is what a second process is told about us.

        Raises:
            HomeInUseError: Another process holds the home.
            HomeVersionError: A newer program made it; nothing was changed.
            StoreError: The folder cannot be used, or the database is damaged.

        """
        _make_folder(home)
        lock = HomeLock.take(home, url=url)
        try:
            shutil.rmtree(home / SPILL, ignore_errors=True)  # of a process that was killed
            return cls(home, _open_file(home / FILE_NAME), lock)
        except BaseException:
            lock.release()
            raise

    @property
    def mark(self) -> str:
        """What tells this database from that of another home; ids mean something only beside it."""
        return f"{self.read().value(sql.load('database')['begun']):x}"

    @property
    def statements(self) -> int:
        """Number of SQL statements run since the database was opened; the frame of a transaction does not count."""
        return self._counter.value

    @contextlib.contextmanager
    def atomic(self) -> Iterator[Connection]:
        """
        Hand out the writing connection for one transaction: committed at the end, rolled back on any exception.

        Waits for the transaction of another thread.

        Raises:
            StoreError: This thread is in a transaction already (DuckDB has no savepoints), or the database failed.

        """
        if self._writing_thread == threading.get_ident():
            raise errors.StoreError("A transaction is open on this thread already; hand its connection on instead.")
        with self._turn:
            self._check_open()
            connection = Connection(self._raw, self._counter)
            self._writing_thread = threading.get_ident()
            try:
                with self._transaction():
                    yield connection
                    if connection.failure is not None:
                        # DuckDB has given the transaction up, and its commit would say nothing of that.
                        raise connection.failure
            except errors.StoreError as error:
                if error.reason == OUT_OF_MEMORY:
                    self._memory.widen()  # for the next try, whoever makes it
                raise
            finally:
                self._writing_thread = None
                connection.end("The transaction of this connection has ended.")

    def run(self, work: Callable[[Connection], T]) -> T:
        """Do `work` in a transaction, and anew where the database had too little memory for it; else as `atomic`."""
        while True:
            before = self._memory.limit
            try:
                with self.atomic() as tx:
                    return work(tx)
            except errors.StoreError as error:
                if error.reason != OUT_OF_MEMORY or self._memory.limit == before:
                    raise

    def expect(self, files: int) -> None:
        """Make ready for a library of so many files."""
        self._memory.fit(files)

    def read(self) -> Connection:
        """Return this thread's own cursor. It sees what has been committed, not what an open transaction did."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None or self._closed:
            connection = self._local.connection = self._new_reader()
        return connection

    def copy_to(self, path: Path) -> None:
        """
        Write a consistent copy of the whole database to `path`, beside readers and the writer.

        Raises:
            StoreError: There is something at `path` already, or it cannot be written.

        """
        if path.exists():
            message = f"There is a file at {path} already. Choose another name for the copy."
            raise errors.StoreError(message)
        statements = sql.load("database")
        unfinished = path.with_name(path.name + ".part")
        with self._copying:
            unfinished.unlink(missing_ok=True)
            connection = self._new_reader()
            try:
                connection.execute(statements["attach_copy"], [str(unfinished)])
                try:
                    connection.execute(statements["copy_all"])
                finally:
                    connection.execute(statements["detach_copy"])
                _put_in_place(unfinished, path)
            finally:
                connection.close()
                unfinished.unlink(missing_ok=True)

    def close(self) -> None:
        """
        Write everything into the database file and give the home back, after the transaction or copy of another thread.

        Cursors of other threads are stopped. A second call does nothing.
        """
        if self._writing_thread == threading.get_ident():
            raise errors.StoreError("A transaction is open on this thread; end it before closing the home.")
        with self._turn, self._copying, self._opening:
            if self._closed:
                return
            self._closed = True
            for reader in list(self._readers):
                reader.close()
            self._memory.close()
            try:
                self._raw.close()  # the last connection to go writes the log into the file
            finally:
                self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _new_reader(self) -> Connection:
        with self._opening:
            self._check_open()
            connection = Connection(self._raw.cursor(), self._counter, more=self._memory.widen)
            self._readers.add(connection)
        return connection

    def _check_open(self) -> None:
        if self._closed:
            raise errors.StoreError("The home is closed.")

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._raw.begin()
            try:
                yield
                self._raw.commit()
            except BaseException:
                self._rollback()
                raise
        except duckdb.Error as error:
            raise failed(error) from error
        except RuntimeError as error:
            signals.restore(error)
            raise

    def _rollback(self) -> None:
        try:
            self._raw.rollback()
        except duckdb.Error as error:
            # A commit that failed has rolled back by itself, and a database that was given up has nothing to take
            # back; the exception on its way out is the one that matters.
            logger.debug("store.rollback_without_transaction", extra={"error": str(error)})


def _make_folder(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (FileExistsError, NotADirectoryError) as error:
        message = f"The home {home} is, or lies below, a file. Choose a folder with --home."
        raise errors.StoreError(message) from error
    except OSError as error:
        message = f"The home {home} cannot be made: {error.strerror}. Choose another with --home."
        raise errors.StoreError(message) from error


def _open_file(path: Path) -> duckdb.DuckDBPyConnection:
    if not path.exists():
        _create(path)
    try:
        needed = _look(path)
        if needed:
            _copy_before(path, needed[0].version)
        return _migrate(path, needed)
    except duckdb.Error as error:
        raise _cannot_open(path, error) from error
    except OSError as error:
        message = f"The database {path} cannot be opened: {error.strerror}. Check the folder and its free space."
        raise errors.StoreError(message) from error


def _connect(path: Path, **named: Any) -> duckdb.DuckDBPyConnection:
    """Open the file. DuckDB lets go of a closed one a moment later, and until then refuses other settings for it."""
    for _ in range(_TRIES):
        try:
            return duckdb.connect(str(path), **named)
        except duckdb.ConnectionException as error:
            if "different configuration" not in str(error):
                raise
            time.sleep(_PAUSE)
    return duckdb.connect(str(path), **named)


def _migrate(path: Path, needed: list[migrations.Migration]) -> duckdb.DuckDBPyConnection:
    raw = _connect(path, config=_CONFIG)
    try:
        migrations.apply(raw, needed)
    except duckdb.Error as error:
        raw.close()
        what = f"The database {path} cannot be brought up to date, it was left as it was"
        raise errors.StoreError(sentence(what, error)) from error
    except BaseException:
        raw.close()
        raise
    return raw


def _create(path: Path) -> None:
    """Make the database under another name first: a process that is killed here leaves nothing half made behind."""
    log = path.with_name(path.name + ".wal")
    if log.exists():
        message = f"The database {path} is gone, but its log {log.name} is there. Put both back, or move the log away."
        raise errors.StoreError(message)
    unfinished = path.with_name(path.name + ".part")
    for leftover in (unfinished, unfinished.with_name(unfinished.name + ".wal")):
        leftover.unlink(missing_ok=True)
    try:
        with contextlib.closing(duckdb.connect(str(unfinished), config=_CONFIG)) as raw:
            migrations.apply(raw, migrations.available())
        _put_in_place(unfinished, path)
    except (duckdb.Error, OSError) as error:
        raise errors.StoreError(sentence(f"The database {path} cannot be made", error)) from error


def _known_files(raw: duckdb.DuckDBPyConnection) -> int:
    row = raw.execute(sql.load("database")["count_known_files"]).fetchone()
    return int(row[0]) if row else 0


def _look(path: Path) -> list[migrations.Migration]:
    """Say which migrations the database needs, without changing a byte of it."""
    with contextlib.closing(_connect(path, read_only=True, config=_CONFIG)) as raw:
        return migrations.pending(raw)


def _copy_before(path: Path, version: int) -> None:
    """Copy the closed database, and its log if it has one, before a migration changes it."""
    for source in (path, path.with_name(path.name + ".wal")):
        if source.exists():
            target = path.with_name(source.name.replace(FILE_NAME, f"{FILE_NAME}.before-{version:04}"))
            unfinished = target.with_name(target.name + ".part")
            shutil.copyfile(source, unfinished)
            _put_in_place(unfinished, target)


def _put_in_place(unfinished: Path, path: Path) -> None:
    _sync(unfinished, os.O_RDONLY)
    unfinished.replace(path)
    _sync(path.parent, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _cannot_open(path: Path, error: duckdb.Error) -> errors.IndexiumError:
    text = str(error)
    if "Conflicting lock" in text or "set lock" in text:
        return errors.HomeInUseError(sentence(f"Another program has {path} open; close it there", error))
    if "newer version" in text:
        return errors.HomeVersionError()
    copies = sorted(path.parent.glob(f"{path.name}.before-*"))
    remedy = f"Put back a copy ({copies[-1].name})" if copies else "Put back a copy"
    said = sentence(f"The database {path} cannot be read, it seems damaged", error)
    return errors.StoreError(f"{said} {remedy}, or move the file away to begin anew; no video is affected.")
