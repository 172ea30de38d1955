"""
What a command may call of a running service: a fixed table, by which both sides go.

A name is a method of `Library` (`plan`), of one of its services (`people.list`), of a plan that it made (`plan.page`),
or `operation.wait`. What is not in the table cannot be called, whatever the object has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["CALLS", "GROUPS", "LONGEST_WAIT", "Call"]

LONGEST_WAIT = 20.0  # seconds that one call of `operation.wait` or `jobs.wait` may take; who waits longer asks again


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One method that may be called."""

    paths: tuple[tuple[int, str], ...] = ()  # parameters that are paths, by place and name: made whole before
    progress: bool = False  # it can tell how far it is, by a parameter of that name
    pieces: bool = False  # it returns text piece by piece


_PLAIN = Call()
_PATHS = Call(paths=((0, "paths"),))
_SOURCE = Call(paths=((0, "path"), (1, "root")))

CALLS: Mapping[str, Call] = {
    # What is on disk.
    "scan": Call(paths=((0, "dirs"),), progress=True),
    "scan_job": Call(paths=((0, "dirs"),)),
    "cancel_scan": _PLAIN,
    "scan_progress": _PLAIN,
    "last_scan": _PLAIN,
    "libraries": _PLAIN,
    "add_library": Call(paths=((0, "folder"),)),
    "remove_library": _PLAIN,
    "forget_missing": _PLAIN,
    "set_library": _PLAIN,
    "set_audio": _PLAIN,
    "holdings.libraries": _PLAIN,
    "holdings.quality": _PLAIN,
    "holdings.files": _PLAIN,
    "holdings.search": _PLAIN,
    "holdings.removal": _PLAIN,
    "holdings.forgettable": _PLAIN,
    "holdings.audio_files": _PLAIN,
    "holdings.gone": _PLAIN,
    "doctor": _PLAIN,
    # The media of the films.
    "rescan": Call(progress=True),
    "rescan_job": _PLAIN,
    "locks.of": _PLAIN,
    "locks.list": _PLAIN,
    "locks.count": _PLAIN,
    "locks.lock": _PLAIN,
    "locks.unlock": _PLAIN,
    "locks.set": _PLAIN,
    "audit": _PLAIN,
    # Jobs.
    "jobs.list": _PLAIN,
    "jobs.get": _PLAIN,
    "jobs.of_operation": _PLAIN,
    "jobs.counts": _PLAIN,
    "jobs.pause": _PLAIN,
    "jobs.resume": _PLAIN,
    "jobs.cancel": _PLAIN,
    "jobs.retry": _PLAIN,
    "jobs.set_priority": _PLAIN,
    "jobs.wait": _PLAIN,
    "jobs.unrecorded": _PLAIN,
    "jobs.log": _PLAIN,
    "events_since": _PLAIN,
    # Settings.
    "settings_table": _PLAIN,
    "set_setting": _PLAIN,
    "configuration.row": _PLAIN,
    "configuration.effect": _PLAIN,
    # People.
    "people.import_file": _SOURCE,
    "people.check_import": _SOURCE,
    "people.take_from_files": _PLAIN,
    "people.export": _PLAIN,
    "people.add": _PATHS,
    "people.remove": _PATHS,
    "people.list": _PLAIN,
    "people.similar": _PLAIN,
    "people.rename": _PLAIN,
    "people.merge": _PLAIN,
    # The plan.
    "plan": _PLAIN,
    "plan.statistics": _PLAIN,
    "plan.page": _PLAIN,
    "plan.item": _PLAIN,
    "plan.select": _PLAIN,
    "plan.ids": _PLAIN,
    "plan.edit": _PLAIN,
    "plan.newest": _PLAIN,
    "plan.narrowed": _PLAIN,
    "file": _PLAIN,
    "find_file": _PLAIN,
    "names_like": _PLAIN,
    "facets": _PLAIN,
    "complete": _PLAIN,
    "wider": _PLAIN,
    "volume": _PLAIN,
    "export_plan": Call(pieces=True),
    "export_dry_run": Call(pieces=True),
    "views.list": _PLAIN,
    "views.default": _PLAIN,
    "views.save": _PLAIN,
    "views.rename": _PLAIN,
    "views.remove": _PLAIN,
    "views.set_default": _PLAIN,
    # Decisions.
    "edit": _PLAIN,
    "people_in": _PLAIN,
    "preview_people": _PLAIN,
    "change_people": _PLAIN,
    "replace_person": _PLAIN,
    "postpone": _PLAIN,
    "bring_back": _PLAIN,
    "set_mode": _PLAIN,
    "decisions": _PLAIN,
    "revoke": _PLAIN,
    "revoke_of": _PLAIN,
    "steps": _PLAIN,
    "all_steps": _PLAIN,
    "undo": _PLAIN,
    "redo": _PLAIN,
    "templates.list": _PLAIN,
    "templates.get": _PLAIN,
    "templates.save": _PLAIN,
    "templates.remove": _PLAIN,
    "templates.preview": _PLAIN,
    "templates.apply": _PLAIN,
    "read_changes": Call(paths=((0, "source"),)),
    "apply_changes": _PLAIN,
    "suggest": _PLAIN,
    "decline": _PLAIN,
    "checks": _PLAIN,
    "check": _PLAIN,
    "findings.resolve": _PLAIN,
    "findings.resolve_all": _PLAIN,
    "findings.ignore": _PLAIN,
    "findings.ignore_all": _PLAIN,
    "findings.unignore": _PLAIN,
    # Writing and taking back.
    "preview": _PLAIN,
    "stale": _PLAIN,
    "seal": _PLAIN,
    "held": _PLAIN,
    "write": _PLAIN,
    "dry_run": Call(progress=True),
    "retry_check": _PLAIN,
    "retry_rollback_check": _PLAIN,
    "retry": _PLAIN,
    "operation": _PLAIN,
    "operation.wait": _PLAIN,
    "operation_story": _PLAIN,
    "interrupted": _PLAIN,
    "interrupted_files": _PLAIN,
    "status": _PLAIN,
    "handle": _PLAIN,
    "pause": _PLAIN,
    "resume": _PLAIN,
    "cancel": _PLAIN,
    "history": _PLAIN,
    "history_counts": _PLAIN,
    "operation_people": _PLAIN,
    "rollback_check": Call(progress=True),
    "rollback": _PLAIN,
    "backups": _PLAIN,
    "backup_use": _PLAIN,
    "verify_backups": _PLAIN,
    "show_backups": _PLAIN,
}
GROUPS = frozenset(name.partition(".")[0] for name in CALLS if "." in name) - {"plan", "operation"}
