"""Filters of lists of titles, and the values of each filter with the number of titles that have them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypedDict

from indexium_core import errors, notebook
from indexium_core.model.titles.fields import ENTITY_TYPES, KIND_NAMES
from indexium_core.model.titles.titles import STATE_LABELS, STATES, TitleItem

FACET_KEYS = (
    "kind",
    "state",
    "library_id",
    "genre",
    "tag",
    "year",
    "rating",
    "actor",
    "director",
    "matched",
    "incomplete",
    "unpublished",
)
_YEARS = re.compile(r"(\d{1,4})?(-)?(\d{1,4})?")
_HIGHEST_RATING = 10


class TitleFilters(TypedDict, total=False):
    """The filters of a list of titles; see `TitleService.list`."""

    kind: str
    state: str
    library_id: int | None
    genre: str | Sequence[str]
    tag: str | Sequence[str]
    year: str | int
    rating: float | None
    actor: str | Sequence[str]
    director: str | Sequence[str]
    matched: bool | None
    incomplete: bool | None
    unpublished: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleFilter:
    """A checked filter. Each part narrows the list; "", () and None do not."""

    text: str = ""
    kind: str = ""
    state: str = ""
    library_id: int | None = None
    genre: tuple[str, ...] = ()  # any of them
    tag: tuple[str, ...] = ()  # any of them
    first_year: int | None = None
    last_year: int | None = None
    rating: float | None = None  # the lowest, 0 to 10
    actor: tuple[str, ...] = ()  # any of them
    director: tuple[str, ...] = ()  # any of them
    matched: bool | None = None
    incomplete: bool | None = None
    unpublished: bool | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the listed titles."""
        if self.kind:
            return (self.kind,)
        return ("movie", "series") if self.incomplete is None else ("series",)  # only a series has episodes

    @property
    def states(self) -> tuple[str, ...]:
        """The states of the listed titles."""
        return (self.state,) if self.state else tuple(each for each in STATES if each != "ignored")

    @property
    def names(self) -> tuple[str, ...]:
        """The facets whose filter narrows the list."""
        return tuple(key for key in FACET_KEYS if self.without(key) != self)

    def without(self, key: str) -> TitleFilter:
        """Return the filter without the part of a facet."""
        names = ("first_year", "last_year") if key == "year" else (key,)
        defaults = {each.name: each.default for each in fields(self) if each.name in names}
        return replace(self, **defaults)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleFacetValue:
    """One value of a filter, and the number of titles that have it and match the other filters."""

    value: str  # as the filter takes it: "movie", "1990-1999", "8"
    label: str
    titles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleFacet:
    """One filter with its values."""

    key: str  # FACET_KEYS
    values: tuple[TitleFacetValue, ...]  # the most frequent ones; years, ratings, kinds and states in their order
    total: int  # number of all values

    @property
    def options(self) -> tuple[TitleFacetValue, ...]:
        """The values with labels for people."""
        return tuple(replace(each, label=self._label(each)) for each in self.values)

    def _label(self, each: TitleFacetValue) -> str:
        if self.key == "kind":
            return KIND_NAMES[each.value].capitalize()
        if self.key == "state":
            return STATE_LABELS[each.value]
        return f"{each.value} and more" if self.key == "rating" else each.label

    def _repr_html_(self) -> str:
        return notebook.card(self.key, {each.label: f"{each.titles:,}" for each in self.values})


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedTitle:
    """A film or series that has people, genres or a collection in common with another one."""

    item: TitleItem
    people: list[str]  # actors and directors of both, at most five
    genres: list[str]  # of both
    collection: str  # of both, "" for none

    @property
    def why(self) -> str:
        """What both have, in a few words."""
        shared = self.people[:2] or self.genres[:2]
        return ", ".join(filter(None, [self.collection, *shared]))


def filter_of(text: str, filters: TitleFilters) -> TitleFilter:
    """
    Return the checked filter of a list of titles.

    Raises:
        UsageError: The kind or the state is unknown, a year is no year or range, or a rating is not from 0 to 10.

    """
    for name, value, known in (
        ("kind", filters.get("kind", ""), ENTITY_TYPES),
        ("state", filters.get("state", ""), tuple(STATES)),
    ):
        if value and value not in known:
            raise errors.UsageError(f"There is no {name} “{value[:40]}”. Choose one of: {', '.join(known)}.")
    first, last = _years(str(filters.get("year") or "").strip())
    rating = filters.get("rating")
    if rating is not None and not 0 <= rating <= _HIGHEST_RATING:
        raise errors.UsageError(f"A rating is a number from 0 to {_HIGHEST_RATING}, not {rating}.")
    return TitleFilter(
        text=" ".join(text.split()),
        kind=filters.get("kind") or "",
        state=filters.get("state") or "",
        library_id=filters.get("library_id"),
        genre=_names(filters.get("genre")),
        tag=_names(filters.get("tag")),
        first_year=first,
        last_year=last,
        rating=rating,
        actor=_names(filters.get("actor")),
        director=_names(filters.get("director")),
        matched=filters.get("matched"),
        incomplete=filters.get("incomplete"),
        unpublished=filters.get("unpublished"),
    )


def _names(value: Any) -> tuple[str, ...]:
    values = (value,) if isinstance(value, str) else tuple(value or ())
    return tuple(each.strip() for each in values if each.strip())


def _years(text: str) -> tuple[int | None, int | None]:
    """Return the first and the last year of `1994`, `1990-1999`, `1990-` or `-1999`."""
    found = _YEARS.fullmatch(text)
    if not text:
        return None, None
    if found is None or not (found[1] or found[3]):
        raise errors.UsageError(f"“{text[:40]}” is neither a year nor a range of years, such as 1994 or 1990-1999.")
    first, last = (int(each) if each else None for each in (found[1], found[3]))
    return (first, last) if found[2] else (first, first)
