"""
A worker process of `Processes`: `python -m indexium_core.jobs.worker PIPE LOCK`.

It runs the calls that arrive over PIPE, an open file descriptor, one at a time. It exits when its parent exits, because
the pipe then breaks and a listening thread detects this. It ignores the signals of the parent, so that it can finish or
cancel its call normally.
"""

from __future__ import annotations

import fcntl
import logging
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from indexium_core import errors

__all__ = ["serve"]

_PARENT_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # a terminal and a service manager send them to all processes
_NICENESS = 5  # worker processes have a lower priority than the parent, which serves people


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


def serve(pipe: int, lock: str) -> None:
    """Run calls until the parent has exited."""
    for name in _PARENT_SIGNALS:  # not SIG_IGN: child programs would inherit it
        signal.signal(getattr(signal, name), lambda *_: None)
    lock_file = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    fcntl.flock(lock_file, fcntl.LOCK_SH)
    os.nice(_NICENESS)
    parent = _WorkerPipe(Connection(pipe))
    threading.Thread(target=parent.listen, name="listen", daemon=True).start()
    logger = logging.getLogger("indexium_core")
    logger.setLevel(logging.INFO)
    logger.addHandler(_ParentLogHandler(parent))
    while True:
        function, args, kwargs, has_callbacks = parent.receive()
        try:
            parent.send("done", function(*[_ParentCallbacks(parent)] * has_callbacks, *args, **kwargs))
        except Exception:  # noqa: BLE001 - the parent raises it
            parent.send("failed", traceback.format_exc())


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
