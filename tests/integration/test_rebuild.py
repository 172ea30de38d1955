"""The database is restored from a backup, and rebuilt from all that is readable."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from indexium_core import cli, errors
from indexium_core.library import Library
from indexium_core.model.database import RebuildReport
from indexium_core.store import home_files, migrations
from indexium_core.store.home_files import FILE_NAME
from indexium_core.store.migrations import Migration
from indexium_core.store.rebuild import integrity, rebuilding
from tests.integration.test_blockers import fill
from tests.support import places, tables
from tests.support.damage import content, damage_file, damage_table
from tests.support.holding import cut_off
from tests.support.studio import Studio
from tests.support.waiting import until


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """Six films with Ann Lee; two were written, one is edited, one skipped; a third person has another spelling."""
    made = Studio(tmp_path, 6)
    library = made.library
    library.people.add(made.paths[:1], ["Cy Straße"])
    library.people.rename("Cy Straße", "Cy STRASSE")
    made.write(query="name:0000 OR name:0001")
    library.decisions.edit("name:0002", ["Dee Poe"])
    library.decisions.postpone("name:0003")
    library.templates.save("holiday", people=["Ann Lee"])
    yield made
    made.library.close()


def sources(report: RebuildReport) -> dict[str, str]:
    """Return the source of each table, by the first word of its label."""
    return {each.table: each.source.partition(" ")[0] for each in report.origins}


def facts(library: Library) -> dict[str, object]:
    """Return what people know: assignments, decisions, history."""
    return {
        "people": sorted((Path(row.path).name, row.person) for row in library.people.export()),
        "edits": sorted(
            (row.kind, Path(row.file_path).name, tuple(row.people or ())) for row in library.decisions.list()
        ),
        "history": [
            (each.id, each.operation_type, each.status, each.success_count) for each in library.history().items
        ],
        "plan": {item.file_name: (item.result_people, item.postponed) for item in library.plan("name:000").items},
    }


def names(library: Library) -> list[tuple[object, ...]]:
    """Return the people and their other spellings, with the keys by which they are found."""
    people = tables.rows(library, "FROM people ORDER BY person_id")
    return people + tables.rows(library, "SELECT alias, alias_key, person_id FROM person_aliases ORDER BY ALL")


def rebuilt(studio: Studio, **options: object) -> RebuildReport:
    """Rebuild the closed home, and open it."""
    report = Library.rebuild_database(studio.library.home, **options)  # type: ignore[arg-type]
    studio.library = Library.open(studio.library.home)
    assert {each.state for each in studio.library.database_backups.check() if each.name in ("rows", "numbers")} == set()
    return report


def leave_log(home: Path) -> None:
    """Put the log of another database beside the database: it cannot be opened with it."""
    other = home.parent / "other.duckdb"
    with duckdb.connect(str(other)) as raw:
        raw.execute("CREATE TABLE theirs (x INTEGER)")
        raw.execute("CHECKPOINT")
        raw.execute("INSERT INTO theirs VALUES (1)")
        shutil.copy(home_files.log_of(other), home_files.log_of(home / FILE_NAME))


# --- rebuild -----------------------------------------------------------------------------------------------------


def test_rebuild_of_sound_database_changes_nothing(studio: Studio) -> None:
    before, home_id = facts(studio.library), studio.library.home_id
    studio.library.close()
    rows = content(studio.library.home)
    steps: list[str] = []
    report = Library.rebuild_database(
        studio.library.home, scan=False, progress=lambda done, total, step: steps.append(step)
    )

    assert content(studio.library.home) == rows
    assert set(sources(report).values()) == {"old"}
    assert report.probed == 6
    assert report.differing == report.problems == []
    assert {"people", "scanned_files"} <= set(steps)
    assert report.kept is not None
    assert home_files.verify(report.kept)["people"] == 3
    assert not (studio.library.home / home_files.WORK).exists()
    studio.library = Library.open(studio.library.home)
    assert (facts(studio.library), studio.library.home_id) == (before, home_id)
    studio.back(1)
    assert studio.bytes() == studio.old
    new = studio.write()
    assert new.id == 3


def test_readable_tables_come_from_old_database_and_damaged_ones_from_backup(studio: Studio) -> None:
    before = facts(studio.library)
    backup = studio.library.database_backups.make()
    studio.library.people.add(studio.paths[5:], ["Eva Late"])
    studio.library.close()
    shutil.rmtree(studio.library.home / "snapshot", ignore_errors=True)
    damage_table(studio.library.home, "decisions")
    report = rebuilt(studio)

    assert sources(report) | {"decisions": "backup"} == sources(report)
    assert {name: source for name, source in sources(report).items() if source != "old"} == {"decisions": "backup"}
    assert [each.source for each in report.origins if each.table == "decisions"] == [f"backup {backup.name}"]
    assert "The table decisions is damaged: up to " in report.problems[0]
    after = facts(studio.library)
    assert after["edits"] == before["edits"]
    assert ("0005.mp4", "Eva Late") in after["people"]  # type: ignore[operator]


def test_part_of_table_is_completed_by_backup(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row groups that are readable come from the old database, and only the missing rows from the backup."""
    many = 300_000
    store = studio.library._parts.core.store
    with store.atomic() as tx:
        tx.execute("INSERT INTO touched_files SELECT range, 'old ' || hash(range) FROM range(1000, $1)", [1000 + many])
    studio.library.database_backups.make()
    with store.atomic() as tx:
        tx.execute("UPDATE touched_files SET reason = 'new' WHERE file_id >= 1000 AND file_id < 1010")
        tx.execute("UPDATE touched_files SET reason = 'new' WHERE file_id >= $1", [many])
    studio.library.close()
    damage_table(studio.library.home, "touched_files", part=3)
    report = rebuilt(studio, scan=False)

    assert [each.source.partition(" ")[0] for each in report.origins if each.table == "touched_files"] == [
        "old",
        "backup",
    ]
    library = studio.library
    assert tables.value(library, "SELECT count(*) FROM touched_files WHERE file_id >= 1000") == many
    assert tables.value(library, "SELECT count(*) FROM touched_files WHERE reason = 'new'") in (10, 1000, 1010)


