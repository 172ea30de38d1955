"""The limit of wrong secrets and passwords, so that nobody can try many of them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable

_MOST_KEYS = 10_000  # that are remembered; an attacker can use any number of names


class WrongAttempts:
    """Counts wrong attempts by key, in memory. It may be used from any thread."""

    def __init__(self, *, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Allow `most` wrong attempts of a key within some seconds; `clock` is a monotonic clock."""
        self._most, self._seconds, self._clock = most, seconds, clock
        self._lock = threading.Lock()
        self._times: dict[Hashable, deque[float]] = {}

    def are_too_many(self, key: Hashable) -> bool:
        """Return whether a key has no attempt left."""
        with self._lock:
            return len(self._recent(key)) >= self._most

    def count(self, key: Hashable) -> bool:
        """Count a wrong attempt; return False, without counting it, if there were too many already."""
        with self._lock:
            times = self._recent(key)
            if len(times) >= self._most:
                return False
            if key not in self._times and len(self._times) >= _MOST_KEYS:
                del self._times[next(iter(self._times))]
            self._times[key] = times
            times.append(self._clock())
            return True

    def forget(self, key: Hashable) -> None:
        """Forget the wrong attempts of a key: the right secret was given."""
        with self._lock:
            self._times.pop(key, None)

    def _recent(self, key: Hashable) -> deque[float]:
        times = self._times.get(key, deque())
        while times and times[0] <= self._clock() - self._seconds:
            times.popleft()
        return times
