"""
A process that does pieces of jobs, as `Processes` starts it: `python -m indexium_core.jobs.worker LINE LOCK`.

It does what it is told over LINE, an open descriptor, a piece at a time. It ends when its parent does, however that
happens: the line breaks then, and a thread listens. Signals that are meant for the parent do not end it, for what it is
at is to be finished or given up in good order.
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

_PARENTS = ("SIGINT", "SIGTERM", "SIGHUP")  # a terminal and a service manager send them to all processes
_GIVES_WAY = 5  # by so much it is nicer than its parent, which people look at


class _WorkerPipe:
    """The line to the parent. Questions may be asked from any thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._heard: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
        self._speaking, self._asking = threading.Lock(), threading.Lock()

    def listen(self) -> None:
        """Take in what the parent says; without a parent there is nothing left to do, not even to tidy up."""
        try:
            while True:
                self._heard.put(self._connection.recv())
        except (EOFError, OSError):
            os._exit(0)
        except Exception:  # noqa: BLE001 - a piece of work that cannot be understood: better no process than a deaf one
            traceback.print_exc()
            os._exit(1)

    def hear(self) -> tuple[Any, ...]:
        return self._heard.get()

    def say(self, *words: Any) -> None:
        with self._speaking:
            self._connection.send(words)

    def ask(self, name: str, args: tuple[Any, ...]) -> Any:
        """Call a method of the parent's object; raises StoreError with what went wrong there."""
        with self._asking:
            self.say("ask", name, args)
            match self.hear():
                case ("is", value):
                    return value
                case ("not", message, code):
                    raise errors.StoreError(message, code=code)


class _WorkerHome:
    """What a function sees of the parent: an object with the methods of the one that answers there."""

    def __init__(self, line: _WorkerPipe) -> None:
        self._line = line

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *args: self._line.ask(name, args)


class _ParentLogHandler(logging.Handler):
    """Logs by telling the parent."""

    def __init__(self, line: _WorkerPipe) -> None:
        super().__init__()
        self._line = line

    def emit(self, record: logging.LogRecord) -> None:
        plain = vars(record) | {"msg": record.getMessage(), "args": None, "exc_info": None, "stack_info": None}
        if record.exc_info:
            plain["traceback"] = "".join(traceback.format_exception(*record.exc_info))
        self._line.say("said", plain)


def serve(line: int, lock: str) -> None:
    """Do pieces of work until the parent is gone."""
    for name in _PARENTS:  # not SIG_IGN, which the programs that it starts would inherit
        signal.signal(getattr(signal, name), lambda *_: None)
    held = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    fcntl.flock(held, fcntl.LOCK_SH)
    os.nice(_GIVES_WAY)
    parent = _WorkerPipe(Connection(line))
    threading.Thread(target=parent.listen, name="listen", daemon=True).start()
    logger = logging.getLogger("indexium_core")
    logger.setLevel(logging.INFO)
    logger.addHandler(_ParentLogHandler(parent))
    while True:
        function, args, kwargs, asks = parent.hear()
        try:
            parent.say("done", function(*[_WorkerHome(parent)] * asks, *args, **kwargs))
        except Exception:  # noqa: BLE001 - the parent raises it
            parent.say("failed", traceback.format_exc())


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
