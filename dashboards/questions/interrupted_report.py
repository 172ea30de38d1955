"""How an interrupted operation is shown: its files by outcome, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.components import operation_text, paging
from indexium_core.model import wording
from indexium_core.model.job import Job
from indexium_core.model.operations import summaries
from indexium_core.model.operations.interrupted import INTERRUPTED_OUTCOMES, InterruptedFile, InterruptedOperation
from indexium_core.model.operations.outcomes import outcome_label
from indexium_core.model.shapes import page_count

PER_PAGE = 50
_CHIPS = {  # outcome of a file → level and glyph of its chip
    "unknown": ("warning", "?"),
    "undone": ("note", "↺"),
    "failed": ("danger", "✕"),
    "conflict": ("danger", "⊘"),
    "not_started": ("blocked", "·"),
    "skipped": ("blocked", "–"),
    "written": ("safe", "✓"),
    "restored": ("safe", "✓"),
}


def title(operation: InterruptedOperation, *, others: int = 0) -> str:
    """Return the headline; `others`: the number of further interrupted operations."""
    kind = operation_text.kind_name(operation.operation).lower()
    text = f"A {kind} stopped" if operation.operation.status == "failed" else f"A {kind} was interrupted"
    return f"{text} (and {wording.plural(others, 'other')})" if others else text


def sections(operation: InterruptedOperation) -> list[dict[str, Any]]:
    """Return the facts for the decision."""
    found: list[dict[str, Any]] = [{"kind": "text", "text": _summary(operation)}]
    if operation.stop_reason:
        found.append({"kind": "why", "level": "warning", "text": operation.stop_reason})
    levels = [
        {
            "count": wording.count(number),
            "level": _CHIPS[outcome][0],
            "text": outcome_label(outcome),
            "glyph": _CHIPS[outcome][1],
        }
        for outcome in reversed(INTERRUPTED_OUTCOMES)
        if (number := operation.counts.get(outcome, 0))
    ]
    return [*found, {"kind": "levels", "levels": levels}, {"kind": "text", "text": _promise(operation)}]


def _summary(operation: InterruptedOperation) -> str:
    record = operation.operation
    named = operation_text.name(record)
    if record.user_note or record.operation_type != "rollback":
        note = f"“{record.user_note}”" if record.user_note else str(record.id)
        named = f"{operation_text.kind_name(record)} {note}"
    started = f"{named}, started {wording.when(record.started_at)}"
    unknown = operation.counts.get("unknown", 0)
    completed = operation.total - operation.remaining - unknown
    processed = f"processed {wording.count(completed)} of {operation_text.items(record, operation.total)}"
    return f"{started}, {processed}. {summaries.intact_files(unknown)}"


def _promise(operation: InterruptedOperation) -> str:
    done, back = operation.successes, operation.operation.operation_type == "rollback"
    left = operation.remaining
    record = operation.operation
    parts = [f"Resume continues with {operation_text.items(record, left)}." if left else f"No {record.noun} is left."]
    if done and operation.operation.can_rollback:
        verb = "reverts the rollback of" if back else "restores"
        parts.append(f"Roll back {verb} {operation_text.items(record, done)}.")
    parts.append("You can also decide later.")
    return " ".join(parts)


def scan(job: Job) -> str:
    """Return the sentence about a scan of a former process that continues."""
    total = wording.files(job.progress_total or 0)
    done = f": {wording.count(job.progress_current)} of {total} are read" if job.progress_total else ""
    return f"“{job.title}” continues after the restart{done}."


def resume_label(operation: InterruptedOperation) -> str:
    """Return the label of the button that resumes, "" if no file is left."""
    left = operation_text.items(operation.operation, operation.remaining)
    return f"Resume {left}" if operation.remaining else ""


def rollback_label(operation: InterruptedOperation) -> str:
    """Return the label of the button that rolls back, "" if a rollback is impossible."""
    done = operation.successes
    return f"Roll back {wording.count(done)}…" if done and operation.operation.can_rollback else ""


def pages(operation: InterruptedOperation, outcome: str) -> int:
    """Return the number of pages of the list of files."""
    return page_count(_listed(operation, outcome), PER_PAGE)


def _listed(operation: InterruptedOperation, outcome: str) -> int:
    return sum(number for each, number in operation.counts.items() if outcome in ("", each))


def files_section(
    operation: InterruptedOperation, files: Sequence[InterruptedFile], *, page: int = 1, outcome: str = ""
) -> dict[str, Any]:
    """Return the list of files with a page of `files`; `outcome`: only one outcome."""
    return {
        "kind": "items",
        "key": "files",
        "label": "Files",
        "items": [_file(file) for file in files],
        "choices": _choices(operation, chosen=outcome),
        **paging.place(page, PER_PAGE, shown=len(files), total=_listed(operation, outcome)),
    }


def _choices(operation: InterruptedOperation, *, chosen: str) -> list[dict[str, Any]]:
    named = [("", f"all {wording.count(operation.total)}")]
    named += [
        (outcome, f"{outcome_label(outcome)} {wording.count(number)}")
        for outcome in INTERRUPTED_OUTCOMES
        if (number := operation.counts.get(outcome, 0))
    ]
    return [{"value": value, "label": label, "on": value == chosen} for value, label in named]


def _file(file: InterruptedFile) -> dict[str, Any]:
    level, glyph = _CHIPS[file.outcome]
    return {
        "key": file.item_id,
        "name": file.file_name,
        "path": file.file_path,
        "status": outcome_label(file.outcome),
        "level": level,
        "glyph": glyph,
        "message": file.message,
    }
