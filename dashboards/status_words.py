"""The states of operations and files as the pages show them: words, chip levels, glyphs."""

from __future__ import annotations

from indexium_core.model.operations.operation import ITEM_STATUSES
from indexium_core.model.operations.outcomes import outcome_label, outcome_of

STATUS = {  # status of an operation or state of a job → (words, level of its chip)
    "pending": ("waiting", "blocked"),
    "retrying": ("retrying", "warning"),
    "in_progress": ("running", "note"),
    "running": ("running", "note"),
    "stalled": ("stalled", "danger"),
    "pausing": ("pausing", "warning"),
    "cancelling": ("cancelling", "blocked"),
    "paused": ("paused", "warning"),
    "completed": ("completed", "safe"),
    "completed_with_errors": ("completed with errors", "warning"),
    "failed": ("failed", "danger"),
    "cancelled": ("cancelled", "blocked"),
    "interrupted": ("interrupted", "danger"),
    "rolled_back": ("rolled back", "blocked"),
    "partly_rolled_back": ("partly rolled back", "warning"),
}
RISK_HINTS = {
    "safe": "additions only",
    "warning": "please review",
    "danger": "review before writing",
    "blocked": "cannot be written",
}
_LEVELS = {  # item status → level of its chip
    "success": "safe",
    "failed": "danger",
    "conflict": "danger",
    "unknown": "warning",
}
_GLYPHS = {  # glyphs by status, or by code if the code is more precise
    "pending": "·",
    "writing": "…",
    "success": "✓",
    "skipped": "–",
    "failed": "✕",
    "conflict": "⊘",
    "unknown": "?",
    "in_use": "◔",
    "nothing_to_do": "–",
    "cancelled": "·",
    "undone": "↺",
}


def item_glyph(status: str, code: str = "") -> str:
    """Return the glyph of an item's chip."""
    return _GLYPHS.get(code) or _GLYPHS.get(status, "")


def item_status(status: str, code: str = "", *, ended: bool = False, kind: str = "write") -> tuple[str, str]:
    """
    Return the words and the level of an item's chip.

    Args:
        status: The status of the item.
        code: Its code, which can be more precise than the status.
        ended: Whether its operation has ended.
        kind: The type of its operation: write, rollback or publish.

    """
    if code == "in_use":
        return "in use, will retry", "blocked"
    if code == "nothing_to_do":
        return "nothing to do", "blocked"
    if status == "pending" and not ended:
        return "waiting", "blocked"
    if status == "writing" or status not in ITEM_STATUSES:
        return status, "note"
    return outcome_label(outcome_of(status, code, kind)), _LEVELS.get(status, "blocked")
