"""The schedules of a home: their table with default times, and what people can do with them."""

from __future__ import annotations

import builtins
from collections.abc import Callable

from indexium_core import errors
from indexium_core.flows.home.configuration import Configuration
from indexium_core.jobs.scheduler import ScheduleKind, Scheduler
from indexium_core.model import job_kinds
from indexium_core.model.accounts.needs import needs, reads_home
from indexium_core.model.accounts.permissions import SETTINGS_MANAGE
from indexium_core.model.job import Job
from indexium_core.model.remote_calls import remote
from indexium_core.model.schedule import ON_CHANGE, Schedule, checked
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


class Schedules:
    """The schedules of a home."""

    def __init__(self, scheduler: Scheduler, configuration: Configuration, *, on_change: Callable[[], None]) -> None:
        """`on_change` is called after each change."""
        self._scheduler, self._configuration, self._on_change = scheduler, configuration, on_change

    @reads_home
    @remote()
    def list(self) -> builtins.list[Schedule]:
        """Return the schedules."""
        return self._scheduler.list()

    @reads_home
    @remote()
    def get(self, name: str) -> Schedule:
        """Return a schedule; UnknownIdError if there is none of this name."""
        found = self.list()
        for each in found:
            if each.name == name:
                return each
        names = ", ".join(each.name for each in found)
        raise errors.UnknownIdError(f"There is no schedule '{name}'. The schedules are {names}.")

    @needs(SETTINGS_MANAGE)
    @remote()
    def set(self, name: str, *, cron: str | None = None, enabled: bool | None = None) -> Schedule:
        """
        Change when a schedule runs, or whether it does; None keeps a part. Return the schedule.

        The switch of a schedule that has a setting is this setting.

        Raises:
            UnknownIdError: There is no such schedule.
            ValidationError: The cron text is not valid.
            UsageError: The environment sets the setting.

        """
        former, kind = self.get(name), self._scheduler.kind(name)
        text = former.cron if cron is None else checked(cron, follows_changes=kind.follows_changes)
        is_on = former.enabled if enabled is None else enabled
        if kind.setting and is_on != former.enabled:
            self._configuration.set(kind.setting, str(is_on).lower())
        self._scheduler.change(name, text=text, enabled=is_on or bool(kind.setting))
        self._on_change()
        return self.get(name)

    @needs(SETTINGS_MANAGE)
    @remote()
    def run(self, name: str) -> Job:
        """
        Start a schedule now, also if it is off, and return its job; the job of its former run if that has not ended.

        Raises:
            UnknownIdError: There is no such schedule.

        """
        return self._scheduler.run(self.get(name).name)
