"""What people can do with schedules: list them, change their times, switch them, and run them now."""

from __future__ import annotations

import builtins
from collections.abc import Callable

from indexium_core import errors
from indexium_core.flows.home.configuration import Configuration
from indexium_core.jobs.schedules.scheduler import Scheduler
from indexium_core.model.accounts.needs import needs, reads_home
from indexium_core.model.accounts.permissions import SETTINGS_MANAGE
from indexium_core.model.job import Job
from indexium_core.model.remote_calls import remote
from indexium_core.model.schedules.cron import checked
from indexium_core.model.schedules.schedule import Schedule


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
