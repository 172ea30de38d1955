"""Searches for programs: of filters by name and value, and of a selection. Only one grammar exists."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from indexium_core import errors
from indexium_core.model.planning.plan import Selection
from indexium_core.model.query.key_values import quoted, with_values
from indexium_core.model.query.values import MAX_OPTIONS

# Filter → key of the search.
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
MAX_IDS = 2_000  # exceptions of a selection that a search can name: the search is a part of an address


def with_filters(query: str, filters: Mapping[str, Any]) -> str:
    """
    Return a search that finds the files that match both `query` and all filters.

    Filters: `risk_level category issue file_ext container folder library person` with a value or a list of alternative
    values; `edited postponed` with true or false; `search` with a text; `min_tags max_tags` with a number of people.

    Raises:
        UsageError: A filter is unknown, or its value has the wrong type.
        QueryError: The search does not accept a value.

    """
    for name, wanted in filters.items():
        if name in _CHOICES:
            query = with_values(query, _CHOICES[name], _texts(name, wanted))
        else:
            query = f"({query}) {_term(name, wanted)}" if query.strip() else _term(name, wanted)
    return query


def _texts(name: str, wanted: Any) -> list[str]:
    values = wanted if isinstance(wanted, list) else [wanted]
    if not values or not all(isinstance(each, str) and each.strip() for each in values):
        raise errors.UsageError(f"The filter '{name}' takes a text, or a list of texts.")
    return values


def _term(name: str, wanted: Any) -> str:
    if name in _FLAGS and isinstance(wanted, bool):
        return f"{name}:{'yes' if wanted else 'no'}"
    if name == "search" and isinstance(wanted, str) and wanted.strip():
        return quoted(wanted, exact=True)
    if name in {"min_tags", "max_tags"} and isinstance(wanted, int) and not isinstance(wanted, bool) and wanted >= 0:
        return f"tags:{'>=' if name == 'min_tags' else '<='}{wanted}"
    if name in FILTERS:
        raise errors.UsageError(f"The filter '{name}' cannot be {wanted!r}.")
    raise errors.UsageError(f"There is no filter '{name}'; choose one of {', '.join(FILTERS)}.")


def search_of(selection: Selection) -> str:
    """
    Return a search that finds the files of a selection.

    Raises:
        UsageError: The selection has more than `MAX_IDS` exceptions.

    """
    if len(selection.included) + len(selection.excluded) > MAX_IDS:
        raise errors.UsageError(f"A search can name at most {MAX_IDS:,} single files. Filter the plan instead.")
    if selection.query is None:
        return _or(_terms("id", selection.included))
    found = " ".join(
        [
            f"({selection.query})" if selection.query.strip() else "",
            f"risk:{','.join(selection.risk)}" if selection.risk else "",
            *_terms("-id", selection.excluded),
        ]
    ).strip()
    return _or([f"({found})", *_terms("id", selection.included)]) if selection.included and found else found


def _terms(key: str, ids: Collection[int]) -> list[str]:
    """Return terms with all ids: a term has a limited number of values."""
    numbers = [str(number) for number in sorted(ids)]
    return [f"{key}:{','.join(numbers[at : at + MAX_OPTIONS])}" for at in range(0, len(numbers), MAX_OPTIONS)]


def _or(terms: list[str]) -> str:
    return " OR ".join(terms)
