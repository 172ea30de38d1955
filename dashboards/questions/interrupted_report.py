"""What an operation came to that was cut off, and what it can become, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboards.components import operation_text
from indexium_core.model import wording
from indexium_core.model.operations.interrupted import BECAME, InterruptedFile, InterruptedOperation

__all__ = ["PER_PAGE", "files_section", "pages", "resume_label", "rollback_label", "sections", "title"]

PER_PAGE = 50
_CHIPS = {  # what became of a file → level and sign of its chip
    "unclear": ("warning", "?"),
    "restored": ("note", "↺"),
    "refused": ("danger", "⊘"),
    "not_started": ("blocked", "·"),
    "skipped": ("blocked", "–"),
    "done": ("safe", "✓"),
}


def title(operation: InterruptedOperation, *, others: int = 0) -> str:
    """Return the headline; `others`: how many more are asked for after this one."""
    kind = "rollback" if operation.operation.operation_type == "rollback" else "write"
    what = f"A {kind} stopped" if operation.operation.status == "failed" else f"A {kind} was interrupted"
    return f"{what} (and {wording.plural(others, 'other')})" if others else what


def sections(operation: InterruptedOperation) -> list[dict[str, Any]]:
    """Return what a person has to know before deciding."""
    found: list[dict[str, Any]] = [{"kind": "text", "text": _what(operation)}]
    if operation.why:
        found.append({"kind": "why", "level": "warning", "text": operation.why})
    levels = [
        {"count": wording.count(number), "level": _CHIPS[became][0], "text": BECAME[became], "glyph": _CHIPS[became][1]}
        for became in reversed(BECAME)
        if (number := operation.counts.get(became, 0))
    ]
    return [*found, {"kind": "levels", "levels": levels}, {"kind": "text", "text": _promise(operation)}]


def _what(operation: InterruptedOperation) -> str:
    record = operation.operation
    unnamed = operation_text.name(record) if record.operation_type == "rollback" else str(record.id)
    named = f"“{record.user_note}”" if record.user_note else unnamed
    began = f"{operation_text.kind_name(record)} {named}, begun {wording.when(record.started_at)}"
    done = operation.total - operation.left - operation.counts.get("unclear", 0)
    return f"{began}, came to {wording.count(done)} of {wording.files(operation.total)}. Every file is whole."


def _promise(operation: InterruptedOperation) -> str:
    done, back = operation.counts.get("done", 0), operation.operation.operation_type == "rollback"
    left = operation.left
    said = [f"Resume goes on with {wording.files(left)}." if left else "There is nothing left to do."]
    if done and operation.operation.can_rollback:
        again = "undoes what was taken back of" if back else "gives their old bytes back to"
        said.append(f"Roll back {again} {wording.files(done)}.")
    said.append("Nothing is lost by deciding later.")
    return " ".join(said)


def resume_label(operation: InterruptedOperation) -> str:
    """Return the words of the button that goes on, "" where nothing is left."""
    return f"Resume {wording.files(operation.left)}" if operation.left else ""


def rollback_label(operation: InterruptedOperation) -> str:
    """Return the words of the button that takes back what was done, "" where nothing can be."""
    done = operation.counts.get("done", 0)
    return f"Roll back {wording.count(done)}…" if done and operation.operation.can_rollback else ""


def pages(operation: InterruptedOperation, became: str) -> int:
    """Return how many pages the report file by file has."""
    return max(1, -(-_listed(operation, became) // PER_PAGE))


def _listed(operation: InterruptedOperation, became: str) -> int:
    return operation.counts.get(became, 0) if became else operation.total


def files_section(
    operation: InterruptedOperation, files: Sequence[InterruptedFile], *, page: int = 1, became: str = ""
) -> dict[str, Any]:
    """Return the report file by file with a page of `files`; `became`: those of one outcome only."""
    before, total = (page - 1) * PER_PAGE, _listed(operation, became)
    return {
        "kind": "items",
        "key": "files",
        "label": "File by file",
        "items": [_file(file) for file in files],
        "choices": _choices(operation, chosen=became),
        "page": page,
        "pages": pages(operation, became),
        "range": wording.range_of(before + 1, before + len(files), total),
    }


def _choices(operation: InterruptedOperation, *, chosen: str) -> list[dict[str, Any]]:
    named = [("", f"all {wording.count(operation.total)}")]
    named += [
        (became, f"{told} {wording.count(number)}")
        for became, told in BECAME.items()
        if (number := operation.counts.get(became, 0))
    ]
    return [{"value": value, "label": label, "on": value == chosen} for value, label in named]


def _file(file: InterruptedFile) -> dict[str, Any]:
    level, glyph = _CHIPS[file.became]
    return {
        "key": file.item_id,
        "name": file.file_name,
        "path": file.file_path,
        "status": BECAME[file.became],
        "level": level,
        "glyph": glyph,
        "message": file.message,
    }
