"""A home folder: its lock, the errors of an unsuccessful open, and a migration by a newer version."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from indexium_core import errors
from indexium_core.store import database_file, migrations
from indexium_core.store.database import Database
from indexium_core.store.home_files import FILE_NAME
from indexium_core.store.migrations import Migration
from tests.support import held_home
from tests.support.children import Child

pytestmark = pytest.mark.usefixtures("new_homes")

LATER = Migration(
    version=len(migrations.available()) + 1,
    name="later",
    text="ALTER TABLE touched_files ADD COLUMN note VARCHAR; SELECT 1;",
)
BEFORE = f".before-{LATER.version:04}"  # the name of the first copy


@pytest.fixture
def made(empty_home: Path, home: Path) -> Path:
    """A closed home with one row."""
    shutil.copytree(empty_home, home)
    with Database.open(home) as database, database.atomic() as tx:
        tx.execute("INSERT INTO touched_files VALUES (1, 'kept')")
    return home


@pytest.fixture
def holder(home: Path) -> Iterator[Child]:
    """Another process with the home open."""
    with Child(held_home.hold, home, "http://127.0.0.1:5006") as process:
        process.hear("open")
        yield process


def contents(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home.iterdir() if path.name != "lock"}


def kept(database: Database) -> list[tuple[object, ...]]:
    return database.read().execute("SELECT reason FROM touched_files ORDER BY file_id").fetchall()


# --- one process at a time ---------------------------------------------------------------------------------------


def test_second_process_reports_holder_of_home_and_remedy(home: Path, holder: Child) -> None:
    with pytest.raises(errors.HomeInUseError) as caught:
        Database.open(home)

    said = str(caught.value)
    assert f"process {holder.pid} (http://127.0.0.1:5006)" in said
    assert "Open http://127.0.0.1:5006 in a browser, or stop that process first; another port does not help." in said
    assert json.loads((home / "lock").read_text()) == {"pid": holder.pid, "url": "http://127.0.0.1:5006"}


def test_home_is_free_after_normal_end_of_holder(home: Path, holder: Child) -> None:
    holder.say("end")
    holder.end(30)

    assert (home / "lock").read_text() == ""
    with Database.open(home) as database:
        assert kept(database) == [("held",)]


def test_home_is_free_and_complete_after_killed_holder(home: Path, holder: Child) -> None:
    holder.kill()

    assert (home / (FILE_NAME + ".wal")).exists()
    with Database.open(home) as database:
        assert kept(database) == [("held",)]
        assert json.loads((home / "lock").read_text())["pid"] == os.getpid()


def test_same_process_does_not_open_home_twice(database: Database) -> None:
    with pytest.raises(errors.HomeInUseError, match="in use by this process"):
        Database.open(database.home)

    assert kept(database) == []


def test_database_that_this_process_opened_by_its_path_is_reported(made: Path) -> None:
    with duckdb.connect(str(made / FILE_NAME)), pytest.raises(errors.HomeInUseError, match="Another program has"):
        Database.open(made)


def test_file_that_is_closed_a_moment_later_is_awaited(made: Path) -> None:
    raw = database_file.connect(made / FILE_NAME)
    closing = threading.Timer(0.2, raw.close)
    closing.start()
    with Database.open(made) as database:
        assert kept(database) == [("kept",)]
    closing.join()


def test_long_table_has_small_row_groups(database: Database) -> None:
    """Otherwise one thread reads and compresses the plan of 100,000 files."""
    with database.atomic() as tx:
        tx.execute("INSERT INTO touched_files SELECT n, 'undone' FROM range(3 * 40960) AS numbers(n)")
    database.close()
    with Database.open(database.home) as again:
        groups = again.read().value("SELECT max(row_group_id) + 1 FROM pragma_storage_info('touched_files')")

    assert groups in (3, 4)


def test_holder_without_name_is_called_another_process(made: Path) -> None:
    with (made / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(errors.HomeInUseError, match="in use by another process"):
            Database.open(made)


def test_database_open_in_another_program_is_reported(made: Path) -> None:
    """The duckdb command line, for example, ignores the lock of Indexium."""
    command = f"import duckdb; c = duckdb.connect({str(made / FILE_NAME)!r}); print('open', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "open\n"
        with pytest.raises(errors.HomeInUseError, match="Another program"):
            Database.open(made)
        other.communicate("\n")

    with Database.open(made) as database:
        assert kept(database) == [("kept",)]


def test_failed_open_does_not_lock_home(made: Path) -> None:
    good = (made / FILE_NAME).read_bytes()
    (made / FILE_NAME).write_bytes(b"garbage")
    with pytest.raises(errors.StoreError):
        Database.open(made)
    (made / FILE_NAME).write_bytes(good)

    with Database.open(made) as database:
        assert kept(database) == [("kept",)]


# --- homes that do not open --------------------------------------------------------------------------------------


def test_new_home_is_private(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    with Database.open(home) as database:
        assert kept(database) == []

    assert (home.stat().st_mode & 0o777) & 0o077 == 0
    assert sorted(path.name for path in home.iterdir()) == [FILE_NAME, "lock"]


def test_file_in_place_of_home_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")

    for home in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(errors.StoreError, match=r"is a file, or is below a file\. Choose a folder with --home"):
            Database.open(home)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to give up root, to become somebody who may not write")
def test_read_only_folder_is_reported(made: Path) -> None:
    made.chmod(0o755)
    for parent in list(made.parents)[:4]:
        parent.chmod(parent.stat().st_mode | 0o055)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.seteuid(65534)
            Database.open(made)
        except errors.StoreError as error:
            code = 0 if "cannot be written" in str(error) and "--home" in str(error) else 2
        finally:
            os._exit(code)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: b"",
        lambda raw: b"garbage" * 1000,
        lambda raw: b"x",
        lambda raw: raw[:20_000],
        lambda raw: raw[:4096] + b"\xff" * 12_288 + raw[16_384:],
        lambda raw: b"SQLite format 3\0" + bytes(8000),
    ],
    ids=["emptied", "garbage", "one_byte", "cut", "overwritten", "sqlite"],
)
def test_damaged_database_is_reported_and_not_changed(made: Path, damage: object) -> None:
    path = made / FILE_NAME
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    before = contents(made)

    with pytest.raises(errors.StoreError, match="cannot be read") as caught:
        Database.open(made)

    said = str(caught.value)
    assert "\n" not in said
    assert str(path) in said
    assert said.endswith(
        "No video is affected. 'indexium db rebuild' builds a new one from everything that is readable."
    )
    assert contents(made) == before


def test_remedy_for_damaged_database_names_newest_readable_copy(made: Path) -> None:
    for day, (name, content) in enumerate(
        {
            "before-0001": (made / FILE_NAME).read_bytes(),
            "before-0002": (made / FILE_NAME).read_bytes(),
            "before-0003": b"newest",
        }.items()
    ):
        copy = made / f"{FILE_NAME}.{name}"
        copy.write_bytes(content)
        os.utime(copy, (1_600_000_000 + 86_400 * day,) * 2)
    (made / FILE_NAME).write_bytes(b"garbage")

    with pytest.raises(errors.StoreError, match=r"'indexium db restore' restores the backup before-0002 of 2020-09-14"):
        Database.open(made)


def test_folder_in_place_of_database_is_reported(home: Path) -> None:
    (home / FILE_NAME).mkdir(parents=True)

    with pytest.raises(errors.StoreError, match="cannot be"):
        Database.open(home)


def test_database_of_another_program_is_not_changed(home: Path) -> None:
    home.mkdir()
    with duckdb.connect(str(home / FILE_NAME)) as other:
        other.execute("CREATE TABLE theirs (x INTEGER)")
    before = contents(home)

    with pytest.raises(errors.StoreError, match="not made by Indexium"):
        Database.open(home)
    assert contents(home) == before


def test_orphaned_database_log_is_not_replayed(made: Path) -> None:
    (made / FILE_NAME).rename(made / (FILE_NAME + ".wal"))

    with pytest.raises(errors.StoreError, match="is missing, but the home has the log of the database"):
        Database.open(made)
    assert not (made / FILE_NAME).exists()


def test_killed_first_start_leaves_no_damage(home: Path) -> None:
    home.mkdir()
    (home / f"{FILE_NAME}.part").write_bytes(b"half made")
    (home / f"{FILE_NAME}.part.wal").write_bytes(b"half made")

    with Database.open(home) as database:
        assert kept(database) == []
    assert sorted(path.name for path in home.iterdir()) == [FILE_NAME, "lock"]


# --- versions ----------------------------------------------------------------------------------------------------


def test_migrations_are_numbered_without_gaps_and_recorded(database: Database) -> None:
    known = [migration.version for migration in migrations.available()]

    assert known == list(range(1, len(known) + 1))
    done = database.read().execute("SELECT version, program FROM schema_migrations ORDER BY version").fetchall()
    assert [version for version, _ in done] == known


def test_home_of_newer_program_is_rejected_without_changes(made: Path) -> None:
    with duckdb.connect(str(made / FILE_NAME)) as newer:
        newer.execute("INSERT INTO schema_migrations VALUES (999, 'later', '99.0', now())")
    before = contents(made)

    with pytest.raises(errors.HomeVersionError, match="newer Indexium") as caught:
        Database.open(made)
    assert caught.value.exit_code == 2
    assert contents(made) == before


def test_database_of_newer_duckdb_is_newer_home(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        message = (
            "IO Error: Trying to read a database file with version number 999.\nIt is of a newer version of DuckDB."
        )
        raise duckdb.IOException(message)

    monkeypatch.setattr(duckdb, "connect", refuse)
    with pytest.raises(errors.HomeVersionError):
        Database.open(made)


def test_migration_is_applied_once_after_copy_of_database(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(made)[FILE_NAME]
    known = migrations.available()
    monkeypatch.setattr(migrations, "available", lambda: [*known, LATER])
    for _ in range(2):
        with Database.open(made) as database:
            assert database.read().execute("SELECT reason, note FROM touched_files").fetchall() == [("kept", None)]
            done = database.read().execute("SELECT version, name FROM schema_migrations ORDER BY 1").fetchall()
            assert done == [(each.version, each.name) for each in [*known, LATER]]

    assert contents(made)[f"{FILE_NAME}{BEFORE}"] == before
    assert not list(made.glob("*.part"))


def test_copy_before_migration_has_commits_of_killed_process(
    home: Path, holder: Child, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    holder.kill()
    known = migrations.available()
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "available", lambda: [*known, LATER])
        Database.open(home).close()
    old = tmp_path / "old"
    old.mkdir()
    for copy in home.glob(f"*{BEFORE}*"):
        copy.rename(old / copy.name.replace(BEFORE, ""))

    with Database.open(old) as database:
        assert kept(database) == [("held",)]


def test_failed_migration_changes_nothing(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Migration(
        version=LATER.version, name="broken", text="CREATE TABLE half (x INTEGER); SELECT * FROM nowhere;"
    )
    known = migrations.available()
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "available", lambda: [*known, broken])
        with pytest.raises(errors.StoreError, match="The migration of the database"):
            Database.open(made)

    with Database.open(made) as database:
        assert kept(database) == [("kept",)]
        assert database.read().value("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'half'") == 0


def test_database_is_not_copied_without_migration(made: Path) -> None:
    before = sorted(path.name for path in made.iterdir())
    Database.open(made).close()

    assert sorted(path.name for path in made.iterdir()) == before
