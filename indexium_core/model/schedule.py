"""
A schedule: which job starts when, and how its last run ended.

The module has the times of cron texts, in local time, and the table of the schedules of a home, too. A time that
daylight saving time skips is one hour later on that day, and a time that comes twice counts once. A text that starts
with `*` in its minutes or hours follows the elapsed time instead.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import Any

from cronsim import CronSim, CronSimError

from indexium_core import errors
from indexium_core.model import job_kinds, wording

ON_CHANGE = "@change"
_LONGEST = 200  # letters of a text
_PARTS = 5
_REMEDY = (
    "Use five parts (minute, hour, day of month, month, day of week), for example '0 3 * * *': every day at 03:00."
)
COMPLETED = "completed"  # the result of a run that succeeded


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

    @property
    def label(self) -> str:
        """Its name for people."""
        return SCHEDULES_BY_NAME[self.name].label

    @property
    def purpose(self) -> str:
        """What it is for: a sentence."""
        return SCHEDULES_BY_NAME[self.name].purpose

    @property
    def next(self) -> str:
        """When it runs next: a sentence, or ""."""
        return f"Next run: {wording.when(self.next_run_at)}." if self.next_run_at else ""

    @property
    def last(self) -> str:
        """When it ran last: a sentence."""
        return f"Last run: {wording.when(self.last_run_at)}." if self.last_run_at else "It has not run yet."

    @property
    def result(self) -> str:
        """How its last run ended, in a word; "" before the first end."""
        return self.last_result.partition(":")[0]

    @property
    def reason(self) -> str:
        """Why its last run failed: a sentence, or ""."""
        return self.last_result.partition(":")[2].strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeSchedule:
    """A schedule as the table has it."""

    name: str
    kind: str  # of its jobs
    cron: str  # by default
    label: str  # its name for people
    purpose: str
    is_off_at_first: bool = False  # a person switches it on
    waits_for_writes: bool = False  # it does not start while an operation runs
    is_automation: bool = False  # it does not start while the automation is paused


SCHEDULES: tuple[HomeSchedule, ...] = (
    HomeSchedule(
        name="database-backup",
        kind=job_kinds.DATABASE_BACKUP,
        cron="0 3 * * *",
        label="Backup of the database",
        purpose="The last seven are kept. 'indexium db restore' uses them.",
        waits_for_writes=True,
    ),
    HomeSchedule(
        name="picture-collection",
        kind=job_kinds.PICTURE_COLLECTION,
        cron="0 3 * * *",
        label="Collection of pictures",
        purpose="Deletes pictures that nothing uses any more.",
    ),
    HomeSchedule(
        name="retention",
        kind=job_kinds.RETENTION,
        cron="30 3 * * *",
        label="Retention",
        purpose="Deletes backups of writes, jobs and log entries that are older than the settings keep them.",
        waits_for_writes=True,
    ),
    HomeSchedule(
        name="scan",
        kind=job_kinds.NIGHTLY_SCAN,
        cron="0 2 * * *",
        label="Nightly scan",
        purpose="Of the libraries that ask for it, and what follows.",
        is_automation=True,
    ),
    HomeSchedule(
        name="reconciliation",
        kind=job_kinds.RECONCILIATION,
        cron="30 4 * * 0",
        label="Search for missed events",
        purpose="Scans the libraries with events; without a sender it does nothing.",
        is_automation=True,
    ),
    HomeSchedule(
        name="title-refresh",
        kind=job_kinds.TITLE_REFRESH,
        cron="30 2 * * *",
        label="Look-up of old titles",
        purpose="Their values are older than the days of the provider cache.",
        is_automation=True,
        is_off_at_first=True,
    ),
    HomeSchedule(
        name="recovery-drill",
        kind=job_kinds.RECOVERY_DRILL,
        cron="0 5 1 * *",
        label="Recovery drill",
        purpose="Restores everything that was published into a temporary folder, and compares.",
        is_automation=True,
        is_off_at_first=True,
    ),
    HomeSchedule(
        name="snapshot",
        kind=job_kinds.SNAPSHOT,
        cron=ON_CHANGE,
        label="Snapshot for analysts",
        purpose="A copy of the tables for queries; a rebuild of the database uses it.",
    ),
    HomeSchedule(
        name="watch-states",
        kind=job_kinds.WATCH_STATES,
        cron="30 5 * * *",
        label="Copy of watch states",
        purpose="What people have watched in the players, with a date; without a player it is off.",
    ),
)
SCHEDULES_BY_NAME: Mapping[str, HomeSchedule] = MappingProxyType({each.name: each for each in SCHEDULES})
