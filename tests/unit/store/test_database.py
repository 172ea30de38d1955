"""One database: transactions, cursors, errors, copies."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from indexium_core import errors, signals
from indexium_core.store import database as database_module
from indexium_core.store.connection import Connection
from indexium_core.store.database import Database

INSERT = "INSERT INTO touched_files VALUES ($1, 'test')"
COUNT = "SELECT count(*) FROM touched_files"
LONG = "SELECT sum(sin(range)) FROM range(60_000_000)"  # seconds


def in_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_transaction_commits_at_its_end(database: Database) -> None:
    with database.atomic() as tx:
        tx.execute(INSERT, [1])
        assert database.read().value(COUNT) == 0

    assert database.read().value(COUNT) == 1


def test_dry_run_rolls_back_at_its_end(database: Database) -> None:
    with database.atomic(dry_run=True) as tx:
        tx.execute(INSERT, [1])
        assert tx.value(COUNT) == 1

    assert database.read().value(COUNT) == 0


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(1), GeneratorExit()])
def test_exception_rolls_back_and_is_raised(database: Database, error: BaseException) -> None:
    def fail() -> None:
        with database.atomic() as tx:
            tx.execute(INSERT, [1])
            raise error

    with pytest.raises(type(error)):
        fail()

    assert database.read().value(COUNT) == 0
    with database.atomic() as tx:
        tx.execute(INSERT, [2])
    assert database.read().value(COUNT) == 1


@pytest.mark.parametrize("raised", [KeyboardInterrupt, signals.Stopped])
def test_signal_during_statement_is_not_store_error(database: Database, raised: type[BaseException]) -> None:
    def write() -> None:
        with database.atomic() as tx:
            tx.execute(INSERT, [1])
            tx.value(LONG)

    for work in (lambda: database.read().value(LONG), write):
        handler = signals.stop if raised is signals.Stopped else lambda: signal.default_int_handler(0, None)
        with in_the_middle(handler), pytest.raises(raised):
            work()
        signals.reset()
        assert database.read().value(COUNT) == 0
    with database.atomic() as tx:  # and the database continues to work
        tx.execute(INSERT, [2])
    assert database.read().value(COUNT) == 1


def test_signal_while_database_opens_is_not_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    Database.open(home).close()
    monkeypatch.setattr(database_module, "_known_files", lambda raw: raw.execute(LONG).fetchall())

    with in_the_middle(signals.stop), pytest.raises(signals.Stopped):
        Database.open(home)
    signals.reset()
    monkeypatch.undo()
    Database.open(home).close()


@contextlib.contextmanager
def in_the_middle(handler: Callable[[], object]) -> Iterator[None]:
    """Send a signal to this process after a delay, which `handler` handles."""
    before = signal.signal(signal.SIGTERM, lambda *_: handler())
    sent = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM))
    sent.start()
    try:
        yield
    finally:
        sent.join()
        signal.signal(signal.SIGTERM, before)


def test_own_errors_pass_transaction_unchanged(database: Database) -> None:
    error = errors.UnknownIdError("There is no file 7.")

    with pytest.raises(errors.UnknownIdError) as caught, database.atomic():
        raise error

    assert caught.value is error


def test_duckdb_error_becomes_store_error(database: Database) -> None:
    with pytest.raises(errors.StoreError, match=r"^The database failed: .*nowhere.*\.$") as caught:
        database.read().execute("SELECT * FROM nowhere")

    assert isinstance(caught.value.__cause__, duckdb.Error)
    assert "\n" not in str(caught.value)


def test_text_that_is_not_unicode_is_no_failure_of_the_database(database: Database) -> None:
    with database.atomic() as connection:
        with pytest.raises(errors.UsageError, match="not valid Unicode"):
            connection.execute("SELECT $1", ["a\udcff"])
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_failed_statement_rolls_back_transaction(database: Database) -> None:
    """Even if the caller suppresses the error: DuckDB has aborted the transaction, so nothing may seem stored."""

    def swallow() -> None:
        with database.atomic() as tx:
            tx.execute(INSERT, [1])
            with contextlib.suppress(errors.StoreError):
                tx.execute(INSERT, [1])

    with pytest.raises(errors.StoreError):
        swallow()

    assert database.read().value(COUNT) == 0


def test_last_change_is_new_after_a_commit_that_wrote_one_of_the_tables(database: Database) -> None:
    tables = {"touched_files", "jobs"}
    before = database.last_change(tables)
    with database.atomic(dry_run=True) as tx:
        tx.execute(INSERT, [1])
    with database.atomic() as tx:
        tx.value(COUNT)
    assert database.last_change(tables) == before

    with database.atomic() as tx:
        tx.execute(INSERT, [1])
    assert database.last_change(tables) == tx.change > before
    assert database.last_change({"jobs"}) == before


def test_rows_read_before_a_commit_count_as_old_after_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    transaction, seen = database._transaction, list[int]()

    @contextlib.contextmanager
    def watched(*, dry_run: bool) -> Iterator[None]:
        with transaction(dry_run=dry_run):
            yield
            seen.append(database.last_change({"touched_files"}))

    monkeypatch.setattr(database, "_transaction", watched)
    with database.atomic() as tx:
        tx.execute(INSERT, [1])
    [before] = seen
    assert database.last_change({"touched_files"}) > before


def test_temporary_tables_of_a_block_end_with_it(database: Database) -> None:
    reader = database.read()

    def tables() -> int:
        return int(reader.value("SELECT count(*) FROM duckdb_tables() WHERE temporary AND table_name = 'short'"))

    with reader.dropping("DROP TABLE IF EXISTS short"):
        reader.execute("CREATE TEMP TABLE short AS SELECT 1")
        assert tables() == 1
    assert tables() == 0

    def fail() -> None:
        with reader.dropping("DROP TABLE IF EXISTS short"):
            reader.execute("CREATE TEMP TABLE short AS SELECT 1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert tables() == 0


def test_first_error_of_a_block_with_temporary_tables_is_raised(database: Database) -> None:
    def fail() -> None:
        with database.atomic() as tx, contextlib.suppress(errors.StoreError), tx.dropping("DROP TABLE short"):
            tx.execute("CREATE TEMP TABLE short AS SELECT 1")
            tx.execute("FROM missing")

    with pytest.raises(errors.StoreError, match="missing"):
        fail()


def test_transactions_do_not_nest(database: Database) -> None:
    with database.atomic() as tx:
        tx.execute(INSERT, [1])
        with pytest.raises(errors.StoreError, match="pass its connection on"), database.atomic():
            pass

    assert database.read().value(COUNT) == 1


def test_transactions_of_two_threads_wait_for_each_other(database: Database) -> None:
    inside, order = threading.Event(), []

    def second() -> None:
        inside.set()
        with database.atomic() as tx:
            order.append("second")
            tx.execute(INSERT, [2])

    with database.atomic() as tx:
        thread = in_thread(second)
        inside.wait()
        tx.execute(INSERT, [1])
        order.append("first")
    thread.join()

    assert order == ["first", "second"]
    assert database.read().value(COUNT) == 2


def test_connection_ends_with_its_transaction(database: Database) -> None:
    with database.atomic() as tx:
        pass

    with pytest.raises(errors.StoreError, match="transaction of this connection has ended"):
        tx.execute(INSERT, [1])


def test_each_thread_reads_with_its_own_cursor(database: Database) -> None:
    readers = [database.read()]
    in_thread(lambda: readers.append(database.read())).join()

    assert readers[0] is database.read()
    assert readers[0] is not readers[1]


def test_readers_see_only_whole_transactions(database: Database) -> None:
    done, odd = threading.Event(), []

    def read() -> None:
        while not done.is_set():
            count = database.read().value(COUNT)
            if count % 2:
                odd.append(count)

    readers = [in_thread(read) for _ in range(3)]
    for number in range(0, 60, 2):
        with database.atomic() as tx:
            tx.execute(INSERT, [number])
            tx.execute(INSERT, [number + 1])
    done.set()
    for reader in readers:
        reader.join()

    assert odd == []
    assert database.read().value(COUNT) == 60


def test_statements_are_counted_on_every_connection(database: Database) -> None:
    before = database.statements
    with database.atomic() as tx:
        tx.execute(INSERT, [1])
        tx.value(COUNT)
    database.read().execute(COUNT).fetchall()

    assert database.statements - before == 3


def test_times_are_returned_in_utc(database: Database) -> None:
    moment = database.read().value("SELECT TIMESTAMPTZ '2026-11-20 08:00:00+01'")

    assert moment.isoformat() == "2026-11-20T07:00:00+00:00"


def test_python_variable_is_not_table(database: Database) -> None:
    secret = [[1]]

    with pytest.raises(errors.StoreError):
        database.read().execute("SELECT * FROM secret")
    assert secret


def test_closed_home_refuses_statements(database: Database) -> None:
    reader = database.read()
    database.close()
    database.close()

    for use in (database.read, lambda: database.atomic().__enter__(), lambda: reader.execute("SELECT 1")):
        with pytest.raises(errors.StoreError, match="closed"):
            use()


def test_home_cannot_close_inside_its_transaction(database: Database) -> None:
    with database.atomic(), pytest.raises(errors.StoreError, match="end it before closing"):
        database.close()

    assert database.read().value("SELECT 1") == 1


def test_close_interrupts_statements_of_other_threads(database: Database) -> None:
    started, caught = threading.Event(), []

    def endless() -> None:
        reader = database.read()
        started.set()
        try:
            reader.execute("SELECT count(*) FROM range(100000000000) AS a, range(1000000) AS b")
        except errors.StoreError as error:
            caught.append(error)

    thread = in_thread(endless)
    started.wait()
    database.close()
    thread.join(30)

    assert len(caught) == 1


def test_reopened_database_has_all_commits_and_no_wal(home: Path, database: Database) -> None:
    with database.atomic() as tx:
        tx.execute(INSERT, [1])
    database.close()

    assert not list(home.glob("*.wal"))
    with Database.open(home) as again:
        assert again.read().value(COUNT) == 1


def test_columns_name_last_result(database: Database) -> None:
    connection: Connection = database.read().execute("SELECT 1 AS one, 'x' AS two")

    assert connection.fetchone() == (1, "x")
    assert connection.columns == ["one", "two"]


def test_read_row_does_not_keep_old_data(database: Database) -> None:
    with database.atomic() as tx:
        tx.execute("CREATE TABLE numbers AS SELECT range AS number FROM range(200_000)")
    assert database.read().execute("SELECT count(*) FROM numbers").fetchone() == (200_000,)
    for _ in range(3):
        with database.atomic() as tx:
            tx.execute("UPDATE numbers SET number = number + 1")
    held: list[int] = []
    kept = "SELECT memory_usage_bytes FROM duckdb_memory() WHERE tag = 'TRANSACTION'"
    asking = threading.Thread(target=lambda: held.append(database.read().value(kept)))
    asking.start()
    asking.join()
    assert held[0] < 5_000_000  # each of them changed three times as much
