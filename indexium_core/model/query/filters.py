"""Filters as a table of names and values, for programs; they become a search, so that one grammar finds everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexium_core import errors
from indexium_core.model.query.choosing import with_chosen
from indexium_core.model.query.editing import quoted

__all__ = ["FILTERS", "filtered"]

# Filter → key of the search that it narrows down by.
_CHOICES: Mapping[str, str] = {
    "risk_level": "risk",
    "category": "category",
    "issue": "issue",
    "file_ext": "ext",
    "container": "container",
    "folder": "folder",
    "library": "root",
    "person": "person",
}
_FLAGS = ("edited", "postponed")
FILTERS: tuple[str, ...] = (*_CHOICES, *_FLAGS, "search", "min_tags", "max_tags")


def filtered(query: str, filters: Mapping[str, Any]) -> str:
    """
    Return a search that finds what `query` finds and all of the filters let pass.

    Filters: `risk_level category issue file_ext container folder library person` with a value or a list of values, any
    of which may be the one; `edited postponed` with true or false; `search` with a text; `min_tags max_tags` with how
    many people the result has.

    Raises:
        UsageError: An unknown filter, or a value that it cannot have.
        QueryError: A value that the search does not know.

    """
    for name, wanted in filters.items():
        if name in _CHOICES:
            query = with_chosen(query, _CHOICES[name], _texts(name, wanted))
        else:
            query = f"({query}) {_term(name, wanted)}" if query.strip() else _term(name, wanted)
    return query


def _texts(name: str, wanted: Any) -> list[str]:
    found = wanted if isinstance(wanted, list) else [wanted]
    if not found or not all(isinstance(each, str) and each.strip() for each in found):
        message = f"The filter '{name}' takes a text, or a list of texts."
        raise errors.UsageError(message)
    return found


def _term(name: str, wanted: Any) -> str:
    if name in _FLAGS and isinstance(wanted, bool):
        return f"{name}:{'yes' if wanted else 'no'}"
    if name == "search" and isinstance(wanted, str) and wanted.strip():
        return quoted(wanted, exact=True)
    if name in {"min_tags", "max_tags"} and isinstance(wanted, int) and not isinstance(wanted, bool) and wanted >= 0:
        return f"tags:{'>=' if name == 'min_tags' else '<='}{wanted}"
    if name in FILTERS:
        message = f"The filter '{name}' cannot be {wanted!r}."
        raise errors.UsageError(message)
    message = f"There is no filter '{name}'; choose among {', '.join(FILTERS)}."
    raise errors.UsageError(message)