def test_unreadable_database_is_rebuilt_from_snapshot_backup_and_journals(studio: Studio) -> None:
    library = studio.library
    library.database_backups.make()
    library.people.add(studio.paths[5:], ["Eva Groß"])
    library.people.remove(studio.paths[4:5], ["Ann Lee"])
    studio.write(query="name:0005")
    library.snapshots.take()
    before, keys = facts(library), names(library)
    library.close()
    damage_file(library.home)
    report = rebuilt(studio)

    found = sources(report)
    tables = ("people", "video_people", "decisions", "metadata_operations", "scanned_files", "edit_templates")
    assert {found[table] for table in tables} == {"snapshot"}
    assert found["hash_cache"] == "backup"
    assert "The old database cannot be opened" in report.problems[0]
    after = facts(studio.library)
    assert after == before
    assert names(studio.library) == keys
    assert len({each.decision_id for each in studio.library.decisions.list()}) == 2
    assert [each.name for each in studio.library.templates.list()] == ["holiday"]
    assert studio.back(2).counts == {"success": 1}, [each.message for each in studio.items(3).values()]
    assert studio.back(1).counts == {"success": 2}, [each.message for each in studio.items(4).values()]
    assert studio.bytes() == studio.old


def test_rollback_of_which_only_the_journal_is_left_is_a_rollback(studio: Studio) -> None:
    studio.write(query="name:0004 OR name:0005")
    written = max(studio.states())
    studio.back(written, "0004")
    studio.back(written)
    home = studio.library.home
    studio.library.close()
    (home / FILE_NAME).unlink()
    shutil.rmtree(home / "snapshot", ignore_errors=True)
    shutil.rmtree(home / "database-backups", ignore_errors=True)
    rebuilt(studio, folders=[studio.films])

    found = {each.id: (each.operation_type, each.reverts_id, each.status) for each in studio.library.history().items}
    assert found[written] == ("write", None, "rolled_back")
    assert found[written + 1] == found[written + 2] == ("rollback", written, "completed")
    assert studio.library.operation(written + 1).operation.can_rollback


def test_without_any_copy_people_come_from_comments_and_history_from_journals(studio: Studio) -> None:
    studio.library.people.add(studio.paths[:1], ["Flo Twice"])
    studio.write(query="name:0000")
    home = studio.library.home
    studio.library.close()
    (home / FILE_NAME).unlink()
    shutil.rmtree(home / "snapshot", ignore_errors=True)
    report = rebuilt(studio, folders=[studio.films])

    assert sources(report) == {
        "metadata_history": "journals",
        "scanned_files": "files",
        "video_people": "comments",
    }
    people = {(Path(row.path).name, row.person) for row in studio.library.people.export()}
    assert {("0000.mp4", "Flo Twice"), ("0000.mp4", "Ann Lee"), ("0005.mp4", "Bob Ray")} <= people
    assert len(studio.library.files.file(studio.library.files.find(str(studio.paths[0]))).history) == 2
    assert [view.name for view in studio.library.views.list()] == ["Favourites"]
    history = studio.library.history().items
    assert [each.user_note for each in history] == ["Recovered from its journal"] * len(history)
    for operation in history:
        assert studio.back(operation.id).counts == {"success": operation.success_count}
    assert studio.bytes() == studio.old


