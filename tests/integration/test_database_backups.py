"""Backups of the database, and the check of the database."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from indexium_core import cli, errors
from indexium_core.flows.home import database_backups
from indexium_core.jobs import dispatcher, scheduler
from indexium_core.library import Library
from indexium_core.store import home_files
from indexium_core.store.home_files import FILE_NAME
from tests.integration.test_blockers import fill
from tests.support import media, places, tables
from tests.support.damage import content, damage_file, damage_table
from tests.support.holding import Gate
from tests.support.studio import Studio
from tests.support.waiting import PATIENCE, until


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    with Library.open(home) as opened:
        yield opened


def names(library: Library) -> list[str]:
    return [backup.name for backup in library.database_backups.list()]


def wait_for_runs(library: Library) -> None:
    """Return when no schedule is due and no scheduled job runs."""
    until(lambda: (library._parts.core.scheduler.seconds_left() or 1) > 0)
    until(lambda: all(job.has_ended for job in library.jobs.list().items))


def problems(library: Library) -> dict[str, str]:
    """Return the findings of the check that are not right: message by name."""
    found = library.database_backups.check()
    assert all(each.remedy for each in found if each.state != "ok")
    return {each.name: each.message for each in found if each.state != "ok"}


def sql(library: Library, statement: str) -> None:
    with tables.changing(library) as tx:
        tx.execute(statement)


# --- backups -----------------------------------------------------------------------------------------------------


def test_backup_is_whole_copy_with_same_sequences(studio: Studio) -> None:
    studio.write()
    backup = studio.library.database_backups.make()
    studio.library.close()

    assert backup.kind == "manual"
    assert backup.size == backup.path.stat().st_size
    assert abs(backup.created_at - datetime.now(UTC)) < timedelta(minutes=1)
    other = backup.path.parent / "home"
    other.mkdir()
    backup.path.rename(other / FILE_NAME)
    assert content(other) == content(studio.library.home)
    query = "SELECT sequence_name, coalesce(last_value + 1, start_value) FROM duckdb_sequences() ORDER BY 1"
    with duckdb.connect(str(other / FILE_NAME)) as one, duckdb.connect(str(studio.library.home / FILE_NAME)) as two:
        assert one.execute(query).fetchall() == two.execute(query).fetchall()
    studio.library = Library.open(studio.library.home)


def test_backup_during_writes_has_one_moment(library: Library) -> None:
    """A writer changes two tables in each transaction; no backup has one change without the other."""
    ended = threading.Event()

    def work() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            with tables.changing(library) as tx:
                tx.execute("INSERT INTO touched_files VALUES ($1, 'x')", [number])
                tx.execute("INSERT INTO declined_people VALUES ($1, 'x', now())", [number])

    writer = threading.Thread(target=work)
    writer.start()
    backups = [library.database_backups.make() for _ in range(3)]
    ended.set()
    writer.join()

    counts = [home_files.verify(backup.path) for backup in backups]
    assert [each["touched_files"] for each in counts] == [each["declined_people"] for each in counts]
    assert counts[0]["touched_files"] < counts[2]["touched_files"]


def test_different_copy_is_not_kept(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home_files, "verify", lambda path: {"people": 1})
    with pytest.raises(errors.StoreError, match="differs from the database"):
        library.database_backups.make()

    assert list(home_files.folder_of(library.home).iterdir()) == []


def test_daily_backup_is_made_once_a_day_and_seven_are_kept(home: Path) -> None:
    start = datetime(2026, 11, 20, 6, tzinfo=UTC)
    for day in range(11):
        for hours in (0, 5):
            with Library.open(home, clock=lambda moment=start + timedelta(days=day, hours=hours): moment) as library:
                if day == 2 and not hours:
                    library.database_backups.make()
                wait_for_runs(library)
                found = library.database_backups.list()
        assert len([each for each in found if each.kind == "daily"]) <= database_backups.KEPT
    daily = [each for each in found if each.kind == "daily"]

    assert len(daily) == database_backups.KEPT
    assert {each.created_at.date() for each in daily} == {(start + timedelta(days=day)).date() for day in range(4, 11)}
    assert len(found) == database_backups.KEPT + 1
    assert [each.kind for each in found if each.kind != "daily"] == ["manual"]


def test_new_home_has_no_backup(library: Library) -> None:
    library.database_backups.close()
    assert names(library) == []


def test_home_has_its_first_backup_minutes_after_the_first_decision(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_backups, "_FIRST_AFTER", timedelta(minutes=2))
    media.tree(tmp_path / "films", ["a.mp4"])
    now = [datetime.now(UTC)]
    with Library.open(home, clock=lambda: now[0]) as library:
        library.scan([tmp_path / "films"])
        now[0] += timedelta(minutes=30)
    with Library.open(home, clock=lambda: now[0]) as library:
        assert names(library) == []  # there is nothing to lose
        library.decisions.edit([1], ["Ann Lee"])
    with Library.open(home, clock=lambda: now[0]) as library:
        assert names(library) == []
        now[0] += timedelta(minutes=3)
    with Library.open(home, clock=lambda: now[0]) as library:
        until(lambda: [each.kind for each in library.database_backups.list()] == ["daily"])
    with Library.open(home, clock=lambda: now[0]) as library:
        assert len(names(library)) == 1


def test_service_makes_backup_when_day_has_passed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "LOOK_SECONDS", 0.05)
    now = [datetime.now(UTC)]
    with Library.open(home, url="http://127.0.0.1:1", clock=lambda: now[0]) as library:
        time.sleep(0.2)
        assert names(library) == []
        now[0] += timedelta(days=1, minutes=1)
        until(lambda: len(names(library)) == 1)
        time.sleep(0.2)
        assert len(names(library)) == 1


def test_daily_backup_waits_for_end_of_operation(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "_WAIT_SECONDS", 0.05)
    gate = Gate(monkeypatch, free=0)
    handle = studio.library.write(studio.library.plan())
    assert gate.reached.wait(PATIENCE)
    parts = studio.library._parts
    moment = datetime.now(UTC) + timedelta(days=2)
    monkeypatch.setattr(parts.core.scheduler, "_clock", lambda: moment)
    parts.core.queue._dispatcher.wake()
    time.sleep(0.3)
    assert studio.library.database_backups.list() == []
    gate.opened.set()
    handle.wait()
    until(lambda: len(studio.library.database_backups.list()) == 1)


def test_backup_on_full_disk_is_reported_and_leaves_nothing(tmp_path: Path) -> None:
    with places.mounted("tmpfs", tmp_path, megabytes=40) as disk, Library.open(disk / "home") as library:
        fill(disk / "filler")
        with pytest.raises(errors.StoreError, match=r"is full, so the backup .* was not made\. Free some space"):
            library.database_backups.make()
        (disk / "filler").unlink()
        folder = home_files.folder_of(library.home)
        assert not folder.exists() or list(folder.iterdir()) == []
        assert problems(library).keys() == {"backups"}
        library.database_backups.make()
        assert problems(library) == {}


# --- check -------------------------------------------------------------------------------------------------------


def test_check_of_sound_home_finds_nothing(studio: Studio) -> None:
    studio.write()
    studio.back(1)
    steps: list[tuple[int, int]] = []
    studio.library.database_backups.make()
    found = studio.library.database_backups.check(on_progress=lambda done, total, _: steps.append((done, total)))

    assert {each.state for each in found} == {"ok"}, found
    assert steps[0][0] == 0
    assert steps[-1][0] == steps[-1][1] > 30


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed home with an operation and a backup, without problems."""
    studio = Studio(tmp_path_factory.mktemp("sound"), 6)
    studio.write()
    studio.library.database_backups.make()
    assert problems(studio.library) == {}
    studio.library.close()
    return studio.library.home


