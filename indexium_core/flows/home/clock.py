"""
Checks of the system clock.

The clock gives the dates of the history, retries and backups, and shows whether a file is still being copied. Durations
do not depend on this clock: they come from a monotonic clock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from indexium_core.model import wording
from indexium_core.store import diagnosis
from indexium_core.store.connection import Connection

# CLOCK_BOOTTIME is the monotonic clock that includes the time during which the machine sleeps.
_MONOTONIC: int | None = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
_TOLERANCE = timedelta(minutes=1)  # time servers correct a clock by seconds
_DAY = timedelta(days=1)  # dates of files from another time zone may be ahead by hours
_LONG_UNUSED = timedelta(days=30)  # after such a gap, the clock may have been set wrong


@dataclass(frozen=True, slots=True)
class StartTime:
    """The time at which this process opened its home, by two clocks."""

    by_clock: float  # seconds since 1970
    monotonic: float  # seconds since an arbitrary moment

    @classmethod
    def now(cls) -> Self:
        """Read both clocks."""
        return cls(time.time(), _monotonic())

    def clock_change(self) -> timedelta:
        """Return how far the clock was set forward after the start (negative: back)."""
        return timedelta(seconds=(time.time() - self.by_clock) - (_monotonic() - self.monotonic))


class ElapsedTime:
    """
    A check whether the elapsed time that the clock shows is plausible.

    Backups must not expire because the clock is a year ahead for some hours. So the elapsed time is not plausible in
    the first day after the clock was seen to be set forward while the home was open, nor in that after the home was
    unused for a long time. After this day, the clock is believed: a computer without a battery gets its time late.
    """

    def __init__(self, reader: Connection, clock: Callable[[], datetime]) -> None:
        """Read the latest time in the database, before the caller writes to the database."""
        newest = diagnosis.newest_moment(reader)
        self._clock, self._seen = clock, (clock(), _monotonic())  # both clocks, before any jump of the first one
        self._lock = threading.Lock()
        was_long_unused = newest is not None and self._seen[0] - newest[1] > _LONG_UNUSED
        self._believed_from = self._seen[1] + (_DAY.total_seconds() if was_long_unused else 0.0)

    def is_plausible(self) -> bool:
        """Return whether irreversible actions, such as deleting backups, may rely on the clock."""
        with self._lock:
            now, monotonic = self._clock(), _monotonic()
            jump = now - self._seen[0] - timedelta(seconds=monotonic - self._seen[1])
            if abs(jump) > _DAY:
                self._seen = now, monotonic
            if jump > _DAY:
                self._believed_from = monotonic + _DAY.total_seconds()
            return monotonic >= self._believed_from


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockWarning:
    """A sign that the clock is wrong."""

    message: str
    details: dict[str, Any]


def warnings(reader: Connection, *, now: datetime, started: StartTime) -> list[ClockWarning]:
    """Return every sign that the clock is wrong, the most serious first."""
    found = [
        _behind_database(reader, now),
        _behind_files(reader, now),
        _changed(started),
        _stepped_back(reader),
    ]
    return [warning for warning in found if warning is not None]


def _behind_database(reader: Connection, now: datetime) -> ClockWarning | None:
    newest = diagnosis.newest_moment(reader)
    if newest is None or newest[1] <= now + _TOLERANCE:
        return None
    event, moment = newest
    message = f"It is at least {in_words(moment - now)} behind: {event} here at {_shown(moment)}."
    return ClockWarning(message=message, details={"newest": moment.isoformat(), "newest_what": event})


def _behind_files(reader: Connection, now: datetime) -> ClockWarning | None:
    # Single files may have a wrong date. If the clock starts at 1970, most dates are in the future.
    files, later = diagnosis.dated_later(reader, now + _DAY)
    if later * 2 <= files or not later:
        return None
    message = f"The dates of {later:,} of {wording.files(files)} are in the future."
    return ClockWarning(message=message, details={"files": files, "dated_later": later})


def _changed(started: StartTime) -> ClockWarning | None:
    change = started.clock_change()
    if abs(change) <= _TOLERANCE:
        return None
    direction = "forward" if change > timedelta() else "back"
    message = f"It was set {direction} by {in_words(abs(change))} since this process started."
    return ClockWarning(message=message, details={"moved_seconds": round(change.total_seconds(), 1)})


def _stepped_back(reader: Connection) -> ClockWarning | None:
    step = diagnosis.step_back(reader)
    if step is None:
        return None
    before, after = step
    message = f"It was set back by {in_words(before - after)}, from {_shown(before)} to {_shown(after)}."
    return ClockWarning(message=message, details={"step_from": before.isoformat(), "step_to": after.isoformat()})


def in_words(span: timedelta) -> str:
    """Return a duration in one unit: `90 seconds`, `12 minutes`, `5 hours`, `340 days`."""
    seconds = span.total_seconds()
    for size, word, limit in ((1, "seconds", 120), (60, "minutes", 7200), (3600, "hours", 172_800)):
        if seconds < limit:
            return f"{seconds / size:.0f} {word}"
    return f"{seconds / 86_400:,.0f} days"


def _monotonic() -> float:
    return time.monotonic() if _MONOTONIC is None else time.clock_gettime(_MONOTONIC)


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
