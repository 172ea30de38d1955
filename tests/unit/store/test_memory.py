"""The memory of the database: by the size of the library, more on demand, and the rest in the home."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.store import database_file, memory
from indexium_core.store.connection import OUT_OF_MEMORY, Connection
from indexium_core.store.database import Database

HUNGRY = "SELECT len(list(i)) FROM range($1) AS numbers(i)"  # a list is never spilled
MANY = 8_000_000


@pytest.fixture
def small(database: Database) -> Database:
    """A database with less memory than `HUNGRY` needs."""
    database._memory._set(20)
    return database


def test_memory_limit_grows_with_files(database: Database) -> None:
    limits = []
    for files in (0, 100_000, 1_000_000, 10):
        database.expect(files)
        limits.append(database._memory.limit // 1_000_000)

    assert limits == [96, 196, 1096, 1096]


def test_duckdb_gets_limit_and_spill_folder(database: Database) -> None:
    said = database.read().execute("SELECT current_setting('memory_limit'), current_setting('temp_directory')")
    assert said.fetchone() == ("91.5 MiB", str(database.home / database_file.SPILL))


def test_query_out_of_memory_gets_more(small: Database) -> None:
    assert small.read().value(HUNGRY, [MANY]) == MANY
    assert small._memory.limit > 20_000_000


def test_transaction_out_of_memory_is_repeated(small: Database) -> None:
    tries = []

    def work(tx: Connection) -> int:
        tries.append(small._memory.limit)
        tx.execute(
            "INSERT INTO people (person_id, name, person_key, search, created_at) "
            "VALUES (1, 'Ann Lee', 'ann lee', 'ann lee', now())"
        )
        return int(tx.value(HUNGRY, [MANY]))

    assert small.run(work) == MANY
    assert len(tries) > 1
    assert tries == sorted(set(tries))
    assert small.read().value("SELECT count(*) FROM people") == 1


def test_memory_beyond_machine_is_error(small: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_machine_mb", lambda: 30)
    with pytest.raises(errors.StoreError, match="ran out of memory") as read:
        small.read().value(HUNGRY, [MANY])
    with pytest.raises(errors.StoreError) as written:
        small.run(lambda tx: tx.value(HUNGRY, [MANY]))

    assert read.value.reason == written.value.reason == OUT_OF_MEMORY
    assert small.read().value("SELECT 1") == 1


def test_other_error_is_not_repeated(database: Database) -> None:
    tries = []

    def work(tx: Connection) -> None:
        tries.append(1)
        tx.execute("SELECT * FROM nowhere")

    with pytest.raises(errors.StoreError, match="nowhere"):
        database.run(work)
    assert tries == [1]


def test_spill_files_of_killed_process_are_deleted(home: Path) -> None:
    Database.open(home).close()
    left = home / database_file.SPILL / "duckdb_temp_storage.tmp"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"left")
    with Database.open(home):
        assert not left.exists()
