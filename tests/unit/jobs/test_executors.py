"""Calls in worker processes: transferred values, and the end of either process."""

from __future__ import annotations

import errno
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from indexium_core import errors, logs
from indexium_core.jobs import executors
from indexium_core.jobs.executors import Processes, Threads, WorkerLostError, wait_for_previous_processes
from tests.support import pieces
from tests.support.waiting import PATIENCE, until

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "processes.lock"


@pytest.fixture
def processes(lock: Path) -> Iterator[Processes]:
    made = Processes(lock)
    yield made
    made.close()


class Home:
    """Responds, and records the thread."""

    def __init__(self, at_once: Callable[[int], None] = lambda _: None) -> None:
        self.threads: set[int] = set()
        self.error = errors.FileAccessError("The disk is gone.", code="offline")
        self._at_once = at_once
        self.over = False

    def is_cancelled(self) -> bool:
        return self.over

    def answer(self, question: str) -> str:
        self.threads.add(threading.get_ident())
        return question.upper()

    def here(self, process: int) -> None:
        self._at_once(process)

    def fail(self) -> None:
        raise self.error


def is_alive(process: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


# Transferred values.


@pytest.mark.parametrize("executor", [Threads(), None], ids=["threads", "processes"])
def test_threads_and_processes_return_same(executor: Threads | None, processes: Processes) -> None:
    assert (executor or processes).call(pieces.joined, "a", "b", by="-") == "a-b"


def test_worker_process_is_reused(processes: Processes) -> None:
    done_by = {processes.call(pieces.process_of) for _ in range(3)}

    assert len(done_by) == 1
    assert os.getpid() not in done_by


def test_each_concurrent_caller_gets_process(processes: Processes) -> None:
    at_work: set[int] = set()

    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(processes.call_with_callbacks, Home(at_work.add), pieces.ask_and_hang) for _ in range(3)]
        until(lambda: len(at_work) == 3)
        processes.close()

    assert all(isinstance(call.exception(), WorkerLostError) for call in calls)
    assert not any(is_alive(process) for process in at_work)


def test_callbacks_run_on_thread_of_caller(processes: Processes) -> None:
    home = Home()

    assert processes.call_with_callbacks(home, pieces.answers, "a", "b", "c") == ["A", "B", "C"]
    assert home.threads == {threading.get_ident()}


def test_error_of_callback_is_raised_unless_handled(processes: Processes) -> None:
    home = Home()

    assert processes.call_with_callbacks(home, pieces.ask_and_survive) == "StoreError: The disk is gone."
    with pytest.raises(errors.FileAccessError) as caught:
        processes.call_with_callbacks(home, pieces.ask_and_fall)
    assert caught.value is home.error


def test_worker_error_has_its_traceback_and_keeps_process(processes: Processes) -> None:
    before = processes.call(pieces.process_of)

    with pytest.raises(RuntimeError, match=r"(?s)in divide.*ZeroDivisionError"):
        processes.call(pieces.divide, 0)
    with pytest.raises(RuntimeError, match="pickle"):
        processes.call(pieces.unpicklable)
    assert processes.call(pieces.process_of) == before


def test_unpicklable_call_is_refused(processes: Processes) -> None:
    with pytest.raises((AttributeError, pickle.PicklingError)):
        processes.call(lambda: None)
    assert processes.call(pieces.joined, "a", by="") == "a"


def test_worker_log_records_reach_job_log(processes: Processes, tmp_path: Path) -> None:
    logs.attach(tmp_path, days=1)
    try:
        with logs.job(7):
            processes.call(pieces.log, "films")
    finally:
        logs.detach()
    lines, _ = logs.read_job(tmp_path, 7)

    assert [(line["event"], line["level"], line.get("film")) for line in lines] == [
        ("piece.begun", "info", "ä.mp4"),
        ("piece.failed", "error", None),
    ]
    assert "ZeroDivisionError" in lines[1]["traceback"]


def test_workers_have_their_modules_loaded_and_a_low_priority(lock: Path) -> None:
    made = Processes(lock, modules=["colorsys"])
    try:
        assert made.call(pieces.has_loaded, "colorsys")
        assert not made.call(pieces.has_loaded, "ftplib")
        assert made.call(pieces.niceness) == min(19, os.nice(0) + 10)
    finally:
        made.close()


def test_process_that_is_not_reused_runs_one_call(lock: Path) -> None:
    made = Processes(lock, are_reused=False)
    try:
        used = {made.call(pieces.process_of) for _ in range(3)}
        assert len(used) == 3
        assert made._busy == set()
    finally:
        made.close()


