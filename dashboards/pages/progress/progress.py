"""One operation while it runs and when it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dashboards import words
from dashboards.components.base import Component, module
from indexium_core.model import wording
from indexium_core.model.operations.operation import (
    OUTCOMES,
    ItemDetails,
    MetadataOperation,
    OperationDetails,
    OperationStatus,
)

__all__ = ["SHOWN", "Progress", "named", "nothing", "title", "undone", "view"]

SHOWN = {  # value of the filter → (words, item statuses)
    "": ("all", ()),
    "failed": ("not done", ("failed", "conflict", "unknown")),
    "success": ("done", ("success",)),
    "skipped": ("skipped", ("skipped",)),
    "pending": ("waiting", ("pending", "writing")),
}
PARTS = (  # outcome → class of the bar, words
    ("done", "ok", "done"),
    ("failed", "bad", "failed"),
    ("conflict", "bad", "refused"),
    ("unclear", "odd", "cannot tell"),
    ("skipped", "off", "skipped"),
)


_SLOW = 0.1  # files a second; below that a rate says less than the time that is left


class Progress(Component):
    """
    The page of one operation.

    Messages: `pause`, `resume`, `cancel`, `rollback`, `retry`, `history`, `plan`, `log`, `status` {status} and `page`
    {page} of its files.
    View: see `view` and `nothing`.
    """

    _esm = module("progress")


def nothing() -> dict[str, Any]:
    """Return what is shown where no operation was ever started."""
    return {
        "title": "Progress",
        "sub": "",
        "empty": {
            "title": "Nothing is being written",
            "text": "When you write from the plan, you can watch it here. It goes on if you close the page.",
            "buttons": [{"label": "Go to the plan", "act": "plan", "kind": "primary"}],
        },
    }


def view(details: OperationDetails, *, shown: str) -> dict[str, Any]:
    """
    Return what is shown of an operation.

    Args:
        details: The operation with one page of its files, failures first.
        shown: Which files are listed, a key of `SHOWN`.

    """
    operation, status = details.operation, details.status
    return {
        "title": title(operation, status),
        "sub": subtitle(operation, status),
        "done": wording.count(status.processed),
        "total": wording.count(status.total),
        "now": status.processed,
        "max": status.total,
        "line": pace(operation, status),
        "parts": parts(status),
        "rest": rest(status),
        "current": status.now if status.status == "in_progress" else "",
        "buttons": buttons(status),
        "summary": summary(operation, status) if status.finished else None,
        "order": "Failures first" if status.finished else "Failures first · live",
        "statuses": [
            {"value": key, "label": f"{label} {wording.count(_number(status, states))}", "on": key == shown}
            for key, (label, states) in named(SHOWN, status).items()
        ],
        "items": items(details),
    }


def named(
    shown: Mapping[str, tuple[str, tuple[str, ...]]], status: OperationStatus
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return a filter of files with the words that fit: what was given up is skipped to the ledger alone."""
    left = "put back, not started" if status.restored else "not started"
    fitting = {"pending": left} if status.finished and status.counts.get("pending") else {}
    if status.given_up:
        fitting["skipped"] = f"skipped, {left}" if status.outcomes["skipped"] else left
    return {key: (fitting.get(key, label), states) for key, (label, states) in shown.items()}


def title(operation: MetadataOperation, status: OperationStatus) -> str:
    """Return the headline: what is or was done."""
    doing = {True: "Taking back", False: "Writing"}[operation.operation_type == "rollback"]
    done = {True: "Took back", False: "Wrote"}[operation.operation_type == "rollback"]
    if status.finished:
        kind = "Rollback" if operation.operation_type == "rollback" else "Write"
        return (
            f"{kind} “{operation.user_note}”"
            if operation.user_note
            else f"{done} {wording.files(_number(status, ('success',)))}"
        )
    name = f"“{operation.user_note}”" if operation.user_note else wording.files(status.total)
    return f"{doing} {name}"


def subtitle(operation: MetadataOperation, status: OperationStatus) -> str:
    """Return when and by whom it was started, and that it does not need the page."""
    source = {
        "dashboard": "from the dashboard",
        "cli": "from the command line",
        "python": "from Python",
        "rest": "through REST",
    }
    started = f"started {wording.when(operation.started_at)} {source.get(operation.source, '')}".rstrip()
    if status.status == "paused":
        waits = "pausing after the file under way" if status.pausing else "paused: what is done stays done"
        return f"{started} · {waits}"
    return started if status.finished else f"{started} · goes on if you close this page"


def pace(operation: MetadataOperation, status: OperationStatus) -> str:
    """Return how fast it goes and how long it will take, or how long it took."""
    if status.finished:
        return f"in {wording.duration(operation.seconds)}" if operation.seconds else ""
    if status.status == "paused":
        return "pausing after this file" if status.pausing else "paused"
    parts = []
    if status.bytes_total:
        parts.append(f"{wording.size(status.bytes_done)} of {wording.size(status.bytes_total)} looked at")
    if status.rate >= _SLOW:
        parts.append(f"{status.rate:.0f} files/s" if status.rate >= 2 else f"{status.rate:.1f} files/s")
    if status.eta_seconds is not None:
        parts.append("almost done" if status.eta_seconds < 1 else f"about {wording.duration(status.eta_seconds)} left")
    return " · ".join(parts) or "starting"


def parts(status: OperationStatus) -> list[dict[str, Any]]:
    """Return the coloured parts of the bar, those that are not empty; of files that are made anew what there is."""
    found: list[tuple[str, str, float]] = [
        (kind, f"{wording.count(number)} {label}", number)
        for outcome, kind, label in PARTS
        if (number := status.outcomes[outcome])
    ]
    if status.shares:
        found.append(("going", f"{wording.count(len(status.shares))} under way", sum(status.shares.values())))
    whole = max(1, status.total)
    return [{"kind": kind, "label": label, "share": round(100 * number / whole, 3)} for kind, label, number in found]


