"""A title for an operation, from the search that found its files."""

from __future__ import annotations

from indexium_core.model.query.key_values import parts

__all__ = ["title_of"]

_LONGEST = 60  # characters of a title
_UNNAMED = {"risk", "category"}  # keys that say nothing about the content of the files


def title_of(text: str) -> str:
    """
    Return a title for the files of a search: its folder, its person, or its text; "" if it names no content.

    Raises:
        QueryError: The search is not valid.

    """
    named = [part for part in parts(text) if part.key not in _UNNAMED]
    if len(named) == 1 and len(named[0].values) == 1:
        [value] = named[0].values
        if named[0].key in ("folder", "person"):
            return value.strip("/")[:_LONGEST]
    words = " ".join(text[part.start : part.end] for part in named)
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
