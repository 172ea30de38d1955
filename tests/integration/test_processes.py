"""Reading and writing in worker processes: results equal to threads, and killed processes."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexium_core import errors, settings
from indexium_core.assembly import file_executors
from indexium_core.files import journal
from indexium_core.flows.writing import operation_runner
from indexium_core.flows.writing.workers import process_edits
from indexium_core.flows.writing.writer import OperationHandle
from indexium_core.jobs import executors
from indexium_core.jobs.executors import Processes, WorkerLostError
from indexium_core.jobs.retry import Backoff
from indexium_core.library import Library
from indexium_core.store.operations.ledger_rows import Task
from tests.support import media, tables
from tests.support.studio import ALL, OLD
from tests.support.waiting import PATIENCE, until


def idle_workers(library: Library) -> list[Any]:
    return library._parts.core.executors.processes._idle


class Set:
    """One film that is written in place and one that is copied, in a library with worker processes."""

    def __init__(self, folder: Path, executor: str = "processes") -> None:
        self.films, self.home = folder / "films", folder / "home"
        self.films.mkdir(parents=True)
        self.paths = [media.build(form, self.films, comment="People: Bob Ray") for form in ("mp4", "wmv")]
        for path in self.paths:
            os.utime(path, (OLD, OLD))
        self.old = self.bytes()
        config = settings.load(self.home, executor=executor, metadata_max_concurrent_writes=1)
        self.library = Library.open(self.home, config=config)
        self.library._parts.writing.runs.parts.backoff = Backoff(delays=(0.01,) * 3)
        self.library.scan([self.films])
        self.library.people.add(self.paths, ["Ann Lee"])

    def bytes(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.paths}

    def write(self, query: str = "") -> dict[str, tuple[str, str]]:
        """Write, and return the outcome of each file."""
        return self.outcomes(self.library.write(self.library.plan(query), ALL).wait().id)

    def outcomes(self, operation_id: int) -> dict[str, tuple[str, str]]:
        items = self.library.operation(operation_id, per_page=0).items
        return {item.file_name: (item.status, item.code) for item in items}

    def strays(self) -> list[str]:
        return sorted({path.name for path in self.films.iterdir()} - set(self.old))

    def journals(self) -> list[object]:
        """The content of the journals, without places and times."""
        same = {"path": b"", "temp": b"", "inode": 0, "device": 0, "mtime_ns": 0}
        found: list[object] = []
        for path in sorted((self.home / "backups").glob("*.journal")):
            for entry in sorted(journal.read(path).entries, key=lambda entry: entry.item_id):
                known = {name: value for name, value in same.items() if hasattr(entry, name)}
                if isinstance(entry, journal.SwapEntry):
                    assert entry.new is not None
                    known |= {"old": entry.old.digest, "new": entry.new.digest}
                found.append((path.name, entry.state, replace(entry, **known)))
        return found


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Set]:
    scene = Set(tmp_path)
    yield scene
    scene.library.close()


class Scissors:
    """Kills the process that works on a film of a kind a number of times, before or after its response."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, question: str, *, after: bool, form: str, times: int = 1):
        self.cuts, self._question, self._after, self._times = 0, question, after, times
        real = Processes.call_with_callbacks

        def converse(executor: Processes, desk: object, function: Any, task: Task, *arguments: Any) -> Any:
            held = _Held(self, executor, desk) if task.path.endswith(form.encode()) else desk
            return real(executor, held, function, task, *arguments)

        monkeypatch.setattr(Processes, "call_with_callbacks", converse)

    def answer(self, executor: Processes, name: str, answer: Callable[..., Any], words: tuple[Any, ...]) -> Any:
        is_due = name == self._question and self.cuts < self._times
        said = answer(*words) if self._after or not is_due else None
        if is_due:
            self.cuts += 1
            [worker] = executor._busy
            os.kill(worker._process.pid, signal.SIGKILL)
            worker._process.wait()
        return said


class _Held:
    """A connection that can be cut."""

    def __init__(self, scissors: Scissors, executor: Processes, desk: object) -> None:
        self._scissors, self._executor, self._desk = scissors, executor, desk

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *words: self._scissors.answer(self._executor, name, getattr(self._desk, name), words)


