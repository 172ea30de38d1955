"""Operations for notebooks: as HTML, and as pandas tables."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from indexium_core import notebook
from indexium_core.model import frames, wording
from indexium_core.model.operations.operation import (
    STATES,
    ItemDetails,
    MetadataOperation,
    OperationStatus,
    WriteResult,
    outcome_counts,
    outcome_label,
    outcome_of,
)
from indexium_core.model.operations.strategies import in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from indexium_core.model.operations.dry_run import DryRunReport
    from indexium_core.model.operations.rollback import RollbackCheck

__all__ = [
    "dry_run_html",
    "item_frame",
    "items_html",
    "operation_frame",
    "operations_html",
    "result_frame",
    "rollback_check_html",
    "status_html",
]

_SHOWN = 10  # rows of a table in HTML
_STATE_WORDS = {"pending": "waiting", "in_progress": "running"}
_TYPES = ("write", "rollback")
_STATUSES = ("pending", "writing", "success", "skipped", "failed", "conflict", "unknown")
_OPERATION: dict[str, str | tuple[str, ...]] = {
    "id": "int64",
    "operation_type": _TYPES,
    "status": STATES,
    "user_note": "str",
    "started_at": frames.MOMENT,
    "completed_at": frames.MOMENT,
    "seconds": "float64",
    **dict.fromkeys(
        ("file_count", "success_count", "failure_count", "skipped_count", "conflict_count", "unknown_count"), "int64"
    ),
    "tags_added": "int64",
    "tags_removed": "int64",
    "file_bytes": "int64",
    "backup_bytes": "int64",
    "plan_id": frames.INTEGER,
    "reverts_id": frames.INTEGER,
    "can_rollback": "bool",
    "rollback_reason": "str",
    "expires_at": frames.MOMENT,
    "user_name": "str",
    "source": "str",
    "error_message": "str",
}
_ITEM: dict[str, str | tuple[str, ...]] = {
    "id": "int64",
    "file_id": "int64",
    "file_path": "str",
    "file_name": "str",
    "status": _STATUSES,
    "code": "str",
    "message": "str",
    "previous_comment": "str",
    "new_comment": "str",
    "tags_added": frames.LIST,
    "tags_removed": frames.LIST,
    "strategy": "str",
    "seconds": "float64",
    "processed_at": frames.MOMENT,
    "rolled_back_by": frames.INTEGER,
    "backup_bytes": "int64",
}
_RESULT: dict[str, str | tuple[str, ...]] = {
    "file_id": "int64",
    "status": _STATUSES,
    "code": "str",
    "message": "str",
    "strategy": "str",
    "seconds": "float64",
}


def operation_frame(operations: Sequence[MetadataOperation]) -> pd.DataFrame:
    """Return a row for each operation."""
    return frames.frame(operations, _OPERATION)


def item_frame(items: Sequence[ItemDetails]) -> pd.DataFrame:
    """Return a row for each item of an operation."""
    return frames.frame(items, _ITEM)


def result_frame(results: Sequence[WriteResult]) -> pd.DataFrame:
    """Return a row for each result of a dry run."""
    return frames.frame(results, _RESULT)


def status_html(status: OperationStatus) -> str:
    """Return the progress and the outcome of an operation."""
    facts: dict[str, object] = {
        "status": _state(status.status),
        "files": outcome_counts(status.outcomes, status.operation_type),
    }
    if status.current_file:
        facts["current file"] = status.current_text
    if status.finished and status.operation_type == "write":
        facts["rollback"] = "possible" if status.can_rollback else status.rollback_reason
    return notebook.card(f"Operation {status.id}: {status.operation_type} of {wording.files(status.total)}", facts)


def items_html(items: Sequence[ItemDetails], operation_type: str, *, total: int) -> str:
    """Return the first items of an operation as a table."""
    rows = [
        (item.file_name, outcome_label(outcome_of(item.status, item.code), operation_type), item.new_comment or "")
        if item.status == "success"
        else (item.file_name, outcome_label(outcome_of(item.status, item.code), operation_type), item.message)
        for item in items[:_SHOWN]
    ]
    return notebook.table(("file", "result", "comment or reason"), rows, total=total)


def operations_html(operations: Sequence[MetadataOperation], *, total: int) -> str:
    """Return the first operations of the history as a table."""
    rows = [
        (
            each.id,
            each.operation_type,
            _state(each.status),
            outcome_counts(each.outcomes, each.operation_type),
            each.user_note,
        )
        for each in operations[:_SHOWN]
    ]
    return notebook.table(("operation", "type", "status", "files", "title"), rows, total=total)


def dry_run_html(report: DryRunReport) -> str:
    """Return the result of a dry run: outcomes, methods of writing, and why files would not be written."""
    results = Counter(outcome_of(item.status, item.code) for item in report.items)
    facts: dict[str, object] = {"would be": outcome_counts(results), "to write": wording.size(report.bytes_to_write)}
    facts |= {in_words(name): wording.files(number) for name, number in report.by_strategy.items()}
    facts |= {f"{level} (excluded)": wording.files(number) for level, number in report.excluded.items() if number}
    bad = [item for item in report.failures_first if item.status != "success"]
    rows = [(item.file_id, outcome_label(outcome_of(item.status, item.code)), item.message) for item in bad[:_SHOWN]]
    below = notebook.table(("file_id", "result", "reason"), rows, total=len(bad)) if bad else ""
    return notebook.card(f"Dry run of {wording.files(report.total)}: no file was changed", facts, below=below)


def rollback_check_html(check: RollbackCheck) -> str:
    """Return what a rollback would restore, and why it would skip files."""
    facts: dict[str, object] = {
        "would be": outcome_counts({"done": check.restorable}, "rollback") or "nothing restored"
    }
    facts |= {} if check.can_rollback else {"reason": check.reason}
    rows = [(item.file_name, item.message) for item in check.conflicts[:_SHOWN]]
    below = notebook.table(("conflict", "reason"), rows, total=len(check.conflicts)) if rows else ""
    return notebook.card(
        f"Check of a rollback of operation {check.operation_id}: no file was changed", facts, below=below
    )


def _state(status: str) -> str:
    return _STATE_WORDS.get(status) or status.replace("_", " ")
