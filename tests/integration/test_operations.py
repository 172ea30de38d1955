"""Operations on real films: written, paused, restored and rejected files, and their records in the ledger."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexium_core import errors
from indexium_core.files import journal
from indexium_core.flows.home.backups import BackupManager
from indexium_core.flows.writing import file_edit
from indexium_core.flows.writing.operation_runner import OperationRunner
from indexium_core.jobs.item_runner import ItemRunner
from indexium_core.library import Library
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.store import database
from indexium_core.store.catalog import catalog
from tests.support.studio import ALL, OLD, Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, 4)
    yield made
    made.library.close()


def test_write_is_verified_and_rollback_restores_bytes_and_times(studio: Studio) -> None:
    status = studio.write()

    assert (status.status, status.counts) == ("completed", {"success": 4})
    item = studio.library.operation(1).items[0]
    assert set(item.proof) >= {"structure", "payload", "comment", "streams", "index"}
    assert item.new_comment == "People: Ann Lee, Bob Ray"
    assert studio.library.plan().statistics.unchanged_count == 4

    assert studio.back(1).counts == {"success": 4}
    assert studio.bytes() == studio.old
    assert {path.stat().st_mtime for path in studio.paths} == {OLD}
    assert studio.states() == {1: "rolled_back", 2: "completed"}


def test_chain_of_rollbacks_always_has_right_state(studio: Studio) -> None:
    """Each operation rolls back the one before, so old and new bytes alternate, and so do all states of the chain."""
    studio.write()
    new = studio.bytes()

    for rollback in range(1, 6):
        assert studio.back(rollback).counts == {"success": 4}
        is_old = rollback % 2 == 1
        assert studio.bytes() == (studio.old if is_old else new)
        expected = {
            number: "rolled_back" if (rollback + 1 - number) % 2 == 1 else "completed"
            for number in range(1, rollback + 1)
        }
        assert studio.states() == {**expected, rollback + 1: "completed"}


def test_rolled_back_files_are_skipped_with_all_names(studio: Studio) -> None:
    """Otherwise the next write of all files would change the restored file by its other name."""
    os.link(studio.paths[0], studio.films / "zz other name.mp4")
    studio.library.scan([studio.films])
    studio.write()

    studio.back(1)

    assert studio.library.plan().page().total == 0
    assert studio.library.plan("postponed:yes").page().total == 5
    with pytest.raises(errors.UsageError, match="nothing to write"):
        studio.write()


def test_postponements_of_rolled_back_files_end_together(studio: Studio) -> None:
    studio.write()
    studio.back(1)

    assert studio.library.decisions.end_postponements("postponed:yes 0001").files == 1
    assert studio.library.decisions.end_postponements("postponed:yes").files == 3
    assert studio.library.plan().page().total == 4


def test_one_inode_is_written_once(studio: Studio) -> None:
    os.link(studio.paths[0], studio.films / "zz other name.mp4")
    studio.library.scan([studio.films])

    counts = studio.write().counts

    assert counts == {"success": 4, "skipped": 1}
    assert studio.library.plan().statistics.unchanged_count == 5


def test_replan_leaves_files_in_plan(studio: Studio) -> None:
    studio.write()
    studio.library.rollback(1, replan=True).wait()

    assert studio.library.plan().page().total == 4


def test_some_files_can_be_rolled_back_and_rest_later(studio: Studio) -> None:
    studio.write()

    studio.library.rollback(1, "0001").wait()
    assert studio.states()[1] == "partly_rolled_back"
    assert studio.bytes()[studio.paths[1]] == studio.old[studio.paths[1]]

    assert studio.back(1).counts == {"success": 3}
    assert studio.states()[1] == "rolled_back"
    assert studio.bytes() == studio.old


def test_remote_edit_is_conflict_and_other_files_are_restored(studio: Studio) -> None:
    studio.write()
    target = studio.paths[2]
    changed = target.read_bytes().replace(b"Ann Lee", b"Ann Lea")
    target.write_bytes(changed)

    check = studio.library.rollback_check(1)
    assert (check.restorable, [item.code for item in check.conflicts]) == (3, ["changed_since"])

    assert studio.back(1).counts == {"success": 3, "conflict": 1}
    assert target.read_bytes() == changed
    assert studio.states()[1] == "partly_rolled_back"


def test_older_operation_rolls_back_after_newer_one(studio: Studio) -> None:
    studio.write()
    studio.library.edit("0002", ["Cem Öz"])
    studio.write()

    [conflict] = studio.library.rollback_check(1).conflicts
    assert (conflict.code, "Operation 2" in conflict.message) == ("superseded_by", True)

    studio.back(2)
    assert studio.library.rollback_check(1).restorable == 4
    assert studio.back(1).counts == {"success": 4}
    assert studio.bytes() == studio.old


def test_changed_file_is_conflict_in_write_and_dry_run(studio: Studio) -> None:
    """Also with the same size and time: the comment is not the planned one."""
    first, second = studio.paths[:2]
    first.write_bytes(first.read_bytes().replace(b"Bob Ray", b"Bob Roy"))
    os.utime(first, (OLD, OLD))
    second.write_bytes(second.read_bytes() + bytes(8))
    plan = studio.library.plan()

    dry = {item.file_id: (item.status, item.code) for item in studio.library.dry_run(plan, ALL).items}
    wet = studio.write()

    assert wet.counts == {"success": 2, "conflict": 2}
    items = studio.library.operation(wet.id, per_page=0).items
    assert dry == {item.file_id: (item.status, item.code) for item in items}


def test_check_reports_damaged_backup(studio: Studio) -> None:
    studio.write()
    path = studio.library.home / "backups" / "1.journal"
    path.write_bytes(path.read_bytes()[:100])

    check = studio.library.rollback_check(1)

    assert (check.restorable, check.can_rollback) == (0, False)
    with pytest.raises(errors.UsageError):
        studio.library.rollback(1)


def test_pause_and_resume(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio = Studio(tmp_path, 12)
    gate, begun = threading.Event(), threading.Semaphore(0)
    edit = file_edit.edit

    def slow(*arguments, **named):
        begun.release()
        gate.wait(20)
        return edit(*arguments, **named)

    monkeypatch.setattr(file_edit, "edit", slow)
    handle = studio.library.write(studio.library.plan(), ALL)
    begun.acquire()
    run = studio.library._parts.writing.runs.find(handle.id)
    assert run is not None
    run.control.on_change(gate.set)
    assert handle.pause()
    while handle.status().counts.get("success", 0) == 0:
        handle.wait(0.05)
    held = handle.wait(0.5)
    assert held.status == "paused"
    assert held.counts["pending"] >= 6

    assert handle.resume()
    assert handle.wait().counts == {"success": 12}
    studio.library.close()


def test_paused_operation_survives_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio = Studio(tmp_path, 12)
    edit = file_edit.edit
    handles = []

    def pausing(*arguments, **named):
        studio.library.pause(1, wait=False)
        return edit(*arguments, **named)

    monkeypatch.setattr(file_edit, "edit", pausing)
    handles.append(studio.library.write(studio.library.plan(), ALL))
    while studio.library.status(1).counts.get("success", 0) < 1:
        handles[0].wait(0.05)
    monkeypatch.setattr(file_edit, "edit", edit)
    studio.reopen()

    assert studio.library.status(1).status == "paused"
    left = studio.library.status(1).counts["pending"]
    plan = studio.library.plan()
    [holder] = studio.library.operations.holders_of(plan, plan.select(), ALL)
    assert holder.describe() == f"Operation 1 is paused and uses {left} of these files. Resume or cancel it first."
    refused = studio.library.write(plan, ALL)
    assert refused.wait().counts == {"conflict": left}
    assert {item.message for item in studio.library.operation(refused.id).items} == {
        "Operation 1 is paused and uses this file. Resume or cancel it first."
    }
    assert studio.library.resume(1).wait().counts == {"success": 12}
    assert studio.back(1).counts == {"success": 12}
    assert studio.bytes() == studio.old
    studio.library.close()


def test_cancel_skips_rest_and_keeps_rollback_of_written_files(tmp_path: Path, monkeypatch) -> None:
    studio = Studio(tmp_path, 12)
    edit = file_edit.edit

    def cancelling(*arguments, **named):
        studio.library.cancel(1)
        return edit(*arguments, **named)

    monkeypatch.setattr(file_edit, "edit", cancelling)
    status = studio.library.write(studio.library.plan(), ALL).wait()

    monkeypatch.setattr(file_edit, "edit", edit)
    assert status.status == "cancelled"
    assert status.counts["skipped"] >= 6
    assert status.total == 12
    [listed] = studio.library.history().items
    assert (
        listed.cancelled_count == listed.outcomes["not_started"] == status.cancelled_count == status.counts["skipped"]
    )
    assert studio.library.operation(1).operation == listed
    assert studio.back(1).counts == {"success": status.counts["success"]}
    assert studio.bytes() == studio.old
    studio.library.close()


def test_file_of_running_operation_is_busy_for_others(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    edit = file_edit.edit
    monkeypatch.setattr(file_edit, "edit", lambda *a, **n: gate.wait(20) and edit(*a, **n))
    first = studio.library.write(studio.library.plan(), ALL)

    second = studio.library.write(studio.library.plan(), ALL).wait()
    gate.set()

    assert second.counts == {"conflict": 4}
    assert {code for _, code in studio.codes(second.id).values()} == {"busy_in_operation"}
    assert first.wait().counts == {"success": 4}


def test_store_failure_during_write_loses_nothing(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The files are written, but the ledger has no results: the next start records them, and they can be rolled back.
    """

    def full(*_: object, **__: object) -> dict[int, int]:
        raise errors.StoreError("The disk is full.")

    monkeypatch.setattr(catalog, "update_written", full)
    status = studio.write()
    assert (status.status, status.counts) == ("failed", {"pending": 4})
    assert studio.library.operation(1).operation.error_message == "The disk is full."
    monkeypatch.undo()

    studio.reopen()

    assert studio.library.status(1).counts == {"success": 4}
    assert studio.states()[1] == "completed"
    assert studio.library.plan().statistics.unchanged_count == 4
    assert studio.back(1).counts == {"success": 4}
    assert studio.bytes() == studio.old