# Results equal to threads.


def writes_and_rollbacks(scene: Set) -> tuple[Any, ...]:
    """Write, roll back, roll that back, and write once more; close the library and return what is comparable."""
    outcomes = [scene.write()]
    states = [scene.bytes()]
    for operation_id in (2, 3, 4):
        scene.library.rollback(operation_id - 1).wait()
        outcomes.append(scene.outcomes(operation_id))
        states.append(scene.bytes())
    items = [item for number in (1, 2, 3, 4) for item in scene.library.operation(number, per_page=0).items]
    told = sorted((item.file_name, item.strategy, item.previous_comment, item.new_comment) for item in items)
    rows = tables.rows(scene.library, "SELECT file_name, device FROM scanned_files")
    scene.library.close()
    assert states[1] == states[3] == scene.old
    assert states[0] == states[2] != scene.old
    return outcomes, states, told, scene.journals(), rows


def test_writes_and_rollbacks_have_equal_results_and_journals(tmp_path: Path) -> None:
    seen = []
    for executor in ("threads", "processes"):
        scene = Set(tmp_path / executor, executor)
        seen.append((writes_and_rollbacks(scene), scene.strays()))

    assert seen[0] == seen[1]


def scans_and_rescans(films: Path, home: Path, executor: str) -> tuple[Any, ...]:
    """Scan and rescan five files of several kinds with an executor, and return what is comparable."""
    if not films.exists():
        films.mkdir()
        for form in ("mp4", "mkv", "avi"):
            media.build(form, films, comment="People: Ann Lee")
        media.truncated("mp4", films, name="cut.mp4")
        media.empty(films)
    with Library.open(home, config=settings.load(home, executor=executor)) as library:
        library.scan([films])
        report = library.rescan(everything=True, refresh=["duration", "size"])
        rows = (
            library._parts.core.store.read()
            .execute(
                "SELECT file_name, state, state_message, comment, file_hash, size, container, duration, strategy"
                " FROM scanned_files ORDER BY file_name"
            )
            .fetchall()
        )
        properties = [library.files.file(file_id).properties for file_id in range(1, 6)]
        return rows, properties, replace(report, seconds=0.0)


def test_scans_and_rescans_have_equal_results(tmp_path: Path) -> None:
    seen = [scans_and_rescans(tmp_path / "films", tmp_path / each, each) for each in ("threads", "processes")]

    assert seen[0] == seen[1]
    assert Counter(row[1] for row in seen[0][0]) == {"ok": 3, "corrupt": 1, "empty": 1}


def test_executor_setting_changes_at_run_time(tmp_path: Path) -> None:
    scene = Set(tmp_path, "threads")
    scene.library.close()
    with Library.open(scene.home) as library:
        library.configuration.set("executor", "processes")
        library.write(library.plan("ext:mp4"), ALL).wait()
        assert len(idle_workers(library)) == 1
        library.configuration.set("executor", "threads")
        library._parts.core.executors.processes.close()
        library.write(library.plan(), ALL).wait()
    assert set(scene.old.values()).isdisjoint(scene.bytes().values())


@pytest.mark.parametrize(("url", "count"), [("", 0), ("http://127.0.0.1:5006", 1)])
def test_files_are_written_in_processes_by_default_while_a_dashboard_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, count: int
) -> None:
    scene = Set(tmp_path, "threads")
    scene.library.close()
    with Library.open(scene.home, url=url) as library:
        library.write(library.plan("ext:mp4"), ALL).wait()
        assert idle_workers(library) == []  # too short to delay a page
        monkeypatch.setattr(file_executors, "_MIN_PROCESS_SECONDS", 0.0)
        library.write(library.plan(), ALL).wait()
        assert len(idle_workers(library)) == count
    assert set(scene.old.values()).isdisjoint(scene.bytes().values())


