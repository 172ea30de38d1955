"""The states of operations as the pages show them: words and chip levels."""

from __future__ import annotations

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
