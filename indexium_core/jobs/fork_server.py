"""
The start of worker processes by a fork server: a process that has loaded the modules of the work and runs nothing else.

A new interpreter needs half a second to load these modules. A fork of one that has them needs milliseconds, and shares
their memory. The fork server has one thread, so a fork copies no lock that another thread holds. Worker processes are
its children: it gets their exit codes, and it keeps each process number until the parent asks for the code.

This module is the client in the parent process; `worker` is the program of the fork server and of the workers.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from multiprocessing import connection, reduction
from pathlib import Path

_PROGRAM = "indexium_core.jobs.worker"


def _environment() -> dict[str, str]:
    """Return what the fork server needs: the module path of this process, and no threads of NumPy's algebra library."""
    path = os.pathsep.join(path or os.getcwd() for path in sys.path)  # noqa: PTH109 - a text is needed
    return {"PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}


class ForkServer:
    """The parent's view of its fork server, which starts when it is needed. Any thread may call the methods."""

    def __init__(self, lock: Path, modules: Sequence[str]) -> None:
        """`lock`: a file that the fork server and all its workers lock; `modules`: what the fork server loads."""
        self._lock_path, self._modules = lock, tuple(modules)
        self._process: subprocess.Popen[bytes] | None = None
        self._control: connection.Connection | None = None
        self._is_closed = False
        self._start_lock, self._request_lock = threading.Lock(), threading.Lock()

    def start(self) -> connection.Connection:
        """
        Start the process if it does not run, and return the connection to it. It loads its modules meanwhile.

        Raises:
            OSError: The process cannot be started, or `close` was called.

        """
        with self._start_lock:
            if self._is_closed:
                raise OSError("the program is stopping")
            if self._process is None or self._control is None or self._process.poll() is not None:
                self._control, child_end = connection.Pipe()
                number = child_end.fileno()
                try:
                    self._process = subprocess.Popen(
                        [sys.executable, "-P", "-m", _PROGRAM, str(number), str(self._lock_path), *self._modules],
                        env=os.environ | _environment(),
                        pass_fds=(number,),
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                    )
                finally:
                    child_end.close()
            return self._control

    def fork(self) -> ForkedProcess:
        """
        Start a worker process.

        Raises:
            OSError: The process cannot be started.

        """
        control = self.start()
        pipe, child_end = connection.Pipe()
        try:
            with self._request_lock:
                control.send("fork")
                reduction.send_handle(control, child_end.fileno(), 0)
                answer = control.recv()
        except EOFError as error:
            pipe.close()
            raise OSError("the process that starts the workers ended") from error
        finally:
            child_end.close()
        if isinstance(answer, str):
            pipe.close()
            raise OSError(answer)
        return ForkedProcess(self, answer, pipe)

    def exit_code(self, pid: int) -> int | None:
        """Return the exit code of an ended worker as `subprocess` counts it; None if the fork server has ended."""
        control = self._control
        if control is None:
            return None
        try:
            with self._request_lock:
                control.send(pid)
                code: int = control.recv()
                return code
        except (EOFError, OSError):
            return None

    def close(self) -> None:
        """Kill the fork server, not its workers, and start no other."""
        with self._start_lock:
            self._is_closed = True
            process = self._process
        if process is not None:
            process.kill()
            process.wait()


class ForkedProcess:
    """A worker process, with the parent's end of the connection to it. The connection breaks when it has ended."""

    def __init__(self, server: ForkServer, pid: int, pipe: connection.Connection) -> None:
        """`pid`: the process number; `pipe`: its connection."""
        self.pid, self.pipe = pid, pipe
        self.returncode: int | None = None  # known after `wait`, unless the fork server has ended
        self._server = server
        self._has_ended = False
        self._end_lock = threading.Lock()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the exit of the process, discard what it sent, and return whether it has ended."""
        end = None if seconds is None else time.monotonic() + seconds
        while not self._has_ended:
            try:
                if not self.pipe.poll(None if end is None else max(0.0, end - time.monotonic())):
                    return False
                self.pipe.recv_bytes()
            except (EOFError, OSError):
                with self._end_lock:  # after this, another process may get the number
                    self._has_ended = True
                    self.returncode = self._server.exit_code(self.pid)
        return True

    def kill(self) -> None:
        """Kill the process if it has not ended; any thread may call this."""
        with self._end_lock:
            if not self._has_ended:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGKILL)
