"""The table of the schedules of a home, with their default times."""

from __future__ import annotations

from collections.abc import Callable

from indexium_core.jobs.schedules.scheduler import ScheduleKind
from indexium_core.model import job_kinds
from indexium_core.model.schedules.cron import ON_CHANGE
from indexium_core.settings import Settings


def of_home(
    config: Settings, *, is_working: Callable[[], bool], has_players: Callable[[], bool]
) -> tuple[ScheduleKind, ...]:
    """
    Return the schedules.

    `is_working` returns whether an operation runs or will run in this process; `has_players`: there is a player that
    is on.
    """

    def is_paused() -> bool:
        return config.automation_paused

    return (
        ScheduleKind(name="database-backup", kind=job_kinds.DATABASE_BACKUP, cron="0 3 * * *", must_wait=is_working),
        ScheduleKind(name="picture-collection", kind=job_kinds.PICTURE_COLLECTION, cron="0 3 * * *"),
        ScheduleKind(name="retention", kind=job_kinds.RETENTION, cron="30 3 * * *", must_wait=is_working),
        *(
            ScheduleKind(name=name, kind=kind, cron=text, is_off_at_first=is_off, must_wait=is_paused)
            for name, kind, text, is_off in (
                ("scan", job_kinds.NIGHTLY_SCAN, "0 2 * * *", False),  # of the libraries that ask for it
                ("reconciliation", job_kinds.RECONCILIATION, "30 4 * * 0", False),  # if there is a sender
                ("title-refresh", job_kinds.TITLE_REFRESH, "30 2 * * *", True),
                ("recovery-drill", job_kinds.RECOVERY_DRILL, "0 5 1 * *", True),
            )
        ),
        ScheduleKind(
            name="snapshot",
            kind=job_kinds.SNAPSHOT,
            cron=ON_CHANGE,
            setting="snapshots",
            is_on=lambda: config.snapshots,
        ),
        ScheduleKind(name="watch-states", kind=job_kinds.WATCH_STATES, cron="30 5 * * *", is_on=has_players),
    )
