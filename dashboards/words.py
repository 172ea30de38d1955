"""The states of operations and files as the pages show them: words, chip levels, glyphs."""

from __future__ import annotations

from indexium_core.model.operations import strategies
from indexium_core.model.operations.interrupted import BECAME

__all__ = ["STATUS", "item_glyph", "item_status", "strategy"]

STATUS = {  # operation status → (words, level of its chip)
    "pending": ("waiting", "blocked"),
    "in_progress": ("running", "note"),
    "paused": ("paused", "warning"),
    "completed": ("completed", "safe"),
    "completed_with_errors": ("with errors", "warning"),
    "failed": ("failed", "danger"),
    "cancelled": ("cancelled", "blocked"),
    "interrupted": ("interrupted", "danger"),
    "rolled_back": ("rolled back", "blocked"),
    "partly_rolled_back": ("partly rolled back", "warning"),
}

_ITEM = {  # item status → (words, level of its chip)
    "pending": ("waiting", "blocked"),
    "writing": ("writing", "note"),
    "success": ("done", "safe"),
    "skipped": ("skipped", "blocked"),
    "failed": ("failed", "danger"),
    "conflict": ("refused", "danger"),
    "unknown": ("cannot tell", "warning"),
}


_GLYPHS = {  # by status, and by the codes that say it better
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
    "restored": "↺",
}


def strategy(name: str) -> str:
    """Return how a strategy writes, in words."""
    return strategies.in_words(name)


def item_glyph(status: str, code: str = "") -> str:
    """Return the sign that stands before the words for an item."""
    return _GLYPHS.get(code) or _GLYPHS.get(status, "")


def item_status(status: str, code: str = "", *, ended: bool = False) -> tuple[str, str]:
    """Return words and chip level for an item, `ended`: of an operation that has; a code can say it better."""
    if ended and status == "pending":
        return BECAME["restored" if code == "restored" else "not_started"], "blocked"
    if code == "in_use":
        return "in use: later", "blocked"
    if code == "nothing_to_do":
        return "nothing to do", "blocked"
    if code == "cancelled":
        return "not started", "blocked"
    if status == "skipped" and code == "restored":
        return BECAME["restored"], "blocked"
    return _ITEM.get(status, (status, "note"))


RISK_HINTS = {
    "safe": "additions only",
    "warning": "worth a look",
    "danger": "look before writing",
    "blocked": "cannot be written",
}
