"""Operations while the world changes: tried again, stopped, held, gone on with; beside one another and a scan."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexium_core import errors, settings
from indexium_core.flows import editing, protocol, running
from indexium_core.flows.pace import Pace
from indexium_core.jobs.backoff import Backoff
from indexium_core.jobs.runner import Control
from indexium_core.library import Library
from indexium_core.model.operation import OperationStatus
from indexium_core.store import ledger
from tests.support import media, places
from tests.support.studio import ALL, OLD, Studio


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, 6)
    yield made
    made.library.close()


def retry_with(library: Library, at_failure: Callable[[], object], *, delay: float = 0.01) -> list[str]:
    """Let files be tried again after a moment, and do something whenever one has failed; returns how often it was."""
    failures: list[str] = []

    def chance() -> float:
        failures.append("")
        at_failure()
        return 0.0

    library._operations._backoff = Backoff(delays=(delay,) * 3, chance=chance)
    return failures


@contextlib.contextmanager
def held_by_another(path: Path) -> Iterator[Callable[[], None]]:
    """Have a file as another writer has it; yields what lets it go."""
    fd = os.open(path, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    try:
        yield lambda: fcntl.flock(fd, fcntl.LOCK_UN)
    finally:
        os.close(fd)


def named(*numbers: int) -> str:
    """Return the search that finds films by their numbers."""
    return " OR ".join(f"name:{number:04}" for number in numbers)


class Gate:
    """Lets so many files be edited, then holds those that come until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, free: int) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()
        self.held = threading.Semaphore(0)  # one for each file that stands before it
        self._left, self._lock, real = free, threading.Lock(), editing.edit

        def edit(*arguments):
            with self._lock:
                self._left -= 1
                shut = self._left < 0
            if shut:
                self.reached.set()
                self.held.release()
                assert self.opened.wait(60)
            return real(*arguments)

        monkeypatch.setattr(editing, "edit", edit)

    def open_at_the_end(self, library: Library) -> None:
        """Open it as soon as operation 1 is told to end."""
        run = library._operations.find(1)
        assert run is not None
        run.control.watch(self.opened.set)


# What may be over in a moment is tried again; nothing else is.


def test_a_file_that_is_in_use_is_written_when_it_is_let_go_and_the_others_meanwhile(studio: Studio) -> None:
    with held_by_another(studio.paths[0]) as let_go:
        failures = retry_with(studio.library, let_go)
        status = studio.write()

    assert (status.status, status.counts) == ("completed", {"success": 6})
    assert len(failures) == 1
    item = studio.items(1)[studio.paths[0].name]
    [again] = item.tries
    assert again.code == "in_use"
    assert "written by another process" in again.message
    others = [other for other in studio.items(1).values() if other.id != item.id]
    assert all(other.processed_at <= item.processed_at for other in others)


def test_a_file_that_stays_in_use_is_given_up_after_four_tries_and_its_plan_stays(studio: Studio) -> None:
    with held_by_another(studio.paths[0]):
        failures = retry_with(studio.library, lambda: None)
        status = studio.write()

    assert (status.status, status.counts) == ("completed_with_errors", {"success": 5, "conflict": 1})
    assert len(failures) == 3
    item = studio.items(1)[studio.paths[0].name]
    assert item.code == "in_use"
    assert "tried 4 times" in item.message
    assert [each.code for each in item.tries] == ["in_use"] * 3
    assert [each.file_name for each in studio.library.plan().page().items] == [studio.paths[0].name]


