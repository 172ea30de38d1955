"""
The fork server of `Processes` and its worker processes: `python -m indexium_core.jobs.worker CONTROL LOCK MODULE …`.

The fork server loads each MODULE and forks a worker at each request that arrives over CONTROL, an open file descriptor.
A worker runs the calls that arrive over a pipe of its own, one at a time. Both exit when their parent exits, because
these connections then break; a listening thread of the worker detects this. They ignore the signals of the parent, so
that a worker can finish or cancel its call normally.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import logging
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from multiprocessing import reduction
from multiprocessing.connection import Connection
from typing import Any

from indexium_core import errors
from indexium_core.model.fields import custom

_PARENT_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # a terminal and a service manager send them to all processes
_NICENESS = 10  # worker processes have a lower priority than the parent, which serves people


class _WorkerPipe:
    """The connection to the parent. Callbacks may be called from any thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._received: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
        self._send_lock, self._call_lock = threading.Lock(), threading.Lock()

    def listen(self) -> None:
        """Receive messages of the parent. Exit at once when the parent has exited; cleaning up is not necessary."""
        try:
            while True:
                self._received.put(self._connection.recv())
        except (EOFError, OSError):
            os._exit(0)
        except Exception:  # noqa: BLE001 - the message cannot be unpickled, and nobody would answer it
            traceback.print_exc()
            os._exit(1)

    def receive(self) -> tuple[Any, ...]:
        return self._received.get()

    def send(self, *message: Any) -> None:
        with self._send_lock:
            self._connection.send(message)

    def call(self, name: str, args: tuple[Any, ...]) -> Any:
        """Call a method of the parent's callbacks; raise StoreError with the message of its exception."""
        with self._call_lock:
            self.send("call", name, args)
            match self.receive():
                case ("result", value):
                    return value
                case ("error", message, code):
                    raise errors.StoreError(message, code=code)


class _ParentCallbacks:
    """A proxy of the parent's callbacks."""

    def __init__(self, pipe: _WorkerPipe) -> None:
        self._pipe = pipe

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *args: self._pipe.call(name, args)


class _ParentLogHandler(logging.Handler):
    """Sends log records to the parent."""

    def __init__(self, pipe: _WorkerPipe) -> None:
        super().__init__()
        self._pipe = pipe

    def emit(self, record: logging.LogRecord) -> None:
        plain = vars(record) | {"msg": record.getMessage(), "args": None, "exc_info": None, "stack_info": None}
        if record.exc_info:
            plain["traceback"] = "".join(traceback.format_exception(*record.exc_info))
        self._pipe.send("log", plain)


def run(control: int, lock: str, modules: Sequence[str]) -> None:
    """Load the modules, then fork workers until the parent has exited; in a worker, run its calls."""
    for name in _PARENT_SIGNALS:  # not SIG_IGN: child programs would inherit it
        signal.signal(getattr(signal, name), lambda *_: None)
    lock_file = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    fcntl.flock(lock_file, fcntl.LOCK_SH)  # a fork has this lock, too
    for name in modules:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a collection in a worker does not copy the shared memory
    os.nice(_NICENESS)
    pipe = _fork_on_request(Connection(control))
    if pipe is not None:
        _serve(pipe)


def _fork_on_request(control: Connection) -> int | None:
    """Return the pipe in a worker, and None in the fork server when the parent has exited."""
    while True:
        try:
            request = control.recv()
            if request != "fork":  # the number of a worker that has ended
                control.send(os.waitstatus_to_exitcode(os.waitpid(request, 0)[1]))
                continue
            pipe = reduction.recv_handle(control)
            try:
                pid = os.fork()
            except OSError as error:
                control.send(error.strerror)
            else:
                if pid == 0:
                    control.close()
                    return pipe
                control.send(pid)
            os.close(pipe)
        except (EOFError, OSError):
            return None


def _serve(pipe: int) -> None:
    """Run calls until the parent has exited."""
    parent = _WorkerPipe(Connection(pipe))
    threading.Thread(target=parent.listen, name="listen", daemon=True).start()
    logger = logging.getLogger("indexium_core")
    logger.setLevel(logging.INFO)
    logger.addHandler(_ParentLogHandler(parent))
    while True:
        function, args, kwargs, has_callbacks, fields = parent.receive()
        try:
            with custom.active(fields):
                result = function(*[_ParentCallbacks(parent)] * has_callbacks, *args, **kwargs)
            parent.send("done", result)
        except Exception:  # noqa: BLE001 - the parent raises it
            parent.send("failed", traceback.format_exc())


if __name__ == "__main__":
    run(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
