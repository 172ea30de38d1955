"""Backups: size limit, expiry, eviction when space is needed, and verification."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexium_core import cli, errors
from indexium_core.cli import frame
from indexium_core.flows.home import clock as system_clock
from indexium_core.flows.home.backup_storage import BackupStorage
from indexium_core.flows.writing import file_edit
from indexium_core.library import Library
from indexium_core.settings import Settings, load
from tests.support import tables
from tests.support.clock import Clock
from tests.support.rewriting import Rewriter
from tests.support.studio import OLD, Studio
from tests.support.waiting import until

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


def storage_of(library: Library) -> BackupStorage:
    return library._parts.writing.backup_storage


def clock_of(library: Library) -> Clock:
    clock = library._parts.core.clock
    assert isinstance(clock, Clock)
    return clock


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, 3)
    yield made
    made.library.close()


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """Three films of about 33 kB with kept originals; the budget is two and a half of them."""
    made = Studio(tmp_path, 3, config=small(tmp_path / "home", 80_000), clock=Clock(START))
    rewriter = Rewriter("original")
    rewriter.allow = lambda task, size: storage_of(made.library).make_room(size, item_id=task.item_id)
    monkeypatch.setattr(file_edit, "edit", rewriter)
    yield made
    made.library.close()


def small(home: Path, budget: int) -> Settings:
    return load(home, backup_budget=budget)


def kept(studio: Studio) -> set[str]:
    return {path.name for path in studio.films.glob(".indexium-*.orig")}


# Listing and verification.


def test_backups_are_listed_by_operation_with_size_and_expiry(studio: Studio) -> None:
    studio.write(query="0000")
    studio.write()
    use = studio.library.backups.use()

    assert [(each.operation_id, each.items, each.kinds) for each in use.items] == [
        (2, 2, {"journal": 2}),
        (1, 1, {"journal": 1}),
    ]
    assert use.bytes == sum(each.bytes for each in use.items) > 0
    assert use.budget == 10_000_000_000
    [first] = [each for each in use.items if each.operation_id == 1]
    assert first.expires_at - first.created_at == timedelta(days=90)


def test_verification_accepts_intact_backups_and_names_damage(studio: Studio) -> None:
    studio.write()
    [check] = studio.library.backups.verify()
    assert (check.items, check.whole, check.in_force, check.restorable) == (3, 3, 3, 3)
    assert check.problems == check.conflicts == []

    path = studio.library.home / "backups" / "1.journal"
    data = bytearray(path.read_bytes())
    data[data.index(os.fsencode(studio.paths[1])) + 3] ^= 1  # within one record
    path.write_bytes(data)
    foreign = studio.paths[2]
    foreign.write_bytes(foreign.read_bytes().replace(b"Ann", b"Eva"))
    [check] = studio.library.backups.verify(1)
    assert (check.items, check.whole, check.in_force, check.restorable) == (3, 2, 3, 1)
    assert ["0001.mp4" in sentence for sentence in check.problems] == [True]
    assert ["0002.mp4" in sentence for sentence in check.conflicts] == [True]


def test_kept_original_must_have_same_size_and_bytes(shelf: Studio) -> None:
    shelf.write(query="0000")
    [name] = kept(shelf)
    original = shelf.films / name
    data = original.read_bytes()
    assert shelf.library.backups.verify(1, full=True)[0].problems == []

    original.write_bytes(data[:-1] + b"?")
    assert shelf.library.backups.verify(1)[0].problems == []
    assert "have changed" in shelf.library.backups.verify(1, full=True)[0].problems[0]
    original.write_bytes(data[:-1])
    assert "bytes instead of" in shelf.library.backups.verify(1)[0].problems[0]
    original.unlink()
    [check] = shelf.library.backups.verify(1)
    assert "is gone" in check.problems[0]
    assert check.restorable == 0
    assert shelf.library.rollback_check(1).conflicts[0].code == "backup_missing"


def test_restorable_files_are_listed(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.write(query="0000")
    [item], total = studio.library.backups.show(1)
    assert (total, item.kind, item.comment, item.problem) == (1, "journal", "People: Bob Ray", "")
    assert item.range_count >= len(item.ranges) > 0
    old = studio.old[studio.paths[0]]
    for part in item.ranges:
        assert old[part.offset :].hex(" ").startswith(part.hex)

    for kind, says in (("original", "the original file"), ("delta", "made of"), ("tags", "only the comment")):
        monkeypatch.setattr(file_edit, "edit", Rewriter(kind))
        studio.library.edit("0001", [f"Cem {kind}"])
        done = studio.write(query="0001")
        [item], _ = studio.library.backups.show(done.id)
        assert (item.kind, says in item.comes_back) == (kind, True)
    assert len(studio.library.backups.show(1, limit=1)[0]) == 1
    with pytest.raises(errors.UnknownIdError):
        studio.library.backups.show(99)


# Space.


def test_oldest_originals_are_evicted_first_and_history_shows_it(shelf: Studio) -> None:
    for query in ("0000", "0001"):
        shelf.write(query=query)
    assert len(kept(shelf)) == 2
    done = shelf.write(query="0002")

    assert done.counts == {"success": 1}
    assert len(kept(shelf)) == 2
    gone = shelf.library.rollback_check(1)
    assert gone.reason.startswith("Its backups are gone (evicted to stay within the budget on 2026-01-01)")
    assert gone.conflicts[0].code == "backup_missing"
    assert "evicted to stay within the budget on 2026-01-01" in gone.conflicts[0].message
    assert shelf.library.backups.show(1)[0][0].problem.startswith("The backup was deleted (evicted")
    assert [each.operation_id for each in shelf.library.backups.use().items] == [3, 2]
    assert shelf.library.backups.use().bytes <= 80_000
    for operation_id in (3, 2):
        assert shelf.back(operation_id).counts == {"success": 1}
    assert {shelf.paths[place].read_bytes() for place in (1, 2)} == {shelf.old[shelf.paths[place]] for place in (1, 2)}


def test_backups_of_running_operation_are_not_removed(shelf: Studio) -> None:
    """Three originals of one operation do not fit: the third file is written, and only its tags are kept."""
    done = shelf.write()

    assert done.counts == {"success": 3}
    assert len(kept(shelf)) == 2
    operation = shelf.library.history().items[0]
    assert (operation.can_rollback, operation.comment_only) == (True, 1)
    assert operation.rollback_reason == "For 1 of its files only the comment can be restored."
    check = shelf.library.rollback_check(1)
    assert (check.exact, check.comment_only) == (2, 1)
    assert check.conflicts[0].message == "Only its tags were kept, so its old bytes cannot be restored."


def test_nothing_is_evicted_if_backup_cannot_fit(shelf: Studio) -> None:
    shelf.write(query="0000")
    storage = storage_of(shelf.library)

    assert not storage.make_room(80_001)
    assert len(kept(shelf)) == 1
    assert storage.make_room(79_000)
    assert kept(shelf) == set()


def test_space_is_reserved_once(shelf: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files are written at the same time: space reserved for one is not available to the other."""
    storage, both = storage_of(shelf.library), []
    monkeypatch.setattr(storage._book, "still_open", set)
    both.append(storage.make_room(60_000, item_id=1))
    both.append(storage.make_room(60_000, item_id=2))
    storage.release(1)
    both.append(storage.make_room(60_000, item_id=2))

    assert both == [True, False, True]


