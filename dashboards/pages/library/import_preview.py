"""What an import of people does: its preview line by line, and its result in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.pages.library.view_types import PeopleImportLevelView
from indexium_core.model import wording
from indexium_core.model.people import copies
from indexium_core.model.people.import_report import ImportCheck, ImportReport, UnmatchedFile

LINES = 50  # maximum number of shown lines of an upload
_NEXT_SCAN = "Scan the folder of these files, or add it: the scan assigns the names."


def imported(found: ImportReport) -> str:
    """Return the result of an import, in sentences."""
    parts = [f"{wording.plural(found.added, 'name')} added in {wording.files(found.files)}."]
    if found.waiting:
        parts.append(f"{wording.plural(found.waiting, 'name is', 'names are')} waiting for a scan. {_NEXT_SCAN}")
    if found.rejected:
        parts.append(f"{wording.plural(len(found.rejected), 'row')} rejected.")
    if found.skipped:
        parts.append(f"{wording.plural(len(found.skipped), 'placeholder name')} skipped.")
    if found.operations:
        parts.append(f"{wording.plural(found.operations, 'operation')} added to the history.")
    parts.append(copies.sentence(found.copies, found.copy_files))
    return " ".join(filter(None, parts))


def import_preview(name: str, found: ImportCheck, roots: Sequence[str], *, replace: bool) -> dict[str, Any]:
    """Return the preview of an import."""
    counts = found.report
    has_rows = bool(found.rows or not (counts.operations or counts.known_operations or counts.suggestions))
    taken = [
        wording.plural(number, one)
        for number, one in (
            (counts.matched + counts.waiting, "name"),
            (counts.suggestions, "suggestion"),
            (counts.operations, "operation"),
        )
        if number
    ]
    return {
        "name": name,
        "summary": _summary(found) if has_rows else "",
        "has_rows": has_rows,
        "levels": [
            _level(counts.matched, "safe", "name of a scanned file", "names of scanned files"),
            _level(counts.waiting, "warning", "name waiting for a scan", "names waiting for a scan"),
            _level(len(counts.rejected), "danger", "row rejected", "rows rejected"),
            *([_level(len(counts.skipped), "note", "name skipped", "names skipped")] if counts.skipped else []),
        ],
        "roots": [{"value": root, "label": root, "on": root == found.root} for root in roots] if found.relative else [],
        "replace": replace,
        "rejected": _lines([(each.where, each.reason) for each in counts.rejected]),
        "skipped": _lines([(each.where, each.reason) for each in counts.skipped]),
        "waiting": _lines([(each.where, each.path) for each in found.waiting], total=found.waiting_rows),
        "unmatched": _lines([(_content(each), each.path) for each in counts.unmatched]),
        "problems": counts.problems,
        "facts": _legacy_facts(counts),
        "hint": _hint(counts),
        "confirm": f"Import {wording.list_of(taken)}" if taken else "",
    }


def _summary(found: ImportCheck) -> str:
    names = wording.plural(found.report.matched + found.report.waiting, "name")
    return f"{names} of {wording.plural(found.people, 'person', 'people')} in {wording.plural(found.rows, 'row')}"


def _level(count: int, level: str, one: str, many: str) -> PeopleImportLevelView:
    return {"count": wording.count(count), "level": level, "text": one if count == 1 else many}


def _lines(rows: Sequence[tuple[str, str]], *, total: int | None = None) -> dict[str, Any]:
    number = len(rows) if total is None else total
    shown = [{"line": where, "text": text} for where, text in rows[:LINES]]
    more = number - len(shown)
    return {"rows": shown, "more": wording.and_more(more)}


def _legacy_facts(counts: ImportReport) -> list[str]:
    """Return what a legacy database has beside the people of files, in sentences."""
    facts = []
    if counts.by_hash or counts.by_path or counts.unmatched:
        files = wording.files(counts.by_hash + counts.by_path)
        text = f"{files} matched: {wording.count(counts.by_hash)} by content, {wording.count(counts.by_path)} by path."
        facts.append(text)
    if counts.suggestions:
        facts.append(f"{wording.plural(counts.suggestions, 'suggestion')} of people: none is assigned automatically.")
    if counts.operations or counts.known_operations:
        known = f", {wording.count(counts.known_operations)} imported earlier" if counts.known_operations else ""
        facts.append(f"History: {wording.plural(counts.operations, 'new operation')}{known}. It can only be read.")
    return facts


def _content(each: UnmatchedFile) -> str:
    """Return what a legacy database has for a file."""
    parts = (
        (each.people, "name", "names"),
        (each.suggestions, "suggestion", "suggestions"),
        (each.operations, "history entry", "history entries"),
    )
    return ", ".join(wording.plural(number, one, many) for number, one, many in parts if number)


def _hint(counts: ImportReport) -> str:
    if not counts.waiting:
        return ""
    waiting = f"{wording.plural(counts.waiting, 'name is', 'names are')} for files that no scan has found."
    if not counts.matched:
        return f"{waiting} If the paths start in another folder, choose it. Otherwise import them now. {_NEXT_SCAN}"
    return f"{waiting} Import them now. {_NEXT_SCAN}"