def test_failed_operation_can_be_resumed_immediately(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise errors.StoreError("The disk is full.")

    monkeypatch.setattr(journal.OperationJournal, "create", full)
    assert studio.write().status == "failed"
    assert studio.bytes() == studio.old
    monkeypatch.undo()

    assert studio.library.resume(1).wait().counts == {"success": 4}


def test_interrupted_file_is_restored_when_its_disk_returns(studio: Studio, monkeypatch) -> None:
    """The state after a kill during the write: an open entry, partly new bytes, and a missing folder."""
    half, away = {}, studio.films.with_name("away")

    class Killed(BaseException):
        pass

    def cut(self: journal.JournaledFile, entry) -> None:
        part = entry.ranges[-1]
        os.pwrite(self._fd, part.after[: len(part.after) // 2 + 1], part.offset)
        half[entry.path] = entry
        raise Killed

    monkeypatch.setattr(journal.JournaledFile, "_write", cut)
    monkeypatch.setattr(journal.JournaledFile, "undo", lambda self: journal.UndoOutcome(status="untouched"))
    monkeypatch.setattr(OperationRunner, "_finish", lambda *_: None)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    studio.library.write(studio.library.plan(), ALL)
    studio.library.operations.join(1, 20)
    for thread in threading.enumerate():  # which ends shortly after the job
        if thread.name.startswith("indexium-job-"):
            thread.join(20)
    monkeypatch.undo()
    assert half
    studio.films.rename(away)
    studio.library._parts.writing.runs._running.clear()

    studio.reopen()
    assert "unknown" in studio.library.status(1).counts
    away.rename(studio.films)
    report = studio.library.recover()

    assert report.undone == len(half)
    assert studio.bytes() == studio.old
    assert studio.library.status(1).counts == {"pending": 4}
    assert studio.library.resume(1).wait().counts == {"success": 4}


def test_recovery_counts_failures_of_completed_operation(studio: Studio, monkeypatch) -> None:
    studio.paths[0].chmod(0o444)
    studio.library.scan([studio.films])
    studio.paths[0].chmod(0o644)
    os.utime(studio.paths[1], (OLD + 5, OLD + 5))
    monkeypatch.setattr(OperationRunner, "_finish", lambda *_: None)
    studio.library.write(studio.library.plan(), ALL).wait(20)
    monkeypatch.undo()
    studio.library._parts.writing.runs._running.clear()

    studio.reopen()

    assert studio.states() == {1: "completed_with_errors"}


def test_write_without_backup_cannot_be_rolled_back(studio: Studio) -> None:
    studio.write(WriteOptions(risk=("safe", "warning"), create_backup=False))

    assert list((studio.library.home / "backups").glob("*.journal")) == []
    operation = studio.library.history().items[0]
    assert not operation.can_rollback
    assert operation.rollback_reason.startswith("Its backups are gone (written without a backup): only the comments")


def test_modification_time_can_be_kept(studio: Studio) -> None:
    studio.write(WriteOptions(risk=("safe", "warning"), preserve_mtime=True))

    assert {path.stat().st_mtime for path in studio.paths} == {OLD}
    assert studio.library.scan([studio.films]).changed == 0


def test_own_write_is_no_change_for_next_scan(studio: Studio) -> None:
    studio.write()
    report = studio.library.scan([studio.films])

    assert (report.unchanged, report.changed) == (4, 0)
    assert studio.library.plan().statistics.blocked_count == 0


def test_renamed_file_is_rolled_back_under_new_name(studio: Studio) -> None:
    studio.write()
    target = studio.films / "renamed.mp4"
    studio.paths[3].rename(target)
    studio.library.scan([studio.films])

    assert studio.back(1).counts == {"success": 4}
    assert target.read_bytes() == studio.old[studio.paths[3]]


def test_old_backups_are_deleted_and_reported(tmp_path: Path) -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    made = Studio(tmp_path, 1)
    made.library.close()
    with Library.open(tmp_path / "home", clock=lambda: now[0]) as library:
        library.write(library.plan(), ALL).wait()
        now[0] += timedelta(days=89)
    with Library.open(tmp_path / "home", clock=lambda: now[0]) as library:
        assert len(library.backups.records()) == 1
        now[0] += timedelta(days=2)
    with Library.open(tmp_path / "home", clock=lambda: now[0]) as library:
        assert library.backups.records() == []
        assert library.rollback_check(1).reason.startswith("Its backups are gone (kept for 90 days, until 2026-04-02)")


def test_services_of_earlier_program_work(studio: Studio) -> None:
    library = studio.library
    [item] = library.plan("0000").items

    result = library.operations.write_single_file(item)
    assert (result.status, result.code) == ("success", "")
    manager: BackupManager = library.backups
    record = manager.create_backup(item.file_hash or "", item.file_path, result.item_id or 0)
    assert (record.kind, record.file_id) == ("journal", item.file_id)
    assert record.bytes > 0
    assert manager.restore_backup(result.item_id or 0)
    assert studio.bytes() == studio.old
    again = library.write(library.plan("0001"), ALL).wait()
    result_of = library.history.rollback_operation(again.id)
    assert (result_of.restored, result_of.exact_bytes) == (1, True)
    copied = library.history.record_operation(library.history().items[0])
    assert library.operation(copied).operation.can_rollback is False


def test_write_costs_same_number_of_statements_for_every_group(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No statement runs per file; results are stored in groups, here in one."""
    monkeypatch.setattr(ItemRunner, "GROUP_SECONDS", 60.0)
    monkeypatch.setattr(ItemRunner, "MAX_GROUP_SECONDS", 60.0)
    more = Studio(tmp_path / "more", 12)
    counted = {}
    for name, place in {"few": studio, "many": more}.items():
        store: database.Database = place.library._parts.core.store
        plan = place.library.plan()
        before = store.statements
        place.library.write(plan, ALL).wait()
        counted[name] = store.statements - before
    more.library.close()

    assert counted["many"] <= counted["few"] + 4  # progress is stored by time


def test_date_in_the_file_name_counts_after_metadata_and_is_the_same_everywhere(studio: Studio) -> None:
    dated = studio.paths[0].with_name("IMG_20150216_143012.mp4")
    studio.paths[0].rename(dated)
    studio.library.scan()
    [tile] = [each for each in studio.library.media.page().tiles if each.file_name == dated.name]
    assert (tile.shown_at, tile.date_source) == ("2015-02-16T14:30:12", "name")
    details = studio.library.files.file(tile.file_id)
    assert (details.shown_at, details.date_source) == (tile.shown_at, "name")
    assert "dated 16 Feb 2015 by the file name" in details.main_facts
    answer = studio.library.queries.run(
        "SELECT shown_at::VARCHAR, date_source FROM files WHERE file_id = $file", {"file": tile.file_id}
    )
    assert [tuple(row) for row in answer.rows] == [("2015-02-16 14:30:12", "name")]
    assert [each.file_id for each in studio.library.media.page("dated:2015-02").tiles] == [tile.file_id]
    assert ("2015", 1) in [(each.value, each.files) for each in studio.library.media.facet("dated")]

    studio.library.decisions.set_fields([tile.file_id], {"date": "2016"})
    assert studio.library.files.file(tile.file_id).date_source == "edit"
    studio.write()
    assert studio.library.files.file(tile.file_id).date_source == "field"


def test_write_keeps_the_place_of_a_file_without_a_date(studio: Studio) -> None:
    for path in studio.paths:
        os.utime(path, (OLD, OLD))
    studio.library.scan()
    before = studio.library.media.page().tiles
    assert {tile.date_source for tile in before} == {"file"}
    day = {tile.file_id: tile.shown_at for tile in before}
    status = studio.write()
    assert status.status == "completed"
    assert {tile.file_id: tile.shown_at for tile in studio.library.media.page().tiles} == day
    studio.library.scan(full=True)
    assert studio.back(status.id).status == "completed"
    assert {tile.file_id: tile.shown_at for tile in studio.library.media.page().tiles} == day
