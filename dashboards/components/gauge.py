"""The progress bar that `gauge.js` draws."""

from __future__ import annotations

from typing import Any


def measure(done: int, total: int | None, *, bad: int = 0, going: float = 0.0) -> dict[str, Any]:
    """
    Return the parts of a progress bar; no parts if the total is unknown.

    Args:
        done: Number of completed items.
        total: Number of all items.
        bad: Number of completed items with a problem.
        going: Sum of the completed fractions of the items in progress.

    """
    if not total:
        return {"now": None, "max": None, "parts": []}
    done = min(done, total)
    parts = (("ok", done - bad), ("bad", bad), ("going", min(going, total - done)))
    return {
        "now": done,
        "max": total,
        "parts": [{"kind": kind, "share": round(100 * number / total, 3)} for kind, number in parts if number],
    }
