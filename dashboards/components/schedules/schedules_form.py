"""The section of schedules on the settings page: when each runs, its next run, its last result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from indexium_core.model import wording
from indexium_core.model.job import Job
from indexium_core.model.schedule import COMPLETED, Schedule

_TEXTS: Mapping[str, tuple[str, str]] = {  # by name: label and purpose
    "database-backup": ("Backup of the database", "The last seven are kept. 'indexium db restore' uses them."),
    "scan": ("Nightly scan", "Of the libraries that ask for it, and what follows."),
    "reconciliation": (
        "Search for missed events",
        "Scans the libraries with events; without a sender it does nothing.",
    ),
    "title-refresh": ("Look-up of old titles", "Their values are older than the days of the provider cache."),
    "recovery-drill": (
        "Recovery drill",
        "Restores everything that was published into a temporary folder, and compares.",
    ),
    "watch-states": (
        "Copy of watch states",
        "What people have watched in the players, with a date; without a player it is off.",
    ),
    "picture-collection": ("Collection of pictures", "Deletes pictures that nothing uses any more."),
    "retention": (
        "Retention",
        "Deletes backups of writes, jobs and log entries that are older than the settings keep them.",
    ),
    "snapshot": (
        "Snapshot for analysts",
        "A copy of the tables for queries; a rebuild of the database uses it.",
    ),
}


def label(name: str) -> str:
    """Return the name of a schedule for people."""
    return _TEXTS.get(name, (name.replace("-", " ").capitalize(), ""))[0]


def view(schedules: Sequence[Schedule], *, problem: Mapping[str, str] | None) -> dict[str, Any]:
    """Return the section; `problem` has the `name` of the schedule of a refused text, the text `typed` and why."""
    return {"rows": [_row(each) for each in schedules], "problem": dict(problem) if problem else None}


def _row(schedule: Schedule) -> dict[str, Any]:
    last = schedule.last_run_at
    word, _, reason = schedule.last_result.partition(":")
    level = "safe" if word == COMPLETED else "warning"
    return {
        "name": schedule.name,
        "label": label(schedule.name),
        "help": _TEXTS.get(schedule.name, ("", ""))[1],
        "enabled": schedule.enabled,
        "when": schedule.when,
        "cron": schedule.cron,
        "next": f"Next run: {wording.when(schedule.next_run_at)}." if schedule.next_run_at else "",
        "last": f"Last run: {wording.when(last)}." if last else "It has not run yet.",
        "result": word,
        "reason": reason.strip(),
        "level": level,
    }


def changed(schedule: Schedule) -> str:
    """Return the sentence after a change."""
    return f"{label(schedule.name)}: {schedule.when}." if schedule.enabled else f"{label(schedule.name)} is off."


def ended(name: str, job: Job) -> str:
    """Return the sentence after a run that a person started."""
    if job.has_ended:
        reason = f": {job.error_message}" if job.error_message else "."
        return f"{label(name)}: {job.status.replace('_', ' ')}{reason}"
    return f"{label(name)} runs; the page Jobs shows it."
