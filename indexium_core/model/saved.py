"""Saved views, which are searches with a sort order; and the names under which views and queries are saved."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from indexium_core import errors
from indexium_core.model.query import describe

BUILT_IN = 0  # id of the view *Favourites*
MAX_NAME_LENGTH = 80  # characters


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

    @property
    def means(self) -> str:
        """The search in words, or why it cannot be read: an older version may have stored another grammar."""
        try:
            return describe(self.query) or "everything"
        except errors.QueryError as error:
            return error.message


def checked_name(name: str, kind: str) -> str:
    """
    Return the name of a saved `kind` (`view`, `query`) with single spaces.

    Raises:
        UsageError: The name is empty or too long, or it has control characters.

    """
    name = " ".join(name.split())
    if not name or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        raise errors.UsageError(f"Enter a name for the {kind}, without control characters.")
    if len(name) > MAX_NAME_LENGTH:
        message = f"The name of a {kind} can have {MAX_NAME_LENGTH} characters at most; this one has {len(name)}."
        raise errors.UsageError(message)
    return name
