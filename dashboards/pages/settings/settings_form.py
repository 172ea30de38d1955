"""The settings as a page: what each is for, what it is now, where that is from, and from when a change counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.components.base import Component, module
from indexium_core.model import wording
from indexium_core.settings import SettingRow

__all__ = ["LABELS", "SettingsForm", "view"]

OTHERS = "Others"
GROUPS: Mapping[str, tuple[str, ...]] = {
    "Writing": (
        "metadata_max_concurrent_writes",
        "preserve_mtime",
        "faststart",
        "rewrite_warn_size",
        "metadata_operation_timeout_seconds",
        "max_operation_items",
        "executor",
    ),
    "Taking back": ("metadata_backup_retention_days", "backup_budget"),
    "People": ("placeholder_names",),
    "Scanning": ("probe_threads", "rescan_batch_size", "rescan_batch_pause_ms", "thumbnail_budget"),
    "This dashboard": (
        "metadata_preview_page_size",
        "metadata_enable_inline_edit",
        "metadata_enable_websocket",
        "api_writes_per_minute",
    ),
    "Home": ("home", "log_retention_days", "audit_retention_days"),
}
LABELS: Mapping[str, str] = {
    "metadata_max_concurrent_writes": "Files written at once",
    "preserve_mtime": "Keep modification times",
    "faststart": "Index of an MP4",
    "rewrite_warn_size": "Warn of large copies from",
    "metadata_operation_timeout_seconds": "Longest standstill, in seconds",
    "max_operation_items": "Most files of one operation",
    "executor": "Files are read and written in",
    "metadata_backup_retention_days": "Days to take back",
    "backup_budget": "Room for backups",
    "placeholder_names": "Placeholder names",
    "probe_threads": "Files read at once",
    "rescan_batch_size": "Files of a rescan between two saves",
    "rescan_batch_pause_ms": "Rest of a rescan after each of them, in ms",
    "thumbnail_budget": "Room for pictures",
    "metadata_preview_page_size": "Rows of a page",
    "metadata_enable_inline_edit": "Editing in the dashboard",
    "metadata_enable_websocket": "Pages are told of changes",
    "api_writes_per_minute": "Writes of programs in a minute",
    "home": "Home folder",
    "log_retention_days": "Days of logs",
    "audit_retention_days": "Days of the audit",
}
ORIGINS = {
    "environment": ("environment", "note"),
    "file": ("set here", "safe"),
    "default": ("default", "note"),
    "start": ("given at the start", "note"),
}


class SettingsForm(Component):
    """
    Every setting with what may be done to it.

    View: `file` (where they are kept), `groups` ({title, rows}), `problem` ({name, text, typed}: what was typed and why
    it cannot be), `serial` (counts up where fields show what is in force again). A row: `name`, `variable`, `label`,
    `help`, `kind`, `value`, `default`, `choices`, `origin`, `level`, `counts`, `locked`, `own` (it can be taken back to
    the default). Messages: `set` {name, value}, `unset` {name}.
    """

    _esm = module("settings")
    _styles = ("house.css",)


def view(rows: Sequence[SettingRow], *, file: str, problem: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what the page shows; settings that no group names come last."""
    by_name = {row.name: row for row in rows}
    named = {name for names in GROUPS.values() for name in names}
    groups = {**GROUPS, OTHERS: tuple(name for name in by_name if name not in named)}
    return {
        "file": file,
        "problem": dict(problem) if problem else None,
        "groups": [
            {"title": title, "rows": [_row(by_name[name]) for name in names if name in by_name]}
            for title, names in groups.items()
            if any(name in by_name for name in names)
        ],
    }


def _row(row: SettingRow) -> dict[str, Any]:
    origin, level = ORIGINS[row.source]
    return {
        "name": row.name,
        "variable": row.variable,
        "label": LABELS.get(row.name, row.name.replace("_", " ").capitalize()),
        "help": _spoken(row.help) if row.kind == "switch" else row.help,
        "kind": row.kind,
        "value": _grouped(row.value) if row.kind == "number" else row.value,
        "default": _grouped(row.default) if row.kind == "number" else row.default,
        "choices": list(row.choices),
        "origin": origin,
        "level": level,
        "counts": f"counts {row.counts}" if row.counts else "",
        "locked": row.locked,
        "own": row.source == "file",
    }


def _grouped(number: str) -> str:
    return wording.count(int(number))


def _spoken(text: str) -> str:
    """Say on and off, as the switch does, where the table says true and false."""
    return text.replace("True", "On").replace("False", "Off")
