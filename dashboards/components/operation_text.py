"""How an operation and its files are shown on every page: names, outcomes, progress bar and speed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboards.components import paging
from indexium_core.model import job_words, wording
from indexium_core.model.files import strategies
from indexium_core.model.operations import item_words
from indexium_core.model.operations.operation import (
    ItemDetails,
    MetadataOperation,
    OperationDetails,
    OperationStatus,
)
from indexium_core.model.operations.outcomes import Outcome, outcome_label

PARTS: dict[Outcome, str] = {  # outcome → class of its part of the bar
    "written": "ok",
    "restored": "ok",
    "failed": "bad",
    "conflict": "bad",
    "unknown": "odd",
    "skipped": "off",
}
SIDE_FILE_SIGNS = {"create": "+", "update": "~", "replace": "⇄", "remove": "−", "unchanged": "="}
_FAR = 3.0  # how many times longer a remaining time may be than another one that is shown beside it


DOING = {"write": "Writing", "rollback": "Rolling back", "publish": "Publishing"}
DONE = {"write": "Wrote", "rollback": "Restored", "publish": "Published"}


def items(operation: MetadataOperation, number: int) -> str:
    """Return a number of items of an operation in words: `3 files`, of a publication `3 titles`."""
    return wording.plural(number, operation.noun)


def item_filters(
    shown: Mapping[str, tuple[str, tuple[str, ...]]], status: OperationStatus
) -> dict[str, tuple[str, tuple[str, ...]]]:
    """
    Return the choices of a filter of files with labels for this operation.

    A file whose operation was cancelled has the status `skipped`; it is shown as not started.
    """
    words = status.words
    fitting: dict[str, str] = {key: words[key] for key in ("pending", "skipped") if key in words}
    if status.operation_type == "rollback":
        fitting |= dict.fromkeys(("success", "done"), words["success"])
    return {key: (fitting.get(key, label), states) for key, (label, states) in shown.items()}


def speed(operation: MetadataOperation, status: OperationStatus) -> str:
    """Return the speed and the remaining time, or the duration of an operation that ended."""
    if status.finished:
        return f"in {wording.duration(operation.seconds)}" if operation.seconds else ""
    if status.status == "paused":
        return "pausing after this file" if status.pausing else "paused"
    parts = []
    if status.bytes_total:
        parts.append(f"{wording.size(status.bytes_done)} of {wording.size(status.bytes_total)} checked")
    if (rate := job_words.rate_text(status.rate)) and _fits_estimate(status):
        parts.append(rate)
    if status.eta_seconds is not None:
        parts.append("almost done" if status.eta_seconds < 1 else f"about {wording.duration(status.eta_seconds)} left")
    return " · ".join(parts) or "starting"


def _fits_estimate(status: OperationStatus) -> bool:
    """Return whether the speed is not far from what the remaining time says: files that are copied whole are slow."""
    if status.eta_seconds is None:
        return True
    left = (status.total - status.current) / status.rate
    return left <= _FAR * max(status.eta_seconds, 1.0) and status.eta_seconds <= _FAR * max(left, 1.0)


def bar_parts(status: OperationStatus) -> list[dict[str, Any]]:
    """Return the parts of the progress bar that are not empty; a file that is being rewritten counts in part."""
    found: list[tuple[str, str, float]] = [
        (kind, f"{wording.count(number)} {outcome_label(outcome)}", number)
        for outcome, kind in PARTS.items()
        if (number := status.outcomes[outcome])
    ]
    if status.fractions:
        found.append(("going", f"{wording.count(len(status.fractions))} running", sum(status.fractions.values())))
    whole = max(1, status.total)
    return [{"kind": kind, "label": label, "share": round(100 * number / whole, 3)} for kind, label, number in found]


def items_page(details: OperationDetails) -> dict[str, Any]:
    """Return one page of the files."""
    fractions = details.status.fractions
    ended = details.status.finished
    kind = details.operation.operation_type
    rows = [item_row(item, share=fractions.get(item.id), ended=ended, kind=kind) for item in details.items]
    place = paging.place(details.page, details.per_page, shown=len(rows), total=details.total)
    return {"rows": rows, "total": details.total, **place}


def item_row(
    item: ItemDetails, *, share: float | None = None, ended: bool = False, kind: str = "write"
) -> dict[str, Any]:
    """
    Return one file of an operation.

    Args:
        item: The file.
        share: How much of the new file is written, 0 to 1; None if it is not rewritten.
        ended: Whether the operation has ended.
        kind: The type of the operation: write, rollback or publish.

    """
    status, level = item_words.item_status(item.status, item.code, ended=ended, kind=kind)
    if item.status == "writing" and share is not None:
        status, level = f"rewriting {int(100 * share)} %", "warning"
    return {
        "id": item.id,
        "name": item.name,
        "path": item.file_path,
        "tags": tags_line(item.tags_added, item.tags_removed) or side_files_line(item),
        "what": item.message or method_and_time(item),
        "status": status,
        "level": level,
        "glyph": item_words.item_glyph(item.status, item.code),
        "faded": item.status == "pending",
    }


def tags_line(added: Sequence[str], removed: Sequence[str]) -> str:
    """Return `− Zoe Oz + Zoë Öz`."""
    return " ".join([*(f"− {name}" for name in removed), *(f"+ {name}" for name in added)])


def side_files_line(item: ItemDetails) -> str:
    """Return `+ movie.nfo ~ poster.jpg`: the side files that an item changes."""
    return " ".join(f"{SIDE_FILE_SIGNS[each.action]} {each.path.rpartition('/')[2]}" for each in item.side_files)


def method_and_time(item: ItemDetails) -> str:
    """Return how a file was written and how long it took."""
    if item.status == "writing" and item.seconds is not None and item.seconds >= 1:
        return f"for {wording.duration(item.seconds)}"
    if item.status != "success" or item.seconds is None:
        return ""
    taken = wording.duration(item.seconds)
    return f"{strategies.in_words(item.strategy)} · {taken}" if item.strategy and not item.side_files else taken


def count_of(status: OperationStatus, states: Sequence[str]) -> int:
    """Return the number of files in some states; no states mean all files."""
    return sum(status.counts.get(state, 0) for state in states) if states else status.total
