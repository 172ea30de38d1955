"""A saved view as a value: a search and its order, under a name."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SavedView"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """What to look at, kept under a name."""

    view_id: int
    name: str
    query: str  # as it was typed
    sort: str = "risk"  # one of `SORT_KEYS`
    descending: bool = False
    is_default: bool = False  # the plan opens with it
