"""
How fast an operation goes and how long it will take, by what it has done: the plan's guess only weighs the files.

Files that are changed in place take milliseconds, files that are written anew as long as they are large. So each kind
is measured for itself: how many seconds a file took for each second that was expected of it. Pauses do not count.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from indexium_core.jobs.speed import Speed

__all__ = ["Load", "Throughput"]

_ENOUGH = 1.0  # seconds at work before a time is named …
_SHARE = 0.05  # … unless this share of what was expected is done
_LEAST = 1e-4  # seconds that are expected of a file of which nothing is known


@dataclass(slots=True)
class Load:
    """What is expected of files of one kind, and what they took."""

    ahead: float = 0.0  # seconds that are expected of files to come
    expected: float = 0.0  # seconds that were expected of the files that are done
    spent: float = 0.0  # seconds that these took, each for itself

    @property
    def left(self) -> float:
        """Seconds that the files to come will take if they go on as those that are done did."""
        return self.ahead * (self.spent / self.expected if self.expected else 1.0)


class Throughput:
    """Measures one run. May be asked from any thread."""

    def __init__(self, ahead: Mapping[bool, float], *, clock: Callable[[], float] = time.monotonic) -> None:
        """`ahead`: seconds that are expected of the files that are changed in place (False) and written anew (True)."""
        self._clock = clock
        self._lock = threading.Lock()
        self._loads = {kind: Load(ahead=ahead.get(kind, 0.0)) for kind in (False, True)}
        self._since: float | None = clock()  # None while it is held
        self._before = 0.0  # seconds at work before that
        self._done = 0
        self._last = 0.0  # seconds at work when the last file was done
        self._speed = Speed()

    @property
    def seconds(self) -> float:
        """Seconds at work, without pauses."""
        with self._lock:
            return self._active()

    @property
    def rate(self) -> float:
        """Files a second, of late."""
        with self._lock:
            return self._speed.rate(at=self._active())

    @property
    def eta_seconds(self) -> float | None:
        """Seconds that are left, None where nobody can tell yet, or no longer: it takes longer than it should."""
        with self._lock:
            now, spent = self._active(), sum(load.spent for load in self._loads.values())
            done, ahead = (sum(getattr(load, name) for load in self._loads.values()) for name in ("expected", "ahead"))
            if not self._done or (now < _ENOUGH and done < _SHARE * (done + ahead)):
                return None
            side_by_side = max(spent / max(self._last, 1e-3), 1e-3)  # seconds of files in a second at work
            left = sum(load.left for load in self._loads.values()) / side_by_side - (now - self._last)
            return None if left <= 0 and ahead else max(left, 0.0)

    def hold(self) -> None:
        """Stop counting time."""
        with self._lock:
            self._before, self._since = self._active(), None

    def go_on(self) -> None:
        """Count time again."""
        with self._lock:
            if self._since is None:
                self._since = self._clock()

    def did(self, *, anew: bool, expected: float, seconds: float) -> None:
        """Note that a file is done: what was expected of it, and what it took."""
        with self._lock:
            load, expected = self._loads[anew], max(expected, _LEAST)
            load.ahead = max(0.0, load.ahead - expected)
            load.expected += expected
            load.spent += max(seconds, 0.0)
            self._done += 1
            self._last = self._active()
            self._speed.record(self._done, at=self._last)

    def _active(self) -> float:
        return self._before + (self._clock() - self._since if self._since is not None else 0.0)
