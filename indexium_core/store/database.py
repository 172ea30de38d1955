"""
The database of one home: one process owns it, one connection writes, and each reading thread has its own cursor.

Only `atomic()` and `run()` write. While the database is open, no other code of this process may open its file by path:
closing such a handle would release DuckDB's lock. Copies are made before the database is opened.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
import weakref
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import duckdb

from indexium_core import errors, signals
from indexium_core.model.operations.actor import current_actor, reads_whole_home
from indexium_core.store import change_counter, database_file, home_files, migrations, provider_ranks, sql, survival
from indexium_core.store.approvals.changers import ChangeRecorder
from indexium_core.store.change_counter import ChangeCounter
from indexium_core.store.connection import OUT_OF_MEMORY, Connection, Counter, failure_message, store_error, transaction
from indexium_core.store.home_files import CONFIG, FILE_NAME
from indexium_core.store.limited_reader import LimitedCursor, LimitedReader, Limits
from indexium_core.store.lock import HomeLock
from indexium_core.store.memory import Memory

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Database:
    """The open database of a home: a context manager that `open` makes."""

    def __init__(self, home: Path, raw: duckdb.DuckDBPyConnection, lock: HomeLock) -> None:
        self.home = home
        self._raw = raw
        self._lock = lock
        self._counter = Counter()
        self._changes = ChangeCounter(home, raw)
        self._recorder = ChangeRecorder(raw, kept=survival.of(*survival.KEPT))
        self._listeners = list[Callable[[frozenset[str]], None]]()
        self._change = 0  # the number of the last change
        self._changed = dict[str, int]()  # the numbers of the last changes of tables
        self._libraries: Callable[[], frozenset[int] | None] = lambda: None  # that the present actor sees
        self._memory = Memory(raw)
        self._memory.fit(_known_files(raw))
        self._write_lock = threading.Lock()  # one transaction at a time
        self._writing_thread: int | None = None
        self._closed = False
        self._local = threading.local()
        self._readers: weakref.WeakSet[Connection] = weakref.WeakSet()
        self._cursor_lock = threading.Lock()  # held while a cursor is made, so that close() closes every cursor

    @classmethod
    def open(cls, home: Path, *, url: str = "") -> Database:
        """
        Open the database of `home`: create the folder and the database if missing, and migrate the schema.

        Args:
            home: The folder.
            url: The address of this service, for the error message of a second process.

        Raises:
            HomeInUseError: Another process uses the home.
            HomeVersionError: A newer version of Indexium made the database; nothing was changed.
            StoreError: The folder cannot be used, or the database is damaged; `database_lost`: it is missing or an
                older copy, as other files of the home show.

        """
        _make_folder(home)
        lock = HomeLock.take(home, url=url)
        try:
            for leftover in (database_file.SPILL, home_files.WORK):  # of a process that was killed
                shutil.rmtree(home / leftover, ignore_errors=True)
            with signals.restored():
                raw = _open_file(home / FILE_NAME)
                try:
                    provider_ranks.fill(raw)
                    return cls(home, raw, lock)
                except BaseException:
                    raw.close()
                    raise
        except duckdb.Error as error:
            lock.release()
            raise _cannot_open(home / FILE_NAME, error) from error
        except BaseException:
            lock.release()
            raise

    @property
    def mark(self) -> str:
        """A value that differs from that of every other home; file ids are valid only together with it."""
        return self._changes.home

    @property
    def created_at(self) -> datetime:
        """The time at which the database was created (UTC)."""
        return datetime.fromtimestamp(int(self.mark, 16) / 1e6, UTC)

    @property
    def statements(self) -> int:
        """Number of SQL statements since the database was opened, without BEGIN, COMMIT and ROLLBACK."""
        return self._counter.value

    @contextlib.contextmanager
    def atomic(self, *, dry_run: bool = False) -> Iterator[Connection]:
        """
        Provide the writing connection for one transaction, which any exception rolls back.

        With `dry_run`, it is always rolled back. The call waits for the end of a transaction of another thread.

        Raises:
            StoreError: This thread has an open transaction (DuckDB has no savepoints), the actor sees only a part of
                the home and this is no block of `whole_home`, or the database failed.

        """
        if self._writing_thread == threading.get_ident():
            raise errors.StoreError("This thread has an open transaction already; pass its connection on.")
        libraries = self.own_libraries
        if libraries is not None and not dry_run and not reads_whole_home():
            raise errors.StoreError("This actor sees only some libraries: make the change in a block of 'whole_home'.")
        with self._write_lock:
            self._check_open()
            connection = Connection(self._raw, self._counter)
            connection.libraries = None if libraries is None else list(libraries)
            self._writing_thread = threading.get_ident()
            try:
                number = None
                with self._numbering(connection), self._transaction(dry_run=dry_run):
                    yield connection
                    if connection.failure is not None:
                        # DuckDB has aborted the transaction, and a commit would not report that.
                        raise connection.failure
                    if not dry_run:
                        self._recorder.before_commit(self._raw, connection.written)
                        number = self._changes.before_commit(self._raw, connection.written)
                        self._number_change(connection)
                if not dry_run:
                    self._changes.after_commit(number)
            except errors.StoreError as error:
                if error.reason == OUT_OF_MEMORY:
                    self._memory.grow()  # for the next attempt of any caller
                raise
            finally:
                self._writing_thread = None
                connection.end("The transaction of this connection has ended.")
        if not dry_run:
            for listener in self._listeners:
                try:
                    listener(connection.written)
                except RuntimeError:  # no thread can start now; the transaction is committed
                    logger.exception("store.listener_failed")

    def run(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction like `atomic`; repeat it with more memory if the database ran out of it."""
        while True:
            before = self._memory.limit
            try:
                with self.atomic() as tx:
                    return work(tx)
            except errors.StoreError as error:
                if error.reason != OUT_OF_MEMORY or self._memory.limit == before:
                    raise

    def follow(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Call `listener` with the names of the written tables after each commit, on the thread of the transaction."""
        self._listeners.append(listener)

    def last_change(self, tables: Collection[str] | None = None) -> int:
        """
        Return the number of the last commit that wrote one of these tables, or any table; see `Connection.change`.

        What was read after a call is still true while another call returns the same number.
        """
        if tables is None:
            return self._change
        return max((self._changed.get(table, 0) for table in tables), default=0)

    def expect(self, files: int) -> None:
        """Raise the memory limit for a library of `files` files."""
        self._memory.fit(files)

    def limit(self, libraries: Callable[[], frozenset[int] | None]) -> None:
        """Show each actor only some libraries: those that `libraries` returns for the present one, or all for None."""
        self._libraries = libraries

    @property
    def own_libraries(self) -> tuple[int, ...] | None:
        """The libraries that the present actor sees; None: all of them. A cache keeps its values by them."""
        if getattr(self._local, "is_asking", False):
            return None  # the answer is read from the database, too
        self._local.is_asking = True
        try:
            found = self._libraries()
        finally:
            self._local.is_asking = False
        return None if found is None else tuple(sorted(found))

    def read(self) -> Connection:
        """
        Return the cursor of this thread. It reads committed data only, not the changes of an open transaction.

        For an actor with some libraries, the cursor has only what belongs to these, see `limited_reader`. In a block of
        `whole_home` it has everything, and a search finds only files of these libraries.
        """
        libraries = self.own_libraries
        if libraries is not None and not reads_whole_home():
            return self._limited_reader(libraries)
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None or self._closed:
            connection = self._local.connection = self._new_reader()
        if not getattr(self._local, "is_asking", False):  # who asks for the libraries keeps the limit of its cursor
            connection.libraries = None if libraries is None else list(libraries)
        return connection

    def copy_to(self, path: Path) -> dict[str, int]:
        """
        Copy the database, as of one moment, into a new file, while others read and write.

        Returns the number of rows of each table.

        Raises:
            duckdb.Error: The disk is full, or a part of the database is damaged.

        """
        self._check_open()
        copy, integrity = sql.load("database")["copy_database"], sql.load("integrity")
        with contextlib.closing(database_file.cursor(self._raw)) as cursor, signals.restored():
            cursor.execute(database_file.attachment(path, "copy"))
            try:
                with transaction(cursor):  # DuckDB cannot detach a database in an aborted transaction
                    tables = [name for (name,) in cursor.execute(integrity["own_tables"]).fetchall()]
                    texts = {name: sql.with_parts(integrity["number_of_rows"], table=name) for name in tables}
                    rows = {name: cursor.execute(text).fetchone() for name, text in texts.items()}
                    cursor.execute(copy)
            finally:
                cursor.execute("DETACH copy")
        return {name: int(row[0]) if row else 0 for name, row in rows.items()}

    def close(self) -> None:
        """
        Write everything into the database file and release the home, after a transaction of another thread.

        Statements of other threads are interrupted. A second call does nothing.
        """
        if self._writing_thread == threading.get_ident():
            raise errors.StoreError("This thread has an open transaction; end it before closing the home.")
        with self._write_lock, self._cursor_lock:
            if self._closed:
                return
            self._closed = True
            for reader in list(self._readers):
                reader.close()
            self._memory.close()
            try:
                self._raw.close()  # closing the last connection writes the log into the file
                self._changes.store()
            finally:
                self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextlib.contextmanager
    def _numbering(self, tx: Connection) -> Iterator[None]:
        """Give a commit a second number at its end: who asks before it, and gets the first one, reads old rows."""
        try:
            yield
        finally:
            if tx.change:
                self._number_change(tx)

    def _number_change(self, tx: Connection) -> None:
        self._change += 1
        tx.change = self._change
        self._changed |= dict.fromkeys(tx.written, self._change)

    def _new_reader(self) -> Connection:
        with self._cursor_lock:
            self._check_open()
            connection = Connection(database_file.cursor(self._raw), self._counter, grow_memory=self._memory.grow)
            self._readers.add(connection)
        return connection

    def _limited_reader(self, libraries: tuple[int, ...]) -> Connection:
        cursor: LimitedCursor | None = getattr(self._local, "limited_cursor", None)
        if cursor is None or self._closed:
            cursor = self._local.limited_cursor = LimitedCursor(self._new_reader())
        actor = current_actor()
        return LimitedReader(cursor, Limits(actor.kind, actor.id, libraries))

    def _check_open(self) -> None:
        if self._closed:
            raise errors.StoreError("The home is closed.", code=errors.HOME_CLOSED)

    @contextlib.contextmanager
    def _transaction(self, *, dry_run: bool) -> Iterator[None]:
        try:
            with signals.restored():
                self._raw.begin()
                try:
                    yield
                    if dry_run:
                        self._rollback()
                    else:
                        self._raw.commit()
                except BaseException:
                    self._rollback()
                    raise
        except duckdb.Error as error:
            raise store_error(error) from error

    def _rollback(self) -> None:
        try:
            self._raw.rollback()
        except duckdb.Error as error:
            # A failed commit is rolled back already, and an invalidated database needs no rollback. The exception of
            # the transaction is the one to raise.
            logger.debug("store.rollback_without_transaction", extra={"error": str(error)})


def _make_folder(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (FileExistsError, NotADirectoryError) as error:
        message = f"The home {home} is a file, or is below a file. Choose a folder with --home."
        raise errors.StoreError(message) from error
    except OSError as error:
        message = f"The home {home} cannot be created: {error.strerror}. Choose another folder with --home."
        raise errors.StoreError(message) from error


def _open_file(path: Path) -> duckdb.DuckDBPyConnection:
    with home_files.reporting_full_disk(path.parent, "the replacement of the database cannot be completed"):
        home_files.finish_replacement(path.parent)
    if not path.exists():
        change_counter.require_home_without_traces(path.parent)
        _create(path)
    try:
        raw, needed = _connect_and_compare(path)
        if raw is not None:
            return raw
        if needed:
            _back_up(path, needed[0].version)
        return _migrate(path, needed)
    except duckdb.Error as error:
        raise _cannot_open(path, error) from error
    except OSError as error:
        message = f"The database {path} cannot be opened: {error.strerror}. Check the folder and its free space."
        raise errors.StoreError(message) from error


def _migrate(path: Path, needed: list[migrations.Migration]) -> duckdb.DuckDBPyConnection:
    raw = database_file.connect(path)
    try:
        migrations.apply(raw, needed)
    except duckdb.Error as error:
        raw.close()
        what = f"The migration of the database {path} failed and changed nothing"
        raise errors.StoreError(failure_message(what, error)) from error
    except BaseException:
        raw.close()
        raise
    return raw


def _create(path: Path) -> None:
    """Create the database under another name first, so that a killed process leaves no incomplete database."""
    unfinished = path.with_name(path.name + ".part")
    for leftover in (unfinished, home_files.log_of(unfinished)):
        leftover.unlink(missing_ok=True)
    try:
        with contextlib.closing(duckdb.connect(str(unfinished), config=CONFIG)) as raw:
            migrations.apply_to_empty(raw, migrations.available())
        home_files.sync_and_rename(unfinished, path)
        logger.info("store.created", extra={"version": migrations.available()[-1].version})
    except (duckdb.Error, OSError) as error:
        raise errors.StoreError(failure_message(f"The database {path} cannot be created", error)) from error


def _known_files(raw: duckdb.DuckDBPyConnection) -> int:
    row = raw.execute(sql.load("database")["count_known_files"]).fetchone()
    return int(row[0]) if row else 0


def _connect_and_compare(path: Path) -> tuple[duckdb.DuckDBPyConnection | None, list[migrations.Migration]]:
    """
    Return the open database if it needs no migration; otherwise None and the migrations, without changing a byte.

    A killed process leaves a log. Opening the database for writing would merge the log into the file.
    """
    read_only = home_files.log_of(path).exists()
    raw = database_file.connect(path, read_only=read_only)
    try:
        needed = migrations.pending(raw)
        if needed == migrations.available():  # an empty file
            change_counter.require_home_without_traces(path.parent)
        change_counter.require_newest(path.parent, raw)
    except BaseException:
        raw.close()
        raise
    if needed or read_only:
        raw.close()
        return None, needed
    return raw, []


def _back_up(path: Path, version: int) -> None:
    """Copy the closed database and its log, if any, before a migration changes it."""
    for source in (path, home_files.log_of(path)):
        if source.exists():
            target = path.with_name(source.name.replace(FILE_NAME, f"{FILE_NAME}.before-{version:04}"))
            unfinished = target.with_name(target.name + ".part")
            shutil.copyfile(source, unfinished)
            home_files.sync_and_rename(unfinished, target)


def _cannot_open(path: Path, error: duckdb.Error) -> errors.IndexiumError:
    text = str(error)
    if any(sign in text for sign in ("Conflicting lock", "set lock", "already attached")):
        return errors.HomeInUseError(failure_message(f"Another program has {path} open; close it there", error))
    if "newer version" in text:
        return errors.HomeVersionError()
    logger.warning("store.unreadable", extra={"error": text})
    remedies = change_counter.remedies(path.parent)
    return errors.StoreError(
        f"The database {path} cannot be read, it seems damaged. {remedies}", code="database_damaged"
    )
