"""
A database is lost in every way, and everything that a person decided comes back.

One home has every kind of decision and record. Each way of loss starts with a copy of it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from indexium_core import cli, errors
from indexium_core.library import Library
from indexium_core.model.database import RebuildReport
from indexium_core.store import change_counter, home_files, survival
from indexium_core.store.home_files import COUNTER, FILE_NAME
from indexium_core.store.survival import Survival
from tests.support import decided_home
from tests.support.damage import damage_file, damage_table
from tests.support.effort import effort
from tests.support.studio import ALL, Studio


@dataclass(frozen=True)
class Made:
    """The home with every decision, and what it has."""

    home: Path
    media: Path
    early: Path  # a copy of its database from before the decisions
    old: bytes  # of the film that a write has changed
    rows: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("decided")
    home, early = folder / "home", folder / "early.duckdb"
    media = decided_home.make_files(folder / "media")
    old = (media / "films/0003.mp4").read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INDEXIUM_SNAPSHOTS", "true")
        with Library.open(home) as library:
            library.scan([media / "films"])
        shutil.copy(home / FILE_NAME, early)
        with Library.open(home) as library:
            decided_home.decide(library, media)
            decided_home.fill_empty_tables(library)
        rows = decided_home.kept_rows(home)
        assert {table for table, found in rows.items() if not found} == set()
        yield Made(home, media, early, old, rows)


@pytest.fixture
def home(made: Made, tmp_path: Path) -> Path:
    """A copy of the home."""
    return Path(shutil.copytree(made.home, tmp_path / "home", symlinks=True))


def delete(home: Path, made: Made) -> None:
    for path in home.glob(f"{FILE_NAME}*"):
        path.unlink()


def truncate(home: Path, made: Made) -> None:
    path = home / FILE_NAME
    path.write_bytes(path.read_bytes()[:5000])


def empty(home: Path, made: Made) -> None:
    delete(home, made)
    duckdb.connect(str(home / FILE_NAME)).close()


def flip(home: Path, made: Made) -> None:
    damage_file(home)


def put_older_copy(home: Path, made: Made) -> None:
    shutil.copy(made.early, home / FILE_NAME)


def put_other_home(home: Path, made: Made) -> None:
    other = home.parent / "other"
    Library.open(other).close()
    with duckdb.connect(str(other / FILE_NAME)) as raw:
        raw.execute("UPDATE schema_migrations SET applied_at = applied_at + INTERVAL 1 DAY")
        raw.execute("CREATE OR REPLACE SEQUENCE changes START 1000")  # it has more changes than the home
        raw.execute("SELECT nextval('changes')")
    shutil.copy(other / FILE_NAME, home / FILE_NAME)


LOSSES = {
    "deleted": (delete, "is missing, but the home has"),
    "truncated": (truncate, "cannot be read, it seems damaged"),
    "emptied": (empty, "is missing, but the home has"),
    "flipped": (flip, "cannot be read, it seems damaged"),
    "older copy": (put_older_copy, "is an older copy: it lacks changes that were made until"),
    "other home": (put_other_home, "is not that of this home"),
}


def rebuild(home: Path) -> RebuildReport:
    return Library.rebuild_database(home, scan=False)


def undo_everything(home: Path, made: Made) -> None:
    """Roll back the write that is in force: every byte is as before. Then write its bytes again, for the next test."""
    path = made.media / "films/0003.mp4"
    new, times = path.read_bytes(), path.stat()
    with Library.open(home) as library:
        written = [each for each in library.history().items if each.status == "completed" and each.can_rollback][-1]
        assert library.rollback(written.id).wait().counts == {"success": 1}
    assert path.read_bytes() == made.old
    path.write_bytes(new)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.parametrize("loss", LOSSES)
def test_lost_database_is_refused_with_the_remedies(home: Path, made: Made, loss: str) -> None:
    lose, message = LOSSES[loss]
    lose(home, made)
    before = sorted(path.name for path in home.iterdir())
    journals = sorted(path.name for path in (home / "backups").rglob("*.journal"))

    with pytest.raises(errors.StoreError) as caught:
        Library.open(home)
    assert message in caught.value.message
    assert "No video is affected. 'indexium db rebuild' builds a new one from everything" in caught.value.message
    assert "\n" not in caught.value.message
    assert sorted(path.name for path in home.iterdir()) == before
    assert sorted(path.name for path in (home / "backups").rglob("*.journal")) == journals


@pytest.mark.parametrize(
    "loss", [pytest.param(loss, marks=[pytest.mark.further] if loss == "flipped" else []) for loss in LOSSES]
)
def test_rebuild_brings_back_every_row_that_no_file_holds(home: Path, made: Made, loss: str) -> None:
    LOSSES[loss][0](home, made)
    report = rebuild(home)

    assert decided_home.kept_rows(home) == made.rows
    assert {each.source.partition(" ")[0] for each in report.origins} <= {"snapshot", "old", "journals"}
    undo_everything(home, made)


def test_steps_of_every_kind_are_undone_after_a_rebuild(home: Path, made: Made) -> None:
    delete(home, made)
    rebuild(home)
    with Library.open(home) as library:
        kinds = {each.step_id: each.kind for each in library.steps.list()}
        assert set(kinds.values()) == {"review", "match", "value", "move"}
        undone = set[str]()
        while (report := library.steps.undo()) is not None:
            undone.add(kinds[report.step_id])
        assert undone == set(kinds.values())
        jobs = library.jobs.list(per_page=0).items
        assert {library.jobs.wait(each.id, timeout=60).status for each in jobs} == {"completed"}
        assert [each.kind for each in library.decisions.list()] == ["postpone"]  # of the rollback
        titles = library.titles.list(per_page=100).items
        assert {file.by_hand for each in titles for file in library.titles.get(each.id).files} == {False}
        assert not [value for each in titles for value in library.titles.candidates(each.id) if value.origin == "hand"]


@pytest.mark.parametrize("loss", effort.some(LOSSES, 2))
def test_restore_brings_back_every_table_of_the_backup(home: Path, made: Made, loss: str) -> None:
    with Library.open(home) as library:
        library.database_backups.make()
    shutil.rmtree(home / "snapshot")
    LOSSES[loss][0](home, made)
    Library.restore_database(home)

    assert decided_home.kept_rows(home) == made.rows
    undo_everything(home, made)


@pytest.mark.further
def test_files_alone_give_people_and_history(home: Path, made: Made) -> None:
    """Without backup and snapshot: the people in the comments, and the writes whose journals exist."""
    delete(home, made)
    shutil.rmtree(home / "snapshot")
    report = Library.rebuild_database(home, [made.media / "films"])

    assert {each.table: each.source for each in report.origins} == {
        "metadata_history": "journals",
        "scanned_files": "files",
        "video_people": "comments of the files",
    }
    undo_everything(home, made)


def test_journals_alone_name_the_folder_that_a_rebuild_needs(home: Path, made: Made) -> None:
    delete(home, made)
    shutil.rmtree(home / "snapshot")
    report = Library.rebuild_database(home)

    [sentence] = report.problems
    assert sentence.startswith("No library folder is known. Run 'indexium db rebuild DIR' with your folders")
    assert sentence.endswith(f"The journals name files in {made.media / 'films'}.")


def test_file_that_was_rolled_back_after_the_backup_is_skipped(tmp_path: Path) -> None:
    studio = Studio(tmp_path, 2)
    studio.library.database_backups.make()
    studio.write(query="name:0000")
    studio.back(1)
    home = studio.library.home
    studio.library.close()
    Library.restore_database(home)

    with Library.open(home) as library:
        library.scan()
        assert [item.file_name for item in library.plan("postponed:yes").items] == ["0000.mp4"]
        assert [item.file_name for item in library.plan().items] == ["0001.mp4"]


def test_check_of_a_database_that_does_not_open_names_its_tables_and_backups(
    home: Path, made: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    with Library.open(home) as library:
        library.database_backups.make()
    damage_table(home, "custom_fields")
    with pytest.raises(errors.StoreError, match="parts of it cannot be read"):
        Library.open(home)
    assert cli.main(["--home", str(home), "db", "check"]) == 1
    printed = capsys.readouterr().out
    assert "The table custom_fields cannot be read" in printed
    assert "It can be restored" in printed


def test_command_on_a_damaged_database_prints_nothing_but_its_sentence(home: Path, made: Made) -> None:
    """A thread that keeps the database until the end of the process would make DuckDB print a page about it."""
    damage_table(home, "custom_fields")
    command = [sys.executable, "-m", "indexium_core.cli", "--home", str(home), "plan"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def test_person_that_is_added_after_a_rebuild_is_planned(home: Path, made: Made) -> None:
    delete(home, made)
    Library.rebuild_database(home)
    with Library.open(home) as library:
        library.people.add([made.media / "films/0003.mp4"], ["New Person"])
        [item] = library.plan("name:0003").items
        assert "New Person" in item.result_people
        assert not item.edited or item.tags_to_add
        kinds = {(each.kind, Path(each.file_path).name) for each in library.decisions.list()}
        assert ("edit", "0003.mp4") not in kinds


def test_journals_that_an_earlier_version_moved_away_are_found(home: Path, made: Made) -> None:
    """Their names may be those of new journals, because the new database began with number 1."""
    delete(home, made)
    shutil.rmtree(home / "snapshot")
    lost = home / "backups" / "lost"
    lost.mkdir()
    for path in (home / "backups").glob("*.journal"):
        path.rename(lost / f"{path.stem}.settled")
    rebuild(home)

    assert list(lost.iterdir()) == []
    Library.rebuild_database(home, [made.media / "films"])
    undo_everything(home, made)


def test_journals_of_a_former_database_are_added_to_a_sound_one(home: Path, made: Made, tmp_path: Path) -> None:
    """An earlier version began a new database; its numbers are those of the former one."""
    other = tmp_path / "later"
    with Library.open(other) as library:
        library.scan([made.media / "titles"])
        library.people.add([made.media / "titles/Cedar (2003).mp4"], ["Ann Lee"])
        library.write(library.plan("name:cedar"), ALL).wait()
        lost = other / "backups" / "lost"
        lost.mkdir()
        for path in (home / "backups").glob("*.journal"):
            shutil.copy(path, lost / f"{path.stem}.settled")
        assert {each.name: each.state for each in library.doctor.run()}["backups"] == "warning"
    report = rebuild(other)

    with Library.open(other) as library:
        [cedar, *_] = [each for each in library.history().items if each.user_note != "Recovered from its journal"]
        assert cedar.success_count == 1
        recovered = [each for each in library.history().items if each.user_note == "Recovered from its journal"]
        assert sum(each.success_count for each in recovered) + len(report.problems) >= 3
        assert library.rollback(cedar.id).wait().counts == {"success": 1}


def test_database_can_be_kept_although_it_is_an_older_copy(home: Path, made: Made) -> None:
    put_older_copy(home, made)
    shutil.rmtree(home / "snapshot")
    Library.restore_database(home, str(home / FILE_NAME))

    with Library.open(home) as library:
        assert [(each.kind, each.reason) for each in library.decisions.list()] == [("postpone", "rolled_back")]
        assert len(library.history().items) == 3


def test_commands_on_a_lost_database_print_one_sentence(
    home: Path, made: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    good = (home / FILE_NAME).read_bytes()
    for loss, (lose, message) in LOSSES.items():
        (home / FILE_NAME).write_bytes(good)
        lose(home, made)
        assert cli.main(["--home", str(home), "plan"]) == 1, loss
        printed = capfd.readouterr()
        assert message in printed.err
        assert printed.out == ""
        assert "nanobind" not in printed.err
        assert len(printed.err.strip().splitlines()) == 1


@pytest.mark.parametrize("loss", effort.some(["older copy", "emptied", "other home"], 1))
def test_backup_is_used_although_its_counter_is_not_larger(home: Path, made: Made, loss: str) -> None:
    """Without a snapshot, and with the counters of an earlier version."""
    with Library.open(home) as library:
        backup = library.database_backups.make()
    shutil.rmtree(home / "snapshot")
    LOSSES[loss][0](home, made)
    for path in (home / FILE_NAME, backup.path):
        with duckdb.connect(str(path)) as raw:
            raw.execute("CREATE OR REPLACE SEQUENCE changes START 1")
    (home / COUNTER).unlink() if loss != "other home" else None
    rebuild(home)

    assert decided_home.kept_rows(home) == made.rows


def test_replacement_that_fails_keeps_the_guard(home: Path, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    put_older_copy(home, made)

    def fail(*arguments: object) -> None:
        raise errors.StoreError("The disk is full.")

    monkeypatch.setattr(home_files, "replace_database", fail)
    with pytest.raises(errors.StoreError, match="is full"):
        rebuild(home)
    with pytest.raises(errors.StoreError, match="is an older copy"):
        Library.open(home)


def test_new_home_and_restored_home_start(tmp_path: Path) -> None:
    with Library.open(tmp_path / "home") as library:
        library.views.save("one", "size:>1")
        backup = library.database_backups.make()
    with Library.open(tmp_path / "home") as library:
        library.views.save("two", "size:>1")
    Library.restore_database(tmp_path / "home", backup.name)
    for _ in range(2):
        with Library.open(tmp_path / "home") as library:
            assert "two" not in [each.name for each in library.views.list()]
            library.views.save("three", "size:>1")


def test_replaced_database_is_refused_after_its_restore(tmp_path: Path) -> None:
    """The replaced database has more changes than the backup. It is an older copy nevertheless."""
    home = tmp_path / "home"
    with Library.open(home) as library:
        library.views.save("one", "size:>1")
        library.database_backups.make()
    with Library.open(home) as library:
        library.views.save("two", "size:>1")
    report = Library.restore_database(home)
    Library.open(home).close()
    assert report.kept is not None
    shutil.copy(report.kept, home / FILE_NAME)
    with pytest.raises(errors.StoreError, match="is an older copy"):
        Library.open(home)


def test_change_counter_counts_once_a_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file has a number when the next one is counted, or the database is closed."""
    home = tmp_path / "home"
    now = [time.monotonic()]
    monkeypatch.setattr(change_counter.time, "monotonic", lambda: now[0])
    with Library.open(home) as library:
        numbers = []
        for seconds in (0, 0, 61, 0, 61):
            now[0] += seconds
            library.views.save(f"view {len(numbers)}", "size:>1")
            numbers.append(change_counter.last_number(home))
        first = numbers[2]
        assert numbers == [0, 0, first, first, first + 1]
    assert change_counter.last_number(home) == first + 2


