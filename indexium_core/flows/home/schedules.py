"""The schedules of a home: the conditions that its services know, and what people can do with them."""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable, Mapping
from typing import Any

from indexium_core import errors
from indexium_core.flows.home.configuration import Configuration
from indexium_core.jobs.scheduler import ScheduleKind, Scheduler
from indexium_core.model.accounts.needs import needs, reads_home
from indexium_core.model.accounts.permissions import SETTINGS_MANAGE
from indexium_core.model.job import Job
from indexium_core.model.remote_calls import remote
from indexium_core.model.schedule import SCHEDULES, HomeSchedule, Schedule, checked
from indexium_core.settings import Settings


def of_home(
    config: Settings, *, is_working: Callable[[], bool], has_players: Callable[[], bool]
) -> tuple[ScheduleKind, ...]:
    """
    Return the schedules.

    `is_working` returns whether an operation runs or will run in this process; `has_players`: there is a player that
    is on.
    """
    switches: Mapping[str, Mapping[str, Any]] = {
        "snapshot": {"setting": "snapshots", "is_on": lambda: config.snapshots},
        "watch-states": {"is_on": has_players},
    }

    def must_wait(row: HomeSchedule) -> bool:
        return (row.waits_for_writes and is_working()) or (row.is_automation and config.automation_paused)

    return tuple(
        ScheduleKind(
            name=row.name,
            kind=row.kind,
            cron=row.cron,
            is_off_at_first=row.is_off_at_first,
            must_wait=functools.partial(must_wait, row),
            **switches.get(row.name, {}),
        )
        for row in SCHEDULES
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