def test_fork_server_has_one_thread(lock: Path) -> None:
    made = Processes(lock, modules=["numpy"])
    try:
        made.call(pieces.process_of)
        server = made._server._process
        assert server is not None
        assert len(os.listdir(f"/proc/{server.pid}/task")) == 1
        assert made.call(pieces.environment, "OPENBLAS_NUM_THREADS") == "1"
    finally:
        made.close()


def test_workers_use_the_fork_server_that_was_started_before(processes: Processes) -> None:
    processes.warm()
    server = processes._server._process
    processes.call(pieces.process_of)

    assert processes._server._process is server


def test_concurrency_is_limited_to_processors(processes: Processes) -> None:
    assert Threads().max_concurrency(1000) == 1000
    assert processes.max_concurrency(1000) == max(1, (os.cpu_count() or 1) - 1)
    assert processes.max_concurrency(1) == 1


# Ends.


def test_failed_start_of_process_raises_worker_lost(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr(subprocess, "Popen", refused)
    with pytest.raises(WorkerLostError, match="could not be started: Cannot allocate memory"):
        processes.call(pieces.process_of)


def test_closed_pool_starts_no_process(processes: Processes, lock: Path) -> None:
    """A retry of a lost call during the end of the program would leave a process that holds the home."""
    processes.call(pieces.process_of)
    processes.close()
    server = processes._server._process

    assert server is not None
    assert server.returncode == -signal.SIGKILL
    assert wait_for_previous_processes(lock, seconds=0)
    with pytest.raises(WorkerLostError, match="because the program is stopping"):
        processes.call(pieces.process_of)
    processes.warm()
    assert processes._server._process is server
    assert wait_for_previous_processes(lock, seconds=0)


def test_killed_process_loses_only_its_call(processes: Processes) -> None:
    with pytest.raises(WorkerLostError, match="was ended by SIGKILL"):
        processes.call_with_callbacks(Home(lambda process: os.kill(process, signal.SIGKILL)), pieces.ask_and_hang)

    assert processes.call(pieces.joined, "a", by="") == "a"


def test_process_ignoring_cancellation_is_killed(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "_SILENCE_SECONDS", 0.5)
    begun: list[int] = []
    home = Home(begun.append)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(processes.call_with_callbacks, home, pieces.ask_and_hang)
        until(lambda: bool(begun))
        assert not wait([call], timeout=1.5).done  # while it is wanted, it has no time limit
        home.over = True
        with pytest.raises(WorkerLostError, match="was ended by SIGKILL"):
            call.result(PATIENCE)


def test_killed_fork_server_loses_no_call_and_another_one_starts(processes: Processes) -> None:
    process = processes.call(pieces.process_of)
    server = processes._server._process
    assert server is not None
    server.kill()
    server.wait()

    assert processes.call(pieces.process_of) == process
    with pytest.raises(WorkerLostError, match="ended"):
        processes.call_with_callbacks(Home(lambda process: os.kill(process, signal.SIGKILL)), pieces.ask_and_hang)
    assert processes.call(pieces.process_of) != process


def test_killed_idle_process_loses_nothing(processes: Processes) -> None:
    process = processes.call(pieces.process_of)
    [worker] = processes._idle
    os.kill(process, signal.SIGKILL)
    until(lambda: not worker.is_alive())  # not already as a zombie: another thread of it may still be ending

    assert processes.call(pieces.process_of) != process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_workers_ignore_signals_of_parent(processes: Processes, number: int) -> None:
    process = processes.call(pieces.process_of)
    os.kill(process, number)

    assert processes.call(pieces.process_of) == process


def test_idle_processes_are_ended(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "_IDLE_SECONDS", 0.05)
    process = processes.call(pieces.process_of)

    until(lambda: not is_alive(process))
    assert processes.call(pieces.process_of) != process


def test_next_start_waits_for_workers_of_killed_parent(lock: Path) -> None:
    program = "import sys; from tests.support import pieces; pieces.leave_under_way(sys.argv[1])"
    command = [sys.executable, "-c", program, str(lock)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        process = int(parent.stdout.readline())
        seen = wait_for_previous_processes(lock, seconds=0)
        os.kill(process, signal.SIGSTOP)  # like a process that hangs on a disk
        until(lambda: "State:\tT" in Path(f"/proc/{process}/status").read_text())
        parent.kill()
        parent.wait()
        hangs = wait_for_previous_processes(lock, seconds=0.2)
        os.kill(process, signal.SIGCONT)

        assert (seen, hangs) == (False, False)
        assert wait_for_previous_processes(lock)
        until(lambda: not is_alive(process))


def test_missing_lock_file_needs_no_wait(lock: Path) -> None:
    assert wait_for_previous_processes(lock, seconds=0)
    assert not lock.exists()
