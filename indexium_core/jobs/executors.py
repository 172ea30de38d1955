"""Where the work of jobs runs: a thread each. Whoever else fulfils `Executor` may run it elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

__all__ = ["Executor", "Threads"]


class Executor(Protocol):
    """Runs work."""

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Begin `work` beside what runs already, and return at once; `name` is what it is called in a stack trace."""


class Threads:
    """A thread for each piece of work; how many run at a time is the queue's to say."""

    def start(self, name: str, work: Callable[[], None]) -> None:
        """Begin `work` on a thread that does not keep the process from ending."""
        threading.Thread(target=work, name=name, daemon=True).start()