def rest(status: OperationStatus) -> str:
    """Return how many files are still to come, or will not come any more."""
    if status.finished:
        left = [(status.outcomes[outcome], OUTCOMES[outcome]) for outcome in ("restored", "not_started")]
        return " · ".join(f"{wording.count(number)} {label}" for number, label in left if number)
    waiting = status.total - status.processed - len(status.shares)
    return f"{wording.count(waiting)} waiting" if waiting else ""


def buttons(status: OperationStatus) -> list[dict[str, str]]:
    """Return what can be done with a running operation."""
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
    name, level = words.STATUS[status.status]
    return {
        "title": name.capitalize(),
        "level": level,
        "glyph": {"safe": "✓", "blocked": "■"}.get(level, "!"),
        "lines": _report(operation, status),
        "buttons": _offers(operation, status),
    }


def _report(operation: MetadataOperation, status: OperationStatus) -> list[str]:
    good, bad = _number(status, ("success",)), _number(status, ("failed", "conflict"))
    unclear, skipped = _number(status, ("unknown",)), status.outcomes["skipped"]
    restored, waiting = status.outcomes["restored"], status.outcomes["not_started"]
    verb = "taken back, byte for byte" if operation.operation_type == "rollback" else "written"
    lines = [f"{wording.files(good)} {verb}." if good else "No file was changed."]
    if bad:
        lines.append(f"{wording.files(bad)} {_was(bad)} left as before; the list says why.")
    if unclear:
        lines.append(
            f"{wording.files(unclear)} could not be reached any more; the next start settles what became of them."
        )
    if skipped:
        lines.append(f"{wording.files(skipped)} {_was(skipped)} skipped: there was nothing to do.")
    if restored:
        lines.append(f"{wording.files(restored)} {_was(restored)} begun and put back as before.")
    if waiting:
        lines.append(f"{wording.files(waiting)} {_was(waiting)} not started. Every file is whole.")
    taken_back = {"rolled_back": "All of it was taken back since.", "partly_rolled_back": "Some was taken back since."}
    return [line for line in (*lines, taken_back.get(status.status, ""), operation.error_message) if line]


def _offers(operation: MetadataOperation, status: OperationStatus) -> list[dict[str, str]]:
    waiting = wording.count(status.total - status.processed)
    resume = {"label": f"Resume {waiting}", "act": "resume", "kind": "primary"}
    left = undone(operation, status)
    retry = {"label": f"Retry {wording.files(left)}…", "act": "retry", "kind": "primary", "key": "r"}
    return [
        *([resume] if _can_go_on(status) else []),
        *([retry] if left else []),
        *([{"label": "Roll back…", "act": "rollback"}] if operation.can_rollback else []),
        {"label": "See it in History", "act": "history"},
        {"label": "Back to the plan", "act": "plan", "kind": "quiet"},
    ]


def undone(operation: MetadataOperation, status: OperationStatus) -> int:
    """Return how many files of an operation that has ended can be tried again; 0 where it can be gone on with."""
    if not status.finished or _can_go_on(status) or operation.user_action == "rollback_person":
        return 0
    return _number(status, ("failed", "conflict", "unknown")) + status.given_up


def _can_go_on(status: OperationStatus) -> bool:
    return status.status in ("interrupted", "failed") and status.processed < status.total


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def items(details: OperationDetails) -> dict[str, Any]:
    """Return one page of the files."""
    first = (details.page - 1) * details.per_page
    shares = details.status.shares
    ended = details.status.finished
    rows = [item_row(item, share=shares.get(item.id), ended=ended) for item in details.items]
    return {
        "rows": rows,
        "total": details.total,
        "range": wording.range_of(first + 1, first + len(rows), details.total),
        "page": details.page,
        "pages": max(1, -(-details.total // details.per_page)),
    }


def item_row(item: ItemDetails, *, share: float | None = None, ended: bool = False) -> dict[str, Any]:
    """
    Return one file of an operation.

    Args:
        item: The file.
        share: How much of the new file that is made of it is there, 0 to 1.
        ended: Whether the operation has.

    """
    status, level = words.item_status(item.status, item.code, ended=ended)
    if item.status == "writing" and share is not None:
        status, level = f"rewriting {int(100 * share)} %", "warning"
    return {
        "id": item.id,
        "name": item.file_name,
        "path": item.file_path,
        "tags": tags_line(item.tags_added, item.tags_removed),
        "what": item.message or done_how(item),
        "status": status,
        "level": level,
        "glyph": words.item_glyph(item.status, item.code),
        "faded": item.status == "pending",
    }


def tags_line(added: Sequence[str], removed: Sequence[str]) -> str:
    """Return `− Zoe Oz + Zoë Öz`."""
    return " ".join([*(f"− {name}" for name in removed), *(f"+ {name}" for name in added)])


def done_how(item: ItemDetails) -> str:
    """Return how a file was written and how long it took."""
    if item.status == "writing" and item.seconds is not None and item.seconds >= 1:
        return f"for {wording.duration(item.seconds)}"
    if item.status != "success" or item.seconds is None:
        return ""
    taken = wording.duration(item.seconds)
    return f"{words.strategy(item.strategy)} · {taken}" if item.strategy else taken


def expiry(moment: datetime | None) -> str:
    """Return until when something can be taken back."""
    return wording.day(moment) if moment else ""


def _number(status: OperationStatus, states: Sequence[str]) -> int:
    return sum(status.counts.get(state, 0) for state in states) if states else status.total
