"""The filters of lists of titles as SQL parameters, the counts of their values, and related titles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from indexium_core.model.providers.external_ids import ID_FIELDS
from indexium_core.model.query.title_keys import ACCEPTED_TITLES, HAS_ID, MATCHED_TITLES
from indexium_core.model.titles.fields import ENTITY_TYPES
from indexium_core.model.titles.title_filter import TitleFacet, TitleFacetValue, TitleFilter
from indexium_core.model.titles.titles import STATES
from indexium_core.store import sql
from indexium_core.store.connection import Connection

_MOST = 200  # values of a facet
_LOWEST_RATINGS = (9, 8, 7, 6, 5)
_NAMES = {"genre": "genres", "tag": "tags", "actor": "cast", "director": "crew"}  # fields with names
_FIELDS = {**_NAMES, "rating": "ratings"}  # by the filter


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
    """Values of films and series that facets count."""

    ratings: dict[int, float] = field(default_factory=dict)
    works: dict[str, set[int]] = field(default_factory=dict)  # films and series of a filter, by its field


def parameters(reader: Connection, wanted: TitleFilter) -> dict[str, Any]:
    """
    Return the parameters of `matches` in `title_list.sql`.

    The titles of filters by values are read first: a list of ids costs less than a join for each filter.
    """
    conditions = _conditions(reader, wanted)
    works: dict[str, set[int]] = {name: set() for name in conditions["filtered"]}
    if works:
        for number, name in reader.execute(statement("having"), conditions).fetchall():
            works[name].add(number)
    if wanted.matched is not None:
        works["matched"] = _ids(reader, MATCHED_TITLES)
    if wanted.incomplete is not None:
        works["incomplete"] = set(incomplete(reader))
    if wanted.unpublished is not None:
        works["unpublished"] = _ids(reader, statement("unpublished"))
    return _parameters(wanted, works)


def _conditions(reader: Connection, wanted: TitleFilter) -> dict[str, Any]:
    """
    Return the parameters of `fits`: the fields with a filter, the rating, and the names in small letters.

    The database makes the small letters, as for the names of titles, because Python has other ones for “İ” and a
    final “Σ”.
    """
    filtered = [_FIELDS[key] for key in wanted.names if key in _FIELDS]
    names = {field: list(getattr(wanted, key)) for key, field in _NAMES.items()}
    if any(names.values()):
        [lowered] = reader.execute(statement("small_letters"), names).fetchall()
        names = dict(zip(names, lowered, strict=True))
    return {"filtered": filtered, "rating": wanted.rating, **names}


def _parameters(wanted: TitleFilter, works: Mapping[str, set[int]]) -> dict[str, Any]:
    """
    Return the parameters of `matches`.

    `works` has the films and series of each filter by values, by its field; it may have those of further filters.
    """
    only: set[int] | None = None
    without: set[int] | None = None
    for key in wanted.names:
        ids = works.get(_FIELDS.get(key, key))
        if ids is not None and getattr(wanted, key) is False:
            without = ids.union(without or ())
        elif ids is not None:
            only = ids if only is None else only & ids
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
    values = _values(reader, wanted, keys)
    counted: dict[TitleFilter, list[_CountedTitle]] = {}
    found = _facets_of_names(reader, wanted, values, [key for key in keys if key in _NAMES])
    for key in keys:
        if key in found:
            continue
        others = wanted.without(key)
        if others not in counted:
            rows = reader.execute(statement("counted"), _parameters(others, values.works)).fetchall()
            counted[others] = [_CountedTitle._make(row) for row in rows]
        shown = _VALUES[key](reader, counted[others], values)
        found[key] = TitleFacet(key=key, values=tuple(shown[:_MOST]), total=len(shown))
    return {key: found[key] for key in keys}


def _values(reader: Connection, wanted: TitleFilter, keys: Collection[str]) -> _FacetValues:
    """Read the values that facets count, and the films and series of each filter by values."""
    needed = {*keys, *wanted.names}
    fields = [name for key, name in _FIELDS.items() if key in (wanted.names if key in _NAMES else needed)]
    ids = [*ID_FIELDS.values()] if "matched" in needed else []
    conditions = _conditions(reader, wanted)
    found = _FacetValues(
        works={name: set() for name in (*conditions["filtered"], "matched")},
    )
    if fields or ids:
        facts = conditions | {"fields": [*fields, *ids]}
        for number, name, rating, has_id, fits in reader.execute(statement("facts"), facts).fetchall():
            if fits:
                found.works[name].add(number)
            if has_id:
                found.works["matched"].add(number)
            elif rating is not None:
                found.ratings[number] = rating
    if ids:
        found.works["matched"] |= _ids(reader, ACCEPTED_TITLES)
    if "incomplete" in needed:
        found.works["incomplete"] = set(incomplete(reader))
    if "unpublished" in needed:
        found.works["unpublished"] = _ids(reader, statement("unpublished"))
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


def _facets_of_names(
    reader: Connection, wanted: TitleFilter, values: _FacetValues, keys: Sequence[str]
) -> dict[str, TitleFacet]:
    """Count names, letter case apart; the most frequent ones first."""
    if not keys:
        return {}
    by_field = {_NAMES[key]: key for key in keys}
    rows = reader.execute(statement("name_counts"), _parameters_of_names(wanted, values, by_field)).fetchall()
    found: dict[str, list[TitleFacetValue]] = {key: [] for key in keys}
    totals = dict.fromkeys(keys, 0)
    for name, label, titles, total in rows:
        found[by_field[name]].append(_value(label, label, titles))
        totals[by_field[name]] = total
    return {key: TitleFacet(key=key, values=tuple(found[key]), total=totals[key]) for key in keys}


def _parameters_of_names(wanted: TitleFilter, values: _FacetValues, by_field: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters of `name_counts`: the filters by names differ for each field, the others do not."""
    others, works = wanted, {key: values.works[_NAMES[key]] for key in _NAMES if key in wanted.names}
    for key in works:
        others = others.without(key)
    limits: dict[str, set[int]] = {}
    for name, key in by_field.items():
        further = [ids for other, ids in works.items() if other != key]
        if further:
            limits[name] = set.intersection(*further)
    return _parameters(others, values.works) | {
        "fields": [*by_field],
        "limited": [*limits],
        "limited_fields": [name for name, ids in limits.items() for _ in ids],
        "limited_ids": [number for ids in limits.values() for number in ids],
        "limit": _MOST,
    }


def _matches(_: Connection, rows: Sequence[_CountedTitle], facts: _FacetValues) -> list[TitleFacetValue]:
    return _yes_and_no(rows, facts.works["matched"], "matched", "unmatched")


def _gaps(_: Connection, rows: Sequence[_CountedTitle], facts: _FacetValues) -> list[TitleFacetValue]:
    series = [row for row in rows if row.entity_type == "series"]
    return _yes_and_no(series, facts.works["incomplete"], "incomplete", "complete")


def _unpublished(_: Connection, rows: Sequence[_CountedTitle], facts: _FacetValues) -> list[TitleFacetValue]:
    return _yes_and_no(rows, facts.works["unpublished"], "unpublished", "published")


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
    "unpublished": _unpublished,
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
    return sql.with_parts(
        sql.compose("title_list", "title_facets", "ranked_values")[name], accepted=ACCEPTED_TITLES, has_id=HAS_ID
    )
