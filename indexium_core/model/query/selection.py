"""The search that finds the files of a selection, so that a person can see them in the plan."""

from __future__ import annotations

from collections.abc import Collection

from indexium_core import errors
from indexium_core.model.planning.plan import Selection
from indexium_core.model.query.values import MAX_OPTIONS

MAX_IDS = 2_000  # exceptions of a selection that a search can name: the search is a part of an address


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