@pytest.mark.parametrize(
    ("statement", "name", "message"),
    [
        ("DELETE FROM libraries", "rows", "Files without a library folder: 6 rows."),
        ("DELETE FROM people", "rows", "Assignments without a person: 6 rows."),
        ("DELETE FROM metadata_operations", "rows", "Results of files without an operation: 6 rows."),
        ("DELETE FROM metadata_operation_items", "rows", "Backups of files without a result: 6 rows."),
        ("INSERT INTO field_locks VALUES (99, 'people', '', 'lock', now())", "rows", "Locked fields without a file: 1"),
        ("ALTER TABLE people DROP COLUMN search", "schema", "The database lacks columns: people.search."),
        pytest.param(
            "DROP TABLE declined_people",
            "schema",
            "The database lacks columns: declined_people.declined_at",
            marks=pytest.mark.further,
        ),
        ("UPDATE metadata_operations SET success_count = 5", "history", "wrong for these operations: 1."),
        ("CREATE OR REPLACE SEQUENCE file_ids START 3", "numbers", "numbers of existing rows: file_ids."),
    ],
)
def test_check_finds(sound: Path, home: Path, statement: str, name: str, message: str) -> None:
    shutil.copytree(sound, home)
    with Library.open(home) as library:
        sql(library, statement)

        assert message in problems(library)[name]


