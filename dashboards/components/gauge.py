"""How far something is, as `gauge.js` draws it."""

from __future__ import annotations

from typing import Any

__all__ = ["measure"]


def measure(done: int, total: int | None, *, bad: int = 0) -> dict[str, Any]:
    """Return the parts that went well and badly; without any where nobody knows how much there is."""
    if not total:
        return {"now": None, "max": None, "parts": []}
    done = min(done, total)
    parts = (("ok", done - bad), ("bad", bad))
    return {
        "now": done,
        "max": total,
        "parts": [{"kind": kind, "share": round(100 * number / total, 3)} for kind, number in parts if number],
    }
