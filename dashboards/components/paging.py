"""The place of a page in its list, as every paged list shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from indexium_core.model import wording


class _PageValue(Protocol):
    @property
    def items(self) -> Sequence[Any]: ...

    @property
    def total(self) -> int: ...


_Page = TypeVar("_Page", bound=_PageValue)


def page_count(total: int, per_page: int) -> int:
    """Return the number of pages; an empty list has one, and `per_page` 0 puts all items on one page."""
    return max(1, -(-total // max(1, per_page)))


def page_or_last(read: Callable[[int], _Page], number: int, per_page: int) -> _Page:
    """Return the page that `read` returns for a number; the last page if the list has fewer pages."""
    page = read(number)
    return page if page.items or number == 1 else read(page_count(page.total, per_page))


def place(page: int, per_page: int, *, shown: int, total: int) -> dict[str, Any]:
    """Return the number of a page with `shown` items, the number of pages, and the place of its items in words."""
    first = (page - 1) * per_page
    last = min(first + shown, total)  # a list may show more: rows that a decision removed from it keep their places
    text = wording.range_of(first + 1, last, total) if last > first else ""
    return {"page": page, "pages": page_count(total, per_page), "range": text}
