"""What holds an operation up at a known moment: a gate before its edits, a file that another writer has."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from indexium_core.flows import editing
from indexium_core.jobs.backoff import Backoff
from indexium_core.library import Library

__all__ = ["Gate", "held_by_another", "retry_with"]


def retry_with(library: Library, at_failure: Callable[[], object], *, delay: float = 0.01) -> list[str]:
    """Let files be tried again after a moment, and do something whenever one has failed; returns how often it was."""
    failures: list[str] = []

    def chance() -> float:
        failures.append("")
        at_failure()
        return 0.0

    library._operations._backoff = Backoff(delays=(delay,) * 3, chance=chance)
    return failures


@contextlib.contextmanager
def held_by_another(path: Path) -> Iterator[Callable[[], None]]:
    """Have a file as another writer has it; yields what lets it go."""
    fd = os.open(path, os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    try:
        yield lambda: fcntl.flock(fd, fcntl.LOCK_UN)
    finally:
        os.close(fd)


class Gate:
    """Lets so many files be edited, then holds those that come until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, free: int) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()
        self.held = threading.Semaphore(0)  # one for each file that stands before it
        self._left, self._lock, real = free, threading.Lock(), editing.edit

        def edit(*arguments: Any) -> Any:
            with self._lock:
                self._left -= 1
                shut = self._left < 0
            if shut:
                self.reached.set()
                self.held.release()
                assert self.opened.wait(60)
            return real(*arguments)

        monkeypatch.setattr(editing, "edit", edit)

    def open_at_the_end(self, library: Library) -> None:
        """Open it as soon as operation 1 is told to end."""
        run = library._operations.find(1)
        assert run is not None
        run.control.watch(self.opened.set)
