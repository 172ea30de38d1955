"""
The end of a process that is told to end (SIGTERM): in good order, and soon.

What is changed in place is finished, a rewrite is given up, what is left is written down to be gone on with. Where
something never answers (a network folder that is gone), the process ends all the same, as if it had been killed; that
costs nothing but a look at the journals at the next start.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator

__all__ = ["EXIT_CODE", "LONGEST", "Stopped", "hurry", "stoppable"]

EXIT_CODE = 130
LONGEST = 9.0  # seconds that the end may take; whoever stops services kills them after ten


class Stopped(BaseException):
    """The process was told to end. Like KeyboardInterrupt it is no error, and nothing may catch it by the way."""


def hurry(seconds: float = LONGEST) -> None:
    """End the process after some seconds, whatever it is at then."""
    timer = threading.Timer(seconds, os._exit, (EXIT_CODE,))
    timer.daemon = True
    timer.start()


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGTERM raise `Stopped` in the block, once; only the main thread may say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def told(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_IGN)  # to be told again while everything is brought to its end helps nobody
        hurry()
        raise Stopped

    before = signal.signal(signal.SIGTERM, told)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
