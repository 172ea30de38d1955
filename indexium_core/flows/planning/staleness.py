"""Stale files: selected files whose result changed after a plan was displayed; only files with new rows count."""

from __future__ import annotations

from dataclasses import replace

from indexium_core.model.planning.plan import PlanItem, Selection, StaleFile, StaleFiles
from indexium_core.store.connection import Connection
from indexium_core.store.planning import plan_read
from indexium_core.store.planning.plan_read import Search
from indexium_core.store.versions.plan_version import Version


def stale_files(
    reader: Connection, displayed: Search, newest: Version, selection: Selection, *, limit: int
) -> StaleFiles:
    """
    Return the files of a selection whose result differs between the displayed and the newest version.

    Args:
        reader: A cursor.
        displayed: The displayed version, with the search of the selection.
        newest: The newest version of the same modes.
        selection: The selection; files that its search finds only in the newest version count too.
        limit: Number of files that are returned in full.

    """
    older = displayed.version
    changed = plan_read.changed_ids(reader, newest, older.plan_id) if newest != older else []
    if not changed:
        return StaleFiles(plan_id=newest.plan_id, count=0, items=[])
    selected = {*plan_read.selected_ids(reader, displayed, selection, only=changed)}
    selected.update(plan_read.selected_ids(reader, replace(displayed, version=newest), selection, only=changed))
    differing = plan_read.differing_ids(reader, newest, older.plan_id, sorted(selected))
    first = differing[:limit]
    old, new = ({item.file_id: item for item in plan_read.items(reader, each, first)} for each in (older, newest))
    written = plan_read.written_since(reader, older.plan_id, first)
    items = [_stale_file(old.get(file_id), new.get(file_id), written.get(file_id)) for file_id in first]
    return StaleFiles(plan_id=newest.plan_id, count=len(differing), items=[item for item in items if item])


def _stale_file(
    displayed: PlanItem | None, now: PlanItem | None, written: tuple[int, str | None] | None
) -> StaleFile | None:
    """Return how a file differs from the displayed plan; None if the file is in neither version."""
    either = now or displayed
    if either is None:
        return None
    return StaleFile(
        file_id=either.file_id,
        file_name=either.file_name,
        file_path=either.file_path,
        shown=displayed.result_comment if displayed else None,
        now=now.result_comment if now else None,
        reason=_reason(displayed, now, written),
    )


def _reason(displayed: PlanItem | None, now: PlanItem | None, written: tuple[int, str | None] | None) -> str:
    if displayed is None:
        return "was not in the plan"
    if now is None:
        return "is no longer in the plan"
    if now.existing_comment != displayed.existing_comment:
        if written is not None and written[1] == now.existing_comment:
            return f"was written by operation {written[0]} in the meantime"
        return "changed on disk"
    if now.risk_level in ("unchanged", "blocked"):
        return "would no longer be written"
    return "would be written differently"