def test_snapshot_without_its_private_part_is_named_and_not_used(home: Path, made: Made) -> None:
    delete(home, made)
    for path in home_files.snapshots(home):
        home_files.private_part_of(path).unlink()
    report = rebuild(home)
    assert any("it has only tables for analysts, and the file" in each for each in report.problems)


def test_snapshot_whose_private_part_is_of_another_moment_is_named_and_not_used(home: Path, made: Made) -> None:
    delete(home, made)
    for path in home_files.snapshots(home):
        with duckdb.connect(str(home_files.private_part_of(path))) as raw:
            raw.execute("UPDATE snapshot SET snapshot_at = snapshot_at - INTERVAL 1 SECOND")
    report = rebuild(home)
    assert any("is of another moment" in each for each in report.problems)
    assert not any(each.source.startswith("snapshot") for each in report.origins)


def test_snapshot_of_an_earlier_version_has_its_private_part_in_it(home: Path, made: Made) -> None:
    delete(home, made)
    for path in home_files.snapshots(home):
        private = home_files.private_part_of(path)
        with duckdb.connect(str(path)) as raw:
            raw.execute(f"ATTACH '{private}' AS kept (READ_ONLY)")
            raw.execute("CREATE SCHEMA home")
            for (name,) in raw.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'home'").fetchall():
                raw.execute(f"CREATE TABLE home.{name} AS FROM kept.home.{name}")
        private.unlink()
    report = rebuild(home)
    assert any(each.source.startswith("snapshot") for each in report.origins)


