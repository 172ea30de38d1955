"""
The end of a process that is told to end (SIGTERM): in good order, and soon.

What is changed in place is finished, a rewrite is given up, what is left is written down to be gone on with. Where
something never answers (a network folder that is gone), the process ends all the same, as if it had been killed; that
costs nothing but a look at the journals at the next start.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator

from indexium_core import signals

__all__ = ["EXIT_CODE", "LONGEST", "end", "hurry", "stoppable"]

EXIT_CODE = 130
LONGEST = 9.0  # seconds that the end may take; whoever stops services kills them after ten

_is_told = threading.Event()


def hurry(seconds: float = LONGEST) -> None:
    """End the process after some seconds, whatever it is at then."""
    _is_told.set()
    timer = threading.Timer(seconds, os._exit, (EXIT_CODE,))
    timer.daemon = True
    timer.start()


def end(code: int = 0) -> None:
    """End the process at once where it was told to, with all in order: taking the dashboard apart takes seconds."""
    if _is_told.is_set():
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):  # nobody listens any more
                stream.flush()
        os._exit(code)


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGTERM raise `signals.Stopped` in the block, once; only the main thread may say so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def told(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_IGN)  # to be told again while everything is brought to its end helps nobody
        hurry()
        signals.stop()

    before = signal.signal(signal.SIGTERM, told)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        signals.forget()