def test_check_names_damaged_table_and_damaged_backup(studio: Studio) -> None:
    studio.library.database_backups.make()
    [backup] = studio.library.database_backups.list()
    raw = bytearray(backup.path.read_bytes())
    raw[12_288 + 262_144 :] = bytes(len(raw) - 12_288 - 262_144)
    backup.path.write_bytes(raw)
    studio.library.close()
    damage_table(studio.library.home, "video_people")
    studio.library = Library.open(studio.library.home)
    found = problems(studio.library)

    assert "The table video_people cannot be read: " in found["database"]
    assert "is damaged" in found[f"backup {backup.name}"]
    with pytest.raises(errors.StoreError, match="The database is damaged, parts of it cannot be read"):
        studio.library.people.export()


def test_commands_check_back_up_and_list(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--home", str(home), "db", "check"]) == 0
    assert "warning, backups: Run 'indexium db backup'." in capsys.readouterr().err
    assert cli.main(["--home", str(home), "db", "backup", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert cli.main(["--home", str(home), "db", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["items"] == [made]
    assert cli.main(["--home", str(home), "db", "check", "--json"]) == 0
    assert {each["state"] for each in json.loads(capsys.readouterr().out)["items"]} == {"ok"}

    damage_file(home)
    assert cli.main(["--home", str(home), "db", "check", "--json"]) == 1
    found, backup = json.loads(capsys.readouterr().out)["items"]
    assert (found["name"], found["state"]) == ("database", "problem")
    assert (backup["name"], backup["state"]) == (f"backup {made['name']}", "ok")
    assert f"'indexium db restore' restores the backup {made['name']}" in found["message"]
    assert cli.main(["--home", str(home), "db", "list"]) == 0
    assert made["name"] in capsys.readouterr().out


@pytest.mark.parametrize(
    "command",
    [["plan"], ["serve", "--port", "0"], pytest.param(["db", "backup"], marks=pytest.mark.further)],
    ids=" ".join,
)
def test_every_front_end_offers_last_good_backup_of_damaged_database(
    home: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    with Library.open(home) as library:
        good, bad = library.database_backups.make(), library.database_backups.make()
    bad.path.write_bytes(b"garbage")
    damage_file(home)

    assert cli.main(["--home", str(home), *command]) == 1
    said = capsys.readouterr().err
    assert "it seems damaged" in said
    assert f"restore' restores the backup {good.name} of " in said
    assert said.count("\n") == 1
