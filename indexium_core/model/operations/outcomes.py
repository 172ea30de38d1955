"""The outcome of a file of an operation: its words, and the numbers of files in these words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, get_args

from indexium_core.model import wording

# In the order of display. Each file has exactly one outcome, so the counts add up to the number of files. REST, the
# CLI, the pages, exports and logs use these words.
Outcome = Literal[
    "written",
    "restored",  # by a rollback
    "skipped",  # nothing to do
    "failed",
    "conflict",
    "unknown",  # its disk became unavailable
    "undone",  # its write or rollback was started, interrupted and undone
    "not_started",  # the file waits, or was cancelled before its start
]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
REMAINING: tuple[Outcome, ...] = ("undone", "not_started")  # a resume processes these files
ITEM_STATUSES = ("pending", "writing", "success", "skipped", "failed", "conflict", "unknown")
ACTION_WORDS: Mapping[str, str] = {
    "create": "new",
    "update": "edited",
    "replace": "replaced",
    "remove": "removed",
    "unchanged": "unchanged",
    "blocked": "blocked",
}
UNDONE = "undone"  # code of a pending or skipped item with this outcome
CANCELLED_CODES = ("cancelled", UNDONE)  # codes of skipped items that were cancelled


def success_of(operation_type: str) -> Outcome:
    """Return the outcome of a file that an operation of this type changed: written, or restored by a rollback."""
    return "restored" if operation_type == "rollback" else "written"


def noun_of(operation_type: str) -> str:
    """Return what the items of an operation are: files, or the titles of a publication."""
    return "title" if operation_type == "publish" else "file"


def items_in_words(number: int, operation_type: str) -> str:
    """Return a number of items of an operation: `3 files`, of a publication `3 titles`."""
    return wording.plural(number, noun_of(operation_type))


def outcome_of(status: str, code: str, operation_type: str = "write") -> Outcome:
    """Return the outcome of an item from its status, its code and the type of its operation."""
    match status:
        case "success":
            return success_of(operation_type)
        case "failed" | "conflict" | "unknown":
            return status
        case "skipped" if code not in CANCELLED_CODES:
            return "skipped"
    return "undone" if code == UNDONE else "not_started"


def outcome_label(outcome: Outcome) -> str:
    """Return an outcome as text: `not started`."""
    return outcome.replace("_", " ")


def outcome_counts(
    outcomes: Mapping[Outcome, int], *, only: Collection[Outcome] = OUTCOMES, separator: str = ", "
) -> str:
    """Return the numbers of files by outcome in words, without zeros: `41 written, 172 not started`."""
    return separator.join(
        f"{count:,} {outcome_label(outcome)}" for outcome, count in outcomes.items() if count and outcome in only
    )
