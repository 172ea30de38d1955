"""The sections of the question before a write: the numbers, what would be lost, and the actions for it."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from dashboards.components import paging
from dashboards.components.view_types import DialogTypedView
from dashboards.questions import approval_sections
from indexium_core.flows.planning.plan import MetadataPlan
from indexium_core.model import wording
from indexium_core.model.fields.table import title_of
from indexium_core.model.files import strategies
from indexium_core.model.operations import summaries
from indexium_core.model.operations.operation import WriteOptions
from indexium_core.model.operations.preview import WritePreview
from indexium_core.model.planning import risk
from indexium_core.model.planning.losses import dangerous_file
from indexium_core.model.planning.plan import WRITABLE, PlanItem, Selection, SelectionSummary

QUERIES = {"danger": "risk:danger", "text": "issue:custom_comment", "everyone": "issue:tag_removal_all"}
PER_PAGE = 20  # dangerous files per page
CHANGED = "The selection finds other files now. Nothing was written. Check the numbers again."


class RequestChange(NamedTuple):
    """A change that a person made in the question, and what undoes it."""

    sentence: str
    step_id: int | None  # the decision step; None if only the selection changed
    before: Selection  # the selection before the change


class WriteRequest(NamedTuple):
    """The files that a person wants to write, and the options."""

    plan: MetadataPlan  # the plan as it was shown
    selection: Selection
    options: WriteOptions = WriteOptions(risk=WRITABLE, source="dashboard")
    within: str = ""  # the search of the page
    hint: str = ""  # additional text of the question
    has_changed: bool = False  # the selection's files changed after the question was first shown
    changes: tuple[RequestChange, ...] = ()  # the changes that a person made in the question


class ShownWrite(NamedTuple):
    """A request with its preview."""

    request: WriteRequest
    preview: WritePreview
    dangers: list[PlanItem]  # the first dangerous files


def typed(danger: int, *, noun: str = "file", verb: str = "write") -> DialogTypedView:
    """Return the word that a person types before dangerous files or titles are written."""
    them = f"this dangerous {noun}" if danger == 1 else f"these {wording.count(danger)} dangerous {noun}s"
    return {"before": "Type", "word": f"{verb} {danger}", "after": f"to {verb} {them}, too."}


def sections(shown_write: ShownWrite) -> list[dict[str, Any]]:
    """Return the sections of the question: levels, people, fields, strategies, cost, rollback, and losses."""
    request, preview, first_dangers = shown_write
    summary = preview.summary
    counts = {level: summary.by_risk.get(level, 0) for level in risk.LEVEL_HINTS}
    levels = [{"level": level, "count": wording.count(number)} for level, number in counts.items() if number]
    shown: list[dict[str, Any]] = [{"kind": "levels", "levels": levels}, {"kind": "facts", "pairs": _facts(preview)}]
    if request.has_changed:
        shown.insert(0, {"kind": "why", "level": "warning", "text": CHANGED})
    shown[:0] = approval_sections.sections(preview.reasons)
    shown += [{"kind": "why", "level": "warning", "text": each.describe()} for each in preview.holders]
    if request.hint:
        shown.append({"kind": "hint", "text": request.hint})
    if request.changes:
        shown.append(_changes(request.changes))
    return shown + losses(summary, first_dangers, preview.danger_count, may_change=True)


def _facts(preview: WritePreview) -> list[list[str]]:
    summary, changes = preview.summary, preview.changes
    pairs = [
        *([["People", _people(summary)]] if changes.comments else []),
        *([title_of(each.field), each.describe()] for each in changes.fields),
        ["Method", how(summary.by_strategy)],
        ["Written", f"about {wording.size(summary.est_bytes)}, in {wording.estimate(summary.est_seconds)}"],
        ["Rollback", summaries.rollback_promise(summary)],
    ]
    if summary.hidden:
        pairs.append(["Hidden", f"{wording.files(summary.hidden)} that the search does not show"])
    if left := summaries.excluded_files({**summary.excluded, "unchanged": 0}):
        pairs.append(["Not included", left])
    return pairs


def _people(summary: SelectionSummary) -> str:
    added, removed = summary.tags_to_add, summary.tags_to_remove
    parts = [f"{wording.count(added)} added"] if added else []
    parts += [f"{wording.count(removed)} removed"] if removed else []
    return ", ".join(parts) or "the same people, in another form"


def how(by_strategy: dict[str, int]) -> str:
    """Return the numbers of files by method: `74 in place, 3 as a full copy, 1 rewritten by FFmpeg`."""
    counts: Counter[str] = Counter()
    for name, number in by_strategy.items():
        counts[_HOW.get(strategies.in_a_word(name), "in place")] += number
    return ", ".join(f"{wording.count(number)} {method}" for method, number in counts.most_common())


_HOW = {
    "in place": "in place",
    "shared copy": "as a shared copy",
    "full copy": "as a full copy",
    "rewrite": "rewritten by FFmpeg",
    "sidecar": "in a sidecar beside the photo",
}


def losses(summary: SelectionSummary, items: list[PlanItem], danger: int, *, may_change: bool) -> list[dict[str, Any]]:
    """
    Return the sections of the losses; none without dangerous files.

    Args:
        summary: The totals of the write.
        items: The first dangerous files.
        danger: The number of all dangerous files.
        may_change: Whether the lines have the actions that change the write, and that show its files.

    """
    if not danger:
        return []
    lines = _losses(summary, danger)
    if not may_change:
        lines["lines"] = [{**each, "actions": []} for each in lines["lines"]]
    return [lines, dangers(items, danger, 1)]


def _losses(summary: SelectionSummary, danger: int) -> dict[str, Any]:
    """Return the section of the losses: a line for each kind, with the actions for its files."""
    leave = [{"label": "Exclude dangerous files", "act": "leave_out"}] if danger < summary.count else []
    lines = [_line(f"{wording.plural(danger, 'dangerous file')}", "danger", danger, leave)]
    if summary.loses_text:
        number = summary.loses_text
        preserve = {
            "label": f"Preserve all {wording.count(number)}" if number > 1 else "Preserve it",
            "act": "preserve",
        }
        lines.append(_line(f"{wording.files(number)} would lose custom text", "text", number, [preserve]))
    if summary.removes_all_people:
        number = summary.removes_all_people
        lines.append(_line(f"{wording.files(number)} would have no people left", "everyone", number, []))
    return {"kind": "lines", "level": "danger", "lines": lines}


def _line(text: str, name: str, number: int, actions: list[dict[str, str]]) -> dict[str, Any]:
    show = {"label": "Show these" if number > 1 else "Show it", "act": f"show_{name}"}
    return {"text": text, "actions": [*actions, show]}


def _changes(changes: tuple[RequestChange, ...]) -> dict[str, Any]:
    """Return the section of the changes that a person made in the question; the last one can be undone."""
    lines: list[dict[str, Any]] = [{"text": change.sentence, "actions": []} for change in changes]
    lines[-1]["actions"] = [{"label": "Undo", "act": "undo"}]
    return {"kind": "lines", "level": "safe", "lines": lines}


def dangers(items: list[PlanItem], count: int, page: int) -> dict[str, Any]:
    """Return one page of the dangerous files with the losses of each."""
    return {
        "kind": "items",
        "key": "dangers",
        "style": "losses",
        "label": wording.plural(count, "dangerous file"),
        "items": [_danger(item) for item in items],
        **paging.place(page, PER_PAGE, shown=len(items), total=count),
    }


def _danger(item: PlanItem) -> dict[str, Any]:
    lost = dangerous_file(item)
    return {
        "key": lost.file_id,
        "name": lost.name,
        "path": lost.path,
        "chips": [{"level": "danger", "text": label} for label in lost.labels],
        "texts": [{"where": each.where, "text": each.text} for each in lost.texts],
        "tags": [{"text": name, "kind": "del"} for name in lost.people] or None,
        "message": lost.message,
    }
