"""Giving way: work in the background stands still for moments in which a person waits for the screen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

__all__ = ["UiPriority"]

_MOMENT = 0.15  # seconds that an answer and its picture may take
_LONGEST = 1.0  # seconds of standing still on end, whatever goes on to be asked …
_TURN = 0.25  # … after which work has at least this many for itself


class UiPriority:
    """Lets people go first. May be used from any thread."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep):
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._until = float("-inf")  # when the person will have been served
        self._since: float | None = None  # when this standing still began
        self._own = float("-inf")  # until when the time is the work's own

    def ask(self) -> None:
        """Somebody has pressed something: let what runs in the background stand still for a moment."""
        with self._lock:
            self._until = self._clock() + _MOMENT

    def give_way(self) -> None:
        """Stand still while somebody is served; called between two files."""
        while (seconds := self._left()) > 0:
            self._sleep(seconds)

    def _left(self) -> float:
        with self._lock:
            now = self._clock()
            if now >= self._until or now < self._own:
                self._since = None
                return 0.0
            self._since = now if self._since is None else self._since
            if now - self._since >= _LONGEST:
                self._since, self._own = None, now + _TURN
                return 0.0
            return min(self._until, self._since + _LONGEST) - now
