"""The section of schedules on the settings page: when each runs, its next run, its last result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from indexium_core.model.job import Job
from indexium_core.model.schedule import COMPLETED, SCHEDULES_BY_NAME, Schedule


def label(name: str) -> str:
    """Return the name of a schedule for people."""
    return SCHEDULES_BY_NAME[name].label


def view(schedules: Sequence[Schedule], *, problem: Mapping[str, str] | None) -> dict[str, Any]:
    """Return the section; `problem` has the `name` of the schedule of a refused text, the text `typed` and why."""
    return {"rows": [_row(each) for each in schedules], "problem": dict(problem) if problem else None}


def _row(schedule: Schedule) -> dict[str, Any]:
    return {
        "name": schedule.name,
        "label": schedule.label,
        "help": schedule.purpose,
        "enabled": schedule.enabled,
        "when": schedule.when,
        "cron": schedule.cron,
        "next": schedule.next,
        "last": schedule.last,
        "result": schedule.result,
        "reason": schedule.reason,
        "level": "safe" if schedule.result == COMPLETED else "warning",
    }


def changed(schedule: Schedule) -> str:
    """Return the sentence after a change."""
    return f"{schedule.label}: {schedule.when}." if schedule.enabled else f"{schedule.label} is off."


def ended(name: str, job: Job) -> str:
    """Return the sentence after a run that a person started."""
    if job.has_ended:
        reason = f": {job.error_message}" if job.error_message else "."
        return f"{label(name)}: {job.status.replace('_', ' ')}{reason}"
    return f"{label(name)} runs; the page Jobs shows it."
