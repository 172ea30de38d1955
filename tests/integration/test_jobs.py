"""Jobs of a library: operations and scans that are written down, held, cut off, taken up again, and looked at."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from indexium_core import cli, errors
from indexium_core.flows import editing, reading, scanning
from indexium_core.jobs import runner
from indexium_core.jobs.events import Event
from indexium_core.library import Library
from indexium_core.model.job import Job
from tests.support import media
from tests.support.studio import ALL, OLD, Studio

PATIENCE = 60.0


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(tmp_path, 6)
    yield made
    made.library.close()


class Gate:
    """Lets files be edited only when a test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._edit, self._room = editing.edit, threading.Semaphore(0)
        self.entered = threading.Event()
        monkeypatch.setattr(editing, "edit", self._wait)

    def _wait(self, *args: Any, **named: Any) -> Any:
        self.entered.set()
        assert self._room.acquire(timeout=PATIENCE)
        return self._edit(*args, **named)

    def open(self, files: int = 1000) -> None:
        self._room.release(files)


def hold(library: Library, operation_id: int, gate: Gate) -> Job:
    """Hold an operation whose first files are at the gate; they are let through meanwhile, and no others come."""
    job_id = job_of(library, operation_id).id
    run = library._queue.run_of(job_id)
    assert run is not None
    run.control.watch(gate.open)
    return library.jobs.pause(job_id, by="Ann")


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came true"
        threading.Event().wait(0.01)


def job_of(library: Library, operation_id: int) -> Job:
    [job] = [job for job in library.jobs.list(per_page=0).items if job.operation_id == operation_id]
    return job


# Operations.