def test_interrupted_write_is_undone_and_its_journal_is_used(studio: Studio) -> None:
    """A journal without its database: the complete writes come into the history."""
    journals = sorted(path.name for path in (studio.library.home / "backups").glob("*.journal"))
    studio.library.close()
    (studio.library.home / FILE_NAME).unlink()
    (studio.library.home / "backups" / "7.journal").write_bytes(b"INDEXIUM" + bytes([0, 99]) + bytes(6))
    report = rebuilt(studio)

    assert sum(each.rows for each in report.origins if each.source == "journals") == 2
    assert any("The journal 7.journal cannot be used" in each for each in report.problems)
    assert {path.name for path in (studio.library.home / "backups").glob("*.journal")} >= set(journals)


def test_orphaned_rows_are_dropped(studio: Studio) -> None:
    with tables.changing(studio.library) as tx:
        tx.execute("INSERT INTO field_locks VALUES (99, 'people', '', 'lock', now())")
        tx.execute("DELETE FROM libraries")
        tx.execute("CREATE OR REPLACE SEQUENCE file_ids START 2")
    studio.library.close()
    report = rebuilt(studio)

    assert "1 library folder comes from the paths of the files." in report.problems
    assert "Locked fields without a file: 1 row was dropped." in report.problems
    [library] = studio.library.inventory.list()
    assert (library.path, library.name) == (str(studio.films), studio.films.name)


def test_probe_finds_file_that_differs_and_next_scan_reads_it(studio: Studio) -> None:
    with tables.changing(studio.library) as tx:
        tx.execute("UPDATE scanned_files SET comment = 'something else' WHERE file_name = '0004.mp4'")
    studio.library.close()
    report = rebuilt(studio)

    assert report.differing == [str(studio.paths[4])]
    assert studio.comments()["0004.mp4"] == "People: Bob Ray"


