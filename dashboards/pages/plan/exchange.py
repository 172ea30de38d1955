"""The import of an edited CSV: its changes, its errors, and the confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.bridge import Bridge
from dashboards.components import paging
from dashboards.components.dialog import Dialog
from dashboards.components.view_types import ChipView
from dashboards.result_cache import ResultCache
from indexium_core import errors
from indexium_core.library import Library
from indexium_core.model import wording
from indexium_core.model.fields.table import title_of
from indexium_core.model.planning.changes import ChangesPreview, FileChange
from indexium_core.model.review.reports import DecisionReport

LARGEST = 100_000_000  # bytes of an upload; a plan of 100,000 files has about 60 MB

PER_PAGE = 25
OVERWRITE = "overwrite"
_PLAN_ONLY = "This import does not write any files. It only changes the plan."


class ImportChanges:
    """Shows what an upload would change and applies it, in one session."""

    def __init__(self, library: Library, bridge: Bridge, dialog: Dialog, result_cache: ResultCache) -> None:
        self._library, self._bridge, self._dialog, self._result_cache = library, bridge, dialog, result_cache
        self._serial = 0

    def refused(self, message: Mapping[str, Any]) -> None:
        """Show why an upload was rejected."""
        self._dialog.report(
            "This file cannot be imported",
            [{"kind": "why", "level": "warning", "text": str(message.get("text", ""))[:500]}],
        )

    def show(self, message: Mapping[str, Any]) -> None:
        """Show the changes that an upload would make."""
        token = str(message.get("token", ""))
        self._bridge.run(
            lambda: self._result_cache.find(token, ChangesPreview),
            lambda preview: self._ask(preview, str(message.get("name", ""))[:100]),
            name="changes",
        )

    def _ask(self, preview: ChangesPreview, name: str) -> None:
        sections = [*_verdict(preview), *_lists(preview, 1, 1)]
        files = len(preview.applicable())
        title = f"Changes of {name}" if name else "Changes"

        def turn(which: str, page: int, _choice: str) -> None:
            section = _rows(preview, page) if which == "rows" else _errors(preview, page)
            self._dialog.renew_list(self._serial, section)

        if not preview.rows:
            self._serial = self._dialog.report(title, sections, wide=True, turn=turn)
            return
        self._serial = self._dialog.choose(
            f"{title}?",
            sections,
            _options(preview),
            lambda _note, ticked: self._apply(preview, overwrite=OVERWRITE in ticked),
            confirm=f"Apply to {wording.files(files)}" if files else "Apply",
            needs=[] if files else [OVERWRITE],
            wide=True,
            turn=turn,
        )

    def _apply(self, preview: ChangesPreview, *, overwrite: bool) -> None:
        def on_done(report: DecisionReport) -> None:
            self._bridge.toast("good", f"Changed {wording.files(report.files)}.", undo=report.step_id)

        def failed(error: errors.IndexiumError) -> None:
            self._dialog.report("Nothing was changed", [{"kind": "why", "level": "warning", "text": error.message}])

        self._bridge.run(
            lambda: self._library.changes.apply(preview, overwrite=overwrite),
            on_done,
            name="apply_changes",
            once=True,
            failed=failed,
        )


def _options(preview: ChangesPreview) -> list[dict[str, str]]:
    if not preview.conflicts:
        return []
    label = f"Also the {wording.files(preview.conflicts)} that were edited here after the export"
    hint = "The import replaces these edits. Undo restores them."
    return [{"key": OVERWRITE, "label": label, "hint": hint}]


def _verdict(preview: ChangesPreview) -> list[dict[str, Any]]:
    """Return the numbers of changes, and notes."""
    counts = preview.counts(overwrite=True)
    pairs = [
        [name, wording.files(counts[key])]
        for key, name in (
            ("people", "Other people"),
            ("fields", "Other fields"),
            ("postponed", "Skipped"),
            ("brought_back", "No longer skipped"),
            ("modes", "Other modes"),
        )
        if counts[key]
    ]
    pairs.append(["Unchanged", wording.files(preview.unchanged)])
    found: list[dict[str, Any]] = [{"kind": "facts", "pairs": pairs}]
    if counts["removes_everyone"]:
        lost = counts["removes_everyone"]
        text = f"{wording.files(lost)} would have no people left: the cell of the people is empty."
        found.append({"kind": "why", "level": "danger", "text": text})
    if not preview.rows:
        found.insert(0, {"kind": "why", "level": "safe", "text": "No row differs from the plan."})
    found.append({"kind": "hint", "text": " ".join([_PLAN_ONLY, *preview.notes])})
    return found


def _lists(preview: ChangesPreview, rows: int, problems: int) -> list[dict[str, Any]]:
    return [
        *([_errors(preview, problems)] if preview.errors else []),
        *([_rows(preview, rows)] if preview.rows else []),
    ]


def _errors(preview: ChangesPreview, page: int) -> dict[str, Any]:
    number = len(preview.errors)
    label = f"{wording.plural(number, 'row')} cannot be imported"
    found = [
        {"key": f"line{each.line}", "name": f"line {each.line}", "chips": [], "message": each.message}
        for each in _part(preview.errors, page)
    ]
    return _paged("errors", label, found, page, number)


def _rows(preview: ChangesPreview, page: int) -> dict[str, Any]:
    number = len(preview.rows)
    found = [_row(each) for each in _part(preview.rows, page)]
    return _paged("rows", f"{wording.files(number)} would be changed", found, page, number)


def _row(change: FileChange) -> dict[str, Any]:
    kept = [name for name in change.after or () if name in change.before]
    tags = [
        *({"text": name, "kind": ""} for name in kept),
        *({"text": name, "kind": "del"} for name in change.removed),
        *({"text": name, "kind": "add"} for name in change.added),
    ]
    return {
        "key": change.file_id,
        "name": change.file_name,
        "path": change.file_path,
        "chips": _chips(change),
        "tags": tags if change.after is not None else None,
        "message": " · ".join(part for part in (_note(change), change.conflict, f"line {change.line}") if part),
    }


def _chips(change: FileChange) -> list[ChipView]:
    flags = (
        (bool(change.conflict), "warning", "edited here"),
        (change.removes_everyone, "danger", "removes all people"),
        (change.postponed is True, "note", "skip"),
        (change.postponed is False, "note", "no longer skipped"),
    )
    return [{"level": level, "text": text} for wanted, level, text in flags if wanted]


def _note(change: FileChange) -> str:
    """Return the fields, the modes and the day of a row, and whether only the order of people differs."""
    parts = [
        f"{title_of(each.field)}: {each.before or 'no value'} → {each.after or 'no value'}" for each in change.fields
    ]
    parts += [mode for mode in (change.people_mode, change.comment_mode) if mode]
    parts += [f"until {wording.day(change.until)}"] if change.until else []
    if change.after is not None and not change.added and not change.removed:
        parts.append("another order")
    return ", ".join(parts)


def _part(rows: list[Any], page: int) -> list[Any]:
    return rows[(page - 1) * PER_PAGE : page * PER_PAGE]


def _paged(key: str, label: str, items: list[dict[str, Any]], page: int, number: int) -> dict[str, Any]:
    place = paging.place(page, PER_PAGE, shown=len(items), total=number)
    return {"kind": "items", "key": key, "label": label, "items": items, **place}
