"""The states of operations as the pages show them: words and chip levels."""

from __future__ import annotations

STATUS = {  # operation status → (words, level of its chip)
    "pending": ("waiting", "blocked"),
    "in_progress": ("running", "note"),
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
