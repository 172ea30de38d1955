"""Whether what would be written is still what a plan showed; only files whose plan changed since are looked at."""

from __future__ import annotations

from dataclasses import replace

from indexium_core.model.planning.plan import PlanItem, Selection, StaleFile, StaleFiles
from indexium_core.store.connection import Connection
from indexium_core.store.planning import plans
from indexium_core.store.planning.plans import Search, Version

__all__ = ["look"]


def look(reader: Connection, shown: Search, newest: Version, selection: Selection, *, limit: int) -> StaleFiles:
    """
    Return which files of a selection would be written otherwise in the newest version than in the one that was shown.

    Args:
        reader: A cursor.
        shown: The version that was shown, with the search of the selection.
        newest: The newest version of the same modes.
        selection: What is chosen; what its search finds by now counts as well.
        limit: Files that are told in full.

    """
    older = shown.version
    moved = plans.moved(reader, newest, older.plan_id) if newest != older else []
    if not moved:
        return StaleFiles(plan_id=newest.plan_id, count=0, items=[])
    chosen = {*plans.chosen(reader, shown, selection, only=moved)}
    chosen.update(plans.chosen(reader, replace(shown, version=newest), selection, only=moved))
    differing = plans.differing(reader, newest, older.plan_id, sorted(chosen))
    first = differing[:limit]
    old, new = ({item.file_id: item for item in plans.items(reader, each, first)} for each in (older, newest))
    written = plans.written_since(reader, older.plan_id, first)
    items = [_stale(old.get(file_id), new.get(file_id), written.get(file_id)) for file_id in first]
    return StaleFiles(plan_id=newest.plan_id, count=len(differing), items=[item for item in items if item])


def _stale(shown: PlanItem | None, now: PlanItem | None, written: tuple[int, str | None] | None) -> StaleFile | None:
    """Return how a file differs from what was shown of it; None where neither version has it (any more)."""
    either = now or shown
    if either is None:
        return None
    return StaleFile(
        file_id=either.file_id,
        file_name=either.file_name,
        file_path=either.file_path,
        shown=shown.result_comment if shown else None,
        now=now.result_comment if now else None,
        reason=_why_stale(shown, now, written),
    )


def _why_stale(shown: PlanItem | None, now: PlanItem | None, written: tuple[int, str | None] | None) -> str:
    if shown is None:
        return "was not in the plan"
    if now is None:
        return "is not in the plan any more"
    if now.existing_comment != shown.existing_comment:
        if written is not None and written[1] == now.existing_comment:
            return f"was written by operation {written[0]} meanwhile"
        return "the file itself changed"
    if now.risk_level in ("unchanged", "blocked"):
        return "would not be written any more"
    return "would be written otherwise"
