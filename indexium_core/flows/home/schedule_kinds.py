"""The schedules of a home, with the conditions that its services know."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from indexium_core.jobs.schedules.scheduler import ScheduleKind
from indexium_core.model.schedules.table import SCHEDULES, HomeSchedule
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
