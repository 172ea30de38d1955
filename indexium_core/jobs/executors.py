"""
Where the work of jobs runs: on threads of this process, or a piece at a time in processes beside it.

A job itself, its queue, the database and the events are always here. What may run elsewhere is what is done to one
file: a plain function of plain values with a plain result. Processes have interpreters of their own, so that nobody
waits for the screen while files are worked on.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing import connection
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from indexium_core import errors

__all__ = ["Executor", "LostError", "Processes", "Threads", "wait_for_former"]

P = ParamSpec("P")
R = TypeVar("R")

_IDLE = 30.0  # seconds without work after which processes are let go
_LAST = 5.0  # seconds that a process has to end when it is let go
_GRACE = 5.0  # seconds for which a process may be silent although its work is to be given up
_LOOK = 0.02  # seconds between two looks whether the processes of an earlier run have ended


class Executor(Protocol):
    """Runs work."""

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Begin a job beside what runs already, and return at once; `name` is what it is called in a stack trace."""

    def call(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """
        Do a piece of a job and return what came of it.

        Args:
            function: A function of a module, whose arguments and result can be pickled.
            args: Its arguments.
            kwargs: The same, by name.

        Raises:
            LostError: The process that did it ended in the middle.

        """

    def lanes(self, wanted: int) -> int:
        """Return how many pieces it makes sense to have under way at a time, where `wanted` would be on threads."""


class Threads:
    """A thread for each job, which does all of it; how many run at a time is the queue's to say."""

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Begin `work` on a thread that does not keep the process from ending."""
        threading.Thread(target=work, name=name, daemon=True).start()

    def call(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it here."""
        return function(*args, **kwargs)

    def lanes(self, wanted: int) -> int:
        """Return what is wanted: threads that wait for a disk cost nothing."""
        return wanted


class Home(Protocol):
    """Answers what a piece of work asks; has a method for each question."""

    def is_over(self) -> bool:
        """Tell whether the work is to be given up."""


class LostError(Exception):
    """A process ended while it was at work, by a crash or because somebody killed it, or never began; says how."""


class Processes(Threads):
    """
    Jobs on threads, their pieces in processes that are started when they are needed and let go when they are not.

    As many are at work as there are callers; each piece has one for itself. One that ends in the middle costs its
    caller a `LostError` and nobody else anything. None outlives this process: what it holds of a file is free then, and
    `wait_for_former` returns when that is so.
    """

    def __init__(self, lock: Path) -> None:
        """`lock`: a file that every process holds while it lives; made where there is none."""
        super().__init__()
        self._lock = lock
        self._turn = threading.Lock()
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._reaper: threading.Timer | None = None
        self._is_closed = False

    def call(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Do it in a process."""
        return self._do(None, function, args, kwargs)

    def converse(
        self, home: Home, function: Callable[Concatenate[Any, P], R], /, *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """
        Do a piece of work that has something to ask meanwhile.

        A process that says nothing for some seconds although its work is to be given up is ended.

        Args:
            home: Its methods answer, on this thread. What they raise reaches the function as a StoreError with the same
                words, and the caller as it is where the function does not get over it.
            function: Is given, before all else, an object with the methods of `home`. It may call them from any thread.
            args: Its other arguments.
            kwargs: The same, by name.

        Raises:
            LostError: The process ended in the middle.

        """
        return self._do(home, function, args, kwargs)

    def lanes(self, wanted: int) -> int:
        """Return no more than there are processors: a process is not for waiting."""
        return min(wanted, os.cpu_count() or 1)

    def close(self) -> None:
        """End all processes, for good; whoever waits for one that is at work is told that it is lost."""
        with self._turn:
            self._is_closed = True
            idle, self._idle = self._idle, []
            for worker in (*idle, *self._busy):
                worker.kill()
        for worker in idle:
            worker.end()

    def _do(self, home: Home | None, function: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
        worker = self._take()
        try:
            return worker.do(home, function, args, kwargs)  # type: ignore[no-any-return]
        finally:
            self._give_back(worker)

    def _take(self) -> _Worker:
        with self._turn:
            while self._idle:
                worker = self._idle.pop()
                if worker.is_alive():
                    break
                worker.end()
            else:
                worker = self._started()
            self._busy.add(worker)
        return worker

    def _started(self) -> _Worker:
        if self._is_closed:  # it would outlive whoever could end it
            raise LostError("was not started: the program ends")
        try:
            return _Worker(self._lock)
        except OSError as error:
            message = f"could not be started: {error.strerror or error}"
            raise LostError(message) from error

    def _give_back(self, worker: _Worker) -> None:
        with self._turn:
            self._busy.discard(worker)
            if worker.is_free and not self._is_closed:
                worker.since = time.monotonic()
                self._idle.append(worker)
                self._reap_later()
                return
        worker.end()

    def _reap_later(self) -> None:
        """Look in a while which processes have had nothing to do; the caller holds the turn."""
        if self._reaper is None:
            self._reaper = threading.Timer(_IDLE, self._reap)
            self._reaper.daemon = True
            self._reaper.start()

    def _reap(self) -> None:
        with self._turn:
            self._reaper = None
            past = time.monotonic() - _IDLE
            tired = [worker for worker in self._idle if worker.since <= past]
            self._idle = [worker for worker in self._idle if worker.since > past]
            if self._idle:
                self._reap_later()
        for worker in tired:
            worker.end()


class _Worker:
    """One process, as its parent sees it. Used by one thread at a time."""

    def __init__(self, lock: Path) -> None:
        self._line, theirs = connection.Pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "indexium_core.jobs.worker", str(theirs.fileno()), str(lock)],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(place or os.getcwd() for place in sys.path)},  # noqa: PTH109
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        finally:
            theirs.close()
        self.is_free = True  # it waits for work
        self.since = 0.0  # time.monotonic() when it got free

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def do(self, home: Home | None, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Any) -> Any:
        """Have a piece of work done, and answer what it asks."""
        raised: list[Exception] = []
        self.is_free = False
        try:
            self._line.send((function, args, kwargs, home is not None))
            while True:
                match self._heard(home):
                    case ("done", result):
                        self.is_free = True
                        return result
                    case ("failed", told):
                        self.is_free = True
                        raise raised[-1] if raised else RuntimeError(told)
                    case ("said", record):
                        _log(record)
                    case ("ask", name, its_args):
                        self._line.send(_answer(home, name, its_args, raised))
        except (EOFError, ConnectionError) as error:
            raise LostError(self._how_it_ended()) from error

    def _heard(self, home: Home | None) -> tuple[Any, ...]:
        """Return its next word."""
        since: float | None = None  # time.monotonic() from which on it should give its work up
        while home is not None and not self._line.poll(_GRACE / 10):
            if since is None:
                since = time.monotonic() if home.is_over() else None
            elif time.monotonic() - since > _GRACE:
                self.kill()  # and wait on: as long as a disk holds it, its file is not free
        word: tuple[Any, ...] = self._line.recv()
        return word

    def kill(self) -> None:
        """Cut off what it is at; from any thread."""
        self._process.kill()

    def end(self) -> None:
        """Have it ended, and wait until it holds nothing any more."""
        self.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # it hangs on a disk that does not answer
            self._process.wait(_LAST)
        self._line.close()

    def _how_it_ended(self) -> str:
        """Wait until it holds nothing any more, and say what ended it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST)
        code = self._process.returncode
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                return f"was ended by {signal.Signals(-code).name}"
        return f"ended with code {code}"


def _answer(home: Home | None, name: str, args: tuple[Any, ...], raised: list[Exception]) -> tuple[Any, ...]:
    """Return the answer to a question as plain values; what went wrong is kept here."""
    try:
        return "is", getattr(home, name)(*args)
    except Exception as error:  # noqa: BLE001 - whatever it is: it is raised where the function has ended
        raised.append(error)
        return "not", str(error), error.reason if isinstance(error, errors.IndexiumError) else ""


def _log(record: dict[str, Any]) -> None:
    """Log what a process has to say as if it were said here, by the thread that waits for it."""
    logger = logging.getLogger(record["name"])
    if logger.isEnabledFor(record["levelno"]):
        logger.handle(logging.makeLogRecord(record))


def wait_for_former(lock: Path, *, seconds: float = 10.0) -> bool:
    """
    Wait until the processes that an earlier run started have ended; they do when it has, unless a disk holds them.

    Args:
        lock: The file that they hold.
        seconds: How long to wait for that.

    Returns:
        Whether they have.

    """
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:  # there never were any
        return True
    end = time.monotonic() + seconds
    try:
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            if time.monotonic() > end:
                return False
            time.sleep(_LOOK)
    finally:
        os.close(descriptor)
