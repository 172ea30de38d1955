"""
The execution of jobs: on threads of this process, or call by call in worker processes. `cluster` has a third executor.

The job, the queue, the database and the events stay in this process. A call runs a plain function with picklable
arguments and a picklable result in a worker process; it handles one file, or a chunk of files of a scan. Worker
processes have their own interpreters, so work on files does not slow the interface down.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar

from indexium_core import errors
from indexium_core.model.fields import custom

if TYPE_CHECKING:
    from indexium_core.jobs.fork_server import ForkedProcess

P = ParamSpec("P")
R = TypeVar("R")

_IDLE_SECONDS = 30.0  # an idle process ends after this time
_EXIT_SECONDS = 5.0  # longest wait for the exit of a process
_SILENCE_SECONDS = 5.0  # a process that ignores a cancellation for this time is killed
_POLL_SECONDS = 0.02  # time between two checks whether the processes of an earlier run have ended


class Executor(Protocol):
    """Runs jobs and their items."""

    chunk_seconds: float  # of a call for a chunk of items: long enough that the cost of the call is small

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Run `work` beside other jobs and return at once; `name` appears in stack traces."""

    def call(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """
        Run a function for one item of a job, or for a chunk of items, and return its result.

        The function must belong to a module, and its arguments and its result can be pickled.

        Raises:
            WorkerLostError: The process ended before the function returned.

        """

    def max_concurrency(self, requested: int) -> int:
        """Return the number of items to run at once, if threads would run `requested` items."""

    def max_writes(self, requested: int) -> int:
        """Return the number of files to write at once, if the setting permits `requested`."""


class Threads:
    """Runs each job on a thread of its own. The queue limits their number."""

    chunk_seconds = 0.05

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Run `work` on a daemon thread."""
        threading.Thread(target=work, name=name, daemon=True).start()

    def call(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function on this thread."""
        return function(*args, **kwargs)

    def max_concurrency(self, requested: int) -> int:
        """Return `requested`: threads that wait for a disk need no processor time."""
        return requested

    def max_writes(self, requested: int) -> int:
        """Return `requested`: a write waits for the disk, also in a process."""
        return requested


class Callbacks(Protocol):
    """The methods of the parent that a function in a worker process may call."""

    def is_cancelled(self) -> bool:
        """Return whether the function should end early."""


class WorkerLostError(Exception):
    """A worker process ended before it returned a result, or never started; the message has the reason."""


class ClusterLostError(WorkerLostError):
    """The connection to a cluster was lost during a call. The cause is not the work of the call."""


class Processes(Threads):
    """
    Runs jobs on threads, and their items in worker processes that start on demand and end when idle.

    A fork server starts them (`fork_server`). Each concurrent caller has its own process. If a process ends early, only
    its caller gets `WorkerLostError`. When this process ends, all worker processes end: their locks on files are then
    released, and `wait_for_previous_processes` returns.
    """

    def __init__(self, lock: Path, *, modules: Sequence[str] = (), spare: int = 1, are_reused: bool = True) -> None:
        """
        Create the pool.

        Args:
            lock: A file that every worker process locks while it runs; it is created if missing.
            modules: Modules of the functions to call; a worker process has loaded them when it starts.
            spare: Number of processors that work on items leaves to the interface.
            are_reused: Whether a process runs several calls. Otherwise each call has a new process, without the memory
                that a call before it left behind.

        """
        super().__init__()
        self._spare, self._are_reused = spare, are_reused
        from indexium_core.jobs.fork_server import ForkServer  # here: few commands start worker processes

        self._server = ForkServer(lock, modules)
        self._workers_lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._released = threading.Condition(self._workers_lock)
        self._reaper: threading.Timer | None = None
        self._is_closed = False

    def call(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function in a worker process."""
        return self._run(None, function, args, kwargs)

    def call_with_callbacks(
        self, callbacks: Callbacks, function: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """
        Call a function in a worker process that may call back into this one.

        A process that ignores a cancellation for some seconds is killed.

        Args:
            callbacks: Its methods run on the calling thread. An exception of a method reaches the function as a
                StoreError with the same message. If the function does not handle it, the caller gets the original
                exception.
            function: Gets a proxy of `callbacks` as its first argument. It may call the proxy from any thread.
            args: Its other positional arguments.
            kwargs: Its keyword arguments.

        Raises:
            WorkerLostError: The process ended before the function returned.

        """
        return self._run(callbacks, function, args, kwargs)

    def max_concurrency(self, requested: int) -> int:
        """Return at most the number of processors without the spare ones, and at least one."""
        return max(1, min(requested, (os.cpu_count() or 1) - self._spare))

    def warm(self) -> None:
        """Load the modules of the work now, so that the first call does not wait for them."""
        with contextlib.suppress(OSError):  # the first call reports the error
            self._server.start()

    def close(self) -> None:
        """Kill all processes and start no others. Callers that wait for a process get `WorkerLostError`."""
        with self._workers_lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
            for worker in (*idle, *self._busy):
                worker.kill()
        for worker in idle:
            worker.end()
        with self._workers_lock:
            self._released.wait_for(lambda: not self._busy, _EXIT_SECONDS)
        self._server.close()

    def _run(
        self, callbacks: Callbacks | None, function: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> R:
        worker = self._acquire()
        try:
            return worker.run(callbacks, function, args, kwargs)  # type: ignore[no-any-return]
        finally:
            self._release(worker)

    def _acquire(self) -> _Worker:
        with self._workers_lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.is_alive():
                    self._busy.add(worker)
                    return worker
                worker.end()
        return self._start_worker()

    def _start_worker(self) -> _Worker:
        try:
            worker = None if self._is_closed else _Worker(self._server.fork())
        except OSError as error:
            if not self._is_closed:
                raise WorkerLostError(f"could not be started: {error.strerror or error}") from error
            worker = None
        with self._workers_lock:
            if worker is not None and not self._is_closed:
                self._busy.add(worker)
                return worker
        if worker is not None:  # `close` does not know it
            worker.end()
        raise WorkerLostError("was not started because the program is stopping")

    def _release(self, worker: _Worker) -> None:
        with self._workers_lock:
            if worker.is_free and self._are_reused and not self._is_closed:
                self._busy.discard(worker)
                worker.idle_since = time.monotonic()
                self._idle.append(worker)
                self._reap_later()
                return
        worker.end()
        with self._workers_lock:
            self._busy.discard(worker)
            self._released.notify_all()

    def _reap_later(self) -> None:
        """Schedule a check for idle processes. Callers hold the lock."""
        if self._reaper is None:
            self._reaper = threading.Timer(_IDLE_SECONDS, self._reap)
            self._reaper.daemon = True
            self._reaper.start()

    def _reap(self) -> None:
        with self._workers_lock:
            self._reaper = None
            past = time.monotonic() - _IDLE_SECONDS
            expired = [worker for worker in self._idle if worker.idle_since <= past]
            self._idle = [worker for worker in self._idle if worker.idle_since > past]
            if self._idle:
                self._reap_later()
        for worker in expired:
            worker.end()


class _Worker:
    """The parent's view of one worker process. One thread uses it at a time."""

    def __init__(self, process: ForkedProcess) -> None:
        self._process, self._pipe = process, process.pipe
        self.is_free = True  # the process waits for work
        self.idle_since = 0.0  # time.monotonic() when the process became free

    def is_alive(self) -> bool:
        return not self._process.wait(0)

    def run(self, callbacks: Callbacks | None, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Any) -> Any:
        """Send a call, answer its callbacks, and return its result."""
        errors_raised: list[Exception] = []
        self.is_free = False
        try:
            fields = custom.current().definitions  # of the home: the process knows no others
            self._pipe.send((function, args, kwargs, callbacks is not None, fields))
            while True:
                match self._receive(callbacks):
                    case ("done", result):
                        self.is_free = True
                        return result
                    case ("failed", stack_trace):
                        self.is_free = True
                        raise errors_raised[-1] if errors_raised else RuntimeError(stack_trace)
                    case ("log", record):
                        _log(record)
                    case ("call", name, call_args):
                        self._pipe.send(answer(callbacks, name, call_args, errors_raised))
        except (EOFError, ConnectionError) as error:
            raise WorkerLostError(self._exit_reason()) from error

    def _receive(self, callbacks: Callbacks | None) -> tuple[Any, ...]:
        """Return the next message of the process."""
        since: float | None = None  # time.monotonic() of the cancellation
        while callbacks is not None and not self._pipe.poll(_SILENCE_SECONDS / 10):
            if since is None:
                since = time.monotonic() if callbacks.is_cancelled() else None
            elif time.monotonic() - since > _SILENCE_SECONDS:
                self.kill()  # then continue to wait: its file is locked until the disk releases the process
        message: tuple[Any, ...] = self._pipe.recv()
        return message

    def kill(self) -> None:
        """Kill the process; any thread may call this."""
        self._process.kill()

    def end(self) -> None:
        """Kill the process and wait until it has released its files."""
        self.kill()
        self._process.wait(_EXIT_SECONDS)  # longer if the process hangs on a disk that does not respond
        self._pipe.close()

    def _exit_reason(self) -> str:
        """Wait for the exit of the process and return the reason."""
        self._process.wait(_EXIT_SECONDS)
        code = self._process.returncode
        if code is None:
            return "ended"
        if code < 0:
            with contextlib.suppress(ValueError):
                return f"was ended by {signal.Signals(-code).name}"
        return f"ended with code {code}"


def answer(
    callbacks: Callbacks | None, name: str, args: tuple[Any, ...], errors_raised: list[Exception]
) -> tuple[Any, ...]:
    """Return the result of a callback as plain values, and keep an exception for the caller."""
    try:
        return "result", getattr(callbacks, name)(*args)
    except Exception as error:  # noqa: BLE001 - the caller raises it when the function has ended
        errors_raised.append(error)
        return "error", str(error), error.reason if isinstance(error, errors.IndexiumError) else ""


def _log(record: dict[str, Any]) -> None:
    """Log a record of a worker process in this process, on the thread that waits for it."""
    logger = logging.getLogger(record["name"])
    if logger.isEnabledFor(record["levelno"]):
        logger.handle(logging.makeLogRecord(record))


def wait_for_previous_processes(lock: Path, *, seconds: float = 10.0) -> bool:
    """
    Wait up to `seconds` until the worker processes of an earlier run, which lock `lock`, have ended.

    Return True if all ended within `seconds`. They end when their parent ends, unless a disk blocks them.
    """
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:  # no worker process has ever started
        return True
    end = time.monotonic() + seconds
    try:
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            if time.monotonic() > end:
                return False
            time.sleep(_POLL_SECONDS)
    finally:
        os.close(descriptor)
