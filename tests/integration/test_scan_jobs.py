"""Scans as jobs: with and without waiting, paused, cancelled, interrupted, and in sequence."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors
from indexium_core.flows.scanning import reading, scanner
from indexium_core.library import Library
from indexium_core.model.event import Event
from indexium_core.model.operations.actor import Actor
from tests.support import media, photos, tables
from tests.support.holding import AwaitedScan, HeldReading
from tests.support.studio import Studio
from tests.support.waiting import PATIENCE, until


def test_scan_job_equals_scan(tmp_path: Path, studio: Studio) -> None:
    more = tmp_path / "more"
    more.mkdir()
    media.series("mp4", more, 3)

    job = studio.library.jobs.wait(studio.library.scans.add([more]).id, PATIENCE)

    assert (job.status, job.progress_current, job.progress_total) == ("completed", 3, 3)
    assert {name: job.summary[name] for name in ("new", "seen", "libraries")} == {"new": 3, "seen": 3, "libraries": 1}
    assert studio.library.scans.progress() is None
    last = studio.library.scans.last()
    assert last is not None
    assert last.new == 3
    assert studio.library.jobs.wait(studio.library.scans.add().id, PATIENCE).summary["unchanged"] == 9


def test_waiting_scan_is_ordinary_job(tmp_path: Path, studio: Studio) -> None:
    """The job is in the list, in the log and in the events, and its row shows the results."""
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
    assert "job.started" in {line["event"] for line in studio.library.jobs.log(job.id).lines}


def test_error_of_scan_is_raised_by_wait(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise errors.StoreError("The disk with the database is full.", code="store_full")

    monkeypatch.setattr(scanner._ScanRun, "_upsert", broken)
    with pytest.raises(errors.StoreError, match="The disk with the database is full") as caught:
        studio.library.scan(full=True)
    assert caught.value.reason == "store_full"
    [failed, _] = studio.library.jobs.list(["scan"]).items
    assert (failed.status, failed.error_message) == ("failed", "The disk with the database is full.")


def test_another_client_can_pause_and_cancel_awaited_scan(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = AwaitedScan(studio.library, monkeypatch)
    with studio.library.acting_as(Actor("local", name="Ann")):
        studio.library.jobs.pause(scan.job_id)
    scan.let_go()
    assert studio.library.jobs.wait(scan.job_id, 0.3).paused_by == "Ann"
    assert not scan.reports

    studio.library.jobs.cancel(scan.job_id)
    assert scan.report().cancelled
    assert studio.library.jobs.get(scan.job_id).status == "cancelled"


def test_closing_home_ends_wait_for_paused_scan(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    scan = AwaitedScan(studio.library, monkeypatch)
    studio.library.jobs.pause(scan.job_id)
    scan.let_go()

    studio.library.close()

    assert scan.report().cancelled
    studio.library = Library.open(studio.library.home)
    assert studio.library.jobs.get(scan.job_id).status == "paused"


def test_ctrl_c_cancels_scan_and_kill_does_not(studio: Studio) -> None:
    """A scan that a user stopped has ended; a scan stopped by SIGTERM resumes at the next start."""
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
from indexium_core.flows.scanning import reading
from indexium_core.jobs.item_runner import RunControl
read, change, said, ending = reading._read_chunk, RunControl._set, [], threading.Event()
def told(*args, **named):
    if not said:
        said.append(os.kill(os.getpid(), int(sys.argv[2])))
    assert ending.wait(20)
    return read(*args, **named)
def changed(self, **how):
    change(self, **how)
    if "ending" in how:
        ending.set()
reading._read_chunk, RunControl._set = told, changed
sys.exit(cli.main(["--home", sys.argv[1], "scan", "--full"]))
"""


def test_unscannable_folder_is_rejected_immediately(studio: Studio, tmp_path: Path) -> None:
    jobs = studio.library.jobs.list().total
    for scan in (studio.library.scan, studio.library.scans.add):
        with pytest.raises(errors.UsageError, match="does not exist"):
            scan([tmp_path / "nowhere"])
    assert studio.library.jobs.list().total == jobs


