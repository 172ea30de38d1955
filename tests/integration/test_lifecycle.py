"""Results of an operation: unwritten files, invalid states, and the offers at the next start."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from indexium_core import errors
from indexium_core.assembly.home import Assembly
from indexium_core.cli.operations import follow
from indexium_core.library import Library
from tests.support import tables
from tests.support.holding import cut_off
from tests.support.studio import ALL, OLD, Studio
from tests.support.waiting import until


def test_failed_write_keeps_plan_and_scan_keeps_unwritten_edit(studio: Studio) -> None:
    studio.library.edit(studio.paths[0].name, ["Dora Ek"])
    [wanted] = studio.library.plan(studio.paths[0].name).page().items
    studio.paths[0].chmod(0o444)

    status = studio.write()

    assert status.counts == {"success": 5, "failed": 1}
    studio.paths[0].chmod(0o644)
    os.utime(studio.paths[1], (OLD + 9, OLD + 9))
    for full in (False, True):
        studio.library.scan([studio.films], full=full)
        [item] = studio.library.plan(studio.paths[0].name).page().items
        assert item.result_people == wanted.result_people == ["Dora Ek"]
        assert item.edited
    assert studio.write(query=studio.paths[0].name).counts == {"success": 1}
    assert studio.comments()[studio.paths[0].name] == "People: Dora Ek"


def test_finished_operation_cannot_be_paused_resumed_or_cancelled(studio: Studio) -> None:
    studio.write()
    job = studio.library.jobs.list(kinds=["write"]).items[0]

    assert not studio.library.pause(1)
    for attempt in (studio.library.resume, studio.library.cancel):
        with pytest.raises(errors.UsageError, match="Operation 1 is completed") as caught:
            attempt(1)
        assert caught.value.reason == "wrong_state"
    for change in (studio.library.jobs.pause, studio.library.jobs.resume, studio.library.jobs.cancel):
        with pytest.raises(errors.UsageError) as caught:
            change(job.id)
        assert caught.value.reason == "wrong_state"
    with pytest.raises(errors.UnknownIdError):
        studio.library.pause(99) or studio.library.status(99)


def test_failed_open_leaves_no_thread_and_no_open_file(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    log = studio.library.home / "logs" / "progress.log"
    written = log.stat().st_size

    def fail(*_: object, **__: object) -> None:
        until(lambda: log.stat().st_size > written)
        raise RuntimeError("The last step fails.")

    with tables.changing(studio.library) as tx:
        tx.execute("UPDATE schedules SET next_run_at = '2026-01-01' WHERE name = 'database-backup'")
    studio.library.close()
    before = set(threading.enumerate())
    monkeypatch.setattr(Assembly, "start_rating_writes", fail)

    with pytest.raises(RuntimeError, match="The last step fails"):
        Library.open(studio.library.home)

    left = [each.name for each in threading.enumerate() if each not in before and each.name == "indexium-queue"]
    assert not left
    assert log not in [each.resolve() for each in Path("/proc/self/fd").iterdir()]
    monkeypatch.undo()
    studio.library = Library.open(studio.library.home)


@pytest.mark.parametrize("step", ["embedded pages", "queries"])
def test_close_releases_home_if_a_step_fails(studio: Studio, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def fail() -> None:
        raise RuntimeError(f"The step {step} fails.")

    if step == "embedded pages":
        monkeypatch.setattr(studio.library, "_embedded", SimpleNamespace(close=fail))
    else:
        monkeypatch.setattr(studio.library._parts.reading.queries, "close", fail)

    with pytest.raises(RuntimeError, match=step):
        studio.library.close()
    monkeypatch.undo()
    studio.library = Library.open(studio.library.home)  # the home is free
    assert studio.library.plan().page().total


@pytest.mark.parametrize(("by", "by_itself"), [("stop", True), ("person", False)])
def test_interrupted_operation_lists_files_and_commands(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, by: str, by_itself: bool
) -> None:
    cut_off(studio.library, monkeypatch, 2, replace(ALL, user_note="Holiday"))
    studio.library.close(by)  # type: ignore[arg-type]
    studio.library = Library.open(studio.library.home)

    [left] = studio.library.interruptions.operations()
    done, waits = left.counts["written"], left.counts["not_started"]
    assert (done + waits, left.resumes_automatically) == (6, by_itself)
    assert [file.outcome for file in left.files] == ["not_started"] * waits + ["written"] * done
    assert left.as_dict()["counts"] == left.counts
    [line] = studio.library.notices
    state = "was stopped with the program" if by_itself else "was interrupted"
    assert line.startswith(f"Write 1 “Holiday” {state}. 6 files: {done} written, {waits} not started.")
    assert ("It resumes automatically when 'indexium serve' starts next" in line) == by_itself
    assert "'indexium operations resume 1'" in line
    assert "'indexium rollback 1'" in line
    [found] = [each for each in studio.library.doctor.run() if each.name == "operations"]
    assert (found.state, f"{found.message} {found.remedy}", found.details["interrupted"]) == ("warning", line, [1])
    assert studio.library.interruptions.operations(files=2)[0].files == left.files[:2]
    assert studio.library.interruptions.files(1, page=2, per_page=4) == left.files[4:]
    assert studio.library.interruptions.files(1, outcome="written", per_page=0) == left.files[waits:]
    with pytest.raises(errors.UnknownIdError, match="no operation 9"):
        studio.library.interruptions.files(9)
    with pytest.raises(errors.UsageError, match="'gone' is not an outcome"):
        studio.library.interruptions.files(1, outcome="gone")

    # A new write before the resume is allowed; the resume skips files with a result.
    assert studio.write().counts == {"success": waits}
    assert studio.library.resume(1).wait().counts == {"success": done, "skipped": waits}
    assert studio.library.interruptions.operations() == []


def test_ctrl_c_names_operation_result_and_rollback_command(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    handle = cut_off(studio.library, monkeypatch, 2)

    follow.leave(handle, KeyboardInterrupt())

    assert capsys.readouterr().err.strip() == (
        "Operation 1 is cancelled: 3 of 6 files written, 3 not started. "
        "'indexium rollback 1' restores the files that it changed."
    )


def test_interrupted_operation_can_be_rolled_back_instead(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_off(studio.library, monkeypatch, 3)
    studio.reopen()

    done = studio.library.interruptions.operations()[0].counts["written"]
    assert studio.back(1).counts == {"success": done}
    assert studio.bytes() == studio.old
    assert studio.library.interruptions.operations() == []


@pytest.mark.parametrize("part", [False, True])
def test_rolled_back_operation_never_resumes(studio: Studio, monkeypatch: pytest.MonkeyPatch, part: bool) -> None:
    cut_off(studio.library, monkeypatch, 3)
    studio.reopen()
    done = studio.library.interruptions.operations()[0].counts["written"]

    assert studio.back(1, studio.paths[0].name if part else "").counts == {"success": 1 if part else done}
    kept = studio.bytes()
    studio.library.close()
    with Library.open(studio.library.home, take_over="all") as library:
        [job] = library.jobs.list(kinds=["write"]).items
        assert (job.status, job.progress_current, job.progress_total) == ("cancelled", done, len(studio.paths))
        for again in (library.resume, library.jobs.resume):
            with pytest.raises(errors.UsageError) as caught:
                again(1 if again == library.resume else job.id)
            assert caught.value.reason == "wrong_state"
        assert studio.bytes() == kept
        operation = library.operation(1, per_page=0)
        assert operation.operation.status == ("partly_rolled_back" if part else "rolled_back")
        left = [item for item in operation.items if item.status == "skipped"]
        assert len(left) == len(studio.paths) - done
        came_to = library.status(1)
        assert (came_to.current, came_to.cancelled_count, came_to.total) == (done, len(left), len(studio.paths))
        assert came_to.bytes_done < came_to.bytes_total
        assert {item.message for item in left} == {"The operation was rolled back before this file."}

        again = library.retries.start(1)
        assert again.wait().counts == {"success": len(left)}