def test_an_error_of_the_disk_that_passes_costs_nothing(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    real, failed = os.pwrite, []

    def pwrite(fd: int, data: bytes, offset: int) -> int:
        if os.readlink(f"/proc/self/fd/{fd}") == str(studio.paths[0]) and len(failed) < 2:
            failed.append(offset)
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(fd, data, offset)

    failures = retry_with(studio.library, lambda: None)
    monkeypatch.setattr(os, "pwrite", pwrite)

    assert studio.write().counts == {"success": 6}
    assert [each.code for each in studio.items(1)[studio.paths[0].name].tries] == ["io_error"] * len(failures)


def test_a_failed_sync_is_reported_and_never_tried_again(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    real, failed = os.fsync, []

    def fsync(fd: int) -> None:
        if os.readlink(f"/proc/self/fd/{fd}") == str(studio.paths[0]) and not failed:
            failed.append(fd)
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(fd)

    failures = retry_with(studio.library, lambda: None)
    monkeypatch.setattr(os, "fsync", fsync)

    assert studio.write().counts == {"success": 5, "failed": 1}
    assert failures == []
    assert studio.codes(1)[studio.paths[0].name] == ("failed", "sync_failed")
    assert studio.paths[0].read_bytes() == studio.old[studio.paths[0]]


def test_a_file_that_another_program_changed_is_tried_once(studio: Studio) -> None:
    plan = studio.library.plan()
    os.utime(studio.paths[0], (OLD + 5, OLD + 5))
    failures = retry_with(studio.library, lambda: None)

    status = studio.library.write(plan, ALL).wait()

    assert status.counts == {"success": 5, "conflict": 1}
    assert failures == []
    assert "tried" not in studio.items(1)[studio.paths[0].name].message


def test_what_waits_to_be_tried_again_waits_on_when_the_operation_is_stopped(studio: Studio) -> None:
    """It is not called failed because the program ended: the next run tries it."""
    waiting = threading.Event()
    with held_by_another(studio.paths[0]):
        retry_with(studio.library, waiting.set, delay=3600.0)
        studio.library.write(studio.library.plan(), ALL)
        assert waiting.wait(20)
        studio.reopen()

    [left] = studio.library.interrupted()
    assert set(left.counts) <= {"done", "not_started"}
    assert left.left >= 1
    assert studio.library.resume(1).wait().counts == {"success": 6}


def test_an_older_item_of_a_file_waits_for_the_newer_one_that_is_tried_again(studio: Studio) -> None:
    """Two writes of a file are taken back newest first; if the newer is in use for a moment, the older must wait."""
    studio.write()
    studio.library.people.add(studio.paths, ["Cem Öz"])
    studio.write()
    with held_by_another(studio.paths[0]) as let_go:
        retry_with(studio.library, let_go, delay=0.5)
        status = studio.back(1, with_newer=True)

    assert status.counts == {"success": 12}
    assert studio.bytes() == studio.old


# What stands in the way of all of them stops the operation; mended, it goes on.


def test_a_folder_that_goes_away_stops_the_operation_in_one_sentence_and_it_goes_on_when_it_is_back(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.library._operations.workers = 1
    away, gate = studio.films.with_name("away"), Gate(monkeypatch, 2)
    handle = studio.library.write(studio.library.plan(), ALL)
    assert gate.reached.wait(20)
    studio.films.rename(away)
    gate.opened.set()

    status = handle.wait()

    assert (status.status, status.counts) == ("failed", {"success": 2, "pending": 4})
    operation = studio.library.operation(1).operation
    assert str(studio.films) in operation.error_message
    assert "connect it again, then resume" in operation.error_message
    [left] = studio.library.interrupted()
    assert (left.counts, left.why, left.by_itself) == ({"done": 2, "not_started": 4}, operation.error_message, False)

    away.rename(studio.films)
    assert studio.library.resume(1).wait().counts == {"success": 6}
    assert studio.library.interrupted() == []
    assert studio.back(1).counts == {"success": 6}
    assert studio.bytes() == studio.old


def test_one_file_that_is_gone_is_only_a_row(studio: Studio) -> None:
    plan = studio.library.plan()
    studio.paths[0].unlink()

    status = studio.library.write(plan, ALL).wait()

    assert (status.status, status.counts) == ("completed_with_errors", {"success": 5, "failed": 1})


def test_a_disk_that_is_full_stops_the_operation_and_it_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with places.mounted("ext4", tmp_path, megabytes=24) as disk:
        films = disk / "films"
        films.mkdir()
        paths = media.series("mp4", films, 4, comment="People: Bob Ray")
        with Library.open(tmp_path / "home") as library:
            library.scan([films])
            library.people.add(paths, [f"Person number {number}" for number in range(400)])  # needs a block more
            old = {path: path.read_bytes() for path in paths}
            fill(disk / "filler")

            status = library.write(library.plan(), ALL).wait()

            assert status.status == "failed"
            assert status.counts.get("pending", 0) + status.counts.get("success", 0) == 4
            assert status.counts["pending"]
            message = library.operation(1).operation.error_message
            assert "is full" in message
            assert "make room on it, then resume" in message
            undone = [item.file_name for item in library.operation(1).items if item.status == "pending"]
            assert all(path.read_bytes() == old[path] for path in paths if path.name in undone)
            assert {path.name for path in films.iterdir()} == {path.name for path in paths}

            (disk / "filler").unlink()
            assert library.resume(1).wait().counts == {"success": 4}
            assert library.rollback(1).wait().counts == {"success": 4}
            assert {path: path.read_bytes() for path in paths} == old


def fill(path: Path) -> None:
    """Take all the room that there is on a disk."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 512, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))
        os.fsync(file.fileno())


# Time.


def test_an_operation_that_gets_no_further_is_interrupted_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its disk does not answer: the file under way stands still until it is given up."""
    config = settings.load(tmp_path / "home", metadata_operation_timeout_seconds=1)
    studio, real = Studio(tmp_path, 4, config=config), editing.edit

    def stuck(task: ledger.Task, undo: object, terms: protocol.Terms, stint: protocol.Stint) -> protocol.Edited:
        if task.path == os.fsencode(studio.paths[0]):
            pause = threading.Event()
            while not terms.cancelled():
                pause.wait(0.02)
            return protocol.waits(task)
        return real(task, undo, terms, stint)  # type: ignore[arg-type]

    monkeypatch.setattr(editing, "edit", stuck)
    status = studio.library.write(studio.library.plan(), ALL).wait(60)
    monkeypatch.undo()

    assert (status.status, status.counts) == ("interrupted", {"success": 3, "pending": 1})
    [left] = studio.library.interrupted()
    assert "no further for 1 seconds" in left.why
    assert not left.by_itself  # it would only stand still once more
    assert studio.library.resume(1).wait().counts == {"success": 4}
    studio.library.close()


def test_a_clock_that_jumps_changes_no_duration_and_holds_nothing_up(tmp_path: Path) -> None:
    jumps = iter(range(10**6))

    def clock() -> datetime:
        """Every look at it finds another year, before or after."""
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=366 * (-1) ** next(jumps))

    studio = Studio(tmp_path, 4, clock=clock)
    with held_by_another(studio.paths[0]) as let_go:
        retry_with(studio.library, let_go)
        status = studio.write()

    assert status.counts == {"success": 4}
    assert 0 <= studio.library.operation(1).operation.seconds < 60
    assert studio.back(1).counts == {"success": 4}
    assert studio.bytes() == studio.old
    studio.library.close()


# Long work on one file.


def test_a_rewrite_says_how_far_it_is_and_is_given_up_when_the_program_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    films = tmp_path / "films"
    films.mkdir()
    path = media.build("wmv", films, comment="People: Bob Ray")
    os.utime(path, (OLD, OLD))
    library = Library.open(tmp_path / "home")
    library.scan([films])
    library.people.add([path], ["Ann Lee"])
    old, shares, halfway = path.read_bytes(), [], threading.Event()
    real = protocol.Stint.did

    def slowly(self: protocol.Stint, count: int) -> None:
        real(self, count)
        if any(films.glob(".indexium-*")):
            halfway.set()
            while not self._terms.cancelled():
                threading.Event().wait(0.01)
            real(self, 0)

    monkeypatch.setattr(protocol.Stint, "did", slowly)
    handle = library.write(library.plan(), ALL)
    assert halfway.wait(20)
    status = handle.status()
    shares = list(status.shares.values())
    made = [each.name for each in films.iterdir() if each != path]
    library.close()
    monkeypatch.undo()

    assert len(shares) == 1
    assert 0 < shares[0] <= 1
    assert list(status.shares) == list(status.working)
    assert len(made) == 1  # the new file, under a name of its own …
    assert list(films.iterdir()) == [path]  # … which went
    assert path.read_bytes() == old
    with Library.open(tmp_path / "home") as library:
        [left] = library.interrupted()
        assert left.counts == {"restored": 1}
        assert left.files[0].message
        assert left.by_itself
        assert library.resume(1).wait().counts == {"success": 1}
        assert library.status(1).shares == {}


def test_a_rewrite_that_takes_long_stands_still_while_its_operation_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_FINISHING", 0.1)
    films = tmp_path / "films"
    films.mkdir()
    path = media.build("wmv", films, comment="People: Bob Ray")
    os.utime(path, (OLD, OLD))
    library = Library.open(tmp_path / "home")
    library.scan([films])
    library.people.add([path], ["Ann Lee"])
    before, begun, paused, real = path.stat(), threading.Event(), threading.Event(), protocol.Stint.did

    def slowly(self: protocol.Stint, count: int) -> None:
        begun.set()
        assert paused.wait(20)
        threading.Event().wait(0.15)
        real(self, count)

    monkeypatch.setattr(protocol.Stint, "did", slowly)
    handle = library.write(library.plan(), ALL)
    assert begun.wait(20)
    threading.Timer(0.05, paused.set).start()
    assert handle.pause()  # comes back, though the file is not done
    monkeypatch.setattr(protocol.Stint, "did", real)

    assert handle.status().status == "paused"
    assert handle.status().counts == {"pending": 1}
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert handle.resume()
    assert handle.wait().counts == {"success": 1}
    library.close()


@pytest.mark.parametrize(("change", "may_begin"), [(Control.resume, True), (Control.stop, False)])
def test_a_file_that_a_worker_takes_up_late_does_not_begin_while_the_operation_is_held(
    change: Callable[[Control], None], may_begin: bool
) -> None:
    """A worker may have been handed a file before the pause, and look at it after."""
    run = running.Run(
        operation_id=1,
        job_id=1,
        kind="write",
        total=1,
        settled=0,
        control=Control(),
        pace=Pace({}),
        preserve_mtime=False,
        keep_backup=True,
        break_links=False,
        postpone=False,
    )
    run.control.pause()
    working = running.Working(name="film", begun=0.0, stint=protocol.Stint(protocol.Terms(backups=Path())))
    began: list[bool] = []
    worker = threading.Thread(target=lambda: began.append(run.begin(7, working)))
    worker.start()
    worker.join(0.2)

    assert began == []
    run.wait_until_quiet()
    assert run.working == {}
    change(run.control)
    worker.join(5)
    assert began == [may_begin]


# Beside one another.


def test_a_file_in_one_operation_is_a_conflict_in_the_other_and_was_shown_before(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, plan = Gate(monkeypatch, 0), studio.library.plan()
    first = studio.library.write(studio.library.plan(named(2, 3)), ALL)
    assert gate.reached.wait(20)
    held = {item.file_id: item.file_name for item in studio.items(first.id).values()}
    shown = {item.file_id for item in studio.library.dry_run(plan, ALL).items if item.code == "busy_in_operation"}

    second = studio.library.write(plan, ALL)
    gate.opened.set()

    assert second.wait().counts == {"success": 4, "conflict": 2}
    codes = studio.codes(second.id)
    assert {name for name, (_, code) in codes.items() if code == "busy_in_operation"} == set(held.values())
    assert shown == set(held)
    assert first.wait().counts == {"success": 2}


def test_two_writes_at_once_write_each_file_once(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.library._operations.workers = 1
    gate = Gate(monkeypatch, 0)
    handles = [studio.library.write(studio.library.plan(query), ALL) for query in (named(1, 2), named(3, 4))]
    for _ in handles:
        assert gate.held.acquire(timeout=20)
    both = {handle.status().status for handle in handles}
    gate.opened.set()

    assert both == {"in_progress"}
    assert [handle.wait().counts for handle in handles] == [{"success": 2}, {"success": 2}]
    assert sum(studio.bytes()[path] != studio.old[path] for path in studio.paths) == 4
    for handle in handles:
        assert studio.back(handle.id).counts == {"success": 2}
    assert studio.bytes() == studio.old


def test_a_write_and_a_rollback_at_once_leave_every_file_as_one_of_them_says(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.write(query=named(0, 1, 2))
    studio.library.people.add(studio.paths, ["Cem Öz"])
    gate = Gate(monkeypatch, 0)
    write = studio.library.write(studio.library.plan(named(2, 3)), ALL)
    assert gate.reached.wait(20)

    rollback = studio.library.rollback(1)
    gate.opened.set()

    assert write.wait().counts == {"success": 2}
    assert rollback.wait().counts == {"success": 2, "conflict": 1}
    assert studio.codes(rollback.id)[studio.paths[2].name] == ("conflict", "busy_in_operation")
    now = studio.bytes()
    assert [at for at, path in enumerate(studio.paths) if now[path] == studio.old[path]] == [0, 1, 4, 5]


def test_a_write_and_a_scan_at_once_agree_in_the_end(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, 2)
    handle = studio.library.write(studio.library.plan(), ALL)
    assert gate.reached.wait(20)
    scan = threading.Thread(target=studio.library.scan, args=([studio.films],))
    scan.start()
    gate.opened.set()

    assert handle.wait().counts == {"success": 6}
    scan.join(60)
    assert studio.library.plan().statistics.unchanged_count == 6
    report = studio.library.scan([studio.films], full=True)
    assert report.seen == 6
    assert studio.library.plan().statistics.unchanged_count == 6
    assert set(studio.comments().values()) == {"People: Ann Lee, Bob Ray"}
    assert studio.back(1).counts == {"success": 6}
    assert studio.bytes() == studio.old


def test_what_is_told_is_always_what_the_ledger_counts(studio: Studio) -> None:
    told: list[tuple[int, int]] = []

    def listen(event) -> None:
        if event.name == "write:progress":
            counts = ledger.Ledger(studio.library._store).counts(event.data["operation_id"])
            told.append((event.data["current"], sum(counts.values()) - counts.get("pending", 0)))

    studio.library.events.subscribe(listen)
    for group in (1, 2):
        studio.library.people.add(studio.paths, [f"Person {group}"])
        studio.write()

    assert told
    assert all(current == counted for current, counted in told)
    status: OperationStatus = studio.library.status(2)
    assert status.processed == sum(status.counts.values()) == 6


# What was not written stays to be written.


def test_a_failed_write_leaves_its_plan_and_no_scan_overwrites_an_edit_that_was_not_written(studio: Studio) -> None:
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


# Wrong states, and what is offered at the next start.


def test_a_finished_operation_cannot_be_held_resumed_or_cancelled(studio: Studio) -> None:
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


@pytest.mark.parametrize(("by", "by_itself"), [("stop", True), ("person", False)])
def test_what_was_cut_off_is_offered_file_by_file_with_what_to_type(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, by: str, by_itself: bool
) -> None:
    studio.library._operations.workers = 1
    gate = Gate(monkeypatch, 2)
    studio.library.write(studio.library.plan(), replace(ALL, user_note="Holiday"))
    assert gate.reached.wait(20)
    gate.open_at_the_end(studio.library)
    studio.library.close(by)  # type: ignore[arg-type]
    studio.library = Library.open(studio.library.home)

    [left] = studio.library.interrupted()
    done, waits = left.counts["done"], left.counts["not_started"]
    assert (done + waits, left.by_itself) == (6, by_itself)
    assert [file.became for file in left.files] == ["not_started"] * waits + ["done"] * done
    assert left.as_dict()["counts"] == left.counts
    [line] = studio.library.notices
    assert line.startswith(f"Write 1 “Holiday” was interrupted: of 6 files {done} done, {waits} not started.")
    assert "'indexium operations resume 1'" in line
    assert "'indexium rollback 1'" in line
    assert studio.library.interrupted(files=2)[0].files == left.files[:2]
    assert studio.library.interrupted_files(1, page=2, per_page=4) == left.files[4:]
    assert studio.library.interrupted_files(1, became="done", per_page=0) == left.files[waits:]
    with pytest.raises(errors.UnknownIdError, match="no operation 9"):
        studio.library.interrupted_files(9)
    with pytest.raises(errors.UsageError, match="'gone' is something else"):
        studio.library.interrupted_files(1, became="gone")

    # A new write meanwhile is allowed, and a resume skips what has its result already.
    assert studio.write().counts == {"success": waits}
    assert studio.library.resume(1).wait().counts == {"success": done, "skipped": waits}
    assert studio.library.interrupted() == []


def test_an_interrupted_operation_can_be_taken_back_instead(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.library._operations.workers = 1
    gate = Gate(monkeypatch, 3)
    studio.library.write(studio.library.plan(), ALL)
    assert gate.reached.wait(20)
    gate.open_at_the_end(studio.library)
    studio.reopen()

    done = studio.library.interrupted()[0].counts["done"]
    assert studio.back(1).counts == {"success": done}
    assert studio.bytes() == studio.old
    assert studio.library.interrupted() == []