def test_every_repeated_table_is_named_in_the_documentation() -> None:
    text = Path("docs/recovery.md").read_text(encoding="utf-8")
    for table in survival.of(Survival.REPEATED):
        assert f"`{table}`" in text, table


@pytest.mark.parametrize("size", [0.5, 0.7, 0.8])
def test_database_that_is_cut_off_never_shows_a_message_of_the_system(
    home: Path, made: Made, size: float, capfd: pytest.CaptureFixture[str]
) -> None:
    """DuckDB may open it and find the damage later."""
    path = home / FILE_NAME
    path.write_bytes(path.read_bytes()[: int(size * path.stat().st_size)])
    for command in (["plan"], ["people", "list"], ["history"]):
        code = cli.main(["--home", str(home), *command])
        printed = capfd.readouterr()
        assert "IO Error" not in printed.err
        assert code == 0 or ("db rebuild" in printed.err and "No video is affected" in printed.err)


def test_home_whose_counter_is_deleted_or_unreadable_starts(home: Path, made: Made) -> None:
    path = home / COUNTER
    for text in (None, "", "[]", '{"home": "x"}', '{"home": 1, "changes": "many", "at": null}'):
        path.unlink() if text is None else path.write_text(text)
        Library.open(home).close()
        assert change_counter.last_number(home) > 0