def test_equal_waiting_scans_are_merged(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    held = HeldReading(monkeypatch)
    first = studio.library.scans.add(full=True)
    assert held.reached.wait(PATIENCE)
    second, third = studio.library.scans.add(full=True), studio.library.scans.add(full=True)

    assert first.id != second.id == third.id
    with pytest.raises(errors.UsageError, match="running already"):
        studio.library.scan()
    held.opened.set()
    assert studio.library.jobs.wait(second.id, PATIENCE).status == "completed"


def test_scan_job_waits_for_running_scan(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    other = AwaitedScan(studio.library, monkeypatch)
    job = studio.library.scans.add()
    assert studio.library.jobs.get(job.id).status == "pending"

    other.let_go()
    other.report()
    assert studio.library.jobs.wait(job.id, PATIENCE).summary["unchanged"] == 6


def test_scan_job_can_be_paused_and_cancelled(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    held = HeldReading(monkeypatch)
    job = studio.library.scans.add(full=True)
    assert held.reached.wait(PATIENCE)
    studio.library.jobs.pause(job.id)
    held.opened.set()
    assert studio.library.jobs.wait(job.id, 0.3).status == "paused"

    assert studio.library.scans.cancel()

    job = studio.library.jobs.wait(job.id, PATIENCE)
    assert job.status == "cancelled"
    assert job.summary["message"].startswith("Stopped after")
    assert not studio.library.scans.cancel()


def test_interrupted_full_scan_reads_only_rest(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "GROUP_FILES", 2)
    stored, go_on, read = threading.Event(), threading.Event(), []
    put, one = scanner._ScanRun._upsert, reading._read_chunk

    def counted(chunk: Any, **named: Any) -> Any:
        read.extend(candidate.path for candidate in chunk)
        return one(chunk, **named)

    def once(self: Any, *args: Any, **named: Any) -> Any:
        if stored.is_set():
            assert go_on.wait(PATIENCE)
        stored.set()
        return put(self, *args, **named)

    monkeypatch.setattr(reading, "_read_chunk", counted)
    monkeypatch.setattr(scanner._ScanRun, "_upsert", once)
    job = studio.library.scans.add(full=True)
    assert stored.wait(PATIENCE)
    until(lambda: studio.library._parts.core.queue.find_run(job.id).checkpoint is not None)  # type: ignore[union-attr]
    closing = threading.Thread(target=studio.library.close)
    closing.start()
    until(lambda: not studio.library._parts.core.queue._dispatcher.is_running)
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
    """Return the number of files that the interrupted scan had read."""
    with Library.open(home, take_over="nothing") as library:
        state = json.loads(tables.value(library, "SELECT state FROM operation_state"))
        query = "SELECT count(*) FROM scanned_files WHERE scanned_at >= $1::TIMESTAMPTZ"
        return int(tables.value(library, query, [state["begun"]]))


@pytest.mark.parametrize("kind", ["films", "photos"])
def test_scan_after_kill_reads_only_files_that_are_not_stored(studio: Studio, tmp_path: Path, kind: str) -> None:
    home, more = studio.library.home, tmp_path / "more"
    more.mkdir()
    studio.library.inventory.add(more, photos=True)
    studio.library.close()
    if kind == "films":
        media.series("mp4", more, 6)
    else:
        for number in range(6):
            (more / f"{number}.jpg").write_bytes(photos.photo("jpeg", exif=photos.exif(rating=number)))
    code = (
        "import sys, os, signal; from indexium_core.library import Library\n"
        "from indexium_core.flows.scanning import scanner\n"
        "scanner.GROUP_FILES = 2\n"
        "store, stored = scanner._ScanRun._store, []\n"
        "def killing(*args):\n"
        "    if len(stored) == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    stored.append(store(*args))\n"
        "    return stored[-1]\n"
        "scanner._ScanRun._store = killing\n"
        "Library.open(sys.argv[1]).scan([sys.argv[2]])\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(home), str(more)], timeout=PATIENCE, check=False)
    assert killed.returncode == -signal.SIGKILL

    studio.library = Library.open(home, take_over="nothing")
    report = studio.library.scan([more])

    assert (report.seen, report.new, report.unchanged) == (6, 2, 4)


def test_killed_scan_resumes_at_next_start(studio: Studio) -> None:
    home = studio.library.home
    studio.library.close()
    code = (
        "import sys, os, signal; from indexium_core.library import Library\n"
        "from indexium_core.flows.scanning import scanner\n"
        "scanner.GROUP_FILES = 1\n"
        "library = Library.open(sys.argv[1])\n"
        "def told(event):\n"
        "    if event.name == 'scan:progress': os.kill(os.getpid(), signal.SIGKILL)\n"
        "library.events.subscribe(told)\n"
        "library.jobs.wait(library.scans.add(full=True).id)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(home)], timeout=PATIENCE, check=False)
    assert killed.returncode == -signal.SIGKILL

    studio.library = Library.open(home)

    job = studio.library.jobs.list(["scan"]).items[0]
    done = studio.library.jobs.wait(job.id, PATIENCE)
    assert (done.status, done.summary["seen"], done.retry_count) in [("completed", 6, 0), ("completed", 6, 1)]