def test_journals_are_evicted_last(studio: Studio) -> None:
    for query in ("0000", "0001"):
        studio.write(query=query)
    journals = sorted(path.name for path in (studio.library.home / "backups").iterdir())
    assert journals == ["1.journal", "2.journal"]

    studio.reopen(config=small(studio.library.home, studio.library.backups.use().bytes - 1))
    assert [path.name for path in (studio.library.home / "backups").iterdir()] == ["2.journal"]
    assert studio.library.rollback_check(1).conflicts[0].code == "backup_missing"
    assert studio.library.rollback_check(2).exact == 1


# Time.


def test_expired_backups_are_deleted_after_operations_only(shelf: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    edit = file_edit.edit
    shelf.write(query="0000")
    pass_by(shelf, monkeypatch, timedelta(days=91))
    seen: list[tuple[int, int]] = []

    def looking(*arguments):
        seen.append((shelf.library.backups.cleanup_old_backups(), len(kept(shelf))))
        return edit(*arguments)

    monkeypatch.setattr(file_edit, "edit", looking)
    shelf.write(query="0001")

    assert seen == [(0, 1)]  # it ran and deleted nothing
    assert [each.operation_id for each in shelf.library.backups.use().items] == [2]
    assert len(kept(shelf)) == 1
    assert [path.name for path in (shelf.library.home / "backups").iterdir()] == ["2.journal"]
    assert "kept for 90 days, until 2026-04-02" in shelf.library.rollback_check(1).reason


def pass_by(shelf: Studio, monkeypatch: pytest.MonkeyPatch, time: timedelta) -> None:
    """Advance every clock of the machine."""
    clock, monotonic = clock_of(shelf.library), system_clock._monotonic
    clock.now += time
    monkeypatch.setattr(system_clock, "_monotonic", lambda: monotonic() + time.total_seconds())


def test_clock_set_forward_expires_no_backup(shelf: Studio) -> None:
    shelf.write(query="0000")
    clock = clock_of(shelf.library)
    clock.now += timedelta(days=366)
    shelf.write(query="0001")
    assert len(kept(shelf)) == 2

    clock.now -= timedelta(days=366)
    shelf.reopen(clock=clock)
    assert shelf.back(1).counts == {"success": 1}


def test_unused_home_keeps_backups_one_day_or_start_longer(shelf: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.write(query="0000")
    clock = clock_of(shelf.library)
    clock.now += timedelta(days=366)
    shelf.reopen(clock=clock)
    assert len(kept(shelf)) == 1
    shelf.library.backups.tidy()
    assert len(kept(shelf)) == 1

    pass_by(shelf, monkeypatch, timedelta(days=1, hours=1))
    shelf.library.backups.tidy()
    assert kept(shelf) == set()


def test_reopened_home_accepts_stable_clock(shelf: Studio) -> None:
    shelf.write(query="0000")
    clock = clock_of(shelf.library)
    clock.now += timedelta(days=366)
    shelf.reopen(clock=clock)
    shelf.write(query="0001")
    assert len(kept(shelf)) == 2
    shelf.reopen(clock=clock)
    assert len(kept(shelf)) == 1


def test_backups_expire_by_their_schedule_in_a_home_that_stays_open(
    shelf: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a year without a restart, the second half without an operation."""
    folder, before = shelf.library.home / "backups", 0
    for month in range(6):
        if month < 3:
            shelf.write(query=f"000{month}")
        pass_by(shelf, monkeypatch, timedelta(days=30))
        shelf.library._parts.core.scheduler._wake()
        until(lambda former=before: newest_retention(shelf.library) > former)
        before = newest_retention(shelf.library)
        assert len(list(folder.glob("*.journal"))) <= 3
    assert list(folder.glob("*.journal")) == []
    assert len(kept(shelf)) == 0


def test_clock_that_was_set_once_is_believed_a_day_later(shelf: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer without a battery gets its time from the network, after the home was opened."""
    shelf.write(query="0000")
    clock_of(shelf.library).now += timedelta(days=366)
    results = []
    for days in (0, 0.5, 0.6):
        pass_by(shelf, monkeypatch, timedelta(days=days))
        job = shelf.library.jobs.wait(shelf.library.schedules.run("retention").id, 60)
        results.append((job.summary["message"], len(kept(shelf))))
    waits = "The clock of this computer is not believed yet, so nothing expires for a day."
    assert results[:2] == [(waits, 1), (waits, 1)]
    assert results[2][0].endswith("and 1 expired backup deleted.")
    assert results[2][1] == 0


def newest_retention(library: Library) -> int:
    return max((each.id for each in library.jobs.list(("retention",), ("completed",)).items), default=0)


# Files of deleted backups.


def test_interrupted_removal_is_finished_at_next_start(shelf: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger is updated first: a process that is killed before the deletion has removed no file."""
    shelf.write(query="0000")
    storage = storage_of(shelf.library)
    monkeypatch.setattr(storage, "sweep", lambda: None)
    assert storage.make_room(79_000)
    assert len(kept(shelf)) == 1
    assert not shelf.library.history().items[0].can_rollback

    shelf.reopen(config=small(shelf.library.home, 80_000))
    assert kept(shelf) == set()


def test_missing_backup_is_no_error_and_offline_folder_waits(shelf: Studio) -> None:
    for query in ("0000", "0001"):
        shelf.write(query=query)
    first = next(iter(sorted(shelf.films.glob(".indexium-*.orig"))))
    first.unlink()
    away = shelf.films.with_name("away")
    shelf.films.rename(away)
    assert storage_of(shelf.library).make_room(79_000)
    away.rename(shelf.films)
    assert len(kept(shelf)) == 1

    shelf.reopen(config=small(shelf.library.home, 80_000))
    assert kept(shelf) == set()
    assert tables.rows(shelf.library, "SELECT count(*) FROM metadata_history WHERE kept_path IS NOT NULL") == [(0,)]


def test_restored_original_is_no_longer_backup(shelf: Studio) -> None:
    shelf.write(query="0000")
    back = shelf.back(1)
    path = shelf.paths[0]

    assert path.read_bytes() == shelf.old[path]
    assert path.stat().st_nlink == 1
    assert int(path.stat().st_mtime) == OLD
    [(nlink,)] = (
        shelf.library._parts.core.store.read()
        .execute("SELECT nlink FROM scanned_files WHERE file_name = '0000.mp4'")
        .fetchall()
    )
    assert nlink == 1
    assert len(kept(shelf)) == 1  # of the restored file, so that the rollback can be rolled back
    assert shelf.back(back.id).counts == {"success": 1}
    assert shelf.states() == {1: "completed", 2: "rolled_back", 3: "completed"}


def test_unknown_journal_is_kept(studio: Studio) -> None:
    stranger = studio.library.home / "backups" / "77.journal"
    stranger.parent.mkdir(exist_ok=True)
    stranger.write_bytes(b"not ours")
    studio.write()
    studio.reopen()

    assert stranger.read_bytes() == b"not ours"
    assert sorted(path.name for path in stranger.parent.iterdir()) == ["1.journal", "77.journal"]


# The commands.


def test_commands_show_backups(
    studio: Studio, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.write()
    monkeypatch.setattr(frame, "_library", lambda _: nullcontext(studio.library))
    home = ["--home", str(studio.library.home)]

    assert cli.main([*home, "backups", "list"]) == 0
    out, said = capsys.readouterr()
    assert "journal" in out
    assert "of 10 GB in use" in said
    assert cli.main([*home, "backups", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["total"], listed["items"][0]["kinds"], listed["budget"]) == (1, {"journal": 3}, 10_000_000_000)

    assert cli.main([*home, "backups", "show", "1", "--limit", "1"]) == 0
    out, said = capsys.readouterr()
    assert "old bytes replace new bytes" in out
    assert "1 of 3 files" in said
    assert cli.main([*home, "backups", "show", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["total"] == 3

    assert cli.main([*home, "backups", "verify"]) == 0
    assert "can be rolled back now: 3 of 3" in capsys.readouterr().out
    assert cli.main([*home, "rollback", "1", "--yes"]) == 0
    assert cli.main([*home, "backups", "verify", "1"]) == 0
    assert "Operation 1: 3 of 3 backups are intact; already rolled back." in capsys.readouterr().out
    assert cli.main([*home, "rollback", "2", "--yes"]) == 0
    capsys.readouterr()
    journal = studio.library.home / "backups" / "1.journal"
    journal.write_bytes(journal.read_bytes()[:100])
    assert cli.main([*home, "backups", "verify", "1", "--full"]) == 1
    assert "damaged:" in capsys.readouterr().out
    assert cli.main([*home, "backups", "show", "99"]) == 2
