"""The table of the schedules that each home has: their words, their jobs and their default times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from indexium_core.model import job_kinds
from indexium_core.model.schedules.cron import ON_CHANGE


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
