"""The filters of lists of titles as SQL parameters, the counts of their values, and related titles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from indexium_core.model.query.title_keys import MATCHED_TITLES
from indexium_core.model.title_filter import TitleFacet, TitleFacetValue, TitleFilter
from indexium_core.store import sql
from indexium_core.store.connection import Connection

__all__ = ["facet", "incomplete", "parameters", "related"]

_MOST = 200  # values of a facet


def parameters(reader: Connection, wanted: TitleFilter) -> dict[str, Any]:
    """
    Return the parameters of `matches` in `title_list.sql`.

    The titles of filters by values are read first: a list of ids costs less than a join for each filter.
    """
    only: set[int] | None = None
    without: list[int] | None = None
    for name, names in (("genre", wanted.genre), ("actor", wanted.actor), ("director", wanted.director)):
        if names:
            only = _both(only, _ids(reader, f"with_{name}", {"names": [each.lower() for each in names]}))
    if wanted.rating is not None:
        only = _both(only, _ids(reader, "with_rating", {"lowest": wanted.rating}))
    for answer, read in ((wanted.matched, _matched), (wanted.incomplete, incomplete)):
        if answer is None:
            continue
        ids = read(reader)
        if answer:
            only = _both(only, ids)
        else:
            without = [*(without or []), *ids]
    return {
        "text": wanted.text,
        "kinds": list(wanted.kinds),
        "states": list(wanted.states),
        "library_id": wanted.library_id,
        "first_year": wanted.first_year,
        "last_year": wanted.last_year,
        "only": None if only is None else sorted(only),
        "without": without,
    }


def facet(reader: Connection, wanted: TitleFilter, key: str) -> TitleFacet:
    """Return the values of a filter with the number of titles, counted over the other filters."""
    text = sql.with_parts(_statement(f"column_{key}"), matched_titles=MATCHED_TITLES)
    facts = parameters(reader, wanted.without(key)) | {"series": None}
    rows = reader.execute(text, sql.parameters(text, facts)).fetch_dicts()
    return TitleFacet(key=key, values=tuple(TitleFacetValue(**row) for row in rows[:_MOST]), total=len(rows))


def related(reader: Connection, title_id: int, *, limit: int) -> list[dict[str, Any]]:
    """Return ids of titles that share people, genres or a collection with a title, and what they share."""
    return reader.execute(_statement("related"), {"id": title_id, "limit": limit}).fetch_dicts()


def incomplete(reader: Connection, series: Sequence[int] | None = None) -> list[int]:
    """Return the series (of these, or of all) that have gaps, as `gaps_of` finds them."""
    ids = None if series is None else list(series)
    return sorted(_ids(reader, "incomplete", {"series": ids}))


def _matched(reader: Connection) -> list[int]:
    return sorted({number for (number,) in reader.execute(MATCHED_TITLES).fetchall()})


def _both(first: set[int] | None, second: Iterable[int]) -> set[int]:
    return set(second) if first is None else first.intersection(second)


def _ids(reader: Connection, statement: str, facts: dict[str, Any]) -> set[int]:
    return {number for (number,) in reader.execute(_statement(statement), facts).fetchall()}


def _statement(name: str) -> str:
    return sql.compose("title_list", "title_facets")[name]
