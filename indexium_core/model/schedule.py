"""
A schedule: which job starts when, and how its last run ended; and the times of cron texts, in local time.

A time that daylight saving time skips is one hour later on that day, and a time that comes twice counts once. A text
that starts with `*` in its minutes or hours follows the elapsed time instead.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from cronsim import CronSim, CronSimError

from indexium_core import errors

ON_CHANGE = "@change"
_LONGEST = 200  # letters of a text
_PARTS = 5
_REMEDY = (
    "Use five parts (minute, hour, day of month, month, day of week), for example '0 3 * * *': every day at 03:00."
)


class LocalZone(tzinfo):
    """The time zone of this machine, with its daylight saving time."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """Return the offset at a local time."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, _moment: datetime | None) -> timedelta | None:
        """Return None: the offset has it."""
        return None

    def tzname(self, _moment: datetime | None) -> str | None:
        """Return no name."""
        return None

    def fromutc(self, moment: datetime) -> datetime:
        """Return the local time of a moment."""
        return datetime.fromtimestamp(moment.replace(tzinfo=UTC).timestamp()).replace(tzinfo=self)  # noqa: DTZ006


LOCAL = LocalZone()


def checked(text: str, *, follows_changes: bool) -> str:
    """
    Return a text in its usual form.

    Raises:
        ValidationError: It is no cron text, or it has no next time; or it follows changes and may not.

    """
    words = " ".join(text.split())
    if words.lower() == ON_CHANGE:
        if follows_changes:
            return ON_CHANGE
        raise errors.ValidationError(f"This schedule cannot follow changes. {_REMEDY}")
    shown = words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"
    if len(words.split(" ")) == _PARTS and len(words) <= _LONGEST:
        with contextlib.suppress(CronSimError, StopIteration):
            next(CronSim(words, datetime.now(UTC)))
            return words
    raise errors.ValidationError(f"'{shown}' is not a cron text. {_REMEDY}")


def next_run(text: str, after: datetime, *, zone: tzinfo = LOCAL) -> datetime | None:
    """Return the first time of a text after a moment (UTC), in UTC; None if it follows changes."""
    if text == ON_CHANGE:
        return None
    return next(CronSim(text, after.astimezone(zone))).astimezone(UTC)


def in_words(text: str) -> str:
    """Return a text in words: `At 03:00 every day`."""
    if text == ON_CHANGE:
        return "After each change"
    return CronSim(text, datetime.now(UTC)).explain()


COMPLETED = "completed"  # the result of a run that succeeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A stored schedule; times are UTC."""

    name: str
    kind: str  # of its jobs
    cron: str  # local time; `ON_CHANGE`: after each change
    when: str  # the cron text in words
    params: Mapping[str, Any] = field(default_factory=dict)  # payload of its jobs, JSON values
    enabled: bool = True
    last_run_at: datetime | None = None
    next_run_at: datetime | None = None  # None: it is off, or it follows the next change
    last_result: str = ""  # "completed", or a word and the reason: "failed: The disk is full."; "" before the first end
    last_job_id: int | None = None  # the job of the last run
