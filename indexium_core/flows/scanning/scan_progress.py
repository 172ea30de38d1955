"""How far a scan is, told often enough to follow and seldom enough to cost nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["ScanMeter", "ScanProgress"]

TICK = 0.4  # seconds between two reports


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanProgress:
    """How far a scan is."""

    done: int  # files seen (walking), then files read
    total: int | None  # files to be read; None while walking, for nobody knows yet
    current: str  # folder or file that was last looked at, for display
    rate: float  # files a second
    eta_seconds: float | None
    folder: str = ""  # the whole path of the folder that it is in (or is), for display


class ScanMeter:
    """Count, and tell `progress`."""

    def __init__(self, progress: Callable[[ScanProgress], None]) -> None:
        self._progress = progress
        self._started = self._phase = time.monotonic()
        self._told = 0.0
        self._done = 0
        self._total: int | None = None

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def walked(self, count: int, folder: bytes) -> None:
        """Note that a folder was listed."""
        self._done += count
        self._tell(folder)

    def begin(self, total: int) -> None:
        """Begin to read `total` files."""
        self._done, self._total, self._phase, self._told = 0, total, time.monotonic(), 0.0

    def read(self, path: bytes) -> None:
        """Note that a file was read."""
        self._done += 1
        self._tell(path, last=self._done == self._total)

    def _tell(self, path: bytes, *, last: bool = False) -> None:
        now = time.monotonic()
        if now - self._told < TICK and not last:
            return
        self._told = now
        rate = self._done / max(now - self._phase, 1e-3)
        eta = None if self._total is None or not rate else (self._total - self._done) / rate
        above, _, last_part = path.rpartition(b"/")
        folder = (path if self._total is None else above).decode("utf-8", "replace")
        name = last_part.decode("utf-8", "replace")
        self._progress(
            ScanProgress(done=self._done, total=self._total, current=name, rate=rate, eta_seconds=eta, folder=folder)
        )
