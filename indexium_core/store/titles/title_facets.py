"""The filters of lists of titles as SQL parameters, the counts of their values, and related titles."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from indexium_core.model.providers.external_ids import ID_FIELDS
from indexium_core.model.query.title_keys import ACCEPTED_TITLES, HAS_ID, MATCHED_TITLES
from indexium_core.model.title_filter import TitleFacet, TitleFacetValue, TitleFilter
from indexium_core.model.titles.fields import ENTITY_TYPES
from indexium_core.model.titles.titles import STATES
from indexium_core.store import sql
from indexium_core.store.connection import Connection

__all__ = ["facets", "incomplete", "parameters", "related", "statement"]

_MOST = 200  # values of a facet
_LOWEST_RATINGS = (9, 8, 7, 6, 5)
_NAMES = {"genre": "genres", "actor": "cast", "director": "crew"}  # fields with names
_FIELDS = {**_NAMES, "rating": "ratings"}  # by the filter
_SEPARATOR = chr(31)  # of names


class _CountedTitle(NamedTuple):
    """What facets count of a title."""

    id: int
    entity_type: str
    state: str
    library_id: int
    year: int | None
    series_id: int | None

    @property
    def work(self) -> int:
        """The film or the series."""
        return self.id if self.series_id is None else self.series_id


@dataclass(slots=True)
class _FacetValues:
    """Values of films and series that facets count; names of a field by id."""

    names: dict[str, dict[int, str]] = field(default_factory=dict)
    keys: dict[str, dict[int, str]] = field(default_factory=dict)  # the same names in small letters
    ratings: dict[int, float] = field(default_factory=dict)
    matched: set[int] = field(default_factory=set)
    incomplete: set[int] = field(default_factory=set)


def parameters(reader: Connection, wanted: TitleFilter) -> dict[str, Any]:
    """
    Return the parameters of `matches` in `title_list.sql`.

    The titles of filters by values are read first: a list of ids costs less than a join for each filter.
    """
    return _parameters(wanted, _works(reader, wanted))


def _works(reader: Connection, wanted: TitleFilter) -> dict[str, set[int]]:
    """Return the films and series that each filter by values selects, by its key."""
    lists = _wanted_names(reader, wanted)
    keys = {_FIELDS[key]: key for key in wanted.names if key in _FIELDS}
    works: dict[str, set[int]] = {key: set() for key in keys.values()}
    if keys:
        having: dict[str, Any] = lists | {"fields": list(keys), "rating": wanted.rating}
        for number, name in reader.execute(statement("having"), having).fetchall():
            works[keys[name]].add(number)
    if wanted.matched is not None:
        works["matched"] = _ids(reader, MATCHED_TITLES)
    if wanted.incomplete is not None:
        works["incomplete"] = set(incomplete(reader))
    return works


def _wanted_names(reader: Connection, wanted: TitleFilter) -> dict[str, list[str]]:
    """
    Return the names of a filter by field in small letters.

    The database makes them, as for the names of titles, because Python has other small letters for “İ” and a final “Σ”.
    """
    names = {"genres": list(wanted.genre), "cast": list(wanted.actor), "crew": list(wanted.director)}
    if not any(names.values()):
        return names
    [lowered] = reader.execute(statement("small_letters"), names).fetchall()
    return dict(zip(names, lowered, strict=True))


def _parameters(wanted: TitleFilter, works: Mapping[str, set[int]]) -> dict[str, Any]:
    """Return the parameters of `matches`; `works` are those of this filter, or of one with more conditions."""
    only: set[int] | None = None
    without: set[int] | None = None
    for key in wanted.names:
        if key in works and getattr(wanted, key) is False:
            without = works[key].union(without or ())
        elif key in works:
            only = works[key].intersection(works[key] if only is None else only)
    return {
        "text": wanted.text,
        "kinds": list(wanted.kinds),
        "states": list(wanted.states),
        "library_id": wanted.library_id,
        "first_year": wanted.first_year,
        "last_year": wanted.last_year,
        "only": None if only is None else sorted(only),
        "without": None if without is None else sorted(without),
    }


def facets(reader: Connection, wanted: TitleFilter, keys: Sequence[str]) -> dict[str, TitleFacet]:
    """Return the values of filters with the number of titles, each counted over the other filters."""
    works = _works(reader, wanted)
    values = _values(reader, keys)
    counted: dict[TitleFilter, list[_CountedTitle]] = {}
    found = {}
    for key in keys:
        others = wanted.without(key)
        if others not in counted:
            rows = reader.execute(statement("counted"), _parameters(others, works)).fetchall()
            counted[others] = [_CountedTitle._make(row) for row in rows]
        name = _NAMES.get(key)
        if name is not None:
            found[key] = _facet_of_names(key, counted[others], values.names[name], values.keys[name])
        else:
            shown = _VALUES[key](reader, counted[others], values)
            found[key] = TitleFacet(key=key, values=tuple(shown[:_MOST]), total=len(shown))
    return found


def _values(reader: Connection, keys: Collection[str]) -> _FacetValues:
    """Read the values that facets count."""
    fields = [_FIELDS[key] for key in keys if key in _FIELDS] + [*ID_FIELDS.values()] * ("matched" in keys)
    found = _FacetValues(names={name: {} for name in fields}, keys={name: {} for name in fields})
    if fields:
        for number, name, text, small, rating, has_id in reader.execute(
            statement("facts"), {"fields": fields}
        ).fetchall():
            if has_id:
                found.matched.add(number)
            elif name in _NAMES.values():
                found.names[name][number] = text or ""
                found.keys[name][number] = small or ""
            elif rating is not None:
                found.ratings[number] = rating
    if "matched" in keys:
        found.matched |= _ids(reader, ACCEPTED_TITLES)
    if "incomplete" in keys:
        found.incomplete = set(incomplete(reader))
    return found


# The values of each facet.


def _kinds(_: Connection, rows: Sequence[_CountedTitle], __: _FacetValues) -> list[TitleFacetValue]:
    numbers = Counter(row.entity_type for row in rows)
    return [_value(kind, kind, numbers[kind]) for kind in ENTITY_TYPES if numbers[kind]]


def _states(_: Connection, rows: Sequence[_CountedTitle], __: _FacetValues) -> list[TitleFacetValue]:
    numbers = Counter(row.state for row in rows)
    return [_value(state, state, numbers[state]) for state in STATES if numbers[state]]


def _libraries(reader: Connection, rows: Sequence[_CountedTitle], _: _FacetValues) -> list[TitleFacetValue]:
    numbers = Counter(row.library_id for row in rows)
    names = reader.execute(statement("library_names")).fetchall()
    found = [_value(str(number), name, numbers[number]) for number, name in names if numbers[number]]
    return sorted(found, key=lambda each: (each.label, each.value))


def _decades(_: Connection, rows: Sequence[_CountedTitle], __: _FacetValues) -> list[TitleFacetValue]:
    numbers = Counter(row.year // 10 * 10 for row in rows if row.year is not None)
    return [_value(f"{decade}-{decade + 9}", f"{decade}s", numbers[decade]) for decade in sorted(numbers, reverse=True)]


def _ratings(_: Connection, rows: Sequence[_CountedTitle], facts: _FacetValues) -> list[TitleFacetValue]:
    ratings = [facts.ratings.get(row.work, -1.0) for row in rows]
    numbers = {lowest: sum(rating >= lowest for rating in ratings) for lowest in _LOWEST_RATINGS}
    return [_value(str(lowest), f"{lowest} and more", number) for lowest, number in numbers.items() if number]


def _facet_of_names(
    key: str, rows: Sequence[_CountedTitle], texts: Mapping[int, str], keys_of: Mapping[int, str]
) -> TitleFacet:
    """Count names, letter case apart; the most frequent ones first."""
    numbers, labels = Counter[str](), dict[str, str]()
    for row in rows:
        text = texts.get(row.work)
        if text:
            keys = keys_of[row.work].split(_SEPARATOR)
            numbers.update(set(keys))
            labels.update(zip(keys, text.split(_SEPARATOR), strict=True))
    numbers.pop("", None)
    most = heapq.nsmallest(_MOST, numbers.items(), key=lambda each: (-each[1], each[0]))
    values = (_value(labels[name], labels[name], number) for name, number in most)
    return TitleFacet(key=key, values=tuple(values), total=len(numbers))


def _matches(_: Connection, rows: Sequence[_CountedTitle], facts: _FacetValues) -> list[TitleFacetValue]:
    return _yes_and_no(rows, facts.matched, "matched", "unmatched")


def _gaps(_: Connection, rows: Sequence[_CountedTitle], facts: _FacetValues) -> list[TitleFacetValue]:
    series = [row for row in rows if row.entity_type == "series"]
    return _yes_and_no(series, facts.incomplete, "incomplete", "complete")


def _yes_and_no(rows: Sequence[_CountedTitle], ids: Collection[int], yes: str, no: str) -> list[TitleFacetValue]:
    number = sum(row.work in ids for row in rows)
    return [each for each in (_value("yes", yes, number), _value("no", no, len(rows) - number)) if each.titles]


def _value(value: str, label: str, titles: int) -> TitleFacetValue:
    return TitleFacetValue(value=value, label=label, titles=titles)


_VALUES: Mapping[str, Callable[[Connection, Sequence[_CountedTitle], _FacetValues], list[TitleFacetValue]]] = {
    "kind": _kinds,
    "state": _states,
    "library_id": _libraries,
    "year": _decades,
    "rating": _ratings,
    "matched": _matches,
    "incomplete": _gaps,
}


def related(reader: Connection, title_id: int, *, limit: int) -> list[dict[str, Any]]:
    """Return ids of titles that share people, genres or a collection with a title, and what they share."""
    own: dict[str, set[str]] = {"people": set(), "genres": set(), "collection": set()}
    for name, names in reader.execute(statement("own_facts"), {"id": title_id}).fetchall():
        own[name if name in own else "people"] |= {each for each in names or () if each}
    facts = {name: sorted(names) for name, names in own.items()} | {"id": title_id, "limit": limit}
    return reader.execute(statement("related"), facts).fetch_dicts()


def incomplete(reader: Connection, series: Sequence[int] | None = None) -> list[int]:
    """Return the series (of these, or of all) that have gaps, as `gaps_of` finds them."""
    ids = None if series is None else list(series)
    return sorted(_ids(reader, statement("incomplete"), {"series": ids}))


def _ids(reader: Connection, query: str, facts: Mapping[str, Any] | None = None) -> set[int]:
    return {number for (number,) in reader.execute(query, facts or {}).fetchall()}


def statement(name: str) -> str:
    """Return a statement about lists of titles."""
    return sql.with_parts(sql.compose("title_list", "title_facets")[name], accepted=ACCEPTED_TITLES, has_id=HAS_ID)