def test_many_files_are_written_in_processes_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Set(tmp_path, "threads")
    scene.library.close()
    with Library.open(scene.home) as library:
        monkeypatch.setattr(file_executors, "_MIN_PROCESS_FILES", 2)
        library.write(library.plan("ext:mp4"), ALL).wait()
        assert idle_workers(library) == []
        library.rollback(1, replan=True).wait()
        library.write(library.plan(), ALL).wait()
        assert len(idle_workers(library)) > 0
    assert set(scene.old.values()).isdisjoint(scene.bytes().values())


# A killed process.

# The process is killed before or after these responses; True: the file is already written.
CUTS = {
    "mp4": [("begin", False, False), ("begin", True, False), ("commit", False, False), ("commit", True, True)],
    "wmv": [
        ("report", True, False),
        ("making", False, False),
        ("making", True, False),
        ("swap", False, False),
        ("swap", True, False),
        ("commit", False, True),
        ("commit", True, True),
    ],
}


@pytest.mark.parametrize("form", CUTS)
def test_killed_process_costs_one_attempt_of_its_file(made: Set, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """At every point the journal restores the file immediately, or the next process does it."""
    for question, after, is_done in CUTS[form]:
        with monkeypatch.context() as patch:
            scissors = Scissors(patch, question, after=after, form=form)
            operation_id = made.library.write(made.library.plan(), ALL).wait().id

        assert scissors.cuts == 1
        assert set(made.outcomes(operation_id).values()) == {("success", "")}
        items = made.library.operation(operation_id).items
        [item] = [item for item in items if item.file_name.endswith(form)]
        assert ("recovered" in item.proof, "process_lost" in str(item.proof.get("tries"))) == (is_done, not is_done)
        assert made.strays() == []
        marks = journal.read(made.home / "backups" / f"{operation_id}.journal").marks
        done = [mark.item_id for mark in marks if mark.state == "committed"]
        assert sorted(done) == sorted(item.id for item in items)

        made.library.rollback(operation_id, replan=True).wait()
        assert made.bytes() == made.old


def test_file_that_always_kills_process_fails_unchanged(made: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    scissors = Scissors(monkeypatch, "making", after=True, form="wmv", times=100)
    outcomes = made.write()

    assert scissors.cuts == 4
    assert sorted(outcomes.values()) == [("failed", "process_lost"), ("success", "")]
    [item] = [item for item in made.library.operation(1).items if item.code]
    assert "was ended by SIGKILL. The file is unchanged. There were 4 attempts." in item.message
    assert made.bytes()[item.file_name] == made.old[item.file_name]
    assert made.strays() == []


def test_file_is_read_again_after_killed_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    films = tmp_path / "films"
    films.mkdir()
    path = media.build("mp4", films, comment="People: Ann Lee")
    home, lost = tmp_path / "home", ["is gone"]
    real = Processes.call

    def call(self: Processes, function: Callable[..., Any], /, *arguments: Any, **more: Any) -> Any:
        if lost:
            raise WorkerLostError(lost.pop(0))
        return real(self, function, *arguments, **more)

    monkeypatch.setattr(Processes, "call", call)
    with Library.open(home, config=settings.load(home, executor="processes")) as library:
        assert library.scan([films]).by_state == {"ok": 1}
        lost[:] = ["is gone"]
        assert library.rescan(everything=True).errors == {}
        lost[:] = ["was here", "was ended by SIGSEGV"]
        assert library.rescan(everything=True).errors == {"process_lost": 1}
        lost[:] = ["was here", "was ended by SIGSEGV"]
        library.scan([films], full=True)
        found = tables.rows(library, "SELECT state, state_message FROM scanned_files")
    assert path.exists()
    assert found == [("corrupt", "The process that read the file was ended by SIGSEGV, twice.")]


# The operation and the file.


def test_rewrite_in_process_reports_progress_pauses_and_is_cancelled(
    made: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operation_runner, "_FINISH_SECONDS", 0.0)
    real, begun, go_on = process_edits.RequestHandler.report, threading.Event(), threading.Event()

    def told(self: process_edits.RequestHandler, place: tuple[int, int] | None) -> bool:
        begun.set()
        assert go_on.wait(20)
        return real(self, place)

    monkeypatch.setattr(process_edits.RequestHandler, "report", told)
    handle = made.library.write(made.library.plan("ext:wmv"), ALL)
    assert begun.wait(20)
    threading.Timer(0.05, go_on.set).start()
    assert handle.pause()  # resumes although the file is not finished

    status = handle.status()
    assert status.status == "paused"
    assert [0 < share <= 1 for share in status.fractions.values()] == [True]
    assert handle.cancel()
    assert handle.wait().status == "cancelled"
    assert made.bytes() == made.old
    assert made.strays() == []


def stopped_in_a_rewrite(made: Set, monkeypatch: pytest.MonkeyPatch) -> tuple[OperationHandle, int]:
    """Start a write whose process stalls while it builds the new file; return both."""
    real, standing, stopped = journal.OperationJournal.making, threading.Event(), list[int]()

    def making(self: journal.OperationJournal, *words: Any) -> None:
        real(self, *words)
        if not stopped:
            [worker] = made.library._parts.core.executors.processes._busy
            stopped.append(worker._process.pid)
            os.kill(stopped[0], signal.SIGSTOP)
            standing.set()

    monkeypatch.setattr(journal.OperationJournal, "making", making)
    handle = made.library.write(made.library.plan("ext:wmv"), ALL)
    assert standing.wait(PATIENCE)
    return handle, stopped[0]


def test_rewrite_in_stalled_process_is_interrupted_and_resumed(made: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    """Like a disk that responds late."""
    handle, process = stopped_in_a_rewrite(made, monkeypatch)
    made.library.configuration.set("metadata_operation_timeout_seconds", "1")
    run = made.library._parts.writing.runs.find(handle.id)
    assert run is not None
    until(lambda: run.control.ending is not None)
    os.kill(process, signal.SIGCONT)
    status = handle.wait(PATIENCE)

    assert (status.status, status.counts) == ("interrupted", {"pending": 1})
    assert made.bytes() == made.old
    assert made.strays() == []
    [left] = made.library.interruptions.operations()
    assert "no progress for 1 seconds" in left.stop_reason
    assert not left.resumes_automatically
    made.library.configuration.set("metadata_operation_timeout_seconds", None)
    assert made.library.resume(handle.id).wait(PATIENCE).counts == {"success": 1}
    assert made.outcomes(handle.id) == {made.paths[1].name: ("success", "")}


@pytest.mark.parametrize("by", ["timeout", "close"])
def test_unresponsive_process_is_killed(made: Set, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    monkeypatch.setattr(executors, "_SILENCE_SECONDS", 0.5)
    handle, _ = stopped_in_a_rewrite(made, monkeypatch)
    if by == "timeout":
        made.library.configuration.set("metadata_operation_timeout_seconds", "1")
        assert handle.wait(PATIENCE).status == "interrupted"
        made.library.configuration.set("metadata_operation_timeout_seconds", None)
    else:
        made.library.close()
        config = settings.load(made.home, executor="processes")
        made.library = Library.open(made.home, config=config, take_over="nothing")
    assert made.bytes() == made.old
    assert made.strays() == []
    assert made.library.resume(handle.id).wait(PATIENCE).counts == {"success": 1}


def test_journal_failure_stops_operation_of_any_executor(made: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: journal.OperationJournal, entry: object) -> None:
        raise errors.StoreError("The undo journal failed.", code="journal_failed")

    monkeypatch.setattr(journal.OperationJournal, "begin", fail)
    status = made.library.write(made.library.plan("ext:mp4"), ALL).wait()

    assert status.status == "failed"
    assert made.library.operation(1).operation.error_message == "The undo journal failed."
    assert made.bytes() == made.old


# A process of an earlier program.


def test_home_is_not_opened_during_process_of_earlier_program(made: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Processes(made.home / "processes.lock")
    process = other.call(os.getpid)
    made.library.close()
    wait = executors.wait_for_previous_processes
    monkeypatch.setattr(executors, "wait_for_previous_processes", lambda lock: wait(lock, seconds=0.1))

    with pytest.raises(errors.HomeInUseError, match="still uses the home"):
        Library.open(made.home)
    assert process != os.getpid()
    other.close()
    Library.open(made.home).close()
