"""
A restore or a rebuild of the database that is killed leaves the old database or the new one, and nothing is lost.

The calls are real, as in `test_kills`. By default, each rename is tested, and the first call of each other kind that
stores or removes something. A restore and the rebuild of a damaged database replace it by the same steps as any
rebuild, so only their renames are tested. `--all` tests every call.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.library import Library
from indexium_core.store import home_files
from indexium_core.store.home_files import FILE_NAME
from tests.crash.conftest import Choice
from tests.support import gate, killed_rebuild, killed_write, seccomp, tally
from tests.support.calls import Call
from tests.support.damage import content, damage_file
from tests.support.forks import Forks
from tests.support.studio import Studio

pytestmark = pytest.mark.crash


@dataclass(frozen=True)
class Home:
    """A home whose database differs from its backup by one person, and the contents of both."""

    path: Path
    films: Path
    old: dict[str, list[str]]
    backup: str


@pytest.fixture
def home(tmp_path: Path) -> Home:
    if why := seccomp.why_not():
        pytest.skip(why)
    studio = Studio(tmp_path / "scene", 3)
    studio.write(query="name:0000")
    name = studio.library.database_backups.make().name
    studio.library.people.add(studio.paths[:1], ["Eva Late"])
    studio.library.close()
    return Home(studio.library.home, studio.films, content(studio.library.home), name)


STORING = frozenset({"write", "copy", "truncate", "remove"})  # kinds of calls; at a sync, a kill finds the same files


def chosen(calls: Iterable[Call], choice: Choice, first_of: Collection[str]) -> Iterator[int]:
    """Return the numbers of the calls to kill at, in their order."""
    seen = set[str]()
    for call in calls:
        if choice.every or call.kind == "rename" or (call.kind in first_of and call.kind not in seen):
            seen.add(call.kind)
            yield call.number


def kill_at_each(
    home: Home, forks: Forks, choice: Choice, work: object, *arguments: object, first_of: Collection[str] = STORING
) -> Iterator[str]:
    """
    Run `work` on copies of the home, killed at chosen calls; yield where, with the killed home in place.

    By default it is killed at each rename, and at the first call of each kind in `first_of`.
    """
    template = home.path.with_name("template")
    shutil.copytree(home.path, template)
    trap = gate.Trap(folders=(str(home.path),))
    calls = forks.watch(trap, work, home.path, *arguments).calls  # type: ignore[arg-type]
    kinds = {call.kind for call in calls}
    assert {"rename", "sync", "write"} <= kinds
    for number in chosen(calls, choice, first_of):
        shutil.rmtree(home.path)
        shutil.copytree(template, home.path)
        report = forks.watch(
            gate.Trap(folders=(str(home.path),), at=number, deed="kill"),
            work,  # type: ignore[arg-type]
            home.path,
            *arguments,
        )
        assert report.killed or report.hit is None, number
        tally.count("database", "kills of a restore or rebuild", report.killed)
        yield f"{number} of {len(calls)}: {report.hit}"


def check(home: Home, where: str) -> dict[str, list[str]]:
    """Open the home as every start does, and return its content; nothing of the work is left after the next one."""
    with Library.open(home.path) as library:
        assert [each.message for each in library.database_backups.check() if each.state == "problem"] == [], where
    return content(home.path)


def people(rows: dict[str, list[str]]) -> set[str]:
    return {name for name in ("Ann Lee", "Eva Late") if any(name in row for row in rows["people"])}


def test_rebuild_killed_at_any_call_keeps_everything(home: Home, forks: Forks, choice: Choice) -> None:
    replaced = set[bool]()
    for where in kill_at_each(home, forks, choice, killed_rebuild.rebuild):
        rows = check(home, where)
        assert not (home.path / home_files.WORK).exists(), where
        replaced.add(any(each.kind == "replaced" for each in home_files.backups(home.path)))
        for table in ("people", "video_people", "metadata_operation_items", "metadata_history", "scanned_files"):
            assert rows[table] == home.old[table], (where, table)
    assert replaced == {True, False}


def test_restore_killed_at_any_call_leaves_old_or_restored_database(home: Home, forks: Forks, choice: Choice) -> None:
    states = list[int]()
    for where in kill_at_each(home, forks, choice, killed_rebuild.restore, home.backup, first_of=()):
        rows = check(home, where)
        states.append(len(people(rows)))
        kept = [each for each in home_files.backups(home.path) if each.kind == "replaced"]
        assert (len(kept) == 1) == (states[-1] == 1), where
        if kept:  # the old database is complete beside the restored one
            Library.restore_database(home.path, kept[0].name)
            assert people(content(home.path)) == {"Ann Lee", "Eva Late"}, where
    assert set(states) == {1, 2}
    assert states == sorted(states, reverse=True), "once restored, always restored"


def test_failed_restore_loses_no_interrupted_write(home: Home, forks: Forks, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are restored before the replacement is decided, as at each start; the old database knows what to do."""
    before = {path: path.read_bytes() for path in home.films.iterdir()}
    for at in itertools.count(2):  # files are written beside each other: the first calls may not touch the same file
        report = forks.watch(gate.Trap(folders=(str(home.films),), at=at, deed="kill"), killed_write.write, home.path)
        assert report.killed
        if {path: path.read_bytes() for path in home.films.iterdir()} != before:
            break
    interrupted = home.path.with_name("interrupted")
    shutil.copytree(home.path, interrupted)
    films = home.path.with_name("films of then")
    shutil.copytree(home.films, films)

    def fail(*_: object) -> None:
        raise errors.StoreError("The disk is full.")

    monkeypatch.setattr(home_files, "replace_database", fail)
    with pytest.raises(errors.StoreError, match="The disk is full"):
        Library.restore_database(home.path, home.backup)
    monkeypatch.undo()
    assert {path: path.read_bytes() for path in home.films.iterdir()} == before
    with Library.open(home.path) as library:
        [operation] = library.interruptions.operations()
        assert library.resume(operation.id).wait().counts == {"success": 3}
        assert library.rollback(operation.id).wait().counts == {"success": 3}
    assert {path: path.read_bytes() for path in home.films.iterdir()} == before

    shutil.rmtree(home.path)
    interrupted.rename(home.path)
    shutil.copytree(films, home.films, dirs_exist_ok=True)
    Library.restore_database(home.path, home.backup)
    assert {path: path.read_bytes() for path in home.films.iterdir()} == before
    with Library.open(home.path) as library:
        assert library.interruptions.operations() == []
        assert library.rollback(1).wait().counts == {"success": 1}


def test_rebuild_of_damaged_database_can_be_killed_and_repeated(home: Home, forks: Forks, choice: Choice) -> None:
    damage_file(home.path)
    damaged = (home.path / FILE_NAME).read_bytes()
    for where in kill_at_each(home, forks, choice, killed_rebuild.rebuild, first_of=()):
        home_files.finish_replacement(home.path)
        if (home.path / FILE_NAME).read_bytes() == damaged:
            Library.rebuild_database(home.path, scan=False)
        else:
            [kept] = [each for each in home_files.backups(home.path) if each.kind == "replaced"]
            assert kept.path.read_bytes() == damaged, where
        rows = check(home, where)
        assert "Ann Lee" in people(rows), where
        assert rows["metadata_operation_items"], where


def test_backup_killed_at_any_call_leaves_no_broken_backup(home: Home, forks: Forks, choice: Choice) -> None:
    for where in kill_at_each(home, forks, choice, killed_rebuild.back_up):
        for backup in home_files.backups(home.path):
            home_files.verify(backup.path)
        assert check(home, where)["people"] == home.old["people"], where
