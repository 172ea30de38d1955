"""One operation during and after its run."""

from __future__ import annotations

from typing import Any

from dashboards import status_words
from dashboards.components import operation_text
from dashboards.components.base import Component, module, needing
from dashboards.components.view_types import ButtonItemView
from dashboards.pages.progress.view_types import ProgressView
from indexium_core.model import job_words, wording
from indexium_core.model.accounts.permissions import ROLLBACK, WRITE_ANY, WRITE_SAFE
from indexium_core.model.operations import summaries
from indexium_core.model.operations.operation import MetadataOperation, OperationDetails, OperationStatus
from indexium_core.model.operations.outcomes import REMAINING, outcome_counts

SHOWN = {  # value of the filter → (words, item statuses)
    "": ("all", ()),
    "failed": ("problems", ("failed", "conflict", "unknown")),
    "success": ("written", ("success",)),
    "skipped": ("skipped", ("skipped",)),
    "pending": ("waiting", ("pending", "writing")),
}


class Progress(Component):
    """
    The page of one operation.

    Messages: `pause`, `resume`, `cancel`, `rollback`, `retry`, `history`, `plan`, `publish`, `log`, `status` {status}
    and `page` {page} for its files.
    """

    _esm = module("progress")
    _view = ProgressView
    _needs = needing({WRITE_SAFE: "pause cancel", WRITE_ANY: "resume retry", ROLLBACK: ROLLBACK})


def nothing() -> dict[str, Any]:
    """Return the view of a home without operations."""
    return {
        "title": "Progress",
        "sub": "",
        "empty": {
            "title": "Nothing is being written",
            "text": "When you write from the plan, you can watch it here. It continues if you close the page.",
            "buttons": [{"label": "Go to the plan", "act": "plan", "kind": "primary"}],
        },
    }


def view(details: OperationDetails, *, shown: str) -> dict[str, Any]:
    """
    Return the view of an operation.

    Args:
        details: The operation with one page of its files, failures first.
        shown: Which files are listed, a key of `SHOWN`.

    """
    operation, status = details.operation, details.status
    has_problems = operation_text.count_of(status, SHOWN["failed"][1]) > 0
    return {
        "title": title(operation, status),
        "sub": subtitle(operation, status),
        "done": wording.count(status.current),
        "total": operation_text.items(operation, status.total),
        "now": status.current,
        "max": status.total,
        "line": operation_text.speed(operation, status),
        "parts": operation_text.bar_parts(status),
        "rest": rest(status),
        "current": status.current_text if status.status == "in_progress" else "",
        "buttons": buttons(status),
        "summary": summary(operation, status) if status.finished else None,
        "order": " · ".join(["Failures first"] * has_problems + ["live"] * (not status.finished)),
        "statuses": [
            {
                "value": key,
                "label": f"{label} {wording.count(operation_text.count_of(status, states))}",
                "on": key == shown,
            }
            for key, (label, states) in operation_text.item_filters(SHOWN, status).items()
        ],
        "items": operation_text.items_page(details),
    }


def title(operation: MetadataOperation, status: OperationStatus) -> str:
    """Return the headline."""
    if status.finished:
        number = operation_text.count_of(status, ("success",))
        return (
            f"{operation_text.kind_name(operation)} “{operation.user_note}”"
            if operation.user_note
            else f"{operation_text.DONE[operation.operation_type]} {operation_text.items(operation, number)}"
        )
    name = f"“{operation.user_note}”" if operation.user_note else operation_text.items(operation, status.total)
    return f"{operation_text.DOING[operation.operation_type]} {name}"


def subtitle(operation: MetadataOperation, status: OperationStatus) -> str:
    """Return when and where the operation was started, and a note that it continues without the page."""
    source = job_words.SOURCES.get(operation.source, "")
    started = f"started {wording.when(operation.started_at)} {source}".rstrip()
    if status.status == "paused":
        waits = "pausing after the current file" if status.pausing else "paused: completed files stay as they are"
        return f"{started} · {waits}"
    return started if status.finished else f"{started} · continues if you close this page"


def rest(status: OperationStatus) -> str:
    """Return the number of waiting files, or of files that an ended operation did not write."""
    if status.finished:
        return outcome_counts(status.outcomes, only=REMAINING, separator=" · ")
    waiting = status.total - status.current - len(status.fractions)
    return f"{wording.count(waiting)} waiting" if waiting else ""


def buttons(status: OperationStatus) -> list[ButtonItemView]:
    """Return the actions of a running operation."""
    if status.status in {"pending", "in_progress"}:
        return [{"label": "Pause after this file", "act": "pause", "key": "P"}, {"label": "Cancel", "act": "cancel"}]
    if status.status == "paused":
        return [
            {"label": "Resume", "act": "resume", "key": "P", "kind": "primary"},
            {"label": "Cancel", "act": "cancel"},
        ]
    return []


def summary(operation: MetadataOperation, status: OperationStatus) -> dict[str, Any]:
    """Return the report of an operation that has ended."""
    name, level = status_words.STATUS[status.status]
    return {
        "title": name.capitalize(),
        "level": level,
        "glyph": {"safe": "✓", "blocked": "■"}.get(level, "!"),
        "lines": _report(operation, status),
        "buttons": _offers(operation, status),
    }


def _report(operation: MetadataOperation, status: OperationStatus) -> list[str]:
    bad = status.outcomes["failed"] + status.outcomes["conflict"]
    meanings = (
        f"{summaries.outcome_summary(status.outcomes, status.operation_type, noun=operation.noun)}.",
        status.outcomes["restored"] and "Each restored file was verified.",
        bad and "Files that failed or have a conflict were not changed. The list shows the reasons.",
        status.outcomes["unknown"] and "The next start of Indexium checks the files that it could not reach.",
        status.outcomes["undone"] and f"Undone files have their state before the {operation.operation_type}.",
        status.outcomes["not_started"] and summaries.intact_files(status.outcomes["unknown"]),
        status.status == "rolled_back" and "All files were rolled back later.",
        status.status == "partly_rolled_back" and "Some files were rolled back later.",
        operation.error_message,
    )
    return [text for text in meanings if text]


def _offers(operation: MetadataOperation, status: OperationStatus) -> list[dict[str, str]]:
    waiting = wording.count(status.total - status.current)
    resume = {"label": f"Resume {waiting}", "act": "resume", "kind": "primary"}
    left = operation_text.retryable(operation, status)
    retry = {"label": f"Retry {operation_text.items(operation, left)}…", "act": "retry", "kind": "primary", "key": "r"}
    return [
        *([resume] if operation_text.can_resume(status) else []),
        *([retry] if left else []),
        *([{"label": "Roll back…", "act": "rollback"}] if operation.can_rollback else []),
        {"label": "Show in History", "act": "history"},
        {"label": "Back to Publish", "act": "publish", "kind": "quiet"}
        if operation.noun == "title"
        else {"label": "Back to the plan", "act": "plan", "kind": "quiet"},
    ]
