"""The place of a page in its list, as every paged list shows it."""

from __future__ import annotations

from typing import Any

from indexium_core.model import wording
from indexium_core.model.shapes import page_count


def place(page: int, per_page: int, *, shown: int, total: int) -> dict[str, Any]:
    """Return the number of a page with `shown` items, the number of pages, and the place of its items in words."""
    first = (page - 1) * per_page
    last = min(first + shown, total)  # a list may show more: rows that a decision removed from it keep their places
    text = wording.range_of(first + 1, last, total) if last > first else ""
    return {"page": page, "pages": page_count(total, per_page), "range": text}
