"""How far something is, as `gauge.js` draws it."""

from __future__ import annotations

from typing import Any

__all__ = ["measure"]


def measure(done: int, total: int | None, *, bad: int = 0, going: float = 0.0) -> dict[str, Any]:
    """
    Return the parts of a gauge; without any where nobody knows how much there is.

    Args:
        done: How many of them are done.
        total: How many there are.
        bad: How many of those that are done went badly.
        going: Sum of the fractions of items in progress.

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
