"""How fast work goes, of late."""

from __future__ import annotations

from collections import deque

__all__ = ["Speed"]

_WINDOW = 15.0  # seconds at work over which it is taken


class Speed:
    """Items a second. Knows no clock: whoever asks says how many seconds the work has taken, as it counts them."""

    def __init__(self, done: int = 0, *, at: float = 0.0) -> None:
        """Begin where `done` items are done."""
        self._marks = deque([(at, done)])
        self._done = done

    def did(self, done: int, *, at: float) -> None:
        """Note how many items are done. Where there are fewer than before, other items are counted from now on."""
        if done < self._done:
            self._marks.clear()
        self._done = done
        if not self._marks or at - self._marks[-1][0] > _WINDOW / 30:
            self._marks.append((at, done))
        while len(self._marks) > 2 and at - self._marks[1][0] > _WINDOW:  # two make a span
            self._marks.popleft()

    def rate(self, *, at: float) -> float:
        """Return items a second."""
        then, before = self._marks[0]
        return (self._done - before) / max(at - then, 1e-3)
