"""
Whether the clock of this machine can be believed.

Everything that has a date goes by it: the history, when something is tried again, until when a write can be taken back,
whether a film is still being copied. Durations do not; they are measured by a clock that nobody can set.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from indexium_core.store import diagnosis
from indexium_core.store.connection import Connection

__all__ = ["ClockWarning", "ElapsedTime", "StartTime", "doubts", "in_words"]

# Of the clocks that nobody can set, the one that goes on while the machine sleeps.
_STEADY: int | None = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
_SLACK = timedelta(minutes=1)  # clocks are set by seconds all the time
_A_DAY = timedelta(days=1)  # in a folder from another time zone dates may lie ahead by hours
_AWAY = timedelta(days=30)  # for which a home may lie unused before what the clock says of that is doubted


@dataclass(frozen=True, slots=True)
class StartTime:
    """When this process opened its home, by two clocks."""

    by_clock: float  # seconds since 1970
    steady: float  # seconds since anything

    @classmethod
    def now(cls) -> Self:
        """Look at both clocks."""
        return cls(time.time(), _steady())

    def moved(self) -> timedelta:
        """Return by how much the clock was set forward since (negative: back)."""
        return timedelta(seconds=(time.time() - self.by_clock) - (_steady() - self.steady))


class ElapsedTime:
    """
    Whether so much time has passed as the clock says.

    A clock that is a year ahead for some hours must not make backups too old to be kept. So it is not gone by where it
    was set forward while the home was open, nor, where the home lay unused for long, before it was open for a day or is
    opened the next time.
    """

    def __init__(self, reader: Connection, clock: Callable[[], datetime]) -> None:
        """Look at what was written down last, which is before this process writes anything."""
        newest = diagnosis.newest_moment(reader)
        self._opened, self._steady, self._clock = clock(), _steady(), clock
        self._was_away = newest is not None and self._opened - newest[1] > _AWAY

    def is_believed(self) -> bool:
        """Tell whether the clock may be gone by for what cannot be taken back."""
        since = timedelta(seconds=_steady() - self._steady)
        return (not self._was_away or since > _A_DAY) and self._clock() - self._opened - since <= _A_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockWarning:
    """One reason not to believe the clock."""

    message: str
    details: dict[str, Any]


def doubts(reader: Connection, *, now: datetime, started: StartTime) -> list[ClockWarning]:
    """Return every reason not to believe the clock, worst first."""
    found = [
        _behind_its_own_rows(reader, now),
        _behind_the_files(reader, now),
        _moved(started),
        _went_back(reader),
    ]
    return [doubt for doubt in found if doubt is not None]


def _behind_its_own_rows(reader: Connection, now: datetime) -> ClockWarning | None:
    newest = diagnosis.newest_moment(reader)
    if newest is None or newest[1] <= now + _SLACK:
        return None
    what, moment = newest
    message = f"It is behind by {in_words(moment - now)} at least: {what} here at {_shown(moment)}."
    return ClockWarning(message=message, details={"newest": moment.isoformat(), "newest_what": what})


def _behind_the_files(reader: Connection, now: datetime) -> ClockWarning | None:
    # A film or two with a wrong date are nothing; a clock that began at 1970 makes most of them wrong.
    files, later = diagnosis.dated_later(reader, now + _A_DAY)
    if later * 2 <= files or not later:
        return None
    message = f"By it, {later:,} of {files:,} files were changed in the future."
    return ClockWarning(message=message, details={"files": files, "dated_later": later})


def _moved(started: StartTime) -> ClockWarning | None:
    moved = started.moved()
    if abs(moved) <= _SLACK:
        return None
    where = "forward" if moved > timedelta() else "back"
    message = f"It was set {where} by {in_words(abs(moved))} since this process began."
    return ClockWarning(message=message, details={"moved_seconds": round(moved.total_seconds(), 1)})


def _went_back(reader: Connection) -> ClockWarning | None:
    step = diagnosis.step_back(reader)
    if step is None:
        return None
    before, after = step
    message = f"It went back by {in_words(before - after)} some days ago, from {_shown(before)} to {_shown(after)}."
    return ClockWarning(message=message, details={"step_from": before.isoformat(), "step_to": after.isoformat()})


def in_words(span: timedelta) -> str:
    """Write a span as a person would say it: `90 seconds`, `12 minutes`, `5 hours`, `340 days`."""
    seconds = span.total_seconds()
    for size, word, most in ((1, "seconds", 120), (60, "minutes", 7200), (3600, "hours", 172_800)):
        if seconds < most:
            return f"{seconds / size:.0f} {word}"
    return f"{seconds / 86_400:,.0f} days"


def _steady() -> float:
    return time.monotonic() if _STEADY is None else time.clock_gettime(_STEADY)


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