def test_an_operation_and_its_job_begin_together_or_not_at_all(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> int:
        raise errors.StoreError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("indexium_core.store.jobs.insert", full)
        with pytest.raises(errors.StoreError):
            studio.library.write(studio.library.plan(), ALL)
    assert studio.library.history().total == 0
    assert studio.library.jobs.list(["write"]).total == 0

    status = studio.write()

    job = job_of(studio.library, status.id)
    assert (job.job_type, job.status, job.title) == ("write", "completed", "Write 6 files")
    assert (job.progress_current, job.progress_total, job.summary) == (6, 6, {"counts": {"success": 6}})
    query = "SELECT job_id FROM metadata_operations WHERE id = $1"
    assert studio.library._store.read().value(query, [status.id]) == job.id


def test_a_job_is_in_the_state_of_its_operation_all_the_way(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch)
    handle = studio.library.write(studio.library.plan(), ALL)
    job = job_of(studio.library, handle.id)
    assert gate.entered.wait(PATIENCE)

    def states() -> tuple[str, str]:
        return studio.library.jobs.get(job.id).status, handle.status().status

    assert states() == ("running", "in_progress")
    hold(studio.library, handle.id, gate)
    assert states() == ("paused", "paused")
    assert studio.library.jobs.get(job.id).paused_by == "Ann"
    handle.resume()
    handle.wait(PATIENCE)
    assert states() == ("completed", "completed")
    studio.back(handle.id)
    assert states() == ("completed", "rolled_back")


def test_progress_of_a_job_is_what_the_items_say_at_any_time(studio: Studio) -> None:
    query = """
        SELECT j.progress_current, j.progress_total,
               count(m.id) FILTER (m.status NOT IN ('pending', 'writing')), count(m.id)
        FROM job_queue j JOIN metadata_operation_items m ON m.operation_id = j.operation_id GROUP BY ALL"""
    seen = []
    studio.library.events.subscribe(
        lambda event: (
            seen.extend(studio.library._store.read().execute(query).fetchall())
            if event.name.startswith("write:")
            else None
        )
    )
    studio.write()

    assert len(seen) >= 3
    assert all((current, total) == (done, items) for current, total, done, items in seen)


def test_a_job_that_is_cancelled_leaves_what_is_done_and_skips_the_rest(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    handle = studio.library.write(studio.library.plan(), ALL)
    assert gate.entered.wait(PATIENCE)

    job = studio.library.jobs.cancel(job_of(studio.library, handle.id).id)
    assert job.cancelled_at is not None
    gate.open()

    assert studio.library.jobs.wait(job.id, PATIENCE).status == "cancelled"
    counts = handle.status().counts
    assert counts["skipped"] + counts.get("success", 0) == 6
    assert studio.library.jobs.get(job.id).progress_current == counts.get("success", 0)


def test_an_operation_that_was_stopped_goes_on_in_a_service_and_is_offered_elsewhere(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    for by, take_over, expected in (
        ("stop", "safe", "interrupted"),
        ("stop", "all", "completed"),
        ("person", "all", "interrupted"),
    ):
        with monkeypatch.context() as patch:
            gate = Gate(patch)
            handle = studio.library.write(studio.library.plan(), ALL)
            assert gate.entered.wait(PATIENCE)
            stopping = threading.Thread(target=studio.library.close, args=(by,))
            stopping.start()
            until(lambda: not studio.library._queue._dispatcher.is_on)
            gate.open()
            stopping.join(PATIENCE)
        studio.library = Library.open(studio.library.home, take_over=take_over)  # type: ignore[arg-type]
        job = job_of(studio.library, handle.id)
        if expected == "completed":
            job = studio.library.jobs.wait(job.id, PATIENCE)

        assert (job.status, studio.library.status(handle.id).status) == (expected, expected)
        if expected == "interrupted":
            assert studio.library.jobs.wait(studio.library.jobs.resume(job.id).id, PATIENCE).status == "completed"
        studio.back(handle.id, replan=True)


def test_a_paused_operation_is_paused_after_a_restart_and_by_whom(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    handle = studio.library.write(studio.library.plan(), ALL)
    assert gate.entered.wait(PATIENCE)
    job = hold(studio.library, handle.id, gate)

    studio.reopen(take_over="all")

    found = studio.library.jobs.get(job.id)
    assert (found.status, found.paused_by, found.paused_at) == ("paused", "Ann", job.paused_at)
    assert studio.library.jobs.wait(studio.library.jobs.resume(job.id).id, PATIENCE).status == "completed"


def test_an_operation_that_was_stopped_when_nothing_was_left_is_done(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runner.Runner.run

    def unaware(self: Any, items: Any) -> runner.Ending:
        """As where it is held and stopped after the last files were begun, and before anybody looked for more."""
        run(self, items)
        return runner.Ending.STOPPED

    monkeypatch.setattr(runner.Runner, "run", unaware)

    assert studio.write().status == "completed"
    assert job_of(studio.library, 1).status == "completed"


def test_an_operation_of_a_program_without_jobs_can_be_resumed(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch)
    handle = studio.library.write(studio.library.plan(), ALL)
    assert gate.entered.wait(PATIENCE)
    hold(studio.library, handle.id, gate)
    studio.library.close()
    studio.library = Library.open(studio.library.home)
    with studio.library._store.atomic() as tx:
        tx.execute("DELETE FROM job_queue")
        tx.execute("UPDATE metadata_operations SET job_id = NULL")

    assert studio.library.resume(handle.id).wait(PATIENCE).counts == {"success": 6}
    assert job_of(studio.library, handle.id).status == "completed"


def test_a_job_that_left_files_is_tried_again_as_an_operation_of_just_these(studio: Studio) -> None:
    os.utime(studio.paths[2], (OLD + 5, OLD + 5))
    first = job_of(studio.library, studio.write().id)
    assert first.status == "completed_with_errors"

    again = studio.library.jobs.wait(studio.library.jobs.retry(first.id).id, PATIENCE)

    assert (again.status, again.progress_total) == ("completed", 1)
    assert again.id != first.id


# Scans.


def test_a_scan_job_finds_what_a_scan_finds(tmp_path: Path, studio: Studio) -> None:
    more = tmp_path / "more"
    more.mkdir()
    media.series("mp4", more, 3)

    job = studio.library.jobs.wait(studio.library.scan_job([more]).id, PATIENCE)

    assert (job.status, job.progress_current, job.progress_total) == ("completed", 3, 3)
    assert {name: job.summary[name] for name in ("new", "seen", "libraries")} == {"new": 3, "seen": 3, "libraries": 1}
    assert studio.library.scan_progress() is None
    last = studio.library.last_scan()
    assert last is not None
    assert last.new == 3
    assert studio.library.jobs.wait(studio.library.scan_job().id, PATIENCE).summary["unchanged"] == 9


def test_a_scan_that_is_waited_for_is_a_job_like_any_other(tmp_path: Path, studio: Studio) -> None:
    """It is on the list, in the log and in the events, and its row says what became of the files."""
    more = tmp_path / "more"
    more.mkdir()
    media.series("mp4", more, 3)
    (more / "broken.mp4").write_bytes(b"no film")
    heard: list[Event] = []
    studio.library.events.subscribe(heard.append)
    told: list[tuple[int, int | None]] = []

    report = studio.library.scan([studio.films, more], progress=lambda now: told.append((now.done, now.total)))

    job = studio.library.jobs.list(["scan"]).items[0]
    wanted = {"new": 4, "changed": 0, "moved": 0, "unchanged": 6, "missing": 0, "errors": 1}
    assert (job.status, dict(job.counters)) == ("completed", wanted)
    assert {name: job.summary[name] for name in wanted} == wanted
    assert {name: getattr(report, name) for name in wanted} == wanted
    assert report.by_state == {"ok": 9, "not_video": 1}
    assert job.title == f"Scan {studio.films}, {more}"
    assert told[-1] == (4, 4)
    names = [event.name for event in heard if event.data.get("job_id") == job.id]
    assert (names[0], names[1], names[-2], names[-1]) == (
        "job:changed",
        "scan:started",
        "scan:completed",
        "job:changed",
    )
    assert "job.begun" in {line["event"] for line in studio.library.jobs.log(job.id).lines}


def test_what_ends_a_scan_is_raised_where_it_is_waited_for(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise errors.StoreError("The disk with the database is full.", code="store_full")

    monkeypatch.setattr(scanning._Scan, "_put", broken)
    with pytest.raises(errors.StoreError, match="The disk with the database is full") as caught:
        studio.library.scan(full=True)
    assert caught.value.reason == "store_full"
    [failed, _] = studio.library.jobs.list(["scan"]).items
    assert (failed.status, failed.error_message) == ("failed", "The disk with the database is full.")


def test_a_scan_that_is_waited_for_can_be_held_and_given_up_by_others(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, may_go = held_reading(monkeypatch)
    reports: list[Any] = []
    waiting = threading.Thread(target=lambda: reports.append(studio.library.scan(full=True)))
    waiting.start()
    assert entered.wait(PATIENCE)
    [job_id] = studio.library._queue.at_work("scan")
    studio.library.jobs.pause(job_id, "Ann")
    may_go.set()
    assert studio.library.jobs.wait(job_id, 0.3).paused_by == "Ann"
    assert not reports

    studio.library.jobs.cancel(job_id)
    waiting.join(PATIENCE)
    assert reports[0].cancelled
    assert studio.library.jobs.get(job_id).status == "cancelled"


def test_a_home_that_is_closed_lets_nobody_wait_for_a_scan_that_is_held(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, may_go = held_reading(monkeypatch)
    reports: list[Any] = []
    waiting = threading.Thread(target=lambda: reports.append(studio.library.scan(full=True)))
    waiting.start()
    assert entered.wait(PATIENCE)
    [job_id] = studio.library._queue.at_work("scan")
    studio.library.jobs.pause(job_id)
    may_go.set()

    studio.library.close()

    waiting.join(PATIENCE)
    assert reports[0].cancelled
    studio.library = Library.open(studio.library.home)
    assert studio.library.jobs.get(job_id).status == "paused"


def test_ctrl_c_gives_a_scan_up_and_a_kill_does_not(studio: Studio) -> None:
    """Ended by a person it is over; told to end (SIGTERM) it goes on at the next start."""
    home = studio.library.home
    studio.library.close()
    for number, left in ((signal.SIGINT, "cancelled"), (signal.SIGTERM, "interrupted")):
        ended = subprocess.run(
            [sys.executable, "-c", SCAN, str(home), str(int(number))],
            timeout=PATIENCE,
            check=False,
            capture_output=True,
        )
        assert ended.returncode == 130, ended.stderr
        assert b"Traceback" not in ended.stderr
        with Library.open(home, take_over="nothing") as library:
            assert library.jobs.list(["scan"]).items[0].status == left

    studio.library = Library.open(home)

    job = studio.library.jobs.list(["scan"]).items[0]
    assert studio.library.jobs.wait(job.id, PATIENCE).status == "completed"


SCAN = """
import os, sys, threading
from indexium_core import cli
from indexium_core.flows import reading
from indexium_core.jobs.runner import Control
read, change, said, ending = reading._read, Control._set, [], threading.Event()
def told(*args, **named):
    if not said:
        said.append(os.kill(os.getpid(), int(sys.argv[2])))
    assert ending.wait(20)
    return read(*args, **named)
def changed(self, **how):
    change(self, **how)
    if "ending" in how:
        ending.set()
reading._read, Control._set = told, changed
sys.exit(cli.main(["--home", sys.argv[1], "scan", "--full"]))
"""


def test_jobs_are_kept_as_long_as_their_logs_and_those_of_operations_for_good(tmp_path: Path, studio: Studio) -> None:
    studio.write()
    home, days = studio.library.home, studio.library.settings.log_retention_days
    studio.library.close()

    ahead = [timedelta(days=days, minutes=-5)]

    def opened() -> Library:
        return Library.open(home, clock=lambda: datetime.now(UTC) + ahead[0])

    with opened() as library:
        assert sorted(job.job_type for job in library.jobs.list().items) == ["scan", "write"]
        ahead[0] += timedelta(minutes=10)
        newer = library.jobs.wait(library.scan_job().id, PATIENCE)  # a program that runs for months does it, too
        until(lambda: sorted(job.job_type for job in library.jobs.list().items) == ["scan", "write"])
        assert newer.id in {job.id for job in library.jobs.list().items}
    ahead[0] += timedelta(days=days)
    with opened() as library:
        assert [job.job_type for job in library.jobs.list().items] == ["write"]


def test_a_folder_that_cannot_be_scanned_is_refused_at_once(studio: Studio, tmp_path: Path) -> None:
    jobs = studio.library.jobs.list().total
    for scan in (studio.library.scan, studio.library.scan_job):
        with pytest.raises(errors.UsageError, match="There is no folder"):
            scan([tmp_path / "nowhere"])
    assert studio.library.jobs.list().total == jobs


def test_equal_scans_that_wait_are_one_and_a_scan_at_work_is_not_one_of_them(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, may_go = held_reading(monkeypatch)
    first = studio.library.scan_job(full=True)
    assert entered.wait(PATIENCE)
    second, third = studio.library.scan_job(full=True), studio.library.scan_job(full=True)

    assert first.id != second.id == third.id
    with pytest.raises(errors.UsageError, match="running already"):
        studio.library.scan()
    may_go.set()
    assert studio.library.jobs.wait(second.id, PATIENCE).status == "completed"


def held_reading(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    entered, may_go, read = threading.Event(), threading.Event(), reading._read

    def slow(*args: Any, **named: Any) -> Any:
        entered.set()
        assert may_go.wait(PATIENCE)
        return read(*args, **named)

    monkeypatch.setattr(reading, "_read", slow)
    return entered, may_go


def test_a_scan_job_waits_for_a_scan_that_somebody_began(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    entered, may_go = held_reading(monkeypatch)
    other = threading.Thread(target=lambda: studio.library.scan(full=True))
    other.start()
    assert entered.wait(PATIENCE)
    job = studio.library.scan_job()
    assert studio.library.jobs.get(job.id).status == "pending"

    may_go.set()
    other.join(PATIENCE)
    assert studio.library.jobs.wait(job.id, PATIENCE).summary["unchanged"] == 6


def test_a_scan_job_can_be_held_and_cancelled(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    entered, may_go = held_reading(monkeypatch)
    job = studio.library.scan_job(full=True)
    assert entered.wait(PATIENCE)
    studio.library.jobs.pause(job.id)
    may_go.set()
    assert studio.library.jobs.wait(job.id, 0.3).status == "paused"

    assert studio.library.cancel_scan()

    job = studio.library.jobs.wait(job.id, PATIENCE)
    assert job.status == "cancelled"
    assert job.summary["message"].startswith("Stopped after")
    assert not studio.library.cancel_scan()


def test_a_full_scan_that_was_cut_off_reads_only_the_rest(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "GROUP", 2)
    stored, go_on, read = threading.Event(), threading.Event(), []
    put, one = scanning._Scan._put, reading._read

    def counted(candidate: Any, **named: Any) -> Any:
        read.append(candidate.path)
        return one(candidate, **named)

    def once(self: Any, *args: Any) -> Any:
        if stored.is_set():
            assert go_on.wait(PATIENCE)
        stored.set()
        return put(self, *args)

    monkeypatch.setattr(reading, "_read", counted)
    monkeypatch.setattr(scanning._Scan, "_put", once)
    job = studio.library.scan_job(full=True)
    assert stored.wait(PATIENCE)
    until(lambda: studio.library._queue.run_of(job.id).checkpoint is not None)  # type: ignore[union-attr]
    closing = threading.Thread(target=studio.library.close)
    closing.start()
    until(lambda: not studio.library._queue._dispatcher.is_on)
    go_on.set()
    closing.join(PATIENCE)
    known = already(studio.library.home)
    assert 0 < known < 6
    read.clear()

    studio.library = Library.open(studio.library.home)
    done = studio.library.jobs.wait(job.id, PATIENCE)

    assert done.status == "completed"
    assert len(read) == 6 - known
    assert (done.summary["seen"], done.summary["changed"], done.summary["unchanged"]) == (6, 6, 0)


def already(home: Path) -> int:
    """How many files the scan that was cut off had read."""
    with Library.open(home, take_over="nothing") as library:
        state = json.loads(library._store.read().value("SELECT state FROM operation_state"))
        query = "SELECT count(*) FROM scanned_files WHERE scanned_at >= $1::TIMESTAMPTZ"
        return int(library._store.read().value(query, [state["begun"]]))


def test_a_scan_that_was_killed_goes_on_at_the_next_start(studio: Studio) -> None:
    home = studio.library.home
    studio.library.close()
    code = (
        "import sys, os, signal; from indexium_core.library import Library; from indexium_core.flows import scanning\n"
        "scanning.GROUP = 1\n"
        "library = Library.open(sys.argv[1])\n"
        "def told(event):\n"
        "    if event.name == 'scan:progress': os.kill(os.getpid(), signal.SIGKILL)\n"
        "library.events.subscribe(told)\n"
        "library.jobs.wait(library.scan_job(full=True).id)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(home)], timeout=PATIENCE, check=False)
    assert killed.returncode == -signal.SIGKILL

    studio.library = Library.open(home)

    job = studio.library.jobs.list(["scan"]).items[0]
    done = studio.library.jobs.wait(job.id, PATIENCE)
    assert (done.status, done.summary["seen"], done.retry_count) in [("completed", 6, 0), ("completed", 6, 1)]


# What everybody can see and do.


def test_wrong_states_and_ids_are_told_with_what_can_be_done(studio: Studio) -> None:
    jobs = studio.library.jobs
    job = job_of(studio.library, studio.write().id)
    for call in (jobs.pause, jobs.resume, jobs.cancel, jobs.retry, lambda number: jobs.set_priority(number, 3)):
        with pytest.raises(errors.UsageError, match=f"Job {job.id} is completed and cannot be") as caught:
            call(job.id)
        assert caught.value.reason == "wrong_state"
        with pytest.raises(errors.UnknownIdError, match="There is no job 99"):
            call(99)
    for wrong in (lambda: jobs.list(statuses=["asleep"]), lambda: jobs.list(page=0), lambda: jobs.log(99)):
        with pytest.raises(errors.UsageError):
            wrong()


def test_jobs_are_listed_as_they_are_done_and_counted(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.write()
    entered, may_go = held_reading(monkeypatch)
    full = studio.library.scan_job(full=True)
    assert entered.wait(PATIENCE)
    late, early = studio.library.scan_job(priority="low"), studio.library.scan_job(full=True, priority="high")

    found = studio.library.jobs.list()
    assert [job.id for job in found.items] == [full.id, early.id, late.id, 2, 1]
    counts = {"scan": {"running": 1, "pending": 2, "completed": 1}, "write": {"completed": 1}}
    assert studio.library.jobs.counts() == counts
    assert studio.library.jobs.list(["scan"], ["pending"], page=2, per_page=1).items == [late]
    empty = studio.library.jobs.list(["scan"], page=9)
    assert (empty.items, empty.total) == ([], 4)
    may_go.set()


def test_events_are_there_for_those_who_come_late_and_after_a_restart(studio: Studio) -> None:
    heard: list[Event] = []
    studio.library.events.subscribe(heard.append)
    studio.write()
    job = job_of(studio.library, 1)
    end = heard[-1].id
    studio.reopen()

    found = [event for event in studio.library.events_since(0) if event.data.get("job_id") == job.id]
    assert [event for event in heard if event.data.get("job_id") == job.id and not event.is_progress] == [
        event for event in found if not event.is_progress
    ]
    assert sum(event.is_progress for event in found) == 1
    assert all(event.id > end for event in studio.library.events_since(end))


def test_each_job_has_a_log_of_its_own(studio: Studio) -> None:
    job = job_of(studio.library, studio.write().id)

    found = studio.library.jobs.log(job.id)

    assert {line["job_id"] for line in found.lines} == {job.id}
    assert "job.begun" in [line["event"] for line in found.lines]
    assert studio.library.jobs.log(job.id, after=found.next).lines == []


def test_a_job_for_later_begins_when_its_time_has_come(tmp_path: Path) -> None:
    now = [datetime(2026, 11, 20, tzinfo=UTC)]
    orders = {"libraries": [], "full": False, "really_gone": False}
    with Library.open(tmp_path / "home", clock=lambda: now[0]) as library:
        later = library._queue.add_job("scan", orders, not_before=now[0] + timedelta(days=1))
        assert library.jobs.wait(later.id, 0.2).status == "pending"
        now[0] += timedelta(days=2)
        library.scan_job(full=True)
        assert library.jobs.wait(later.id, PATIENCE).status == "completed"


# The command.


def run(home: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = cli.main(["--home", str(home), *words])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_command_looks_at_jobs_and_changes_their_course(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        gate = Gate(patch)
        handle = studio.library.write(studio.library.plan(), ALL)
        assert gate.entered.wait(PATIENCE)
        hold(studio.library, handle.id, gate)
    home = studio.library.home
    studio.library.close()

    code, out, _ = run(home, capsys, "jobs", "list", "--json")
    assert code == 0
    assert [(job["id"], job["status"], job["operation_id"]) for job in json.loads(out)["items"]] == [
        (2, "paused", handle.id),
        (1, "completed", None),
    ]
    assert "paused by Ann" in run(home, capsys, "jobs", "list", "--status", "paused")[1]
    assert run(home, capsys, "jobs", "priority", "2", "high")[0] == 0
    assert json.loads(run(home, capsys, "jobs", "show", "2", "--json")[1])["priority"] == 2
    assert run(home, capsys, "jobs", "pause", "2")[0] == 2
    code, _, err = run(home, capsys, "jobs", "resume", "2")
    assert (code, "completed" in err) == (0, True)
    code, _, err = run(home, capsys, "jobs", "cancel", "2")
    assert (code, "Job 2 is completed and cannot be cancelled" in err) == (2, True)
    assert run(home, capsys, "jobs", "retry", "2")[0] == 2
    assert "job.begun" in run(home, capsys, "jobs", "log", "2", "--follow")[1]
    assert [json.loads(line)["job_id"] for line in run(home, capsys, "jobs", "log", "2", "--json")[1].splitlines()]
    assert "Write 6 files" in run(home, capsys, "jobs", "show", "2")[1]
    assert run(home, capsys, "jobs", "show", "7")[0] == 2
    assert run(home, capsys, "jobs", "list", "--status", "asleep")[0] == 2
    studio.library = Library.open(home)
