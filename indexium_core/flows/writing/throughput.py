"""
The speed of an operation and its remaining time.

In the first seconds, the remaining time is the estimate of the plan minus the running time. Then it is measured from
the finished files. Files that are changed in place take milliseconds; files that are rewritten take time in proportion
to their size. So each kind is measured separately: as measured seconds per expected second. Until a small sample of a
kind is finished, the rest of the sample counts as finished at its estimate, because one slow file proves little. Pauses
and the time before the first file do not count.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from indexium_core.jobs.job_run import Speed

_FIRST_SECONDS = 3.0  # seconds of running time with the estimate of the plan …
_SAMPLE_FRACTION = 0.05  # … unless this fraction of the expected time is done
_SAMPLE_SECONDS = 10.0  # the sample of each kind: the fraction, at most these expected seconds
_MIN_FILE_SECONDS = 1e-4  # expected seconds of a file without an estimate


@dataclass(slots=True)
class Load:
    """Expected and measured time of files of one kind."""

    ahead: float = 0.0  # expected seconds of the remaining files
    expected: float = 0.0  # expected seconds of the finished files
    spent: float = 0.0  # measured seconds of the finished files, summed

    @property
    def left(self) -> float:
        """The seconds that the remaining files take at the speed of the sample, or of the finished files if more."""
        sample = min(_SAMPLE_FRACTION * (self.expected + self.ahead), _SAMPLE_SECONDS)
        missing = max(0.0, sample - self.expected)
        return self.ahead * (self.spent + missing) / (self.expected + missing) if self.ahead else 0.0


class Throughput:
    """Measures one run. It may be read from any thread."""

    def __init__(self, ahead: Mapping[bool, float], *, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Start the measurement.

        Args:
            ahead: Expected seconds of the files that are changed in place (False) and rewritten (True).
            clock: A monotonic clock in seconds.

        """
        self._clock = clock
        self._lock = threading.Lock()
        self._loads = {kind: Load(ahead=ahead.get(kind, 0.0)) for kind in (False, True)}
        self._since: float | None = clock()  # None during a pause
        self._seconds_before = 0.0  # running time before `_since`
        self._done = 0
        self._first_file_at = math.inf  # running time when the first file was started
        self._last_file_at = 0.0  # running time when the last file was finished
        self._speed = Speed()

    @property
    def seconds(self) -> float:
        """Running time in seconds, without pauses."""
        with self._lock:
            return self._active()

    @property
    def ahead(self) -> float:
        """The expected seconds of the remaining files."""
        with self._lock:
            return sum(load.ahead for load in self._loads.values())

    @property
    def rate(self) -> float:
        """The recent number of files per second."""
        with self._lock:
            return self._speed.rate(at=self._active())

    @property
    def eta_seconds(self) -> float | None:
        """The remaining seconds; None while there is no estimate, or if the operation takes longer than estimated."""
        with self._lock:
            now, spent = self._active(), sum(load.spent for load in self._loads.values())
            done, ahead = (sum(getattr(load, name) for load in self._loads.values()) for name in ("expected", "ahead"))
            planned = done + ahead
            if not self._done or (now < _FIRST_SECONDS and done < _SAMPLE_FRACTION * planned):
                return planned - now if now < planned else None
            # seconds of file time per second of running time
            concurrency = max(spent / max(self._last_file_at - self._first_file_at, 1e-3), 1e-3)
            left = sum(load.left for load in self._loads.values()) / concurrency - (now - self._last_file_at)
            return None if left <= 0 and ahead else max(left, 0.0)

    def pause(self) -> None:
        """Stop the running time."""
        with self._lock:
            self._seconds_before, self._since = self._active(), None

    def resume(self) -> None:
        """Continue the running time."""
        with self._lock:
            if self._since is None:
                self._since = self._clock()

    def record(self, *, is_rewrite: bool, expected: float, seconds: float) -> None:
        """Record a finished file: its expected and its measured seconds."""
        with self._lock:
            load, expected = self._loads[is_rewrite], max(expected, _MIN_FILE_SECONDS)
            load.ahead = max(0.0, load.ahead - expected)
            load.expected += expected
            load.spent += max(seconds, 0.0)
            self._done += 1
            self._last_file_at = self._active()
            self._first_file_at = min(self._first_file_at, max(0.0, self._last_file_at - seconds))
            self._speed.record(self._done, at=self._last_file_at)

    def _active(self) -> float:
        return self._seconds_before + (self._clock() - self._since if self._since is not None else 0.0)