def test_failed_check_of_new_database_changes_nothing(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    home = studio.library.home
    studio.library.close()
    before = (home / FILE_NAME).read_bytes()
    real, numbers = rebuilding.integrity.digest, itertools.count()
    monkeypatch.setattr(rebuilding.integrity, "digest", lambda reader, rows: (real(reader, rows)[0], next(numbers)))
    with pytest.raises(
        errors.StoreError, match=r"The copy of the table .* differs from its source, so the database was not"
    ):
        Library.rebuild_database(home)

    assert (home / FILE_NAME).read_bytes() == before
    assert not (home / home_files.WORK).exists()
    assert home_files.backups(home) == []
    monkeypatch.undo()
    studio.library = Library.open(home)


def test_rebuild_of_newer_home_is_rejected(studio: Studio) -> None:
    home = studio.library.home
    studio.library.close()
    with duckdb.connect(str(home / FILE_NAME)) as newer:
        newer.execute("INSERT INTO schema_migrations VALUES (999, 'later', '99.0', now())")
    with pytest.raises(errors.HomeVersionError):
        Library.rebuild_database(home)
    shutil.copy(home / FILE_NAME, home_files.new_path(home, "manual", datetime.now(UTC)))
    with pytest.raises(errors.HomeVersionError):
        Library.restore_database(home, home_files.backups(home)[0].name)
    assert not (home / home_files.WORK).exists()


def test_backup_of_earlier_version_is_migrated(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version adds a column; a rebuild and a restore with it read the backups of the earlier one."""
    studio.library.database_backups.make()
    home = studio.library.home
    studio.library.close()
    [backup] = home_files.backups(home)
    shutil.rmtree(home / "snapshot", ignore_errors=True)
    damage_file(home)
    known = migrations.available()
    text = "ALTER TABLE touched_files ADD COLUMN note VARCHAR"
    later = Migration(version=known[-1].version + 1, name="later", text=text)
    monkeypatch.setattr(migrations, "available", lambda: [*known, later])
    monkeypatch.setattr(integrity, "_expected", integrity._expected.__wrapped__)
    report = rebuilt(studio)
    assert sources(report)["people"] == "backup"
    assert tables.rows(studio.library, "SELECT note FROM touched_files") == []
    studio.library.close()
    Library.restore_database(home, backup.name)
    studio.library = Library.open(home)
    assert len(studio.library.people.list()) == 3
    assert tables.rows(studio.library, "SELECT note FROM touched_files") == []


def test_home_in_use_is_neither_rebuilt_nor_restored(studio: Studio) -> None:
    for call in (Library.rebuild_database, Library.restore_database):
        with pytest.raises(errors.HomeInUseError):
            call(studio.library.home)


def test_missing_folder_is_reported_before_any_change(studio: Studio, tmp_path: Path) -> None:
    home = studio.library.home
    studio.library.close()
    with pytest.raises(errors.UsageError, match=r"does not exist\. The database was not changed"):
        Library.rebuild_database(home, [tmp_path / "nowhere"])
    with pytest.raises(errors.UsageError, match=r"does not exist\. Choose a home"):
        Library.rebuild_database(tmp_path / "nohome")
    studio.library = Library.open(home)
    assert home_files.backups(home) == []


@pytest.mark.parametrize("action", ["rebuild", "restore"])
def test_full_disk_keeps_old_database(tmp_path: Path, action: str) -> None:
    with places.mounted("tmpfs", tmp_path, megabytes=60) as disk:
        home = disk / "home"
        with Library.open(home) as library:
            size = library.database_backups.make().size
        before, found = (home / FILE_NAME).read_bytes(), home_files.backups(home)
        for spare in (0, size // 4, size // 2):
            fill(disk / "filler")
            with (disk / "filler").open("rb+") as filler:
                filler.truncate((disk / "filler").stat().st_size - spare)
            call = Library.rebuild_database if action == "rebuild" else Library.restore_database
            with pytest.raises(errors.StoreError, match=r"(is full|No space left).*Free some space") as caught:
                call(home)
            assert "\n" not in str(caught.value)
            (disk / "filler").unlink()
            assert (home / FILE_NAME).read_bytes() == before
            assert home_files.backups(home) == found
            assert not (home / home_files.WORK).exists()
        call(home)
        with Library.open(home) as library:
            assert library.history().items == []


# --- restore -----------------------------------------------------------------------------------------------------


def test_restore_takes_newest_good_backup_and_later_writes_stay_in_history(studio: Studio) -> None:
    home = studio.library.home
    good = studio.library.database_backups.make()
    before = facts(studio.library)
    studio.library.people.add(studio.paths[5:], ["Eva Late"])
    studio.write(query="name:0005")
    bad = studio.library.database_backups.make()
    studio.library.close()
    bad.path.write_bytes(b"garbage")
    damage_file(home)
    report = Library.restore_database(home)

    assert report.backup.name == good.name
    assert report.kept is not None
    assert report.kept.read_bytes()[:100] == bytes(100)
    assert (report.writes, report.problems) == (1, [])
    studio.library = Library.open(home)
    after = facts(studio.library)
    assert after["people"] == before["people"]
    assert after["history"] == [(2, "write", "completed", 1), *before["history"]]  # type: ignore[misc]
    assert studio.back(2).counts == {"success": 1}, [each.message for each in studio.items(3).values()]
    assert studio.back(1).counts == {"success": 2}
    assert studio.bytes() == studio.old


def test_operation_that_was_resumed_after_backup_can_be_rolled_back(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(studio.library, monkeypatch, 1, query="name:0002 OR name:0004 OR name:0005")
    studio.library.close()
    monkeypatch.undo()
    studio.library = Library.open(studio.library.home)
    studio.library.database_backups.make()
    assert studio.library.resume(2).wait().counts["success"] == 3
    studio.library.close()
    report = Library.restore_database(studio.library.home)

    assert (report.writes > 0, report.problems) == (True, [])
    studio.library = Library.open(studio.library.home)
    assert {each.status for each in studio.items(2).values()} == {"success"}
    assert studio.back(2).counts == {"success": 3}
    assert studio.back(1).counts == {"success": 2}
    assert studio.bytes() == studio.old


def test_restored_home_can_be_restored_back(studio: Studio) -> None:
    home = studio.library.home
    studio.library.database_backups.make()
    studio.library.people.add(studio.paths[5:], ["Eva Late"])
    before = facts(studio.library)
    studio.library.close()
    report = Library.restore_database(home)
    assert report.kept is not None
    Library.restore_database(home, report.kept.stem)
    studio.library = Library.open(home)

    assert facts(studio.library) == before


def test_log_of_killed_process_belongs_to_its_database(studio: Studio) -> None:
    """The log stays with the old database; the restored one opens without it."""
    home = studio.library.home
    studio.library.database_backups.make()
    [backup] = home_files.backups(home)
    studio.library.close()
    leave_log(home)
    with pytest.raises(errors.StoreError, match="seems damaged"):
        Library.open(home)
    report = Library.restore_database(home)

    assert report.kept is not None
    assert home_files.log_of(report.kept).exists()
    studio.library = Library.open(home)
    assert len(studio.library.people.list()) == 3
    assert studio.library.database_backups.list()[-1].name == backup.name


def test_damaged_log_costs_only_its_changes(studio: Studio) -> None:
    home = studio.library.home
    before = facts(studio.library)
    studio.library.close()
    leave_log(home)
    report = rebuilt(studio)

    assert sources(report)["people"] == "old"
    assert "cannot be opened" in report.problems[0]
    assert facts(studio.library) == before


def test_unfit_backups_are_rejected(studio: Studio, tmp_path: Path) -> None:
    home = studio.library.home
    backup = studio.library.database_backups.make()
    studio.library.close()
    before = (home / FILE_NAME).read_bytes()
    other, cut, text = tmp_path / "other.duckdb", tmp_path / "cut.duckdb", tmp_path / "text.duckdb"
    with duckdb.connect(str(other)) as raw:
        raw.execute("CREATE TABLE theirs (x INTEGER)")
    cut.write_bytes(backup.path.read_bytes()[:300_000])
    text.write_text("no database")
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    shutil.copy(backup.path, damaged / FILE_NAME)
    damage_table(damaged, "people")
    for name, kind in (
        (str(other), errors.StoreError),
        (str(cut), errors.StoreError),
        (str(text), errors.StoreError),
        (str(damaged / FILE_NAME), errors.StoreError),
        ("daily-20000101-000000", errors.UsageError),
    ):
        with pytest.raises(kind) as caught:
            Library.restore_database(home, name)
        assert Path(name).name in str(caught.value)
        assert (home / FILE_NAME).read_bytes() == before
    backup.path.unlink()
    with pytest.raises(errors.UsageError, match="has no backup that can be restored"):
        Library.restore_database(home)
    studio.library = Library.open(home)


def test_commands_restore_and_rebuild(studio: Studio, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    home = studio.library.home
    backup = studio.library.database_backups.make()
    away = shutil.copy(backup.path, tmp_path / "away.duckdb")
    studio.library.close()
    assert cli.main(["--home", str(home), "db", "restore"]) == 2
    asked = capsys.readouterr().err
    assert "add --yes" in asked
    assert "Files that were interrupted during a write are restored" in asked
    assert cli.main(["--home", str(home), "db", "restore", str(away), "--yes"]) == 0
    said = capsys.readouterr().err
    assert "The backup away.duckdb of " in said
    assert "The old database is " in said
    assert cli.main(["--home", str(home), "db", "rebuild", "--yes"]) == 0
    captured = capsys.readouterr()
    assert "old database" in captured.out
    assert "The database was rebuilt in " in captured.err
    assert cli.main(["--home", str(home), "db", "rebuild", "--yes", "--no-scan", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {each["source"] for each in report["origins"]} == {"old database"}
    assert Path(report["kept"]).exists()
    studio.library = Library.open(home)


def test_kept_databases_do_not_count_as_daily_backups(studio: Studio) -> None:
    home = studio.library.home
    studio.library.database_backups.make()
    studio.library.close()
    for _ in range(2):
        Library.restore_database(home)
    studio.library = Library.open(home, clock=lambda: datetime.now(UTC) + timedelta(days=2))
    until(lambda: "daily" in {each.kind for each in studio.library.database_backups.list()})

    kinds = [each.kind for each in studio.library.database_backups.list()]
    assert sorted(kinds) == ["daily", "manual", "replaced", "replaced"]


def test_error_after_the_decision_says_that_the_database_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = tmp_path / "new.duckdb"
    duckdb.connect(str(new)).close()
    real = home_files.finish_replacement

    def fail(home: Path) -> None:
        raise PermissionError(13, "Permission denied", str(home))

    monkeypatch.setattr(home_files, "finish_replacement", fail)
    with pytest.raises(errors.StoreError, match=r"is replaced at the next start.* start Indexium again"):
        home_files.replace_database(tmp_path, new, datetime.now(UTC))
    real(tmp_path)
    assert (tmp_path / FILE_NAME).exists()
