"""
Orderly and quick termination of a process after SIGTERM.

Files that are being changed in place are finished, rewrites are cancelled, and the remaining work is recorded so that
it can resume. If a call never returns (for example, a network folder is missing), the process exits anyway, as if it
was killed; the next start then reads the journals.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator

from indexium_core import signals

EXIT_CODE = 130
LONGEST = 9.0  # seconds that the termination may take; service managers kill after ten

_is_terminating = threading.Event()


def hurry(seconds: float = LONGEST) -> None:
    """Exit the process after some seconds, even if it is still working."""
    _is_terminating.set()
    timer = threading.Timer(seconds, os._exit, (EXIT_CODE,))
    timer.daemon = True
    timer.start()


def end(code: int = 0) -> None:
    """Exit at once if the process received a stop signal, because closing the dashboard takes seconds."""
    if _is_terminating.is_set():
        import logging

        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):  # no process reads the output any more
                stream.flush()
        os._exit(code)


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGTERM raise `signals.Stopped` once in the block; only the main thread may set signal handlers."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def terminate(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_IGN)  # a second signal must not interrupt the termination
        hurry()
        signals.stop()

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        signals.reset()
