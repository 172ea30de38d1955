"""A saved view: a search with its sort order, under a name."""

from __future__ import annotations

from dataclasses import dataclass

BUILT_IN = 0  # id of the view *Favourites*


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A search and its sort order, stored under a name."""

    view_id: int
    name: str
    query: str  # as the user typed it
    sort: str = "risk"  # one of `SORT_KEYS`
    descending: bool = False
    is_default: bool = False  # the plan page opens with this view

    @property
    def is_built_in(self) -> bool:
        """Whether every home has the view, so that it cannot be changed, renamed or removed."""
        return self.view_id == BUILT_IN
