"""The filters of lists of titles as SQL parameters, the counts of their values, and related titles."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from indexium_core.model.query.title_keys import MATCHED_TITLES
from indexium_core.model.title_filter import TitleFacet, TitleFacetValue, TitleFilter
from indexium_core.model.titles.fields import ENTITY_TYPES
from indexium_core.model.titles.titles import STATES
from indexium_core.store import sql
from indexium_core.store.connection import Connection

__all__ = ["facets", "incomplete", "parameters", "related"]

_MOST = 200  # values of a facet
_LOWEST_RATINGS = (9, 8, 7, 6, 5)
_IDS = ("tmdb_id", "imdb_id", "tvdb_id")
# Fields of titles by the filter, without those with names.
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "rating": ("ratings",),
    "matched": _IDS,
}
_NAMES = {"genre": "genres", "actor": "cast", "director": "crew"}  # fields with names
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
class _FilterValues:
    """Values of films and series by which titles are filtered; names of a field by id."""

    names: dict[str, dict[int, str]] = field(default_factory=dict)
    keys: dict[str, dict[int, str]] = field(default_factory=dict)  # the same names in small letters
    wanted: Mapping[str, Sequence[str]] = field(default_factory=dict)  # names of the filter in small letters
    ratings: dict[int, float] = field(default_factory=dict)
    matched: set[int] = field(default_factory=set)
    incomplete: set[int] = field(default_factory=set)


def parameters(reader: Connection, wanted: TitleFilter) -> dict[str, Any]:
    """
    Return the parameters of `matches` in `title_list.sql`.

    The titles of filters by values are read first: a list of ids costs less than a join for each filter.
    """
    only: set[int] | None = None
    without: list[int] | None = None
    lists = _wanted_names(reader, wanted)
    fields = [name for name, values in lists.items() if values] + ["ratings"] * (wanted.rating is not None)
    if fields:
        having: dict[str, Any] = lists | {"fields": fields, "rating": wanted.rating}
        found: dict[str, set[int]] = {name: set() for name in fields}
        for number, name in reader.execute(_statement("having"), having).fetchall():
            found[name].add(number)
        only = set.intersection(*found.values())
    for answer, read in ((wanted.matched, _matched), (wanted.incomplete, incomplete)):
        if answer is None:
            continue
        ids = read(reader)
        if answer:
            only = set(ids) if only is None else only.intersection(ids)
        else:
            without = [*(without or []), *ids]
    return _parameters(wanted) | {"only": None if only is None else sorted(only), "without": without}


def _wanted_names(reader: Connection, wanted: TitleFilter) -> dict[str, list[str]]:
    """
    Return the names of a filter by field in small letters.

    The database makes them, as for the names of titles, because Python has other small letters for “İ” and a final “Σ”.
    """
    names = {"genres": list(wanted.genre), "cast": list(wanted.actor), "crew": list(wanted.director)}
    if not any(names.values()):
        return names
    [lowered] = reader.execute(_statement("small_letters"), names).fetchall()
    return dict(zip(names, lowered, strict=True))


def _parameters(wanted: TitleFilter) -> dict[str, Any]:
    return {
        "text": wanted.text,
        "kinds": list(wanted.kinds),
        "states": list(wanted.states),
        "library_id": wanted.library_id,
        "first_year": wanted.first_year,
        "last_year": wanted.last_year,
        "only": None,
        "without": None,
    }


def facets(reader: Connection, wanted: TitleFilter, keys: Sequence[str]) -> dict[str, TitleFacet]:
    """Return the values of filters with the number of titles, each counted over the other filters."""
    kinds = dict.fromkeys(kind for key in ("", *keys) for kind in wanted.without(key).kinds)
    everything = _parameters(TitleFilter(text=wanted.text)) | {"kinds": list(kinds), "states": list(STATES)}
    rows = [_CountedTitle(*row) for row in reader.execute(_statement("rows_of_facets"), everything).fetchall()]
    facts = _facts(reader, wanted, keys)
    counted: dict[TitleFilter, list[_CountedTitle]] = {}
    found = {}
    for key in keys:
        others = wanted.without(key)
        if others not in counted:
            tests = _tests(others, facts)
            counted[others] = [row for row in rows if all(test(row) for test in tests)]
        name = _NAMES.get(key)
        if name is not None:
            found[key] = _facet_of_names(key, counted[others], facts.names[name], facts.keys[name])
        else:
            values = _VALUES[key](reader, counted[others], facts)
            found[key] = TitleFacet(key=key, values=tuple(values[:_MOST]), total=len(values))
    return found


def _facts(reader: Connection, wanted: TitleFilter, keys: Collection[str]) -> _FilterValues:
    """Read the values that filters and facets need."""
    needed = {*keys, *wanted.names}
    fields = [_NAMES[key] for key in _NAMES if key in needed]
    fields += [name for key, names in _FIELDS.items() if key in needed for name in names]
    facts = _FilterValues(
        names={name: {} for name in fields},
        keys={name: {} for name in fields},
        wanted=_wanted_names(reader, wanted),
    )
    if fields:
        for number, name, text, keys_of_text, rating in reader.execute(
            _statement("facts"), {"fields": fields}
        ).fetchall():
            if name in _IDS:
                facts.matched.add(number)
            elif name != "ratings":
                facts.names[name][number] = text or ""
                facts.keys[name][number] = keys_of_text or ""
            elif rating is not None:
                facts.ratings[number] = rating
    if "matched" in needed:
        facts.matched |= _ids(reader, "accepted")
    if "incomplete" in needed:
        facts.incomplete = set(incomplete(reader))
    return facts


def _tests(wanted: TitleFilter, facts: _FilterValues) -> list[Callable[[_CountedTitle], bool]]:
    """Return the conditions of a filter, without its text."""
    kinds, states, first, last = wanted.kinds, wanted.states, wanted.first_year, wanted.last_year
    tests: list[Callable[[_CountedTitle], bool]] = [lambda row: row.entity_type in kinds and row.state in states]
    if wanted.library_id is not None:
        tests.append(lambda row: row.library_id == wanted.library_id)
    if first is not None or last is not None:
        lowest, highest = first or 0, 10**9 if last is None else last
        tests.append(lambda row: row.year is not None and lowest <= row.year <= highest)
    for key, name in _NAMES.items():
        if key in wanted.names:
            names = set(facts.wanted[name])
            having = (n for n, keys in facts.keys[name].items() if not names.isdisjoint(keys.split(_SEPARATOR)))
            tests.append(_in(set(having)))
    if wanted.rating is not None:
        tests.append(_in({number for number, rating in facts.ratings.items() if rating >= (wanted.rating or 0)}))
    for answer, ids in ((wanted.matched, facts.matched), (wanted.incomplete, facts.incomplete)):
        if answer is not None:
            tests.append(_in(ids, expected=answer))
    return tests


def _in(ids: Collection[int], *, expected: bool = True) -> Callable[[_CountedTitle], bool]:
    return lambda row: (row.work in ids) == expected


# The values of each facet.


def _kinds(_: Connection, rows: Sequence[_CountedTitle], __: _FilterValues) -> list[TitleFacetValue]:
    numbers = Counter(row.entity_type for row in rows)
    return [_value(kind, kind, numbers[kind]) for kind in ENTITY_TYPES if numbers[kind]]


def _states(_: Connection, rows: Sequence[_CountedTitle], __: _FilterValues) -> list[TitleFacetValue]:
    numbers = Counter(row.state for row in rows)
    return [_value(state, state, numbers[state]) for state in STATES if numbers[state]]


def _libraries(reader: Connection, rows: Sequence[_CountedTitle], _: _FilterValues) -> list[TitleFacetValue]:
    numbers = Counter(row.library_id for row in rows)
    names = reader.execute(_statement("library_names")).fetchall()
    found = [_value(str(number), name, numbers[number]) for number, name in names if numbers[number]]
    return sorted(found, key=lambda each: (each.label, each.value))


def _decades(_: Connection, rows: Sequence[_CountedTitle], __: _FilterValues) -> list[TitleFacetValue]:
    numbers = Counter(row.year // 10 * 10 for row in rows if row.year is not None)
    return [_value(f"{decade}-{decade + 9}", f"{decade}s", numbers[decade]) for decade in sorted(numbers, reverse=True)]


def _ratings(_: Connection, rows: Sequence[_CountedTitle], facts: _FilterValues) -> list[TitleFacetValue]:
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


def _matches(_: Connection, rows: Sequence[_CountedTitle], facts: _FilterValues) -> list[TitleFacetValue]:
    return _yes_and_no(rows, facts.matched, "matched", "unmatched")


def _gaps(_: Connection, rows: Sequence[_CountedTitle], facts: _FilterValues) -> list[TitleFacetValue]:
    series = [row for row in rows if row.entity_type == "series"]
    return _yes_and_no(series, facts.incomplete, "incomplete", "complete")


def _yes_and_no(rows: Sequence[_CountedTitle], ids: Collection[int], yes: str, no: str) -> list[TitleFacetValue]:
    number = sum(row.work in ids for row in rows)
    return [each for each in (_value("yes", yes, number), _value("no", no, len(rows) - number)) if each.titles]


def _value(value: str, label: str, titles: int) -> TitleFacetValue:
    return TitleFacetValue(value=value, label=label, titles=titles)


_VALUES: Mapping[str, Callable[[Connection, Sequence[_CountedTitle], _FilterValues], list[TitleFacetValue]]] = {
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
    for name, names in reader.execute(_statement("own_facts"), {"id": title_id}).fetchall():
        own[name if name in own else "people"] |= {each for each in names or () if each}
    facts = {name: sorted(names) for name, names in own.items()} | {"id": title_id, "limit": limit}
    return reader.execute(_statement("related"), facts).fetch_dicts()


def incomplete(reader: Connection, series: Sequence[int] | None = None) -> list[int]:
    """Return the series (of these, or of all) that have gaps, as `gaps_of` finds them."""
    ids = None if series is None else list(series)
    return sorted(_ids(reader, "incomplete", {"series": ids}))


def _matched(reader: Connection) -> list[int]:
    return sorted({number for (number,) in reader.execute(MATCHED_TITLES).fetchall()})


def _ids(reader: Connection, statement: str, facts: Mapping[str, Any] | None = None) -> set[int]:
    return {number for (number,) in reader.execute(_statement(statement), facts or {}).fetchall()}


def _statement(name: str) -> str:
    return sql.compose("title_list", "title_facets")[name]
