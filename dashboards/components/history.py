"""The pages' past: the list of operations, one of them in detail, and the people written most often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards import words
from dashboards.components import progress
from dashboards.components.base import Component, module
from dashboards.state import HistoryState
from indexium_core.model.operation import (
    MetadataOperation,
    OperationDetails,
    PaginatedOperations,
    RollbackCheck,
)

__all__ = ["HistoryDetails", "HistoryHeader", "HistoryList", "HistorySearch", "PeopleBars"]

SOURCES = {"dashboard": "from the dashboard", "cli": "from the command line", "python": "from Python"}
CHOICES = (
    ("", "All states"),
    ("completed", "completed"),
    ("completed_with_errors", "with errors"),
    ("interrupted", "interrupted"),
    ("cancelled", "cancelled"),
    ("failed", "failed"),
    ("rolled_back", "rolled back"),
    ("partly_rolled_back", "partly rolled back"),
    ("in_progress", "running"),
    ("paused", "paused"),
)
FILES_SHOWN = 50


class HistoryHeader(Component):
    """View: `summary`."""

    _esm = module("history_header")


class PeopleBars(Component):
    """View: `people` ({name, count, share}). Messages: `person` {name}."""

    _esm = module("people_bars")


class HistorySearch(Component):
    """View: see `search_view`. Messages: `search` {query}, `status` {status}, `dates` {since} or {until}, `clear`."""

    _esm = module("history_search")


class HistoryList(Component):
    """View: see `list_view`. Messages: `open` {id}, `cursor` {id}, `close`, `page` {page}."""

    _esm = module("history_list")


class HistoryDetails(Component):
    """View: see `details_view`. Messages: `close`, `page` {page}, `rollback`, `part`, `resume`, `progress`."""

    _esm = module("history_details")


def search_view(state: HistoryState, *, error: str, query: str) -> dict[str, Any]:
    """Return what the search shows; `query` is what was typed, also where it cannot be read."""
    return {
        "query": query,
        "error": error,
        "since": state.since,
        "until": state.until,
        "narrowed": state.narrowed(),
        "statuses": [{"value": value, "label": label, "on": value == state.status} for value, label in CHOICES],
    }


def list_view(page: PaginatedOperations, *, state: HistoryState) -> dict[str, Any]:
    """Return one page of operations."""
    first = (page.page - 1) * page.per_page
    return {
        "rows": [row(operation) for operation in page.items],
        "total": page.total,
        "range": f"{words.count(first + 1)}–{words.count(first + len(page.items))} of {words.count(page.total)}",
        "page": page.page,
        "pages": max(1, -(-page.total // page.per_page)),
        "cursor": state.operation_id,
        "empty": None if page.total else _empty(state),
    }


def _empty(state: HistoryState) -> dict[str, str]:
    if state.narrowed():
        return {"title": "No operation matches", "text": "Try another word, another state or more days."}
    return {
        "title": "Nothing has been written yet",
        "text": "Every write and every rollback is listed here, with what it changed in which file.",
    }


def row(operation: MetadataOperation) -> dict[str, Any]:
    """Return one line of the list."""
    kind = "Rollback" if operation.operation_type == "rollback" else "Write"
    status, level = chip(operation)
    return {
        "id": operation.id,
        "title": name(operation),
        "when": f"{kind} · {words.when(operation.started_at)}",
        "files": words.files(operation.file_count),
        "sum": outcome(operation),
        "status": status,
        "level": level,
        "undo": undo(operation),
    }


def name(operation: MetadataOperation) -> str:
    """Return what an operation is called: its note, else what it was."""
    if operation.user_note:
        return operation.user_note
    if operation.operation_type == "rollback":
        return f"of operation {operation.reverts_id}" if operation.reverts_id else "Rollback"
    return f"Operation {operation.id}"


def chip(operation: MetadataOperation) -> tuple[str, str]:
    """Return words and level of the state; what went wrong says more than that something did."""
    if operation.status == "completed_with_errors":
        if operation.conflict_count and not operation.failure_count:
            return words.plural(operation.conflict_count, "conflict"), "warning"
        return (
            f"{words.count(operation.failure_count + operation.conflict_count + operation.unknown_count)} refused",
            "warning",
        )
    return words.STATUS.get(operation.status, (operation.status, "note"))


def outcome(operation: MetadataOperation) -> str:
    """Return what became of the files."""
    if operation.status == "rolled_back":
        return "rolled back"
    if operation.status == "interrupted":
        return f"interrupted at {words.count(operation.success_count)} of {words.count(operation.file_count)}"
    done = "restored" if operation.operation_type == "rollback" else "done"
    counts = (
        (operation.success_count, done),
        (operation.failure_count, "failed"),
        (operation.conflict_count, "refused"),
        (operation.unknown_count, "cannot tell"),
        (operation.skipped_count, "skipped"),
    )
    return " · ".join(f"{words.count(number)} {label}" for number, label in counts if number) or "nothing yet"


def undo(operation: MetadataOperation) -> str:
    """Return whether it can be taken back, and until when."""
    if operation.status == "interrupted":
        return "resume or roll back"
    if not operation.can_rollback:
        return "comments only" if operation.comment_only else "—"
    until = progress.expiry(operation.expires_at)
    return f"byte for byte until {until}" if until else "can be undone"


def details_view(
    details: OperationDetails, check: RollbackCheck | None, *, checking: bool, query: str
) -> dict[str, Any]:
    """
    Return one operation in detail.

    Args:
        details: The operation with a page of its files.
        check: What taking it back would do, where it was looked at already.
        checking: Whether that is being looked at.
        query: What the list is searched for: taking back can be limited to it.

    """
    operation = details.operation
    kind = "Rollback" if operation.operation_type == "rollback" else "Write"
    return {
        "open": True,
        "id": operation.id,
        "title": f"{kind} · {name(operation)}",
        "when": " · ".join(
            part
            for part in (
                words.when(operation.started_at),
                words.span(operation.seconds) if operation.seconds else "",
                f"by {operation.user_name}" if operation.user_name else "",
                SOURCES.get(operation.source, operation.source),
            )
            if part
        ),
        "verdict": verdict(operation),
        "facts": fact_pairs(operation),
        "check": check_view(operation, check, checking=checking),
        "buttons": buttons(operation, check, checking=checking, query=query),
        "files": file_page(details),
    }


def verdict(operation: MetadataOperation) -> dict[str, str]:
    """Return the one sentence that matters most."""
    good, total = words.count(operation.success_count), words.count(operation.file_count)
    back = operation.operation_type == "rollback"
    did = "restored" if back else "written"
    left = words.count(operation.failure_count + operation.conflict_count + operation.unknown_count)
    proof = "Every file has its old bytes again." if back else "The media of each was proven untouched."
    texts = {
        "completed": ("safe", f"✓ {good} of {total} {did}. {proof}" if operation.success_count else "✓ Nothing to do."),
        "completed_with_errors": ("warning", f"! {good} of {total} {did}; {left} left as before."),
        "rolled_back": ("note", "All of it was taken back."),
        "partly_rolled_back": ("warning", "! Some of it was taken back."),
        "cancelled": ("note", f"Cancelled after {good} of {total}. Every file is whole."),
        "interrupted": ("danger", f"▲ Interrupted at {good} of {total}. Every file is whole."),
        "failed": ("danger", f"▲ {operation.error_message or 'It stopped.'} Every file is whole."),
    }
    level, text = texts.get(operation.status, ("note", "It is at work now."))
    return {"level": level, "text": text}


def fact_pairs(operation: MetadataOperation) -> list[list[str]]:
    """Return the plain facts."""
    pairs = [
        ["Files", outcome(operation)],
        ["Tags", f"+ {words.count(operation.tags_added)} people · − {words.count(operation.tags_removed)}"],
    ]
    if operation.backup_bytes:
        pairs.append(["Kept for undo", words.size(operation.backup_bytes)])
    if operation.can_rollback and operation.expires_at:
        pairs.append(["Undo until", words.day(operation.expires_at)])
    if operation.user_note:
        pairs.append(["Note", f"“{operation.user_note}”"])
    if operation.reverts_id:
        pairs.append(["Takes back", f"operation {operation.reverts_id}"])
    return pairs


def check_view(operation: MetadataOperation, check: RollbackCheck | None, *, checking: bool) -> dict[str, Any] | None:
    """Return what would happen on a rollback now."""
    if checking:
        return {"text": "looking at every file …"}
    if not operation.can_rollback and not operation.comment_only:
        return {"text": operation.rollback_reason} if operation.rollback_reason else None
    if check is None:
        return None
    pairs = [[words.count(check.restorable), "get the same bytes back"]]
    if check.conflicts:
        pairs.append([words.count(len(check.conflicts)), "would be left alone"])
    if check.comment_only:
        pairs.append([words.count(check.comment_only), "of them can get back only the comment, if you choose so"])
    if check.superseded:
        pairs.append([words.count(check.superseded), "of them can go back with newer writes, if you choose so"])
    conflicts = [
        {"name": item.file_name, "status": item.code.replace("_", " ") or "conflict", "message": item.message}
        for item in check.conflicts[:FILES_SHOWN]
    ]
    return (
        {"pairs": pairs, "conflicts": conflicts}
        if check.can_rollback or check.comment_only or check.superseded
        else {"text": check.reason, "conflicts": conflicts}
    )


def buttons(
    operation: MetadataOperation, check: RollbackCheck | None, *, checking: bool, query: str
) -> list[dict[str, Any]]:
    """Return what can be done with it."""
    if operation.status in {"pending", "in_progress", "paused"}:
        return [{"label": "Watch it", "act": "progress", "kind": "primary"}]
    able = not checking and check is not None and bool(check.restorable or check.comment_only or check.superseded)
    found: list[dict[str, Any]] = []
    if operation.status == "interrupted":
        found.append({"label": "Resume", "act": "resume", "kind": "primary"})
    if operation.can_rollback or operation.comment_only:
        found.append({"label": "Roll back…", "act": "rollback", "disabled": not able})
        if query:
            found.append({"label": "Only the files found…", "act": "part", "kind": "quiet", "disabled": not able})
    return found


def file_page(details: OperationDetails) -> dict[str, Any]:
    """Return the files of the operation with what was added and removed."""
    page = progress.items(details)
    page["rows"] = [
        {
            "id": item.id,
            "name": item.file_name,
            "path": item.file_path,
            "status": words.item_status(item.status, item.code)[0],
            "level": words.item_status(item.status, item.code)[1],
            "tags": [
                *({"text": person, "kind": "del"} for person in item.tags_removed),
                *({"text": person, "kind": "add"} for person in item.tags_added),
            ],
            "message": item.message,
        }
        for item in details.items
    ]
    return page


def bars(people: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the bars of people: name, count, and the share of the longest bar."""
    most = max((int(person["count"]) for person in people), default=1) or 1
    return {
        "people": [
            {
                "name": str(person["name"]),
                "count": int(person["count"]),
                "share": round(100 * int(person["count"]) / most, 1),
            }
            for person in people
        ]
    }
