"""The recent speed of a job."""

from __future__ import annotations

from collections import deque

_WINDOW = 15.0  # only the last seconds of running time count


class Speed:
    """Items per second. It does not read a clock: callers pass the running time in seconds, without pauses."""

    def __init__(self, done: int = 0, *, at: float = 0.0) -> None:
        """Start with `done` items."""
        self._marks = deque([(at, done)])
        self._done = done

    def record(self, done: int, *, at: float) -> None:
        """Record the number of finished items. A smaller number than before starts a new count."""
        if done < self._done:
            self._marks.clear()
        self._done = done
        if not self._marks or at - self._marks[-1][0] > _WINDOW / 30:
            self._marks.append((at, done))
        while len(self._marks) > 2 and at - self._marks[1][0] > _WINDOW:  # a rate needs two marks
            self._marks.popleft()

    def rate(self, *, at: float) -> float:
        """Return items per second."""
        then, before = self._marks[0]
        return (self._done - before) / max(at - then, 1e-3)
